"""Offices opened before activation codes: their keys are made and their accounts activated already."""

from typing import Any

from django.db import migrations


def mark(apps: Any, schema_editor: Any) -> None:
    """Fill what 0002 added, office by office: PostgreSQL's wall asks for one."""
    connection = schema_editor.connection
    if connection.alias != "default":
        return
    office_model, staff_model = apps.get_model("tenancy", "Office"), apps.get_model("tenancy", "StaffMember")
    account_model, grant_model = apps.get_model("tenancy", "Account"), apps.get_model("tenancy", "Grant")
    for office in list(office_model.objects.all()):
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('azukari.office_id', %s, true)", [str(office.id)])
        accounts = account_model._base_manager.filter(office_id=office.id)
        accounts.update(password_set_at=office.created_at)
        staff = staff_model._base_manager.filter(office_id=office.id)
        granted = grant_model._base_manager.filter(office_id=office.id).values_list("staff_id", flat=True)
        staff.filter(id__in=list(granted)).update(handles=True)
        first = staff.filter(role="MANAGER").order_by("created_at").first()
        office.keys_made_at = office.created_at
        office.founder_account_id = first.account_id if first else None
        office.save(update_fields=["keys_made_at", "founder_account_id"])


class Migration(migrations.Migration):
    dependencies = [("tenancy", "0002_accounts")]

    operations = [
        migrations.RunPython(mark, migrations.RunPython.noop),
        migrations.RunSQL("DROP TABLE IF EXISTS django_session", migrations.RunSQL.noop),
    ]
