"""The tables of the exchange, with the wall between offices on PostgreSQL."""

import azukari.exchange.rules.states
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
        ('tenancy', '0004_exchange'),
    ]

    operations = [
        migrations.CreateModel(
            name='FileKey',
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
            name='Broadcast',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('target', models.CharField(max_length=200)),
                ('memo', models.CharField(blank=True, max_length=400)),
                ('count', models.PositiveIntegerField()),
                ('staff_id', models.UUIDField()),
                ('sender', models.CharField(max_length=60)),
                ('sent_at', models.DateTimeField()),
                ('reminded_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id', 'id'), name='exchange_broadcast_office_key')],
            },
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('client_kana', models.CharField(max_length=150)),
                ('direction', models.CharField(choices=[('RECEIVED', 'RECEIVED'), ('SENT', 'SENT')], max_length=10)),
                ('state', models.CharField(choices=[('EXAMINING', 'EXAMINING'), ('READY', 'READY'), ('QUARANTINED', 'QUARANTINED'), ('UNSCANNABLE', 'UNSCANNABLE'), ('REFUSED', 'REFUSED'), ('WITHDRAWN', 'WITHDRAWN'), ('EXPIRED', 'EXPIRED')], max_length=12)),
                ('name', models.CharField(max_length=200)),
                ('search_key', models.CharField(max_length=400)),
                ('size', models.PositiveBigIntegerField()),
                ('protected', models.BooleanField(default=False)),
                ('proposed', models.BooleanField(default=False)),
                ('memo', models.CharField(blank=True, max_length=400)),
                ('batch', models.UUIDField()),
                ('thread_id', models.UUIDField()),
                ('item_id', models.UUIDField(null=True)),
                ('replaced_by_id', models.UUIDField(null=True)),
                ('staff_id', models.UUIDField(null=True)),
                ('user_id', models.UUIDField(null=True)),
                ('sender', models.CharField(max_length=60)),
                ('sent_at', models.DateTimeField()),
                ('release_at', models.DateTimeField(null=True)),
                ('expires_at', models.DateTimeField()),
                ('opened_at', models.DateTimeField(null=True)),
                ('opened_by', models.CharField(blank=True, max_length=60)),
                ('answered_at', models.DateTimeField(null=True)),
                ('withdrawn_at', models.DateTimeField(null=True)),
                ('withdrawn_by', models.CharField(blank=True, max_length=60)),
                ('reminded_at', models.DateTimeField(null=True)),
                ('broadcast', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.broadcast')),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='FileRequest',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('title', models.CharField(max_length=100)),
                ('note', models.CharField(blank=True, max_length=400)),
                ('due_on', models.DateField()),
                ('state', models.CharField(choices=[('OPEN', 'OPEN'), ('DONE', 'DONE'), ('CANCELLED', 'CANCELLED')], max_length=10)),
                ('staff_id', models.UUIDField()),
                ('asked_by', models.CharField(max_length=60)),
                ('asked_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('reminded_on', models.DateField(null=True)),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Notice',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('account_id', models.UUIDField()),
                ('delivery_id', models.UUIDField(null=True)),
                ('kind', models.CharField(max_length=20)),
                ('line', models.CharField(max_length=200)),
                ('made_at', models.DateTimeField()),
                ('due_at', models.DateTimeField()),
                ('mailed_at', models.DateTimeField(null=True)),
                ('outbox_id', models.UUIDField(null=True)),
                ('dropped', models.CharField(blank=True, max_length=60)),
                ('client', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='tenancy.clientcompany')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Opening',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('at', models.DateTimeField()),
                ('staff_id', models.UUIDField(null=True)),
                ('user_id', models.UUIDField(null=True)),
                ('name', models.CharField(max_length=60)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('delivery', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exchange.delivery')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('year', models.PositiveIntegerField()),
                ('serial', models.PositiveIntegerField()),
                ('sealed_facts', models.BinaryField()),
                ('entry_seq', models.PositiveBigIntegerField()),
                ('proof', models.TextField()),
                ('issued_at', models.DateTimeField()),
                ('delivery', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='receipt', to='exchange.delivery')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='RequestItem',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('position', models.PositiveSmallIntegerField()),
                ('name', models.CharField(max_length=100)),
                ('state', models.CharField(choices=[('WAITING', 'WAITING'), ('HANDED_IN', 'HANDED_IN'), ('RETURNED', 'RETURNED'), ('ACCEPTED', 'ACCEPTED')], max_length=10)),
                ('comment', models.CharField(blank=True, max_length=400)),
                ('decided_at', models.DateTimeField(null=True)),
                ('decided_by', models.CharField(blank=True, max_length=60)),
                ('request', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='items', to='exchange.filerequest')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='StoredFile',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('direction', models.CharField(choices=[('RECEIVED', 'RECEIVED'), ('SENT', 'SENT')], max_length=10)),
                ('state', models.CharField(choices=[('RECEIVING', 'RECEIVING'), ('EXAMINING', 'EXAMINING'), ('READY', 'READY'), ('QUARANTINED', 'QUARANTINED'), ('UNSCANNABLE', 'UNSCANNABLE'), ('REFUSED', 'REFUSED'), ('CANCELLED', 'CANCELLED'), ('SHREDDED', 'SHREDDED')], max_length=12)),
                ('name', models.CharField(max_length=200)),
                ('name_warnings', models.JSONField(default=list)),
                ('kind', models.CharField(blank=True, max_length=10)),
                ('size', models.PositiveBigIntegerField()),
                ('received', models.PositiveBigIntegerField(default=0)),
                ('parts', models.PositiveIntegerField(default=0)),
                ('stamp', models.CharField(blank=True, max_length=64)),
                ('writer', models.UUIDField(null=True)),
                ('protected', models.BooleanField(default=False)),
                ('server_copy', models.BooleanField(default=False)),
                ('proposal', models.CharField(blank=True, choices=[('', ''), ('OPEN', 'OPEN'), ('ACCEPTED', 'ACCEPTED'), ('DECLINED', 'DECLINED')], max_length=10)),
                ('flags', models.JSONField(default=list)),
                ('scan', models.CharField(choices=[('NOT_SCANNED', 'NOT_SCANNED'), ('CLEAN', 'CLEAN'), ('INFECTED', 'INFECTED'), ('UNSCANNABLE', 'UNSCANNABLE'), ('RELEASED', 'RELEASED')], default=azukari.exchange.rules.states.Scan['NOT_SCANNED'], max_length=12)),
                ('scan_note', models.CharField(blank=True, max_length=200)),
                ('refusal', models.CharField(blank=True, max_length=300)),
                ('sealed_facts', models.BinaryField(null=True)),
                ('wishes', models.JSONField(default=dict)),
                ('batch', models.UUIDField(null=True)),
                ('sent_at', models.DateTimeField(null=True)),
                ('staff_id', models.UUIDField(null=True)),
                ('user_id', models.UUIDField(null=True)),
                ('uploader', models.CharField(max_length=60)),
                ('uploader_role', models.CharField(max_length=20)),
                ('made_at', models.DateTimeField()),
                ('touched_at', models.DateTimeField()),
                ('whole_at', models.DateTimeField(null=True)),
                ('examined_at', models.DateTimeField(null=True)),
                ('shredded_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='FilePart',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('number', models.PositiveIntegerField()),
                ('length', models.PositiveIntegerField()),
                ('blob', models.CharField(max_length=200)),
                ('file', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exchange.storedfile')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='FileGrant',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('user_id', models.UUIDField(null=True)),
                ('sealed', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('file', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='exchange.storedfile')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='file',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='exchange.storedfile'),
        ),
        migrations.CreateModel(
            name='VolumeSweep',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('blob', models.CharField(max_length=200)),
                ('seen_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id', 'blob'), name='exchange_sweep_once')],
            },
        ),
        migrations.AddIndex(
            model_name='filerequest',
            index=models.Index(fields=['office_id', 'state', 'due_on'], name='exchange_request_due'),
        ),
        migrations.AddIndex(
            model_name='filerequest',
            index=models.Index(fields=['office_id', 'client', 'state', 'due_on'], name='exchange_request_of_client'),
        ),
        migrations.AddConstraint(
            model_name='filerequest',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='exchange_request_office_key'),
        ),
        migrations.AddConstraint(
            model_name='filerequest',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='exchange_request_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(condition=models.Q(('mailed_at__isnull', True)), fields=['office_id', 'due_at'], name='exchange_notice_due'),
        ),
        migrations.AddIndex(
            model_name='notice',
            index=models.Index(fields=['office_id', 'delivery_id'], name='exchange_notice_delivery'),
        ),
        migrations.AddConstraint(
            model_name='notice',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='exchange_notice_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddIndex(
            model_name='opening',
            index=models.Index(fields=['office_id', 'delivery', 'at'], name='exchange_opening_when'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=models.UniqueConstraint(fields=('office_id', 'year', 'serial'), name='exchange_receipt_number'),
        ),
        migrations.AddConstraint(
            model_name='requestitem',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='exchange_item_office_key'),
        ),
        migrations.AddConstraint(
            model_name='requestitem',
            constraint=azukari.store.constraints.OfficeForeignKey(column='request_id', name='exchange_item_request', target='exchange.FileRequest'),
        ),
        migrations.AddConstraint(
            model_name='requestitem',
            constraint=models.UniqueConstraint(fields=('office_id', 'request', 'position'), name='exchange_item_position'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('state__in', [azukari.exchange.rules.states.FileState['RECEIVING'], azukari.exchange.rules.states.FileState['EXAMINING']])), fields=['office_id', 'state', 'touched_at'], name='exchange_file_unfinished'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('server_copy', True)), fields=['office_id'], name='exchange_file_copy_left'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(fields=['office_id', 'staff_id', 'made_at'], name='exchange_file_staff'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(fields=['office_id', 'user_id', 'made_at'], name='exchange_file_user'),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='exchange_file_office_key'),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='exchange_file_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddConstraint(
            model_name='storedfile',
            constraint=models.CheckConstraint(condition=models.Q(('received__lte', models.F('size'))), name='exchange_file_not_more_than_declared'),
        ),
        migrations.AddConstraint(
            model_name='filepart',
            constraint=azukari.store.constraints.OfficeForeignKey(column='file_id', name='exchange_part_file', target='exchange.StoredFile'),
        ),
        migrations.AddConstraint(
            model_name='filepart',
            constraint=models.UniqueConstraint(fields=('office_id', 'file', 'number'), name='exchange_part_once'),
        ),
        migrations.AddConstraint(
            model_name='filegrant',
            constraint=azukari.store.constraints.OfficeForeignKey(column='file_id', name='exchange_grant_file', target='exchange.StoredFile'),
        ),
        migrations.AddConstraint(
            model_name='filegrant',
            constraint=models.UniqueConstraint(condition=models.Q(('user_id__isnull', False)), fields=('office_id', 'file', 'user_id'), name='exchange_grant_person_once'),
        ),
        migrations.AddConstraint(
            model_name='filegrant',
            constraint=models.UniqueConstraint(condition=models.Q(('user_id__isnull', True)), fields=('office_id', 'file'), name='exchange_grant_office_once'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'sent_at', 'id'], name='exchange_ledger'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'client', 'sent_at', 'id'], name='exchange_ledger_client'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'client_kana', 'sent_at', 'id'], name='exchange_ledger_kana'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'search_key', 'id'], name='exchange_ledger_name'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'client', 'search_key', 'id'], name='exchange_ledger_client_name'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('protected', True)), fields=['office_id', 'client_kana', 'sent_at', 'id'], name='exchange_ledger_protected_kana'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('protected', True)), fields=['office_id', 'search_key', 'id'], name='exchange_ledger_protected_name'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('opened_at__isnull', True), ('state', azukari.exchange.rules.states.DeliveryState['READY'])), fields=['office_id', 'direction', 'sent_at', 'id'], name='exchange_ledger_unread'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('protected', True)), fields=['office_id', 'sent_at', 'id'], name='exchange_ledger_protected'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'expires_at', 'id'], name='exchange_ledger_ends'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'file'], name='exchange_delivery_of_file'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['office_id', 'thread_id', 'sent_at'], name='exchange_delivery_thread'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('item_id__isnull', False)), fields=['office_id', 'item_id'], name='exchange_delivery_item'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(condition=models.Q(('broadcast__isnull', False)), fields=['office_id', 'broadcast'], name='exchange_delivery_broadcast'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='exchange_delivery_office_key'),
        ),
        migrations.AddConstraint(
            model_name='opening',
            constraint=azukari.store.constraints.OfficeForeignKey(column='delivery_id', name='exchange_opening_delivery', target='exchange.Delivery'),
        ),
        migrations.AddConstraint(
            model_name='receipt',
            constraint=azukari.store.constraints.OfficeForeignKey(column='delivery_id', name='exchange_receipt_delivery', target='exchange.Delivery'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='exchange_delivery_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=azukari.store.constraints.OfficeForeignKey(column='file_id', name='exchange_delivery_file', target='exchange.StoredFile'),
        ),
        migrations.AddConstraint(
            model_name='delivery',
            constraint=azukari.store.constraints.OfficeForeignKey(column='broadcast_id', name='exchange_delivery_broadcast', target='exchange.Broadcast'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('shredded_at__isnull', True), ('state__in', (azukari.exchange.rules.states.FileState['CANCELLED'], azukari.exchange.rules.states.FileState['REFUSED'], azukari.exchange.rules.states.FileState['SHREDDED']))), fields=['office_id', 'id'], name='exchange_file_to_shred'),
        ),
        migrations.AddIndex(
            model_name='storedfile',
            index=models.Index(condition=models.Q(('sent_at__isnull', True), ('state', azukari.exchange.rules.states.FileState['READY'])), fields=['office_id', 'touched_at'], name='exchange_file_draft'),
        ),
        OfficeWall("StoredFile"),
        OfficeWall("FilePart"),
        OfficeWall("FileKey"),
        OfficeWall("FileGrant"),
        OfficeWall("VolumeSweep"),
        OfficeWall("Broadcast"),
        OfficeWall("Delivery"),
        OfficeWall("Opening"),
        OfficeWall("Receipt"),
        OfficeWall("Notice"),
        OfficeWall("FileRequest"),
        OfficeWall("RequestItem"),
    ]
