"""The tables of vault, with the wall between offices on PostgreSQL."""

import azukari.kernel.ids
import azukari.store.constraints
import azukari.store.models
import azukari.store.scope
import django.db.models.deletion
from django.db import migrations, models

from azukari.store.rls import OfficeWall


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('roster', '0001_tables'),
        ('tenancy', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='RecordKey',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('wrapped', models.BinaryField()),
                ('made_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Disposal',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('state', models.CharField(choices=[('REQUESTED', '承認待ち'), ('EXECUTED', '証明書を発行中'), ('CERTIFIED', '廃棄済み'), ('CANCELLED', '取り消し')], max_length=10)),
                ('reason', models.CharField(choices=[('PERIOD_ENDED', '保存期間の満了'), ('CONTRACT_ENDED', '顧問契約の終了'), ('NUMBER_CHANGED', '個人番号の変更（変更前の番号）'), ('REGISTERED_BY_MISTAKE', '登録の誤り')], max_length=25)),
                ('two_persons', models.BooleanField()),
                ('requested_by', models.UUIDField(null=True)),
                ('requested_by_name', models.CharField(max_length=60)),
                ('requested_by_role', models.CharField(max_length=20)),
                ('requested_at', models.DateTimeField()),
                ('executed_by', models.UUIDField(null=True)),
                ('executed_by_name', models.CharField(blank=True, max_length=60)),
                ('executed_by_role', models.CharField(blank=True, max_length=20)),
                ('executed_at', models.DateTimeField(null=True)),
                ('operation', models.PositiveBigIntegerField(null=True)),
                ('cancelled_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Certificate',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('year', models.PositiveIntegerField()),
                ('serial', models.PositiveIntegerField()),
                ('issued_at', models.DateTimeField()),
                ('pdf', models.BinaryField()),
                ('disposal', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='certificate', to='vault.disposal')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='NumberRecord',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('version', models.PositiveIntegerField(default=1)),
                ('state', models.CharField(choices=[('ACTIVE', 'ACTIVE'), ('REPLACED', 'REPLACED'), ('DISPOSED', 'DISPOSED')], max_length=10)),
                ('sealed', models.BinaryField(null=True)),
                ('purposes', models.JSONField()),
                ('way', models.CharField(choices=[('CARD', 'マイナンバーカード（両面）'), ('RESIDENCE_AND_PHOTO', '番号付き住民票＋顔写真付きの書類'), ('RESIDENCE_AND_TWO', '番号付き住民票＋書類2つ'), ('NOTIFICATION_AND_PHOTO', '通知カード（記載が住民票と同じもの）＋顔写真付きの書類'), ('KNOWN_EMPLOYEE', '番号確認の書類＋雇用関係で本人と明らか'), ('BY_CLIENT', '顧問先が確認（登録シート）'), ('BY_EMPLOYEE', '従業員が確認（扶養親族）')], max_length=30)),
                ('number_document', models.CharField(blank=True, max_length=60)),
                ('person_document', models.CharField(blank=True, max_length=120)),
                ('checked_on', models.DateField(null=True)),
                ('checked_by', models.CharField(blank=True, max_length=60)),
                ('registered_at', models.DateTimeField()),
                ('registered_by', models.UUIDField(null=True)),
                ('registered_no', models.CharField(max_length=30)),
                ('replaced_at', models.DateTimeField(null=True)),
                ('replace_reason', models.CharField(blank=True, choices=[('CHANGED', 'CHANGED'), ('MISTAKE', 'MISTAKE')], max_length=10)),
                ('disposed_at', models.DateTimeField(null=True)),
                ('key_destroyed_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='DuplicateTag',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('tag', models.PositiveIntegerField()),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.clientcompany')),
                ('record', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='vault.numberrecord')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='DisposalItem',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('line', models.PositiveIntegerField(null=True)),
                ('person_id', models.UUIDField()),
                ('person_code', models.CharField(blank=True, max_length=40)),
                ('person_name', models.CharField(max_length=120)),
                ('relationship', models.CharField(max_length=20)),
                ('former', models.BooleanField()),
                ('periods', models.JSONField()),
                ('open', models.BooleanField(default=True)),
                ('disposal', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='vault.disposal')),
                ('record', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='vault.numberrecord')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SealedParcel',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('sealed', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='disposal',
            index=models.Index(fields=['office_id', 'state', 'requested_at'], name='vault_disposal_state'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='vault_disposal_office_key'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='vault_disposal_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=azukari.store.constraints.OfficeForeignKey(column='disposal_id', name='vault_certificate_disposal', target='vault.Disposal'),
        ),
        migrations.AddConstraint(
            model_name='certificate',
            constraint=models.UniqueConstraint(fields=('office_id', 'year', 'serial'), name='vault_certificate_number'),
        ),
        migrations.AddIndex(
            model_name='numberrecord',
            index=models.Index(fields=['office_id', 'person', 'state'], name='vault_number_person_state'),
        ),
        migrations.AddIndex(
            model_name='numberrecord',
            index=models.Index(fields=['office_id', 'client', 'state'], name='vault_number_client_state'),
        ),
        migrations.AddIndex(
            model_name='numberrecord',
            index=models.Index(condition=models.Q(('disposed_at__isnull', False), ('key_destroyed_at__isnull', True)), fields=['office_id', 'id'], name='vault_number_key_waiting'),
        ),
        migrations.AddConstraint(
            model_name='numberrecord',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='vault_number_office_key'),
        ),
        migrations.AddConstraint(
            model_name='numberrecord',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='vault_number_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddConstraint(
            model_name='numberrecord',
            constraint=azukari.store.constraints.OfficeForeignKey(column='person_id', name='vault_number_person', target='roster.Person'),
        ),
        migrations.AddConstraint(
            model_name='numberrecord',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'ACTIVE')), fields=('office_id', 'person'), name='vault_number_one_active'),
        ),
        migrations.AddConstraint(
            model_name='numberrecord',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('disposed_at__isnull', False), ('sealed__isnull', True), ('state', 'DISPOSED')), models.Q(models.Q(('state', 'DISPOSED'), _negated=True), ('sealed__isnull', False)), _connector='OR'), name='vault_number_disposed_is_empty'),
        ),
        migrations.AddIndex(
            model_name='duplicatetag',
            index=models.Index(fields=['office_id', 'client', 'tag'], name='vault_tag_client'),
        ),
        migrations.AddConstraint(
            model_name='duplicatetag',
            constraint=azukari.store.constraints.OfficeForeignKey(column='record_id', name='vault_tag_record', target='vault.NumberRecord'),
        ),
        migrations.AddConstraint(
            model_name='duplicatetag',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='vault_tag_client_company', target='tenancy.ClientCompany'),
        ),
        migrations.AddIndex(
            model_name='disposalitem',
            index=models.Index(fields=['office_id', 'person_id'], name='vault_item_person'),
        ),
        migrations.AddConstraint(
            model_name='disposalitem',
            constraint=azukari.store.constraints.OfficeForeignKey(column='disposal_id', name='vault_item_disposal', target='vault.Disposal'),
        ),
        migrations.AddConstraint(
            model_name='disposalitem',
            constraint=azukari.store.constraints.OfficeForeignKey(column='record_id', name='vault_item_record', target='vault.NumberRecord'),
        ),
        migrations.AddConstraint(
            model_name='disposalitem',
            constraint=models.UniqueConstraint(condition=models.Q(('open', True)), fields=('office_id', 'record'), name='vault_item_one_open'),
        ),
        migrations.AddConstraint(
            model_name='sealedparcel',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='vault_parcel_client', target='tenancy.ClientCompany'),
        ),
        OfficeWall("NumberRecord"),
        OfficeWall("DuplicateTag"),
        OfficeWall("RecordKey"),
        OfficeWall("SealedParcel"),
        OfficeWall("Disposal"),
        OfficeWall("DisposalItem"),
        OfficeWall("Certificate"),
    ]
