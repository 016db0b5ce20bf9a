"""Accounts of client companies and operators, second factors, codes, sessions, mail, contract, settings."""

import azukari.kernel.ids
import azukari.store.constraints
import azukari.store.models
import azukari.store.scope
import azukari.tenancy.rules.settings
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from azukari.store.rls import OfficeWall


class Migration(migrations.Migration):

    dependencies = [
        ('tenancy', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Activation',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('code_digest', models.CharField(max_length=64)),
                ('channel', models.CharField(max_length=10)),
                ('issued_by', models.CharField(max_length=60)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('voided_at', models.DateTimeField(null=True)),
                ('number', models.PositiveIntegerField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='BackupCode',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('salt', models.BinaryField()),
                ('digest', models.BinaryField()),
                ('created_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='BrowserSession',
            fields=[
                ('session_data', models.TextField(verbose_name='session data')),
                ('expire_date', models.DateTimeField(db_index=True, verbose_name='expire date')),
                ('session_key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('public_id', models.CharField(blank=True, max_length=20)),
                ('account_id', models.UUIDField(db_index=True, null=True)),
                ('door', models.CharField(blank=True, max_length=10)),
                ('device', models.CharField(blank=True, max_length=80)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('signed_in_at', models.DateTimeField(null=True)),
                ('last_seen_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'session',
                'verbose_name_plural': 'sessions',
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='ClientImport',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('file_name', models.CharField(max_length=200)),
                ('rows', models.JSONField()),
                ('made_by', models.UUIDField()),
                ('made_at', models.DateTimeField()),
                ('done_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ClientMembership',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('role', models.CharField(choices=[('CLIENT_LEAD', '窓口責任者'), ('CLIENT_MEMBER', '窓口担当者')], max_length=20)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='ClientUser',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('login_id', models.CharField(max_length=40)),
                ('name', models.CharField(max_length=60)),
                ('kana', models.CharField(blank=True, max_length=100)),
                ('version', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Contract',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('plan', models.CharField(max_length=60)),
                ('starts_on', models.DateField()),
                ('ends_on', models.DateField(null=True)),
                ('staff_limit', models.PositiveIntegerField(null=True)),
                ('client_limit', models.PositiveIntegerField(null=True)),
                ('number_limit', models.PositiveIntegerField(null=True)),
                ('note', models.CharField(blank=True, max_length=400)),
                ('operator_note', models.CharField(blank=True, max_length=400)),
                ('changed_by', models.CharField(max_length=60)),
                ('changed_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='KnownDevice',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('token_digest', models.CharField(max_length=64)),
                ('label', models.CharField(max_length=80)),
                ('address', models.CharField(max_length=45)),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='Operator',
            fields=[
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('username', models.CharField(max_length=40, unique=True)),
                ('name', models.CharField(max_length=60)),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('is_active', models.BooleanField(default=True)),
                ('password_set_at', models.DateTimeField(null=True)),
                ('created_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OperatorActivation',
            fields=[
                ('code_digest', models.CharField(max_length=64)),
                ('channel', models.CharField(max_length=10)),
                ('issued_by', models.CharField(max_length=60)),
                ('issued_at', models.DateTimeField()),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('voided_at', models.DateTimeField(null=True)),
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='OperatorBackupCode',
            fields=[
                ('salt', models.BinaryField()),
                ('digest', models.BinaryField()),
                ('created_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OperatorDevice',
            fields=[
                ('token_digest', models.CharField(max_length=64)),
                ('label', models.CharField(max_length=80)),
                ('address', models.CharField(max_length=45)),
                ('first_seen_at', models.DateTimeField()),
                ('last_seen_at', models.DateTimeField()),
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='OperatorEvent',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('operator_id', models.UUIDField(null=True)),
                ('operator_name', models.CharField(max_length=60)),
                ('at', models.DateTimeField()),
                ('label', models.CharField(max_length=60)),
                ('office_code', models.CharField(blank=True, max_length=20)),
                ('address', models.CharField(blank=True, max_length=45)),
                ('succeeded', models.BooleanField(default=True)),
            ],
        ),
        migrations.CreateModel(
            name='OperatorPasskey',
            fields=[
                ('label', models.CharField(max_length=40)),
                ('credential_id', models.BinaryField()),
                ('public_key', models.BinaryField()),
                ('sign_count', models.BigIntegerField(default=0)),
                ('transports', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
            ],
        ),
        migrations.CreateModel(
            name='OperatorTotp',
            fields=[
                ('label', models.CharField(max_length=40)),
                ('sealed_secret', models.BinaryField()),
                ('last_counter', models.BigIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
            ],
            options={
                'abstract': False,
            },
        ),
        migrations.CreateModel(
            name='OutboxMail',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', models.UUIDField(null=True)),
                ('sealed', models.BinaryField()),
                ('made_at', models.DateTimeField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('next_try_at', models.DateTimeField()),
                ('failed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('label', models.CharField(max_length=40)),
                ('credential_id', models.BinaryField()),
                ('public_key', models.BinaryField()),
                ('sign_count', models.BigIntegerField(default=0)),
                ('transports', models.JSONField(default=list)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SupportGrant',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('reason', models.CharField(max_length=200)),
                ('given_by', models.UUIDField()),
                ('given_by_name', models.CharField(max_length=60)),
                ('given_at', models.DateTimeField()),
                ('ends_at', models.DateTimeField()),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='TotpDevice',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('label', models.CharField(max_length=40)),
                ('sealed_secret', models.BinaryField()),
                ('last_counter', models.BigIntegerField(default=0)),
                ('created_at', models.DateTimeField()),
                ('last_used_at', models.DateTimeField(null=True)),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='TryCount',
            fields=[
                ('key', models.CharField(max_length=64, primary_key=True, serialize=False)),
                ('tries', models.PositiveIntegerField()),
                ('ends_at', models.DateTimeField()),
            ],
        ),
        migrations.DeleteModel(
            name='LoginFailures',
        ),
        migrations.AddField(
            model_name='account',
            name='door',
            field=models.CharField(choices=[('office', 'office'), ('portal', 'portal')], default='office', max_length=10),
        ),
        migrations.AddField(
            model_name='account',
            name='email',
            field=models.EmailField(blank=True, max_length=254),
        ),
        migrations.AddField(
            model_name='account',
            name='password_set_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='account',
            name='reset_asked_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='clientcompany',
            name='corporate_number',
            field=models.CharField(blank=True, max_length=13),
        ),
        migrations.AddField(
            model_name='clientcompany',
            name='postal_code',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name='clientcompany',
            name='version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name='office',
            name='allowed_networks',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='office',
            name='client_factor',
            field=models.CharField(default=azukari.tenancy.rules.settings.FactorFor['ALL'], max_length=10),
        ),
        migrations.AddField(
            model_name='office',
            name='contact_person',
            field=models.CharField(blank=True, max_length=60),
        ),
        migrations.AddField(
            model_name='office',
            name='default_sees_all',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='office',
            name='file_days',
            field=models.PositiveSmallIntegerField(default=7),
        ),
        migrations.AddField(
            model_name='office',
            name='founder_account_id',
            field=models.UUIDField(null=True),
        ),
        migrations.AddField(
            model_name='office',
            name='keys_made_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='office',
            name='notice_addresses',
            field=models.JSONField(default=list),
        ),
        migrations.AddField(
            model_name='office',
            name='password_length',
            field=models.PositiveSmallIntegerField(default=12),
        ),
        migrations.AddField(
            model_name='office',
            name='postal_code',
            field=models.CharField(blank=True, max_length=8),
        ),
        migrations.AddField(
            model_name='office',
            name='session_minutes',
            field=models.PositiveSmallIntegerField(default=30),
        ),
        migrations.AddField(
            model_name='office',
            name='staff_factor',
            field=models.CharField(default=azukari.tenancy.rules.settings.FactorFor['ALL'], max_length=10),
        ),
        migrations.AddField(
            model_name='office',
            name='stop_reason',
            field=models.CharField(blank=True, max_length=200),
        ),
        migrations.AddField(
            model_name='office',
            name='stopped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='handles',
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='record_password',
            field=models.CharField(blank=True, max_length=128),
        ),
        migrations.AddField(
            model_name='staffmember',
            name='version',
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name='staffmember',
            name='role',
            field=models.CharField(choices=[('MANAGER', '責任者'), ('HANDLER', '事務取扱担当者'), ('GENERAL', '一般従業員'), ('AUDITOR', '監査')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.CheckConstraint(condition=models.Q(('session_minutes__range', (5, 60))), name='tenancy_office_session_minutes'),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.CheckConstraint(condition=models.Q(('password_length__range', (12, 64))), name='tenancy_office_password_length'),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.CheckConstraint(condition=models.Q(('file_days__range', (1, 90))), name='tenancy_office_file_days'),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.CheckConstraint(condition=models.Q(('staff_factor__in', ['ALL', 'HANDLERS'])), name='tenancy_office_staff_factor'),
        ),
        migrations.AddConstraint(
            model_name='office',
            constraint=models.CheckConstraint(condition=models.Q(('client_factor__in', ['ALL', 'NOBODY'])), name='tenancy_office_client_factor'),
        ),
        migrations.AddField(
            model_name='activation',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='activations', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='backupcode',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='backup_codes', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clientmembership',
            name='client',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='tenancy.clientcompany'),
        ),
        migrations.AddField(
            model_name='clientuser',
            name='account',
            field=models.OneToOneField(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='client_user', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='clientmembership',
            name='user',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='memberships', to='tenancy.clientuser'),
        ),
        migrations.AddField(
            model_name='knowndevice',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='devices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='operatoractivation',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='activations', to='tenancy.operator'),
        ),
        migrations.AddField(
            model_name='operatorbackupcode',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='backup_codes', to='tenancy.operator'),
        ),
        migrations.AddField(
            model_name='operatordevice',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='devices', to='tenancy.operator'),
        ),
        migrations.AddIndex(
            model_name='operatorevent',
            index=models.Index(fields=['-at'], name='tenancy_operatorevent_at'),
        ),
        migrations.AddField(
            model_name='operatorpasskey',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to='tenancy.operator'),
        ),
        migrations.AddField(
            model_name='operatortotp',
            name='account',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='totp_devices', to='tenancy.operator'),
        ),
        migrations.AddIndex(
            model_name='outboxmail',
            index=models.Index(fields=['next_try_at'], name='tenancy_outbox_due'),
        ),
        migrations.AddField(
            model_name='passkey',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='totpdevice',
            name='account',
            field=models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='totp_devices', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=models.UniqueConstraint(condition=models.Q(('used_at__isnull', True), ('voided_at__isnull', True)), fields=('office_id', 'account'), name='tenancy_activation_one_alive'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=models.UniqueConstraint(fields=('office_id', 'number'), name='tenancy_activation_number'),
        ),
        migrations.AddConstraint(
            model_name='activation',
            constraint=azukari.store.constraints.OfficeForeignKey(column='account_id', name='tenancy_activation_account', target='tenancy.Account'),
        ),
        migrations.AddConstraint(
            model_name='backupcode',
            constraint=azukari.store.constraints.OfficeForeignKey(column='account_id', name='tenancy_backup_account', target='tenancy.Account'),
        ),
        migrations.AddConstraint(
            model_name='clientuser',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='tenancy_user_office_key'),
        ),
        migrations.AddConstraint(
            model_name='clientuser',
            constraint=models.UniqueConstraint(fields=('office_id', 'login_id'), name='tenancy_user_login'),
        ),
        migrations.AddConstraint(
            model_name='clientuser',
            constraint=azukari.store.constraints.OfficeForeignKey(column='account_id', name='tenancy_user_account', target='tenancy.Account'),
        ),
        migrations.AddConstraint(
            model_name='clientmembership',
            constraint=models.UniqueConstraint(fields=('office_id', 'user', 'client'), name='tenancy_membership_once'),
        ),
        migrations.AddConstraint(
            model_name='clientmembership',
            constraint=azukari.store.constraints.OfficeForeignKey(column='user_id', name='tenancy_membership_user', target='tenancy.ClientUser'),
        ),
        migrations.AddConstraint(
            model_name='clientmembership',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='tenancy_membership_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddConstraint(
            model_name='knowndevice',
            constraint=models.UniqueConstraint(fields=('office_id', 'account', 'token_digest'), name='tenancy_device_once'),
        ),
        migrations.AddConstraint(
            model_name='knowndevice',
            constraint=azukari.store.constraints.OfficeForeignKey(column='account_id', name='tenancy_device_account', target='tenancy.Account'),
        ),
        migrations.AddConstraint(
            model_name='operatoractivation',
            constraint=models.UniqueConstraint(condition=models.Q(('used_at__isnull', True), ('voided_at__isnull', True)), fields=('account',), name='tenancy_operatoractivation_one_alive'),
        ),
        migrations.AddConstraint(
            model_name='operatordevice',
            constraint=models.UniqueConstraint(fields=('account', 'token_digest'), name='tenancy_operatordevice_once'),
        ),
        migrations.AddConstraint(
            model_name='operatorpasskey',
            constraint=models.UniqueConstraint(fields=('credential_id',), name='tenancy_operatorpasskey_credential'),
        ),
        migrations.AddConstraint(
            model_name='passkey',
            constraint=models.UniqueConstraint(fields=('credential_id',), name='tenancy_passkey_credential'),
        ),
        migrations.AddConstraint(
            model_name='passkey',
            constraint=azukari.store.constraints.OfficeForeignKey(column='account_id', name='tenancy_passkey_account', target='tenancy.Account'),
        ),
        migrations.AddConstraint(
            model_name='totpdevice',
            constraint=azukari.store.constraints.OfficeForeignKey(column='account_id', name='tenancy_totp_account', target='tenancy.Account'),
        ),
        OfficeWall("ClientUser"),
        OfficeWall("ClientMembership"),
        OfficeWall("ClientImport"),
        OfficeWall("Contract"),
        OfficeWall("SupportGrant"),
        OfficeWall("Activation"),
        OfficeWall("TotpDevice"),
        OfficeWall("Passkey"),
        OfficeWall("BackupCode"),
        OfficeWall("KnownDevice"),
    ]
