"""保存期間: days of papers, lengthening, the office's rules; requests of one act belong together."""

import azukari.kernel.ids
import azukari.store.constraints
import azukari.store.models
import azukari.store.scope
import django.db.models.deletion
from django.db import migrations, models

from azukari.store.rls import OfficeWall


class Migration(migrations.Migration):

    dependencies = [
        ('roster', '0001_tables'),
        ('tenancy', '0004_exchange'),
        ('vault', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='RetentionDay',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('document', models.CharField(max_length=40)),
                ('kind', models.CharField(choices=[('LOST', '資格喪失日'), ('NOTICE', '決定通知書を受け取った日'), ('FILED', '届書を提出した日'), ('DEADLINE', '最後の申告書の提出期限'), ('RECEIVED', '申告書を受け取った日')], max_length=10)),
                ('on', models.DateField()),
                ('recorded_by_name', models.CharField(max_length=60)),
                ('recorded_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RetentionExtension',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('until', models.DateField()),
                ('reason', models.CharField(max_length=100)),
                ('set_by_name', models.CharField(max_length=60)),
                ('set_at', models.DateTimeField()),
                ('ended_by_name', models.CharField(blank=True, max_length=60)),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RetentionSetting',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('completion', models.JSONField(default=dict)),
                ('brake_count', models.PositiveSmallIntegerField(default=20)),
                ('brake_share', models.PositiveSmallIntegerField(default=30)),
                ('version', models.PositiveIntegerField(default=0)),
                ('looked_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='disposal',
            name='batch',
            field=models.UUIDField(null=True),
        ),
        migrations.AddIndex(
            model_name='disposal',
            index=models.Index(fields=['office_id', 'batch'], name='vault_disposal_batch'),
        ),
        migrations.AddIndex(
            model_name='disposal',
            index=models.Index(fields=['office_id', 'executed_at'], name='vault_disposal_executed'),
        ),
        migrations.AddField(
            model_name='retentionday',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.person'),
        ),
        migrations.AddField(
            model_name='retentionextension',
            name='person',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='roster.person'),
        ),
        migrations.AddConstraint(
            model_name='retentionsetting',
            constraint=models.UniqueConstraint(fields=('office_id',), name='vault_retention_one_setting'),
        ),
        migrations.AddConstraint(
            model_name='retentionsetting',
            constraint=models.CheckConstraint(condition=models.Q(('brake_count__range', (5, 500))), name='vault_brake_count'),
        ),
        migrations.AddConstraint(
            model_name='retentionsetting',
            constraint=models.CheckConstraint(condition=models.Q(('brake_share__range', (10, 90))), name='vault_brake_share'),
        ),
        migrations.AddIndex(
            model_name='retentionday',
            index=models.Index(fields=['office_id', 'kind', 'on'], name='vault_day_kind'),
        ),
        migrations.AddConstraint(
            model_name='retentionday',
            constraint=azukari.store.constraints.OfficeForeignKey(column='person_id', name='vault_day_person', target='roster.Person'),
        ),
        migrations.AddConstraint(
            model_name='retentionday',
            constraint=models.UniqueConstraint(fields=('office_id', 'person', 'document', 'kind'), name='vault_day_one'),
        ),
        migrations.AddConstraint(
            model_name='retentionextension',
            constraint=azukari.store.constraints.OfficeForeignKey(column='person_id', name='vault_extension_person', target='roster.Person'),
        ),
        migrations.AddConstraint(
            model_name='retentionextension',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('office_id', 'person'), name='vault_extension_one_in_force'),
        ),
        OfficeWall("RetentionDay"),
        OfficeWall("RetentionExtension"),
        OfficeWall("RetentionSetting"),
    ]
