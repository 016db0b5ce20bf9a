"""ファイルを送信: files are prepared, the receivers chosen, everything shown once more, and only then sent."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from azukari.entrance.form_files import take_form_files
from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.exchange import queries
from azukari.exchange.actions import deliveries, guard, retention, uploads
from azukari.exchange.errors.deliveries import DeliveryNotFoundError
from azukari.exchange.rules.states import Direction, FileState
from azukari.exchange.rules.wishes import Wishes
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.kernel.ids import new_id
from azukari.office.access import page
from azukari.office.forms.files import ALL_CLIENTS, CHOSEN, TAGGED, PlainFilesForm, ReceiversForm
from azukari.tenancy import queries as tenancy

_SEND = "exchange:file:send"


@page(_SEND)
def begin(request: HttpRequest) -> HttpResponse:
    """Open a fresh page to prepare on: its address is the act of sending, so it can be come back to."""
    query = request.GET.urlencode()
    return redirect(reverse("office:file-send", args=[new_id()]) + (f"?{query}" if query else ""))


@page(_SEND, "GET", "HEAD", "POST")
def prepare(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Choose files and receivers. POST: show everything once more, or send it."""
    clients = tenancy.list_running_clients(actor_of(request))
    tags = sorted({tag for client in clients for tag in client.tag_list})
    choices = [(str(client.id), f"{client.name}【{client.code}】") for client in clients]
    drafts = queries.list_drafts(actor_of(request), batch)
    answered = _answered(request, drafts)
    prepared_for = next((draft.client_id for draft in drafts if draft.client_id), None)
    wanted = request.GET.get("client") or str(prepared_for or "")
    only = next((client for client in clients if str(client.id) == wanted), None)
    initial = {"whom": CHOSEN, "clients": [answered.client_id] if answered else [wanted] if wanted else []}
    form = ReceiversForm(request.POST or None, clients=choices, tags=tags, initial=initial)
    if request.method == "POST" and form.is_valid():
        receivers = _receivers(form, clients)
        if not receivers:
            form.add_error("tag", "この分類の顧問先はありません。")
        elif not drafts:
            form.add_error(None, "送信するファイルがありません。先にファイルを選んでください。")
        else:
            return _confirm(request, batch, form, receivers)
    context = {
        "batch": batch,
        "form": form,
        "drafts": drafts,
        "answered": answered,
        "only": only,
        "told": _told(batch, answered, only),
        "limit_mb": signed_in_of(request).office.file_limit_mb,
        "any_clients": bool(clients),
    }
    return render(request, "office/files/send.html", context, status=422 if form.errors else 200)


def _answered(request: HttpRequest, drafts: list[queries.OwnFile]) -> queries.LineDetail | None:
    """The line this is an answer to, or a new version of: from the address, or from what is prepared already."""
    raw = request.GET.get("reply") or request.GET.get("replaces") or ""
    wanted = next((draft.answers or draft.replaces for draft in drafts if draft.answers or draft.replaces), None)
    try:
        wanted = UUID(raw) if raw else wanted
    except ValueError:
        raise DeliveryNotFoundError from None
    if wanted is None:
        return None
    found = queries.get_line(actor_of(request), wanted, now=now_of(request))
    if found is None:
        raise DeliveryNotFoundError
    return found


def _told(batch: UUID, answered: queries.LineDetail | None, only: tenancy.ClientRow | None) -> list[tuple[str, object]]:
    """What goes with each file: the act of sending, what it answers, and for whom it is."""
    told: list[tuple[str, object]] = [("batch", batch)]
    if answered:
        kind = "reply_to" if answered.direction is Direction.RECEIVED else "replaces"
        told += [(kind, answered.id), ("client", answered.client_id)]
    elif only:
        told.append(("client", only.id))
    return told


def _receivers(form: ReceiversForm, clients: list[tenancy.ClientRow]) -> list[tenancy.ClientRow]:
    data = form.cleaned_data
    if data["whom"] == ALL_CLIENTS:
        return clients
    if data["whom"] == TAGGED:
        return [client for client in clients if data["tag"] in client.tag_list]
    return [client for client in clients if str(client.id) in data["clients"]]


def _target(form: ReceiversForm, receivers: list[tenancy.ClientRow]) -> str:
    """Say in words whom a broadcast went to; empty for a single company that was chosen."""
    if form.cleaned_data["whom"] == ALL_CLIENTS:
        return f"すべての顧問先（{len(receivers)}社）"
    if form.cleaned_data["whom"] == TAGGED:
        return f"分類「{form.cleaned_data['tag']}」（{len(receivers)}社）"
    return f"選んだ{len(receivers)}社" if len(receivers) > 1 else ""


def _confirm(
    request: HttpRequest, batch: UUID, form: ReceiversForm, receivers: list[tenancy.ClientRow]
) -> HttpResponse:
    """Show the receivers large and what speaks against them. It is sent with the tick and the button alone."""
    fault = ""
    data = request.POST
    if data.get("stage") == "send":
        if not data.get("checked"):
            fault = "「宛先とファイルの中身を確認しました。」にチェックを入れてください。"
        else:
            try:
                return _send(request, batch, form, receivers)
            except (ConflictError, InvalidError) as error:
                fault = f"{error.event}{error.short}"
    drafts = queries.list_drafts(actor_of(request), batch)
    context: dict[str, Any] = {
        "batch": batch,
        "form": form,
        "receivers": receivers,
        "target": _target(form, receivers),
        "drafts": drafts,
        "warned": guard.find_wrong_receivers(
            actor=actor_of(request), batch=batch, client_ids=[client.id for client in receivers]
        ),
        "examining": any(draft.state is FileState.EXAMINING for draft in drafts),
        "proposed": [draft for draft in drafts if draft.proposed],
        "protected": bool(data.get("protected")) if data.get("stage") == "send" else any(d.proposed for d in drafts),
        "told": {client.id: len(tenancy.list_notice_readers(client.id, staff=False)) for client in receivers[:1]},
        "fault": fault,
        "has_errors": bool(fault),
    }
    return render(request, "office/files/confirm.html", context, status=422 if fault else 200)


def _send(request: HttpRequest, batch: UUID, form: ReceiversForm, receivers: list[tenancy.ClientRow]) -> HttpResponse:
    target = _target(form, receivers)
    lines = deliveries.send(
        actor=actor_of(request),
        client_ids=[client.id for client in receivers],
        batch=batch,
        memo=form.cleaned_data["memo"],
        target=target,
        protected=bool(request.POST.get("protected")),
        numbers_denied=bool(request.POST.get("numbers_denied")),
        now=now_of(request),
    )
    if target:
        messages.success(request, f"{len(receivers)}社に送信しました。")
        return redirect("office:broadcasts")
    messages.success(request, f"{receivers[0].name}に{len(lines)}件を送信しました。")
    return redirect("office:file", delivery_id=lines[0])


@page(_SEND, "POST")
def add_plain(request: HttpRequest, batch: UUID) -> HttpResponse:
    """Take files from a plain form, where no script runs."""
    form = PlainFilesForm(request.POST)
    data = form.cleaned_data if form.is_valid() else {}
    wishes = Wishes(batch=batch, reply_to=data.get("reply_to"), replaces=data.get("replaces"))
    take_form_files(request, client_id=data.get("client"), wishes=wishes)
    return redirect("office:file-send", batch=batch)


@page(_SEND, "POST")
def drop_draft(request: HttpRequest, batch: UUID, file_id: UUID) -> HttpResponse:
    """Take a prepared file off the list."""
    uploads.drop_draft(actor=actor_of(request), batch=batch, file_id=file_id, now=now_of(request))
    return redirect("office:file-send", batch=batch)


@page(_SEND)
def broadcasts(request: HttpRequest) -> HttpResponse:
    return render(request, "office/broadcasts/list.html", {"rows": queries.list_broadcasts(actor_of(request))})


@page(_SEND, "GET", "HEAD", "POST")
def broadcast(request: HttpRequest, broadcast_id: UUID) -> HttpResponse:
    """One broadcast: which company has opened it. POST reminds the rest."""
    actor = actor_of(request)
    row = queries.get_broadcast(actor, broadcast_id)
    if row is None:
        raise DeliveryNotFoundError
    if request.method == "POST":
        count = retention.remind_rest(actor=actor, broadcast_id=broadcast_id, now=now_of(request))
        messages.success(request, f"まだ開いていない{count}社に、お知らせを送ります。")
        return redirect("office:broadcast", broadcast_id=broadcast_id)
    context = {"row": row, "lines": queries.list_batch(actor, row.batch, now=now_of(request))}
    return render(request, "office/broadcasts/detail.html", context)
