"""URL table of the office door. Every view declares its permission (access.page)."""

from __future__ import annotations

from django.urls import path

from azukari.entrance import urls as entrance
from azukari.office.views import (
    account,
    clients,
    disposal,
    home,
    imports,
    my_page,
    numbers,
    people,
    record,
    recovery,
    settings,
    staff,
)

app_name = "office"

urlpatterns = [
    *entrance.patterns,
    path("unlock/", account.unlock, name="unlock"),
    path("unlock/end/", account.end_unlock, name="unlock-end"),
    path("", home.home, name="home"),
    path("clients/", clients.client_list, name="clients"),
    path("clients/<uuid:client_id>/", clients.client, name="client"),
    path("clients/<uuid:client_id>/people/", people.people_list, name="people"),
    path("clients/<uuid:client_id>/imports/new/", imports.upload, name="import-new"),
    path("people/<uuid:person_id>/", people.person, name="person"),
    path("people/<uuid:person_id>/number/", numbers.register, name="number-register"),
    path("people/<uuid:person_id>/number/change/", numbers.replace, name="number-replace"),
    path("people/<uuid:person_id>/reveal/", numbers.reveal, name="reveal"),
    path("imports/", imports.import_list, name="imports"),
    path("imports/<uuid:import_id>/", imports.show, name="import"),
    path("imports/<uuid:import_id>/columns/", imports.columns, name="import-columns"),
    path("imports/<uuid:import_id>/register/", imports.register, name="import-register"),
    path("imports/<uuid:import_id>/cancel/", imports.cancel, name="import-cancel"),
    path("imports/<uuid:import_id>/rejected.xlsx", imports.rejected, name="import-rejected"),
    path("disposal/", disposal.disposal_list, name="disposals"),
    path("disposal/new/person/<uuid:person_id>/", disposal.request_for_person, name="disposal-person"),
    path("disposal/new/client/<uuid:client_id>/", disposal.request_for_client, name="disposal-client"),
    path("disposal/<uuid:disposal_id>/", disposal.show, name="disposal"),
    path("disposal/<uuid:disposal_id>/carry-out/", disposal.carry_out, name="disposal-carry-out"),
    path("disposal/<uuid:disposal_id>/cancel/", disposal.cancel, name="disposal-cancel"),
    path("disposal/<uuid:disposal_id>/certificate.pdf", disposal.certificate, name="certificate"),
    path("log/open/", account.open_record, name="record-open"),
    path("log/", record.record_list, name="record"),
    path("log/<int:seq>/", record.entry, name="record-entry"),
    path("settings/", my_page.top, name="settings"),
    path("settings/office/", settings.office_settings, name="settings-office"),
    path("settings/password/", my_page.password, name="settings-password"),
    path("settings/password/record/", my_page.record_password, name="record-password"),
    path("settings/staff/", staff.staff_list, name="staff"),
    path("settings/staff/new/", staff.new, name="staff-new"),
    path("settings/staff/<uuid:staff_id>/", staff.member, name="staff-member"),
    path("settings/staff/<uuid:staff_id>/invite/", staff.invite, name="staff-invite"),
    path("settings/staff/<uuid:staff_id>/grant/", staff.grant, name="staff-grant"),
    path("settings/staff/<uuid:staff_id>/withdraw/", staff.withdraw, name="staff-withdraw"),
    path("settings/staff/<uuid:staff_id>/stop/", staff.stop, name="staff-stop"),
    path("settings/staff/<uuid:staff_id>/reopen/", staff.reopen, name="staff-reopen"),
    path("settings/contract/", my_page.contract, name="contract"),
    path("settings/support/", my_page.support, name="support"),
    path("settings/support/end/", my_page.end_support, name="support-end"),
    path("settings/documents/", my_page.documents, name="documents"),
    path("settings/recovery/", recovery.recovery, name="recovery"),
    path("settings/recovery/sheet.pdf", recovery.recovery_sheet, name="recovery-sheet"),
    path("settings/recovery/use/", recovery.recovery_use, name="recovery-use"),
]
