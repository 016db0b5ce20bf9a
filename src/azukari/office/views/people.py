"""個人情報一覧 and the page of one person. A number is never on either."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.entrance.requests import actor_of, now_of
from azukari.journal import queries as journal
from azukari.journal.queries import takeouts
from azukari.kernel.clock import jst_day
from azukari.kernel.wareki import age_on
from azukari.office.access import page
from azukari.office.paging import counted_page, page_number
from azukari.office.views.takeouts import lines_of
from azukari.oversight import queries as oversight
from azukari.roster import queries as roster
from azukari.roster.rules import NUMBER_STATE_LABELS, NumberState
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.vault import queries as vault
from azukari.vault.queries import holding
from azukari.vault.rules.retention import Holding


@page("roster:person:see")
def people_list(request: HttpRequest, client_id: UUID) -> HttpResponse:
    actor, number = actor_of(request), page_number(request)
    client = tenancy.get_client_for(actor, client_id)
    q, state = request.GET.get("q", "").strip(), request.GET.get("state", "")
    wanted = NumberState(state) if state in NumberState else None
    found = roster.list_people(actor, client.id, q=q, state=wanted, page=number)
    today = jst_day(now_of(request))
    numbers = vault.numbers_of_people([row.id for row in found.rows])
    people: dict[UUID, roster.PersonRow] = {row.id: row for row in found.rows if row.id in numbers}
    held = holding.holdings_of(numbers.values(), people)
    said = holding.sentences_of(
        numbers.values(), people, held, ended={client.id: client.contract_ended_on}, today=today
    )
    rows = [
        {
            "person": row,
            "number": numbers.get(row.id),
            "due_on": held[numbers[row.id].id].due_on if row.id in numbers else None,
            "sentence": said[numbers[row.id].id] if row.id in numbers else "",
        }
        for row in found.rows
    ]
    counts = roster.count_by_state([client.id]).get(client.id, {})
    context = {
        "client": client,
        "q": q,
        "state": state,
        "states": [
            (code.value, NUMBER_STATE_LABELS[code], counts.get(code, 0)) for code in NumberState if counts.get(code)
        ],
        "total": sum(counts.values()),
        "filtered": bool(q or wanted),
        "page": counted_page(rows, found.total, number),
        "handles": policy.may(actor, "vault:number:register"),
        "sees_record": policy.may(actor, "journal:record:see"),
        "manages_clients": policy.may(actor, "tenancy:client:manage"),
        "users_count": tenancy.count_users([client.id]).get(client.id, 0),
        "today": today,
    }
    return render(request, "office/clients/people.html", context)


@page("roster:person:see")
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    return render(request, "office/people/detail.html", person_context(request, person_id))


def person_context(request: HttpRequest, person_id: UUID) -> dict[str, object]:
    """Collect what the page of one person shows."""
    actor, today = actor_of(request), jst_day(now_of(request))
    row = roster.get_person_for(actor, person_id)
    records = vault.list_numbers(row.id)
    current = next((found for found in records if found.state == "ACTIVE"), None)
    former = [found for found in records if found.state == "REPLACED"]
    numbers = [found for found in records if found.state != "DISPOSED"]
    people: dict[UUID, roster.PersonRow] = {row.id: row}
    held = holding.holdings_of(numbers, people)
    own = held[current.id] if current else Holding()
    before, after = roster.neighbours(actor, row)
    sees_record = policy.may(actor, "journal:record:see")
    client = tenancy.get_client_for(actor, row.client_id)
    said = holding.sentences_of(numbers, people, held, ended={client.id: client.contract_ended_on}, today=today)
    return {
        "person": row,
        "client": client,
        "takes": client.contract_ended_on is None or client.contract_ended_on > today,
        "age": age_on(row.birth_date, today) if row.birth_date else None,
        "number": current,
        "former": [(found, said[found.id]) for found in former],
        "disposed": [found for found in records if found.state == "DISPOSED"],
        "holding": own,
        "sentence": said[current.id] if current else "",
        "due_on": own.due_on,
        "family": roster.list_family(actor, row.id),
        "head": roster.get_person_for(actor, row.head_id) if row.head_id else None,
        "records": journal.list_entries(actor, journal.Filter(person_ids=[row.id]), size=10, counted=False).rows
        if sees_record
        else [],
        "sees_record": sees_record,
        "out": lines_of(takeouts.list_open(actor, person_ids=[row.id]), today) if sees_record else [],
        "closes": policy.may(actor, "journal:takeout:close"),
        "may_reveal": policy.may(actor, "vault:number:reveal"),
        "may_register": policy.may(actor, "vault:number:register"),
        "may_extend": policy.may(actor, "vault:retention:extend"),
        "may_dispose": policy.may(actor, "vault:number:dispose"),
        "may_print_slip": bool(records) and policy.may(actor, "oversight:slip:issue"),
        "slip_on": oversight.slip_of(row.id) if records else None,
        "before": before,
        "after": after,
        "today": today,
    }
