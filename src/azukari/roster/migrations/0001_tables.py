"""The tables of roster, with the wall between offices on PostgreSQL."""

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
        ('tenancy', '0001_tables'),
    ]

    operations = [
        migrations.CreateModel(
            name='Person',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('employee_code', models.CharField(blank=True, max_length=40)),
                ('name', models.CharField(max_length=120)),
                ('kana', models.CharField(blank=True, max_length=200)),
                ('name_key', models.CharField(max_length=120)),
                ('kana_key', models.CharField(max_length=200)),
                ('birth_date', models.DateField(null=True)),
                ('sex', models.CharField(blank=True, choices=[('', ''), ('M', 'M'), ('F', 'F')], max_length=1)),
                ('relationship', models.CharField(max_length=20)),
                ('is_employee', models.BooleanField()),
                ('dependant_kind', models.CharField(blank=True, max_length=60)),
                ('joined_on', models.DateField(null=True)),
                ('left_on', models.DateField(null=True)),
                ('note', models.CharField(blank=True, max_length=500)),
                ('number_state', models.CharField(choices=[('MISSING', '未取得'), ('CHECKING', '確認中'), ('REGISTERED', '登録済み'), ('DISPOSED', '廃棄済み')], default='MISSING', max_length=10)),
                ('created_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField()),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
                ('head', models.ForeignKey(db_constraint=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='roster.person')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
                'indexes': [models.Index(fields=['office_id', 'client', 'employee_code', 'id'], name='roster_person_code'), models.Index(fields=['office_id', 'client', 'number_state'], name='roster_person_state'), models.Index(fields=['office_id', 'head'], name='roster_person_family')],
                'constraints': [models.UniqueConstraint(fields=('office_id', 'id'), name='roster_person_office_key'), azukari.store.constraints.OfficeForeignKey(column='client_id', name='roster_person_client', target='tenancy.ClientCompany'), azukari.store.constraints.OfficeForeignKey(column='head_id', name='roster_person_head', target='roster.Person')],
            },
        ),
        OfficeWall("Person"),
    ]
