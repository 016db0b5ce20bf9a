"""URL table of the operator's console. Every view declares its permission (access.page)."""

from __future__ import annotations

from django.urls import path

from azukari.entrance import urls as entrance
from azukari.operator.views import offices, operators

app_name = "operator"

urlpatterns = [
    *entrance.patterns,
    path("", offices.office_list, name="home"),
    path("offices/new/", offices.office_new, name="office-new"),
    path("offices/<uuid:office_id>/", offices.office, name="office"),
    path("offices/<uuid:office_id>/letter/", offices.letter, name="office-letter"),
    path("offices/<uuid:office_id>/stop/", offices.stop, name="office-stop"),
    path("offices/<uuid:office_id>/reopen/", offices.reopen, name="office-reopen"),
    path("offices/<uuid:office_id>/contract/", offices.contract, name="office-contract"),
    path("offices/<uuid:office_id>/networks/", offices.networks, name="office-networks"),
    path("offices/<uuid:office_id>/support/", offices.support, name="office-support"),
    path("operators/", operators.operator_list, name="operators"),
    path("operators/<uuid:operator_id>/renew/", operators.renew, name="operator-renew"),
    path("operators/<uuid:operator_id>/stop/", operators.stop, name="operator-stop"),
    path("events/", operators.events, name="events"),
]
