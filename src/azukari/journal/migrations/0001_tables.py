"""The tables of journal, with the wall between offices on PostgreSQL."""

import azukari.kernel.ids
import azukari.store.models
import azukari.store.scope
from django.db import migrations, models

from azukari.store.rls import OfficeWall


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='EntryText',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('salt', models.BinaryField()),
                ('texts', models.JSONField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('size', models.PositiveBigIntegerField()),
                ('note', models.TextField()),
                ('signed_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id', 'size'), name='journal_checkpoint_size')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('seq', models.PositiveBigIntegerField()),
                ('operation', models.PositiveBigIntegerField()),
                ('line', models.PositiveIntegerField()),
                ('at', models.DateTimeField()),
                ('staff_id', models.UUIDField(null=True)),
                ('client_id', models.UUIDField(null=True)),
                ('person_id', models.UUIDField(null=True)),
                ('event', models.CharField(max_length=60)),
                ('label', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('REGISTER', 'REGISTER'), ('VIEW', 'VIEW'), ('OUTPUT', 'OUTPUT'), ('DELETE', 'DELETE'), ('ACCESS', 'ACCESS')], max_length=12)),
                ('result', models.CharField(choices=[('SUCCESS', 'SUCCESS'), ('FAILURE', 'FAILURE')], max_length=8)),
                ('screen', models.CharField(max_length=30)),
                ('purpose', models.CharField(blank=True, max_length=60)),
                ('taken_out', models.CharField(blank=True, choices=[('', ''), ('SCREEN', 'SCREEN'), ('DOCUMENT', 'DOCUMENT'), ('MEDIUM', 'MEDIUM'), ('FILE', 'FILE')], max_length=10)),
                ('body', models.BinaryField()),
                ('leaf_hash', models.BinaryField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['office_id', 'at', 'seq'], name='journal_entry_at'), models.Index(fields=['office_id', 'client_id', 'seq'], name='journal_entry_client'), models.Index(fields=['office_id', 'person_id', 'seq'], name='journal_entry_person'), models.Index(fields=['office_id', 'staff_id', 'seq'], name='journal_entry_staff'), models.Index(condition=models.Q(('result', 'FAILURE')), fields=['office_id', 'seq'], name='journal_entry_failures')],
                'constraints': [models.UniqueConstraint(fields=('office_id', 'seq'), name='journal_entry_seq'), models.UniqueConstraint(fields=('office_id', 'operation', 'line'), name='journal_entry_operation_line')],
            },
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('operation', models.PositiveBigIntegerField(default=0)),
                ('frontier', models.BinaryField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id',), name='journal_head_one_per_office')],
            },
        ),
        migrations.CreateModel(
            name='Tile',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('level', models.PositiveSmallIntegerField()),
                ('index', models.PositiveBigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id', 'level', 'index'), name='journal_tile_place')],
            },
        ),
        OfficeWall("Head"),
        OfficeWall("Entry"),
        OfficeWall("EntryText"),
        OfficeWall("Tile"),
        OfficeWall("Checkpoint"),
    ]
