"""ファイル管理: what is asked for, sending, receiving, and the last days' exchange, for one company."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render

from azukari.entrance.attempts import attempt
from azukari.entrance.downloads import NOTHING_TO_GATHER, gather, send_file, send_receipt, send_zip
from azukari.entrance.form_files import take_form_files
from azukari.entrance.requests import actor_of, holder_of, now_of, signed_in_of, trace_of
from azukari.exchange import queries
from azukari.exchange.actions import deliveries, protection, receipts, uploads
from azukari.exchange.errors.deliveries import DeliveryNotFoundError
from azukari.exchange.queries import Filter
from azukari.exchange.rules.states import Direction
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import ConflictError, NotAllowedError
from azukari.portal.access import page
from azukari.portal.forms import OpenForm, PlainSendForm
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import passwords
from azukari.tenancy.errors import ConfirmRefusedError, TooManyAttemptsError

_SEE, _SEND = "exchange:file:see", "exchange:file:send"
_SHOWN = {"all": None, "sent": Direction.RECEIVED, "received": Direction.SENT, "unread": None}
_MOST_IN_ZIP = 100


@page(_SEE)
def files(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), now_of(request)
    shown = request.GET.get("show", "all")
    shown = shown if shown in _SHOWN else "all"
    q = request.GET.get("q", "").strip()[:60]
    chosen = _item(request)
    wanted = Filter(q=q, direction=_SHOWN[shown], unread_only=shown == "unread")
    context = {
        "asked": queries.list_requests(actor),
        "waiting": queries.list_waiting(actor, now=now),
        "broken_off": uploads.list_broken_off(actor=actor),
        "page": queries.list_ledger(actor, wanted, key=request.GET.get("key", "")[:400], now=now),
        "show": shown,
        "q": q,
        "chosen": chosen,
        "told": [("item", chosen[1].id)] if chosen else [],
        "today": jst_day(now),
        **_sending(request),
    }
    return render(request, "portal/files.html", context)


def _item(request: HttpRequest) -> tuple[queries.RequestRow, queries.ItemRow] | None:
    try:
        item = UUID(request.GET.get("item", ""))
    except ValueError:
        return None
    found = queries.get_item(actor_of(request), item)
    return found if found and found[1].open else None


def _sending(request: HttpRequest) -> dict[str, Any]:
    """What the drop area says: to whom, and how large a file may be."""
    signed_in = signed_in_of(request)
    assert signed_in.company is not None
    return {
        "staff": tenancy.list_staff_in_charge([signed_in.company.id]).get(signed_in.company.id, []),
        "limit_mb": signed_in.office.file_limit_mb,
    }


@page(_SEND, "POST")
def send(request: HttpRequest) -> HttpResponse:
    """Take files from a plain form. Each is told of by name, also those that were not taken."""
    form, company = PlainSendForm(request.POST), signed_in_of(request).company
    assert company is not None
    if not form.is_valid() or not request.FILES.getlist("files"):
        messages.error(request, "ファイルが選択されていません。" if form.is_valid() else "入力内容を確認してください。")
        return redirect("portal:files")
    data = form.cleaned_data
    wishes = Wishes(memo=data["memo"], reply_to=data["reply_to"], item=data["item"], replaces=data["replaces"])
    taken = take_form_files(request, client_id=company.id, wishes=wishes, protected=data["protected"])
    if taken:
        messages.success(request, f"{taken}件を送信しました。検査が終わると、受領書が発行されます。")
    return redirect("portal:files")


@page(_SEE)
def line(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    actor, now = actor_of(request), now_of(request)
    found = _line(request, delivery_id)
    ours = found.direction is Direction.RECEIVED
    receipt = receipts.facts_of(actor=actor, delivery_id=found.id) if found.receipt else None
    context = {
        "line": found,
        "thread": queries.list_thread(actor, found, now=now),
        "openings": queries.list_openings(found),
        "receipt": receipt,
        "sent_by_us": ours,
        "told": [("replaces" if ours else "reply_to", found.id)],
        **_sending(request),
    }
    return render(request, "portal/files/line.html", context)


def _line(request: HttpRequest, delivery_id: UUID) -> queries.LineDetail:
    found = queries.get_line(actor_of(request), delivery_id, now=now_of(request))
    if found is None:
        raise DeliveryNotFoundError
    return found


@page(_SEE, "GET")
def download(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    found = _line(request, delivery_id)
    if found.protected and found.direction is Direction.SENT:
        return redirect("portal:file-open", delivery_id=delivery_id)
    readable = deliveries.open_ordinary(actor=actor_of(request), delivery_id=delivery_id, now=now_of(request))
    return send_file(request, readable)


@page(_SEE, "GET", "HEAD", "POST")
def open_protected(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    """Ask for the password that guards the own key, then send the file as the answer."""
    found = _line(request, delivery_id)
    if not found.protected:
        return redirect("portal:file-download", delivery_id=delivery_id)
    form = OpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["password"]
        try:
            passwords.prove(
                holder_of(request),
                password,
                trace=trace_of(request),
                what="保護ファイルの受け取り",
                now=now_of(request),
            )
            readable = deliveries.open_as_receiver(
                actor=actor_of(request), password=password, delivery_id=delivery_id, now=now_of(request)
            )
        except (ConfirmRefusedError, TooManyAttemptsError) as error:
            form.add_error("password", error.short)
        except (NotAllowedError, ConflictError) as error:
            form.add_error(None, error.short)
        else:
            return send_file(request, readable)
    context = {"form": form, "line": found}
    return render(request, "portal/files/open.html", context, status=422 if form.errors else 200)


@page(_SEE)
def receipt(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return send_receipt(request, delivery_id)


@page(_SEND, "POST")
def withdraw(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do(request, delivery_id, deliveries.withdraw, "送信を取り消しました。相手は開いていません。")


@page(_SEND, "POST")
def protect(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do(request, delivery_id, protection.accept_proposal, "保護ファイルに変更しました。")


def _do(request: HttpRequest, delivery_id: UUID, act: Callable[..., object], done: str) -> HttpResponse:
    attempt(request, partial(act, actor=actor_of(request), delivery_id=delivery_id, now=now_of(request)), done)
    return redirect("portal:file", delivery_id=delivery_id)


@page(_SEE, "POST")
def many(request: HttpRequest) -> HttpResponseBase:
    """Send the ticked files as one zip. 保護 files do not come along: each is opened by itself."""
    found = gather(request, most=_MOST_IN_ZIP)
    if not found:
        messages.error(request, NOTHING_TO_GATHER)
        return redirect("portal:files")
    return send_zip(f"files-{jst_day(now_of(request)):%Y%m%d}.zip", found)
