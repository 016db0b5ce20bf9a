"""顧問先: the list and one company at a glance."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.entrance.requests import actor_of, now_of
from azukari.exchange import queries as exchange
from azukari.intake import queries as intake
from azukari.journal import queries as journal
from azukari.journal.queries import takeouts
from azukari.kernel.actor import Actor
from azukari.kernel.clock import jst_day
from azukari.office.access import page
from azukari.office.paging import counted_page, page_number
from azukari.office.views.takeouts import lines_of
from azukari.roster import queries as roster
from azukari.roster.rules import NumberState
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.vault import queries as vault
from azukari.vault.queries.due import due_rows, list_due
from azukari.vault.rules.disposal import State

KANA_ROWS = ("あ", "か", "さ", "た", "な", "は", "ま", "や", "ら", "わ", "他")


@page("tenancy:client:see")
def client_list(request: HttpRequest) -> HttpResponse:
    actor, number = actor_of(request), page_number(request)
    q, kana_row = request.GET.get("q", "").strip(), request.GET.get("kana", "")
    contract = request.GET.get("contract", "")
    ended = {"running": False, "ended": True}.get(contract)
    found = tenancy.list_clients(actor, q=q, kana_row=kana_row, ended=ended, page=number)
    ids = [row.id for row in found.rows]
    states, waiting = roster.count_by_state(ids), intake.waiting_by_client(ids)
    staff, live = tenancy.list_staff_in_charge(ids), vault.count_live_numbers(ids)
    rows = [
        {
            "client": row,
            "staff": staff.get(row.id, []),
            "people": sum(states.get(row.id, {}).values()),
            "registered": states.get(row.id, {}).get(NumberState.REGISTERED, 0),
            "missing": states.get(row.id, {}).get(NumberState.MISSING, 0),
            "waiting": waiting.get(row.id, 0),
            "live": live.get(row.id, 0),
        }
        for row in found.rows
    ]
    context = {
        "q": q,
        "kana": kana_row,
        "contract": contract,
        "kana_rows": [(row, row in found.kana_rows) for row in KANA_ROWS],
        "filtered": bool(q or kana_row or contract),
        "page": counted_page(rows, found.total, number),
        "people": _found_people(actor, q),
        "manages_clients": policy.may(actor, "tenancy:client:manage"),
    }
    return render(request, "office/clients/list.html", context)


def _found_people(actor: Actor, q: str) -> list[dict[str, object]]:
    """The search of the bar looks for people too."""
    people = roster.search_people(actor, q) if q else []
    clients = tenancy.find_clients(actor, [row.client_id for row in people])
    return [{"person": row, "client": clients[row.client_id]} for row in people]


def _recent_files(request: HttpRequest, client_id: UUID) -> list[exchange.LedgerRow]:
    wanted = exchange.Filter(client_id=client_id)
    return exchange.list_ledger(actor_of(request), wanted, now=now_of(request), size=5).rows


@page("tenancy:client:see")
def client(request: HttpRequest, client_id: UUID) -> HttpResponse:
    actor, today = actor_of(request), jst_day(now_of(request))
    found = tenancy.get_client_for(actor, client_id)
    states = roster.count_by_state([found.id]).get(found.id, {})
    handles = policy.may(actor, "vault:number:register")
    due = list_due(actor, until=today + timedelta(days=30), client_id=found.id) if handles else []
    sees_record = policy.may(actor, "journal:record:see")
    users = [row for row in tenancy.list_users(actor, [found.id]) if row.standing.active]
    context = {
        "client": found,
        "manages_clients": policy.may(actor, "tenancy:client:manage"),
        "users_count": len(users),
        "last_login": max((row.standing.last_login for row in users if row.standing.last_login), default=None),
        "staff": tenancy.list_staff_in_charge([found.id]).get(found.id, []),
        "people": sum(states.values()),
        "states": {state.value.lower(): states.get(state, 0) for state in NumberState},
        "live": vault.count_live_numbers([found.id]).get(found.id, 0),
        "handles": handles,
        "due": due_rows(due[:10], today=today),
        "due_count": len(due),
        "today": today,
        "imports": intake.list_imports(actor, client_id=found.id, limit=5) if handles else [],
        "disposals": vault.list_disposals(actor, [State.REQUESTED], client_id=found.id) if handles else [],
        "recent": journal.list_entries(actor, journal.Filter(client_id=found.id), size=8, counted=False).rows
        if sees_record
        else [],
        "sees_record": sees_record,
        "out": lines_of(takeouts.list_open(actor, client_id=found.id, size=20), today) if sees_record else [],
        "closes": policy.may(actor, "journal:takeout:close"),
        "files": _recent_files(request, found.id) if policy.may(actor, "exchange:file:see") else [],
    }
    return render(request, "office/clients/detail.html", context)
