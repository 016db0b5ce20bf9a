"""廃棄: what is due, one request on its way, the second person, the certificate."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of
from azukari.journal.queries import takeouts
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import AzukariError, InvalidError
from azukari.office.access import page, vault_key
from azukari.office.forms.disposal import DueForm, ReplaceForm, read_count
from azukari.office.paging import PAGE_SIZE, counted_page, page_number
from azukari.office.views.takeouts import lines_of
from azukari.press import verifier
from azukari.tenancy import policy as office_policy
from azukari.tenancy import queries as tenancy
from azukari.vault import errors, policy
from azukari.vault import queries as vault
from azukari.vault.actions import certificates, requests
from azukari.vault.actions import disposal as actions
from azukari.vault.queries import approvals
from azukari.vault.queries.due import Due, due_rows, list_due, may_be_asked
from azukari.vault.rules.disposal import State

_TABS = (("due", "廃棄の期限"), ("open", "申請中"), ("done", "廃棄済み"))
_WHEN = (("", "すべて"), ("late", "期限超過"), ("this", "今月"), ("next", "来月"))
_SHOWN_PEOPLE = 200


@page("vault:number:dispose")
def disposal_list(request: HttpRequest) -> HttpResponse:
    tab = request.GET.get("tab", "")
    if tab not in dict(_TABS):
        tab = "due"
    actor = actor_of(request)
    waiting = vault.list_disposals(actor, [State.REQUESTED, State.EXECUTED])
    done = vault.list_disposals(actor, [State.CERTIFIED])
    due = list_due(actor, until=_end_of_next_month(jst_day(now_of(request))))
    counts = {"due": len(due), "open": len(waiting), "done": len(done)}
    context: dict[str, object] = {
        "tab": tab,
        "tabs": [(code, label, counts[code]) for code, label in _TABS],
        "today": jst_day(now_of(request)),
    }
    if tab == "due":
        return render(request, "office/disposal/due.html", context | _due_context(request, due))
    shown = waiting if tab == "open" else done
    names = tenancy.find_clients(actor, [row.client_id for row in shown])
    context["disposals"] = [{"row": row, "client": names[row.client_id]} for row in shown]
    return render(request, "office/disposal/list.html", context)


def _due_context(request: HttpRequest, due: list[Due]) -> dict[str, object]:
    actor, today = actor_of(request), jst_day(now_of(request))
    clients: dict[UUID, tenancy.ClientRow] = {
        row.id: row for row in tenancy.find_clients(actor, list({row.client_id for row in due})).values()
    }
    choices = [(str(row.id), row.name) for row in sorted(clients.values(), key=lambda row: row.kana_key)]
    form = DueForm({"client": request.GET.get("client", "")}, clients=choices)
    client = form.cleaned_data["client"] if form.is_valid() else ""
    mine = [row for row in due if not client or str(row.client_id) == client]
    when = request.GET.get("when", "")
    counts = {code: len(_in_span(mine, code, today)) for code, _ in _WHEN}
    found = _in_span(mine, when if when in counts else "", today)
    number = page_number(request)
    start = (number - 1) * PAGE_SIZE
    shown = due_rows(found[start : start + PAGE_SIZE], today=today)
    asked = {row.record_id for row in may_be_asked(found, today)}
    late = [row for row in mine if row.due_on < today]
    return {
        "form": form,
        "client": clients.get(UUID(client)) if client else None,
        "when": when,
        "spans": [(code, label, counts[code]) for code, label in _WHEN],
        "page": counted_page(
            [
                {
                    "row": row,
                    "client": clients[row.due.client_id],
                    "days_left": (row.due.due_on - today).days,
                    "days_over": (today - row.due.due_on).days,
                    "may_be_asked": row.due.record_id in asked,
                }
                for row in shown
            ],
            len(found),
            number,
        ),
        "late": len(late),
        "oldest": (today - min(row.due_on for row in late)).days if late else 0,
        "askable": len(may_be_asked(mine, today)),
        "filtered": bool(client or when),
        "printed_at": now_of(request),
    }


def _in_span(due: list[Due], when: str, today: date) -> list[Due]:
    match when:
        case "late":
            return [row for row in due if row.due_on < today]
        case "this":
            return [row for row in due if today <= row.due_on < _next_month(today)]
        case "next":
            return [row for row in due if row.due_on >= _next_month(today)]
    return due


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=32)).replace(day=1)


def _end_of_next_month(day: date) -> date:
    return _next_month(_next_month(day)) - timedelta(days=1)


@page("vault:number:dispose")
def show(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = vault.get_disposal_for(actor, disposal_id)
    return render(request, "office/disposal/detail.html", _context(request, row, None))


def _context(request: HttpRequest, row: vault.DisposalRow, error: AzukariError | None) -> dict[str, object]:
    actor = actor_of(request)
    items = vault.list_items(row.id)
    asked = row.state is State.REQUESTED
    shown = len(items) if "all" in request.GET else _SHOWN_PEOPLE
    return {
        "disposal": row,
        "client": tenancy.get_client_for(actor, row.client_id),
        "items": items[:shown],
        "more": max(0, len(items) - shown),
        "out": _still_out(request, row, items),
        "certificates": vault.list_certificates(row.id),
        "replace_form": ReplaceForm(),
        "may_replace": office_policy.may(actor, "vault:disposal:approve"),
        "refusal": refusal_of(request, row),
        "is_own": row.requested_by == actor.staff_id,
        "waits": waits(request, row),
        "approval": approvals.prepare(actor, row.id, now=now_of(request)) if asked else None,
        "together": len(vault.list_batch(actor, row.batch)) if row.batch else 1,
        "error": error,
        "has_errors": error is not None,
        "backup_until": jst_day(now_of(request)) + timedelta(days=certificates.backup_days()),
        "verifier_sha256": verifier.page_sha256(),
    }


def _still_out(request: HttpRequest, row: vault.DisposalRow, items: list[vault.ItemRow]) -> list[dict[str, object]]:
    """What of these people was taken out and has not come to its end: paper and files the disposal does not reach."""
    if row.state is State.CANCELLED:
        return []
    people = {item.person_id for item in items}
    return lines_of(takeouts.list_open(actor_of(request), person_ids=people), jst_day(now_of(request)))


def waits(request: HttpRequest, row: vault.DisposalRow) -> bool:
    """Tell whether the 24 hours of a single person still run."""
    return not row.two_persons and now_of(request) < row.executable_from


def refusal_of(request: HttpRequest, row: vault.DisposalRow) -> AzukariError | None:
    """Tell why this person cannot carry it out: said before the button instead of after."""
    if row.state is not State.REQUESTED or not row.two_persons:
        return None
    try:
        policy.check_can_approve(
            actor_of(request), requested_by=row.requested_by, other_managers=tenancy.count_approvers(row.requested_by)
        )
    except AzukariError as error:
        return error
    return None


@page("vault:number:dispose", "POST")
def carry_out(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    actor, now = actor_of(request), now_of(request)
    row = vault.get_disposal_for(actor, disposal_id)
    vault_key(request)
    # What is refused anyway is refused before anybody types a password for it.
    refusal = refusal_of(request, row)
    if refusal is not None:
        raise refusal
    typed = read_count(request.POST.get("typed_count", ""))
    if row.state is State.REQUESTED and not waits(request, row):
        state = approvals.prepare(actor, row.id, now=now)
        if state.looks and typed != state.count:
            error = errors.SecondLookNeededError()
            return render(request, "office/disposal/detail.html", _context(request, row, error), status=422)
        if not state.changes:
            prove(request, "個人番号の廃棄")
    try:
        actions.carry_out(
            actor=actor, disposal_id=row.id, seen=request.POST.get("seen", ""), typed_count=typed, now=now
        )
    except InvalidError as error:
        return render(request, "office/disposal/detail.html", _context(request, row, error), status=422)
    except (errors.ChangedSinceAskedError, errors.ChangedSinceSeenError) as error:
        return render(request, "office/disposal/detail.html", _context(request, row, error), status=409)
    done = vault.get_disposal_for(actor, row.id)
    issued = (
        f"廃棄証明書 {done.certificate_number} を発行しました。"
        if done.certificate_number
        else "廃棄証明書は、鍵の消去を確かめてから発行します。少し待って、この画面を開き直してください。"
    )
    messages.success(request, f"{done.count}件の個人番号を廃棄しました。{issued}")
    return redirect("office:disposal", disposal_id=row.id)


@page("vault:number:dispose", "POST")
def cancel(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = vault.get_disposal_for(actor, disposal_id)
    requests.cancel_disposal(actor=actor, disposal_id=row.id, now=now_of(request))
    messages.success(request, "廃棄の申請を取り消しました。個人番号はそのままです。")
    return redirect("office:disposals")


@page("vault:number:dispose", "POST")
def certificate_of_person(request: HttpRequest, disposal_id: UUID, person_id: UUID) -> HttpResponse:
    """Issue a certificate of one person's lines, and send it."""
    actor = actor_of(request)
    issued = certificates.issue_for_person(
        actor=actor, disposal_id=disposal_id, person_id=person_id, now=now_of(request)
    )
    return redirect("office:certificate-file", certificate_id=issued)


@page("vault:disposal:approve", "POST")
def certificate_replace(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Issue a certificate anew; the one before is void."""
    actor = actor_of(request)
    disposal_id = vault.disposal_of_certificate(actor, certificate_id)
    form = ReplaceForm(request.POST)
    if not form.is_valid():
        row = vault.get_disposal_for(actor, disposal_id)
        context = _context(request, row, None) | {"replace_form": form, "has_errors": True}
        return render(request, "office/disposal/detail.html", context, status=422)
    certificates.replace(actor=actor, certificate_id=certificate_id, why=form.cleaned_data["why"], now=now_of(request))
    messages.success(
        request, "廃棄証明書を出し直しました。前の証明書は無効です。渡した先に、新しいものを届けてください。"
    )
    return redirect("office:disposal", disposal_id=disposal_id)


@page("vault:number:dispose")
def certificate(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    """Send the certificate that stands for a disposal."""
    return _send(request, vault.standing_certificate(actor_of(request), disposal_id))


@page("vault:number:dispose")
def certificate_file(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    """Send one certificate: also that of a person, also one that was replaced."""
    return _send(request, certificate_id)


def _send(request: HttpRequest, certificate_id: UUID) -> HttpResponse:
    number, pdf = vault.certificate_pdf(actor_of(request), certificate_id)
    response = HttpResponse(pdf, content_type="application/pdf")
    ascii_name = number.replace("廃", "haiki")
    response.headers["Content-Disposition"] = f'attachment; filename="{ascii_name}.pdf"'
    return response
