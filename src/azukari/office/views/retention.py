"""保存期間: the days of one person's papers, lengthening, and what the office decides."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.office.access import page
from azukari.office.forms.retention import DaysForm, ExtensionForm, RulesForm
from azukari.roster import queries as roster
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.vault import queries as vault
from azukari.vault.actions import retention as actions
from azukari.vault.queries import holding
from azukari.vault.rules.documents import DOCUMENTS
from azukari.vault.rules.purposes import PURPOSE_LABELS


@page("vault:number:dispose", "GET", "HEAD", "POST")
def of_person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Record the days from which one person's periods run."""
    person = roster.get_person_for(actor_of(request), person_id)
    return _page(request, person, None)


@page("vault:retention:extend", "POST")
def extend(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Lengthen what is held of one person."""
    actor = actor_of(request)
    person = roster.get_person_for(actor, person_id)
    form = ExtensionForm(request.POST)
    if form.is_valid():
        try:
            actions.extend(actor=actor, person_id=person.id, **form.cleaned_data, now=now_of(request))
        except InvalidError as error:
            form.add_error("until", error.short)
        else:
            messages.success(request, f"保存期間を {form.cleaned_data['until']:%Y/%m/%d} まで延長しました。")
            return redirect("office:person", person_id=person.id)
    return _page(request, person, form)


@page("vault:retention:extend", "POST")
def end_extension(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Take the lengthening back."""
    actor = actor_of(request)
    person = roster.get_person_for(actor, person_id)
    actions.end_extension(actor=actor, person_id=person.id, now=now_of(request))
    messages.success(request, "延長を取り消しました。法令の保存期間だけを数えます。")
    return redirect("office:person", person_id=person.id)


def _page(request: HttpRequest, person: roster.PersonRow, extension: ExtensionForm | None) -> HttpResponse:
    actor, today = actor_of(request), jst_day(now_of(request))
    numbers = vault.live_numbers([person.id])
    people: dict[UUID, roster.PersonRow] = {person.id: person}
    held = holding.holdings_of(numbers, people)
    client = tenancy.get_client_for(actor, person.client_id)
    said = holding.sentences_of(numbers, people, held, ended={client.id: client.contract_ended_on}, today=today)
    purposes = sorted({purpose for number in numbers for purpose in number.purposes})
    days = DaysForm(
        request.POST if request.method == "POST" and extension is None else None,
        purposes=purposes,
        recorded=holding.find_days([person.id]).get(person.id, {}),
        rules=holding.get_setting().completion,
        leaving=("退職日" if person.is_employee else "扶養から外れた日", person.left_on),
    )
    if days.is_bound and days.is_valid() and _save_days(request, person, days):
        return redirect("office:person", person_id=person.id)
    extends = policy.may(actor, "vault:retention:extend")
    history = holding.list_extensions(person.id)
    context = {
        "person": person,
        "client": client,
        "numbers": numbers,
        "sentences": [said[number.id] for number in numbers],
        "days": days,
        "extension": extension or ExtensionForm(),
        "extends": extends,
        "running": next((row for row in history if row.ended_at is None and row.until >= today), None),
        "history": history,
        "has_errors": bool(days.errors or (extension and extension.errors)),
    }
    return render(request, "office/people/retention.html", context, status=422 if context["has_errors"] else 200)


def _save_days(request: HttpRequest, person: roster.PersonRow, form: DaysForm) -> bool:
    try:
        changed = actions.record_days(
            actor=actor_of(request),
            person_id=person.id,
            days=form.days(),
            leaving=actions.Leaving(form.cleaned_data["left_on"]),
            now=now_of(request),
        )
    except InvalidError as error:
        form.add_error("tax_exemption-deadline", error.short)
        return False
    messages.success(request, "日付を記録しました。" if changed else "変更はありません。")
    return True


@page("tenancy:settings:change", "GET", "HEAD", "POST")
def rules(request: HttpRequest) -> HttpResponse:
    """What 完結の日 means for each paper, the brake, and the table of the law as the product counts it."""
    setting = holding.get_setting()
    form = RulesForm(
        request.POST or None,
        initial={
            **{code: rule.value for code, rule in setting.completion.items()},
            "brake_count": setting.brake.count,
            "brake_share": setting.brake.share,
            "version": setting.version,
        },
    )
    if request.method == "POST" and form.is_valid():
        prove(request, "保存期間の設定の変更")
        try:
            actions.change_setting(
                actor=actor_of(request),
                completion=form.completion(),
                brake=form.brake(),
                version=form.cleaned_data["version"],
                now=now_of(request),
            )
        except ConflictError as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, "保存期間の設定を保存しました。")
            return redirect("office:settings-retention")
    context = {
        "form": form,
        "documents": [(document, PURPOSE_LABELS[document.purpose]) for document in DOCUMENTS],
        "has_errors": bool(form.errors),
    }
    return render(request, "office/settings/retention.html", context, status=422 if form.errors else 200)
