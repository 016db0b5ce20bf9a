"""廃棄の申請: of one person, of a client whose contract ended, of what was ticked in the due list; and approving many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of
from azukari.journal.queries import takeouts
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.office.access import page, vault_key
from azukari.office.forms.disposal import ConfirmForm, DisposalForm, read_count
from azukari.office.views.disposal import refusal_of, waits
from azukari.office.views.takeouts import lines_of
from azukari.roster import queries as roster
from azukari.tenancy import queries as tenancy
from azukari.vault import errors, policy
from azukari.vault import queries as vault
from azukari.vault.actions import certificates, requests
from azukari.vault.actions import disposal as actions
from azukari.vault.queries import approvals, holding
from azukari.vault.queries.due import Due, due_rows, list_due, may_be_asked
from azukari.vault.rules.brake import LOOK_LABELS
from azukari.vault.rules.disposal import REASON_LABELS, Item, Reason, State, digest_of

_SHOWN_PEOPLE = 200


@page("vault:number:dispose", "GET", "HEAD", "POST")
def request_for_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Ask for one person's numbers: all of them, or only the former ones."""
    person = roster.get_person_for(actor_of(request), person_id)
    found = vault.live_numbers([person.id])
    if request.GET.get("only") == "former":
        found = [number for number in found if number.state == "REPLACED"]
    return _request(request, person.client_id, found)


@page("vault:number:dispose", "GET", "HEAD", "POST")
def request_for_client(request: HttpRequest, client_id: UUID) -> HttpResponse:
    """Ask for all numbers of a client whose contract has ended."""
    client = tenancy.get_client_for(actor_of(request), client_id)
    return _request(request, client.id, vault.live_numbers(vault.disposable_people(client.id)))


def _request(request: HttpRequest, client_id: UUID, found: list[vault.NumberFacts]) -> HttpResponse:
    actor, today = actor_of(request), jst_day(now_of(request))
    policy.check_can(actor, "vault:number:dispose", client_id)
    client = tenancy.get_client_for(actor, client_id)
    vault_key(request)  # 利用認証 first: this is a handling of numbers, though none is opened
    people = roster.find_people(list({number.person_id for number in found}))
    held = holding.holdings_of(found, people)
    said = holding.sentences_of(found, people, held, ended={client.id: client.contract_ended_on}, today=today)
    items = [approvals.item_of(number, people[number.person_id], held[number.id]) for number in found]
    form = DisposalForm(request.POST or None, initial={"reason": _likely_reason(client, found)})
    if request.method == "POST" and form.is_valid():
        reason = Reason(form.cleaned_data["reason"])
        try:
            ids = requests.request_disposal(
                actor=actor,
                client_id=client_id,
                record_ids=[number.id for number in found],
                reason=reason,
                # The page's digest knows no reason: it is chosen on the page.
                seen=digest_of(client_id, reason, items)
                if request.POST.get("seen") == _seen(client_id, items)
                else "-",
                now=now_of(request),
            )
        except (InvalidError, ConflictError) as error:
            form.add_error("reason" if isinstance(error, InvalidError) else None, error.short)
        else:
            messages.success(request, f"{len(found)}件の個人番号の廃棄を申請しました。")
            return redirect("office:disposal", disposal_id=ids[0]) if len(ids) == 1 else redirect("office:disposals")
    lines = [
        {
            "number": number,
            "person": people[number.person_id],
            "former": number.state == "REPLACED",
            "sentence": said[number.id],
            "runs": held[number.id].runs_on(today),
        }
        for number in found
    ]
    shown = len(lines) if "all" in request.GET else _SHOWN_PEOPLE
    looks = approvals.looks(client_id, Reason(_likely_reason(client, found)), found, held, now=now_of(request))
    context = {
        "form": form,
        "client": client,
        "seen": _seen(client_id, items),
        "lines": lines[:shown],
        "more": max(0, len(lines) - shown),
        "count": len(lines),
        "people_count": len(people),
        "looks": [LOOK_LABELS[look] for look in looks],
        "out": lines_of(takeouts.list_open(actor, record_ids=[number.id for number in found]), today),
        "today": today,
        "backup_until": today + timedelta(days=certificates.backup_days()),
    }
    return render(request, "office/disposal/request.html", context, status=422 if form.errors else 200)


def _seen(client_id: UUID, items: Sequence[Item]) -> str:
    return digest_of(client_id, Reason.PERIOD_ENDED, items)


def _likely_reason(client: tenancy.ClientRow, found: list[vault.NumberFacts]) -> str:
    if client.ended:
        return Reason.CONTRACT_ENDED.value
    if found and all(number.state == "REPLACED" for number in found):
        return Reason.NUMBER_CHANGED.value
    return Reason.PERIOD_ENDED.value


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """The part of one client, for one reason: it becomes a request of its own."""

    client: tenancy.ClientRow
    reason: Reason
    rows: list[dict[str, object]]
    looks: list[str]
    asked: requests.Asked

    @property
    def key(self) -> str:
        return f"{self.client.id}-{self.reason}"

    @property
    def reason_label(self) -> str:
        return REASON_LABELS[self.reason]

    @property
    def count(self) -> int:
        return len(self.rows)


@page("vault:number:dispose", "POST")
def request_many(request: HttpRequest) -> HttpResponse:
    """Show exactly whom a request over clients would name, then ask for it: one request for each client and reason."""
    vault_key(request)
    chosen = _chosen(request)
    if not chosen:
        messages.error(request, "廃棄できる個人番号が選ばれていません。期限を過ぎたものを選んでください。")
        return redirect("office:disposals")
    groups = _groups(request, chosen)
    asks = "confirm" in request.POST
    form = ConfirmForm(request.POST if asks else None)
    if asks and form.is_valid():
        try:
            _check_seen(request, groups)
            ids = requests.request_batch(
                actor=actor_of(request), asked=[group.asked for group in groups], now=now_of(request)
            )
        except (InvalidError, ConflictError) as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, f"{len(groups)}件の申請で、{len(chosen)}件の個人番号の廃棄を申請しました。")
            made = vault.get_disposal_for(actor_of(request), ids[0])
            assert made.batch is not None
            return redirect("office:disposal-batch", disposal_batch=made.batch)
    today = jst_day(now_of(request))
    context = {
        "form": form,
        "groups": groups,
        "count": len(chosen),
        "records": " ".join(str(due.record_id) for due in chosen),
        "backup_until": today + timedelta(days=certificates.backup_days()),
    }
    return render(request, "office/disposal/request_many.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest) -> list[Due]:
    """Read what was ticked, the whole page, or all of a client; only what is due counts, whatever the form says."""
    today = jst_day(now_of(request))
    due = may_be_asked(list_due(actor_of(request), until=today + timedelta(days=62)), today)
    match request.POST.get("all", ""):
        case "client":
            return [row for row in due if str(row.client_id) == request.POST.get("client", "")]
        case "page":
            wanted = set(request.POST.getlist("shown"))
        case _:
            wanted = set(request.POST.getlist("record")) | set(request.POST.get("records", "").split())
    return [row for row in due if str(row.record_id) in wanted]


def _groups(request: HttpRequest, chosen: list[Due]) -> list[_Group]:
    now = now_of(request)
    names = tenancy.find_clients(actor_of(request), list({due.client_id for due in chosen}))
    rows = due_rows(chosen, today=jst_day(now))
    groups = []
    for client_id, reason in dict.fromkeys((due.client_id, due.reason) for due in chosen):
        own = [row for row in rows if (row.due.client_id, row.due.reason) == (client_id, reason)]
        items = [approvals.item_of(row.number, row.person, row.holding) for row in own]
        held = {row.number.id: row.holding for row in own}
        looks = approvals.looks(client_id, reason, [row.number for row in own], held, now=now)
        groups.append(
            _Group(
                client=names[client_id],
                reason=reason,
                rows=[{"due": row.due, "person": row.person, "sentence": row.sentence} for row in own],
                looks=[LOOK_LABELS[look] for look in looks],
                asked=requests.Asked(
                    client_id=client_id,
                    reason=reason,
                    record_ids=[row.number.id for row in own],
                    seen=digest_of(client_id, reason, items),
                ),
            )
        )
    return groups


def _check_seen(request: HttpRequest, groups: list[_Group]) -> None:
    """Refuse a confirmation of another list than the one shown. Raises: ChangedSinceSeenError."""
    shown = {name: value for name, value in request.POST.items() if name.startswith("seen-")}
    if shown != {f"seen-{group.key}": group.asked.seen for group in groups}:
        raise errors.ChangedSinceSeenError


@page("vault:number:dispose", "GET", "HEAD", "POST")
def batch(request: HttpRequest, disposal_batch: UUID) -> HttpResponse:
    """Show the requests of one act together, and approve those that are open."""
    actor, now = actor_of(request), now_of(request)
    rows = vault.list_batch(actor, disposal_batch)
    waiting = [row for row in rows if row.state is State.REQUESTED]
    states = {row.id: approvals.prepare(actor, row.id, now=now) for row in waiting}
    total = sum(state.count for state in states.values())
    looks = list(dict.fromkeys(label for state in states.values() for label in state.look_labels))
    if total > holding.get_setting().brake.count and states:
        looks = list(dict.fromkeys([*looks, "まとめて廃棄する件数が、事務所の決めた件数を超えます"]))
    fault = None
    if request.method == "POST" and waiting:
        vault_key(request)
        fault = _fault(request, waiting, states, total=total, looks=looks)
        if fault is None:
            return _approve(request, disposal_batch, waiting, states)
    clients = tenancy.find_clients(actor, [row.client_id for row in rows])
    context = {
        "batch": disposal_batch,
        "rows": [
            {
                "row": row,
                "client": clients[row.client_id],
                "items": vault.list_items(row.id)[:_SHOWN_PEOPLE],
                "approval": states.get(row.id),
            }
            for row in rows
        ],
        "waiting": len(waiting),
        "total": total,
        "looks": looks,
        "changed": any(state.changes for state in states.values()),
        "refusal": next((found for row in waiting if (found := refusal_of(request, row))), None),
        "waits": next((row for row in waiting if waits(request, row)), None),
        "error": fault,
        "has_errors": fault is not None,
        "backup_until": jst_day(now) + timedelta(days=certificates.backup_days()),
    }
    status = 200 if fault is None else 409 if isinstance(fault, ConflictError) else 422
    return render(request, "office/disposal/batch.html", context, status=status)


def _fault(
    request: HttpRequest,
    waiting: list[vault.DisposalRow],
    states: dict[UUID, approvals.Approval],
    *,
    total: int,
    looks: list[str],
) -> InvalidError | ConflictError | None:
    """Say what stands in the way of all of them before the first is destroyed."""
    for row in waiting:
        refusal = refusal_of(request, row)
        if refusal is not None:
            raise refusal
        if waits(request, row):
            return errors.WaitNotOverError()
        if states[row.id].changes:
            return errors.ChangedSinceAskedError(what="".join(states[row.id].changes[:3]))
        if request.POST.get(f"seen-{row.id}") != states[row.id].seen:
            return errors.ChangedSinceSeenError()
    if looks and read_count(request.POST.get("typed_count", "")) != total:
        return errors.SecondLookNeededError()
    return None


def _approve(
    request: HttpRequest,
    disposal_batch: UUID,
    waiting: list[vault.DisposalRow],
    states: dict[UUID, approvals.Approval],
) -> HttpResponse:
    """Carry the requests out one after the other; what a crash leaves open stays asked for."""
    prove(request, "個人番号の廃棄")
    for row in waiting:
        actions.carry_out(
            actor=actor_of(request),
            disposal_id=row.id,
            seen=states[row.id].seen,
            # The whole was counted and typed; each part is counted by the brake again.
            typed_count=states[row.id].count,
            now=now_of(request),
        )
    messages.success(request, f"{sum(state.count for state in states.values())}件の個人番号を廃棄しました。")
    return redirect("office:disposal-batch", disposal_batch=disposal_batch)
