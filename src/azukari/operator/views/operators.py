"""Operators, and what they did."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance import letters
from azukari.entrance.confirm import prove
from azukari.entrance.doors import OPERATOR
from azukari.entrance.requests import now_of, trace_of
from azukari.operator.access import USE, acting, page
from azukari.operator.forms import OperatorForm
from azukari.tenancy import queries
from azukari.tenancy.actions import operators
from azukari.tenancy.actions.activation import Issued
from azukari.tenancy.errors import CodeTakenError, OwnAccountError, StaffNotFoundError

_EVENTS = 500


@page(USE, "GET", "HEAD", "POST")
def operator_list(request: HttpRequest) -> HttpResponse:
    form = OperatorForm(request.POST or None)
    rows = queries.list_operators()
    if request.method == "POST" and form.is_valid() and form.cleaned_data["login_id"] in {row.login_id for row in rows}:
        form.add_error("login_id", CodeTakenError(value=form.cleaned_data["login_id"]).short)
    if request.method == "POST" and form.is_valid():
        prove(request, "運営者の追加")
        try:
            issued = operators.add_operator(
                form.cleaned_data["login_id"],
                form.cleaned_data["name"],
                email=form.cleaned_data["email"],
                by=acting(request),
                trace=trace_of(request),
                now=now_of(request),
            )
        except CodeTakenError as error:  # by another operator, since the question
            form.add_error("login_id", error.short)
        else:
            return _show_code(request, form.cleaned_data["name"], form.cleaned_data["login_id"], issued)
    context = {"form": form, "rows": rows, "own": acting(request).pk}
    return render(request, "operator/operators.html", context, status=422 if form.errors else 200)


def _show_code(request: HttpRequest, name: str, login_id: str, issued: Issued) -> HttpResponse:
    """Show a new operator's code, this once."""
    context = {
        "name": name,
        "login_id": login_id,
        "groups": issued.code.groups(),
        "expires_at": issued.expires_at,
        "address": letters.page_address(request, OPERATOR),
    }
    return render(request, "operator/code.html", context)


def _other(request: HttpRequest, operator_id: UUID) -> queries.OperatorRow:
    """Give another operator. Raises: OwnAccountError, StaffNotFoundError."""
    if operator_id == acting(request).pk:
        raise OwnAccountError
    row = next((row for row in queries.list_operators() if row.id == operator_id), None)
    if row is None:
        raise StaffNotFoundError
    return row


@page(USE, "POST")
def renew(request: HttpRequest, operator_id: UUID) -> HttpResponse:
    """Reset another operator who lost password or factor."""
    row = _other(request, operator_id)
    prove(request, f"運営者の再設定（{row.name}）")
    issued = operators.renew_operator(row.login_id, by=acting(request), trace=trace_of(request), now=now_of(request))
    return _show_code(request, row.name, row.login_id, issued)


@page(USE, "POST")
def stop(request: HttpRequest, operator_id: UUID) -> HttpResponse:
    row = _other(request, operator_id)
    prove(request, f"運営者の停止（{row.name}）")
    with transaction.atomic():
        operators.stop_operator(operator_id, by=acting(request), trace=trace_of(request), now=now_of(request))
    messages.success(request, f"{row.name}さんを停止しました。")
    return redirect("operator:operators")


@page(USE)
def events(request: HttpRequest) -> HttpResponse:
    """What operators did, newest first."""
    pages = Paginator(queries.list_operator_events(limit=_EVENTS), 50)
    number = request.GET.get("page", "1")
    shown = pages.get_page(number if number.isdecimal() and len(number) < 6 else "1")
    return render(request, "operator/events.html", {"page": shown})
