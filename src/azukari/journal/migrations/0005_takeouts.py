"""What was taken out, with the wall between offices on PostgreSQL."""

import azukari.kernel.ids
import azukari.store.models
import azukari.store.scope
from django.db import migrations, models

from azukari.store.rls import OfficeWall


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0004_record_walks'),
    ]

    operations = [
        migrations.AlterField(
            model_name='entry',
            name='taken_out',
            field=models.CharField(blank=True, choices=[('', ''), ('SCREEN', 'SCREEN'), ('DOCUMENT', 'DOCUMENT'), ('PROGRAM', 'PROGRAM'), ('MEDIUM', 'MEDIUM'), ('FILE', 'FILE')], max_length=10),
        ),
        migrations.CreateModel(
            name='TakeOut',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('seq', models.PositiveBigIntegerField()),
                ('number', models.CharField(max_length=30)),
                ('at', models.DateTimeField()),
                ('staff_id', models.UUIDField(null=True)),
                ('client_id', models.UUIDField(null=True)),
                ('person_id', models.UUIDField(null=True)),
                ('record_id', models.UUIDField(null=True)),
                ('kind', models.CharField(choices=[('', ''), ('SCREEN', 'SCREEN'), ('DOCUMENT', 'DOCUMENT'), ('PROGRAM', 'PROGRAM'), ('MEDIUM', 'MEDIUM'), ('FILE', 'FILE')], max_length=10)),
                ('due_on', models.DateField()),
                ('outcome', models.CharField(blank=True, choices=[('SUBMITTED', 'SUBMITTED'), ('RETURNED', 'RETURNED'), ('ERASED', 'ERASED'), ('MISTAKEN', 'MISTAKEN')], max_length=10)),
                ('closed_on', models.DateField(null=True)),
                ('closed_at', models.DateTimeField(null=True)),
                ('closed_seq', models.PositiveBigIntegerField(null=True)),
                ('reminded_on', models.DateField(null=True)),
                ('escalated_on', models.DateField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(condition=models.Q(('outcome', '')), fields=['office_id', 'due_on', 'seq'], name='journal_takeout_open'), models.Index(condition=models.Q(('outcome', '')), fields=['office_id', 'person_id'], name='journal_takeout_person'), models.Index(condition=models.Q(('outcome', '')), fields=['office_id', 'client_id'], name='journal_takeout_client')],
                'constraints': [models.UniqueConstraint(fields=('office_id', 'seq'), name='journal_takeout_seq'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at', None), ('closed_on', None), ('closed_seq', None), ('outcome', '')), models.Q(models.Q(('outcome', ''), _negated=True), ('closed_at__isnull', False), ('closed_on__isnull', False), ('closed_seq__isnull', False)), _connector='OR'), name='journal_takeout_closed_whole')],
            },
        ),
        OfficeWall("TakeOut"),
    ]
