"""お願い: asking client companies for named items, and what came of it."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.attempts import attempt
from azukari.entrance.requests import actor_of, now_of
from azukari.exchange import queries
from azukari.exchange.actions import requests
from azukari.exchange.errors.deliveries import RequestNotFoundError
from azukari.kernel.clock import jst_day
from azukari.office.access import page
from azukari.office.forms.files import RequestForm, SendBackForm
from azukari.office.paging import page_number
from azukari.tenancy import queries as tenancy

_SEE, _SEND = "exchange:file:see", "exchange:file:send"
_SIZE = 50


@page(_SEE)
def request_list(request: HttpRequest) -> HttpResponse:
    actor, number = actor_of(request), page_number(request)
    open_only = request.GET.get("show") != "all"
    rows = queries.list_requests(actor, open_only=open_only, page=number, size=_SIZE)
    context = {
        "rows": rows[:_SIZE],
        "more": number + 1 if len(rows) > _SIZE else 0,
        "before": number - 1,
        "open_only": open_only,
        "today": jst_day(now_of(request)),
    }
    return render(request, "office/requests/list.html", context)


@page(_SEND, "GET", "HEAD", "POST")
def new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    clients = [(str(client.id), client.name) for client in tenancy.list_running_clients(actor)]
    form = RequestForm(request.POST or None, clients=clients, initial={"client": request.GET.get("client", "")})
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        asked = requests.ask(
            actor=actor,
            client_id=UUID(data["client"]),
            title=data["title"],
            note=data["note"],
            due_on=data["due_on"],
            items=data["items"],
            now=now_of(request),
        )
        messages.success(request, "お願いを送りました。事業所マイページに表示されます。")
        return redirect("office:request", request_id=asked)
    return render(request, "office/requests/new.html", {"form": form}, status=422 if form.errors else 200)


def _get(request: HttpRequest, request_id: UUID) -> queries.RequestRow:
    found = queries.get_request(actor_of(request), request_id)
    if found is None:
        raise RequestNotFoundError
    return found


@page(_SEE)
def show(request: HttpRequest, request_id: UUID) -> HttpResponse:
    return _show(request, _get(request, request_id), SendBackForm(), None)


def _show(request: HttpRequest, row: queries.RequestRow, form: SendBackForm, item_id: UUID | None) -> HttpResponse:
    context = {"row": row, "form": form, "returning": item_id, "today": jst_day(now_of(request))}
    return render(request, "office/requests/detail.html", context, status=422 if form.errors else 200)


@page(_SEND, "POST")
def accept(request: HttpRequest, item_id: UUID) -> HttpResponse:
    found = _item(request, item_id)
    act = partial(requests.accept, actor=actor_of(request), item_id=item_id, now=now_of(request))
    attempt(request, act, f"「{found[1].name}」を受け取り済みにしました。")
    return redirect("office:request", request_id=found[0].id)


@page(_SEND, "POST")
def send_back(request: HttpRequest, item_id: UUID) -> HttpResponse:
    found, form = _item(request, item_id), SendBackForm(request.POST)
    if not form.is_valid():
        return _show(request, found[0], form, item_id)
    comment = form.cleaned_data["comment"]
    act = partial(requests.send_back, actor=actor_of(request), item_id=item_id, comment=comment, now=now_of(request))
    attempt(request, act, f"「{found[1].name}」を差し戻しました。")
    return redirect("office:request", request_id=found[0].id)


def _item(request: HttpRequest, item_id: UUID) -> tuple[queries.RequestRow, queries.ItemRow]:
    found = queries.get_item(actor_of(request), item_id)
    if found is None:
        raise RequestNotFoundError
    return found


@page(_SEND, "POST")
def remind(request: HttpRequest, request_id: UUID) -> HttpResponse:
    act = partial(requests.remind, actor=actor_of(request), request_id=request_id, now=now_of(request))
    attempt(
        request,
        act,
        lambda count: f"督促のお知らせを{count}名に送ります。" if count else "メールを送れる人がいません。",
    )
    return redirect("office:request", request_id=request_id)


@page(_SEND, "POST")
def cancel(request: HttpRequest, request_id: UUID) -> HttpResponse:
    act = partial(requests.cancel, actor=actor_of(request), request_id=request_id, now=now_of(request))
    attempt(request, act, "お願いを取り消しました。届いたファイルは残ります。")
    return redirect("office:request", request_id=request_id)
