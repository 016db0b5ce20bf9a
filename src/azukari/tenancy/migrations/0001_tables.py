"""The tables of tenancy, with the wall between offices on PostgreSQL."""

import azukari.kernel.ids
import azukari.store.constraints
import azukari.store.models
import azukari.store.scope
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from azukari.store.rls import OfficeWall


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='LoginFailures',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('failures', models.PositiveIntegerField()),
                ('window_ends_at', models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('username', models.CharField(max_length=80, unique=True)),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id', 'id'), name='tenancy_account_office_key')],
            },
        ),
        migrations.CreateModel(
            name='ClientCompany',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('code', models.SlugField(max_length=40)),
                ('name', models.CharField(max_length=100)),
                ('kana', models.CharField(max_length=150)),
                ('kana_key', models.CharField(max_length=150)),
                ('kana_row', models.CharField(max_length=1)),
                ('search_key', models.CharField(max_length=300)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('telephone', models.CharField(blank=True, max_length=30)),
                ('contact_name', models.CharField(blank=True, max_length=60)),
                ('contract_from', models.DateField()),
                ('contract_ended_on', models.DateField(null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['office_id', 'kana_key', 'id'], name='tenancy_client_kana')],
                'constraints': [models.UniqueConstraint(fields=('office_id', 'id'), name='tenancy_client_office_key'), models.UniqueConstraint(fields=('office_id', 'code'), name='tenancy_client_code')],
            },
        ),
        migrations.CreateModel(
            name='Office',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('code', models.SlugField(max_length=20, unique=True)),
                ('name', models.CharField(max_length=100)),
                ('sharoushi_name', models.CharField(blank=True, max_length=60)),
                ('registration_number', models.CharField(blank=True, max_length=20)),
                ('address', models.CharField(blank=True, max_length=200)),
                ('telephone', models.CharField(blank=True, max_length=30)),
                ('created_at', models.DateTimeField()),
                ('reveal_seconds', models.PositiveSmallIntegerField(default=60)),
                ('unlock_minutes', models.PositiveSmallIntegerField(default=5)),
                ('two_person_disposal', models.BooleanField(null=True)),
                ('settings_version', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('reveal_seconds__range', (10, 120))), name='tenancy_office_reveal_seconds'), models.CheckConstraint(condition=models.Q(('unlock_minutes__range', (1, 15))), name='tenancy_office_unlock_minutes')],
            },
        ),
        migrations.CreateModel(
            name='OfficeKeys',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('server_half', models.BinaryField()),
                ('log_signer', models.BinaryField()),
                ('verifier_key', models.CharField(max_length=300)),
                ('document_key', models.BinaryField()),
                ('document_certificate', models.BinaryField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id',), name='tenancy_officekeys_one_per_office')],
            },
        ),
        migrations.CreateModel(
            name='RecoverySheet',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('number', models.PositiveIntegerField()),
                ('sealed_secret', models.BinaryField()),
                ('check_groups', models.JSONField()),
                ('issued_by', models.UUIDField(null=True)),
                ('issued_at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'constraints': [models.UniqueConstraint(fields=('office_id', 'number'), name='tenancy_recovery_number')],
            },
        ),
        migrations.CreateModel(
            name='StaffMember',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('login_id', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=60)),
                ('kana', models.CharField(blank=True, max_length=100)),
                ('role', models.CharField(choices=[('MANAGER', '責任者'), ('HANDLER', '事務取扱担当者'), ('GENERAL', '一般従業員')], max_length=10)),
                ('sees_all_clients', models.BooleanField(default=False)),
                ('public_key', models.BinaryField(null=True)),
                ('sealed_private_key', models.BinaryField(null=True)),
                ('created_at', models.DateTimeField()),
                ('account', models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='staff', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Grant',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('sealed_secret', models.BinaryField()),
                ('granted_by', models.UUIDField(null=True)),
                ('granted_at', models.DateTimeField()),
                ('staff', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.staffmember')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Assignment',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.clientcompany')),
                ('staff', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.staffmember')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Unlock',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('sealed_secret', models.BinaryField()),
                ('purpose', models.CharField(max_length=60)),
                ('opened_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField()),
                ('staff', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, to='tenancy.staffmember')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='tenancy_staff_office_key'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=models.UniqueConstraint(fields=('office_id', 'login_id'), name='tenancy_staff_login'),
        ),
        migrations.AddConstraint(
            model_name='staffmember',
            constraint=azukari.store.constraints.OfficeForeignKey(column='account_id', name='tenancy_staff_account', target='tenancy.Account'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=models.UniqueConstraint(fields=('office_id', 'staff'), name='tenancy_grant_once'),
        ),
        migrations.AddConstraint(
            model_name='grant',
            constraint=azukari.store.constraints.OfficeForeignKey(column='staff_id', name='tenancy_grant_staff', target='tenancy.StaffMember'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=models.UniqueConstraint(fields=('office_id', 'staff', 'client'), name='tenancy_assignment_once'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=azukari.store.constraints.OfficeForeignKey(column='staff_id', name='tenancy_assignment_staff', target='tenancy.StaffMember'),
        ),
        migrations.AddConstraint(
            model_name='assignment',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='tenancy_assignment_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddConstraint(
            model_name='unlock',
            constraint=azukari.store.constraints.OfficeForeignKey(column='staff_id', name='tenancy_unlock_staff', target='tenancy.StaffMember'),
        ),
        OfficeWall("OfficeKeys"),
        OfficeWall("Account"),
        OfficeWall("StaffMember"),
        OfficeWall("ClientCompany"),
        OfficeWall("Assignment"),
        OfficeWall("Grant"),
        OfficeWall("RecoverySheet"),
        OfficeWall("Unlock"),
    ]
