"""The tables of intake, with the wall between offices on PostgreSQL."""

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
            name='SheetImport',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('state', models.CharField(choices=[('READING', 'READING'), ('MAPPING', 'MAPPING'), ('CHECKED', 'CHECKED'), ('REGISTERING', 'REGISTERING'), ('DONE', 'DONE'), ('FAILED', 'FAILED'), ('CANCELLED', 'CANCELLED')], max_length=12)),
                ('file_name', models.CharField(max_length=200)),
                ('purposes', models.JSONField()),
                ('mapping', models.JSONField(null=True)),
                ('workbook_parcel', models.UUIDField(null=True)),
                ('numbers_parcel', models.UUIDField(null=True)),
                ('ledger_mark', models.CharField(blank=True, max_length=200)),
                ('counts', models.JSONField(default=dict)),
                ('people', models.PositiveIntegerField(default=0)),
                ('step_at', models.DateTimeField()),
                ('error', models.JSONField(null=True)),
                ('made_by', models.UUIDField(null=True)),
                ('made_by_name', models.CharField(max_length=60)),
                ('made_at', models.DateTimeField()),
                ('finished_at', models.DateTimeField(null=True)),
                ('operation', models.CharField(blank=True, max_length=30)),
                ('client', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='tenancy.clientcompany')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.CreateModel(
            name='SheetRow',
            fields=[
                ('id', models.UUIDField(default=azukari.kernel.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('office_id', azukari.store.models.OfficeIdField(default=azukari.store.scope.office_or_none, editable=False)),
                ('place', models.PositiveIntegerField()),
                ('sheet', models.CharField(max_length=100)),
                ('row', models.PositiveIntegerField()),
                ('slot', models.CharField(max_length=20)),
                ('facts', models.JSONField()),
                ('verdict', models.CharField(max_length=10)),
                ('chosen', models.BooleanField()),
                ('person_id', models.UUIDField(null=True)),
                ('registered', models.BooleanField(default=False)),
                ('sheet_import', models.ForeignKey(db_constraint=False, on_delete=django.db.models.deletion.CASCADE, related_name='rows', to='intake.sheetimport')),
            ],
            options={
                'abstract': False,
                'base_manager_name': 'objects',
            },
        ),
        migrations.AddIndex(
            model_name='sheetimport',
            index=models.Index(fields=['office_id', 'client', 'made_at'], name='intake_import_client_made'),
        ),
        migrations.AddConstraint(
            model_name='sheetimport',
            constraint=models.UniqueConstraint(fields=('office_id', 'id'), name='intake_import_office_key'),
        ),
        migrations.AddConstraint(
            model_name='sheetimport',
            constraint=azukari.store.constraints.OfficeForeignKey(column='client_id', name='intake_import_client', target='tenancy.ClientCompany'),
        ),
        migrations.AddIndex(
            model_name='sheetrow',
            index=models.Index(fields=['office_id', 'sheet_import', 'verdict', 'place'], name='intake_row_verdict'),
        ),
        migrations.AddConstraint(
            model_name='sheetrow',
            constraint=azukari.store.constraints.OfficeForeignKey(column='sheet_import_id', name='intake_row_import', target='intake.SheetImport'),
        ),
        migrations.AddConstraint(
            model_name='sheetrow',
            constraint=models.UniqueConstraint(fields=('office_id', 'sheet_import', 'place'), name='intake_row_place'),
        ),
        OfficeWall("SheetImport"),
        OfficeWall("SheetRow"),
    ]
