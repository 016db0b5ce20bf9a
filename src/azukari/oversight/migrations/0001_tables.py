"""The tables of oversight, with the wall between offices on PostgreSQL."""

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
        ('tenancy', '0004_exchange'),
    ]

    operations = [
        migrations.CreateModel(
            name='OddUse',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('rule', models.CharField(choices=[('NIGHT', '夜間・休日'), ('MANY_HOUR', '短い時間に多く'), ('MANY_DAY', '1日に多く'), ('RETIRED', '退職した人'), ('UNASSIGNED', '担当でない顧問先'), ('FAILED_UNLOCKS', '利用認証の失敗'), ('FAILED_LOGINS', 'ログインの失敗'), ('NEW_DEVICE', '新しい端末')], max_length=20)),
                ('who', models.UUIDField()),
                ('day', models.DateField()),
                ('seqs', models.JSONField()),
                ('count', models.PositiveIntegerField()),
                ('number', models.PositiveIntegerField()),
                ('first_at', models.DateTimeField()),
                ('last_at', models.DateTimeField()),
                ('found_at', models.DateTimeField()),
                ('reviewed_at', models.DateTimeField(null=True)),
                ('reviewed_by', models.CharField(blank=True, max_length=60)),
                ('word', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['office_id', 'last_at', 'id'], name='oversight_odduse_last'), models.Index(condition=models.Q(('reviewed_at__isnull', True)), fields=['office_id', 'last_at', 'id'], name='oversight_odduse_waiting')],
                'constraints': [models.UniqueConstraint(fields=('office_id', 'rule', 'who', 'day'), name='oversight_odduse_once')],
            },
        ),
        migrations.CreateModel(
            name='Settings',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('told', models.JSONField()),
                ('version', models.PositiveIntegerField(default=0)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id',), name='oversight_settings_one_per_office')],
            },
        ),
        migrations.CreateModel(
            name='Watch',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('looked', models.PositiveBigIntegerField()),
                ('mailed_on', models.DateField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id',), name='oversight_watch_one_per_office')],
            },
        ),
        migrations.CreateModel(
            name='HoldingSlip',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('code_digest', models.CharField(max_length=64)),
                ('issued_by', models.CharField(max_length=60)),
                ('issued_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
                ('person', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [azukari.store.constraints.OfficeForeignKey(column='person_id', name='oversight_slip_person', target='roster.Person'), azukari.store.constraints.OfficeForeignKey(column='client_id', name='oversight_slip_client', target='tenancy.ClientCompany'), models.UniqueConstraint(fields=('office_id', 'code_digest'), name='oversight_slip_code'), models.UniqueConstraint(condition=models.Q(('ended_at__isnull', True)), fields=('office_id', 'person'), name='oversight_slip_one_alive')],
            },
        ),
        OfficeWall("Settings"),
        OfficeWall("Watch"),
        OfficeWall("OddUse"),
        OfficeWall("HoldingSlip"),
    ]
