"""廃棄: what is due, asking, the second person, the certificate."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import AzukariError, ConflictError, InvalidError
from azukari.office.access import page, vault_key
from azukari.office.forms.disposal import DisposalForm, ReplaceForm
from azukari.press import verifier
from azukari.roster import queries as roster
from azukari.tenancy import policy as office_policy
from azukari.tenancy import queries as tenancy
from azukari.vault import errors, policy
from azukari.vault import queries as vault
from azukari.vault.actions import certificates
from azukari.vault.actions import disposal as actions
from azukari.vault.rules.disposal import Reason, State

_TABS = (("late", "期限超過"), ("soon", "30日以内"), ("open", "申請中"), ("done", "廃棄済み"))
_SHOWN_PEOPLE = 200


@page("vault:number:dispose")
def disposal_list(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), jst_day(now_of(request))
    due = vault.list_due(actor, until=today + timedelta(days=30))
    late, soon = [row for row in due if row.due_on < today], [row for row in due if row.due_on >= today]
    waiting = vault.list_disposals(actor, [State.REQUESTED, State.EXECUTED])
    done = vault.list_disposals(actor, [State.CERTIFIED])
    tab = request.GET.get("tab", "")
    if tab not in dict(_TABS):
        tab = "late" if late else "soon" if soon else "open"
    shown_due = {"late": late, "soon": soon}.get(tab, [])
    shown = {"open": waiting, "done": done}.get(tab, [])
    names = tenancy.find_clients(actor, [row.person.client_id for row in shown_due] + [row.client_id for row in shown])
    counts = {"late": len(late), "soon": len(soon), "open": len(waiting), "done": len(done)}
    context = {
        "tab": tab,
        "tabs": [(code, label, counts[code]) for code, label in _TABS],
        "due": [
            {
                "row": row,
                "client": names[row.person.client_id],
                "days_left": (row.due_on - today).days,
                "days_over": (today - row.due_on).days,
            }
            for row in shown_due
        ],
        "disposals": [{"row": row, "client": names[row.client_id]} for row in shown],
        "today": today,
    }
    return render(request, "office/disposal/list.html", context)


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
    people = roster.find_people([number.person_id for number in found])
    lines = [
        {
            "number": number,
            "person": people[number.person_id],
            "former": number.state == "REPLACED",
            "periods": vault.periods_of(people[number.person_id], number),
        }
        for number in found
    ]
    form = DisposalForm(request.POST or None, initial={"reason": _likely_reason(client, found)})
    if request.method == "POST" and form.is_valid():
        try:
            ids = actions.request_disposal(
                actor=actor,
                client_id=client_id,
                record_ids=[number.id for number in found],
                reason=Reason(form.cleaned_data["reason"]),
                now=now_of(request),
            )
        except (InvalidError, ConflictError) as error:
            form.add_error("reason" if isinstance(error, InvalidError) else None, error.short)
        else:
            messages.success(request, f"{len(found)}件の個人番号の廃棄を申請しました。")
            return redirect("office:disposal", disposal_id=ids[0]) if len(ids) == 1 else redirect("office:disposals")
    context = {
        "form": form,
        "client": client,
        "lines": lines[:_SHOWN_PEOPLE],
        "more": max(0, len(lines) - _SHOWN_PEOPLE),
        "count": len(lines),
        "people_count": len(people),
        "today": today,
        "backup_until": today + timedelta(days=certificates.backup_days()),
    }
    return render(request, "office/disposal/request.html", context, status=422 if form.errors else 200)


def _likely_reason(client: tenancy.ClientRow, found: list[vault.NumberFacts]) -> str:
    if client.ended:
        return Reason.CONTRACT_ENDED.value
    if found and all(number.state == "REPLACED" for number in found):
        return Reason.NUMBER_CHANGED.value
    return Reason.PERIOD_ENDED.value


@page("vault:number:dispose")
def show(request: HttpRequest, disposal_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = vault.get_disposal_for(actor, disposal_id)
    return render(request, "office/disposal/detail.html", _context(request, row, None))


def _context(request: HttpRequest, row: vault.DisposalRow, error: AzukariError | None) -> dict[str, object]:
    actor = actor_of(request)
    items = vault.list_items(row.id)
    return {
        "disposal": row,
        "client": tenancy.get_client_for(actor, row.client_id),
        "items": items[:_SHOWN_PEOPLE],
        "more": max(0, len(items) - _SHOWN_PEOPLE),
        "certificates": vault.list_certificates(row.id),
        "replace_form": ReplaceForm(),
        "may_replace": office_policy.may(actor, "vault:disposal:approve"),
        "refusal": _refusal(request, row),
        "is_own": row.requested_by == actor.staff_id,
        "waits": _waits(request, row),
        "error": error,
        "has_errors": error is not None,
        "backup_until": jst_day(now_of(request)) + timedelta(days=certificates.backup_days()),
        "verifier_sha256": verifier.page_sha256(),
    }


def _waits(request: HttpRequest, row: vault.DisposalRow) -> bool:
    return not row.two_persons and now_of(request) < row.executable_from


def _refusal(request: HttpRequest, row: vault.DisposalRow) -> AzukariError | None:
    """Why this person cannot carry it out, said before the button instead of after."""
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
    actor = actor_of(request)
    row = vault.get_disposal_for(actor, disposal_id)
    vault_key(request)
    # What is refused anyway is refused before anybody types a password for it.
    refusal = _refusal(request, row)
    if refusal is not None:
        raise refusal
    if row.state is State.REQUESTED and not _waits(request, row):
        prove(request, "個人番号の廃棄")
    try:
        actions.carry_out(actor=actor, disposal_id=row.id, now=now_of(request))
    except errors.WaitNotOverError as error:
        return render(request, "office/disposal/detail.html", _context(request, row, error), status=422)
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
    actions.cancel_disposal(actor=actor, disposal_id=row.id, now=now_of(request))
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
