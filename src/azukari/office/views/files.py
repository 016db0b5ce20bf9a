"""送受信ファイル: the ledger of all client companies, one file, and what can be done with it."""

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
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.exchange import queries
from azukari.exchange.actions import deliveries, notices, protection, quarantine, receipts
from azukari.exchange.errors.deliveries import DeliveryNotFoundError
from azukari.exchange.queries import Order
from azukari.exchange.rules.states import Direction
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.office.access import page, vault_key
from azukari.office.forms.files import LedgerForm, OpenForm, ReasonForm
from azukari.office.views.account import remember_unlock
from azukari.office.views.numbers import is_unlocked
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import unlocks

_SEE, _SEND = "exchange:file:see", "exchange:file:send"
_OPEN, _RELEASE = "exchange:protected:open", "exchange:quarantine:release"
_MOST_IN_ZIP = 200


@page(_SEE)
def ledger(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), now_of(request)
    clients = [(str(pk), name) for pk, name in tenancy.list_client_choices(actor)]
    form = LedgerForm(request.GET, clients=clients)
    order = request.GET.get("sort", Order.NEWEST)
    order = Order(order) if order in set(Order) else Order.NEWEST
    valid = form.is_valid()
    wanted = form.wanted(order) if valid else queries.Filter(order=order)
    context = {
        "form": form,
        "page": queries.list_ledger(actor, wanted, key=request.GET.get("key", "")[:400], now=now),
        "sort": order.value,
        "filtered": valid and any(request.GET.get(name) for name in form.fields),
        "unread": queries.count_unread(actor),
        "printed_at": now,
        "conditions": form.in_words() if valid else [],
    }
    return render(request, "office/files/list.html", context, status=200 if valid else 422)


def _line(request: HttpRequest, delivery_id: UUID) -> queries.LineDetail:
    found = queries.get_line(actor_of(request), delivery_id, now=now_of(request))
    if found is None:
        raise DeliveryNotFoundError
    return found


@page(_SEE)
def line(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _show(request, _line(request, delivery_id), ReasonForm())


def _show(request: HttpRequest, found: queries.LineDetail, form: ReasonForm) -> HttpResponse:
    actor, now = actor_of(request), now_of(request)
    sees_receipt = found.receipt and (not found.protected or policy.may(actor, _OPEN))
    context = {
        "line": found,
        "client": tenancy.get_client_for(actor, found.client_id),
        "thread": queries.list_thread(actor, found, now=now),
        "openings": queries.list_openings(found),
        "notices": notices.standing_of(queries.list_notices(found.id)),
        "receipt": receipts.facts_of(actor=actor, delivery_id=found.id) if sees_receipt else None,
        "received": found.direction is Direction.RECEIVED,
        "opens_protected": policy.may(actor, _OPEN),
        "releases": policy.may(actor, _RELEASE),
        "sends": policy.may(actor, _SEND),
        "takes_encrypted": signed_in_of(request).office.takes_encrypted,
        "form": form,
    }
    return render(request, "office/files/line.html", context, status=422 if form.errors else 200)


@page(_SEE, "GET")
def download(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    if _line(request, delivery_id).protected:
        return redirect("office:file-open", delivery_id=delivery_id)
    readable = deliveries.open_ordinary(actor=actor_of(request), delivery_id=delivery_id, now=now_of(request))
    return send_file(request, readable)


@page(_OPEN, "GET", "HEAD", "POST")
def open_protected(request: HttpRequest, delivery_id: UUID) -> HttpResponseBase:
    """従業員利用認証 and 持ち出し, then the file as the answer. The record is committed before the key is opened."""
    found = _line(request, delivery_id)
    if not found.protected:
        return redirect("office:file", delivery_id=delivery_id)
    form = OpenForm(request.POST or None, unlocked=is_unlocked(request), today=jst_day(now_of(request)))
    opened = None
    if request.method == "POST" and form.is_valid():
        try:
            key, opened = _key(request, form)
            leaves = form.take_out()
            assert leaves is not None  # there is no looking at a file on the screen alone
            readable = deliveries.open_protected(
                actor=actor_of(request),
                vault_key=key,
                delivery_id=delivery_id,
                purpose=form.cleaned_data["use"],
                leaves=leaves,
                now=now_of(request),
            )
        except InvalidError as error:
            form.add_error("password" if "password" in form.fields else None, error.short)
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            return _remembered(request, send_file(request, readable), opened)
        if opened is not None:
            del form.fields["password"]  # it was right: only the rest is asked again
    context = {
        "form": form,
        "line": found,
        "unlocked": "password" not in form.fields,
        "login_id": signed_in_of(request).login_id,
        "minutes": signed_in_of(request).office.unlock_minutes,
    }
    response = render(request, "office/files/open.html", context, status=422 if form.errors else 200)
    return _remembered(request, response, opened)


def _remembered(request: HttpRequest, response: HttpResponseBase, opened: unlocks.Opened | None) -> HttpResponseBase:
    return remember_unlock(request, response, opened) if opened else response


def _key(request: HttpRequest, form: OpenForm) -> tuple[VaultKey, unlocks.Opened | None]:
    if "password" not in form.fields:
        return vault_key(request), None
    opened = unlocks.open_unlock(
        actor=actor_of(request),
        password=form.cleaned_data["password"],
        purpose=form.cleaned_data["use"],
        now=now_of(request),
    )
    key = unlocks.use_unlock(
        actor=actor_of(request), unlock_id=opened.unlock_id, browser_secret=opened.browser_secret, now=now_of(request)
    )
    return key, opened


@page(_SEE)
def receipt(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return send_receipt(request, delivery_id)


@page(_SEE, "POST")
def many(request: HttpRequest) -> HttpResponseBase:
    """Send the ticked files as one zip. 保護 files do not come along: each is opened for its own reason."""
    found = gather(request, most=_MOST_IN_ZIP)
    if not found:
        messages.error(request, NOTHING_TO_GATHER)
        return redirect("office:files")
    return send_zip(f"files-{jst_day(now_of(request)):%Y%m%d}.zip", found)


@page(_SEND, "POST")
def withdraw(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do(request, delivery_id, deliveries.withdraw, "送信を取り消しました。相手は開いていません。")


@page(_SEND, "POST")
def protect(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do(request, delivery_id, protection.accept_proposal, "保護ファイルに変更しました。")


@page(_OPEN, "POST")
def decline(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do_for_a_reason(request, delivery_id, protection.decline_proposal, "通常のファイルのままにしました。")


@page(_OPEN, "POST")
def unprotect(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    def act(**named: Any) -> None:
        protection.unprotect(vault_key=vault_key(request), **named)

    return _do_for_a_reason(request, delivery_id, act, "保護を解除しました。")


@page(_OPEN, "POST")
def readers(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    _line(request, delivery_id)  # what is not yours is not there, also before 利用認証

    def act(**named: Any) -> int:
        return protection.add_readers(vault_key=vault_key(request), **named)

    return _do(request, delivery_id, act, lambda count: f"{count}名が開けるようにしました。")


@page(_RELEASE, "POST")
def release(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do_for_a_reason(request, delivery_id, quarantine.release, "隔離を解除しました。")


@page(_SEND, "POST")
def accept(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do(request, delivery_id, quarantine.accept_unscannable, "検査できないファイルとして受け取りました。")


@page(_RELEASE, "POST")
def throw_away(request: HttpRequest, delivery_id: UUID) -> HttpResponse:
    return _do(request, delivery_id, quarantine.throw_away, "ファイルを廃棄しました。")


def _do[Result](
    request: HttpRequest,
    delivery_id: UUID,
    act: Callable[..., Result],
    done: str | Callable[[Result], str],
    **named: object,
) -> HttpResponse:
    """Do something to a line and go back to its page, which says what came of it."""
    call = partial(act, actor=actor_of(request), delivery_id=delivery_id, now=now_of(request), **named)
    attempt(request, call, done)
    return redirect("office:file", delivery_id=delivery_id)


def _do_for_a_reason(request: HttpRequest, delivery_id: UUID, act: Callable[..., object], done: str) -> HttpResponse:
    found, form = _line(request, delivery_id), ReasonForm(request.POST)
    if not form.is_valid():
        return _show(request, found, form)
    return _do(request, delivery_id, act, done, reason=form.cleaned_data["reason"])
