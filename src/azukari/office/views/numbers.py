"""Showing, registering and changing one person's number."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.requests import actor_of, now_of, signed_in_of
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import AzukariError, InvalidError
from azukari.office.access import page, vault_key
from azukari.office.forms.numbers import NumberForm, RevealForm
from azukari.office.requests import unlock_of
from azukari.office.views.account import remember_unlock
from azukari.office.views.people import person_context
from azukari.roster import queries as roster
from azukari.seal.vaultkey import VaultKey
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import unlocks
from azukari.vault import errors, policy
from azukari.vault import queries as vault
from azukari.vault.actions import numbers
from azukari.vault.rules.numbers import ReplaceReason
from azukari.vault.rules.purposes import DEFAULT_PURPOSES, Purpose, purposes_for


def is_unlocked(request: HttpRequest) -> bool:
    """Tell whether this browser's unlock still lasts, without counting it as use."""
    ends_at: datetime | None = tenancy.unlock_ends_at(
        actor_of(request), unlock_of(request)[0], minutes=signed_in_of(request).office.unlock_minutes
    )
    return ends_at is not None and now_of(request) < ends_at


@page("vault:number:reveal", "GET", "HEAD", "POST")
def reveal(request: HttpRequest, person_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    person = roster.get_person_for(actor, person_id)
    policy.check_can(actor, "vault:number:reveal", person.client_id)
    found = vault.find_number(person.id)
    if found is None:
        raise errors.NumberNotFoundError
    unlocked = is_unlocked(request)
    form = RevealForm(request.POST or None, unlocked=unlocked, purposes=found.purposes, today=jst_day(now_of(request)))
    if request.method == "POST" and form.is_valid():
        opened = None
        try:
            key, opened = _key(request, form)
            shown = numbers.reveal_number(
                actor=actor,
                vault_key=key,
                person_id=person.id,
                use_code=form.cleaned_data["use"],
                leaves=form.take_out(),
                now=now_of(request),
            )
        except errors.PurposeNotAllowed as error:
            form.add_error("use", error.short)
        except InvalidError as error:
            form.add_error("password" if "password" in form.fields else None, error.short)
        else:
            return _finish(request, _revealed(request, person_id, shown), opened)
        if opened is not None:
            del form.fields["password"]  # it was right: only the rest is asked again
            return _finish(request, _ask(request, person, form, status=422), opened)
    return _ask(request, person, form, status=422 if form.errors else 200)


def _key(request: HttpRequest, form: RevealForm) -> tuple[VaultKey, unlocks.Opened | None]:
    if "password" not in form.fields:
        return vault_key(request), None
    opened = unlocks.open_unlock(
        actor=actor_of(request),
        password=form.cleaned_data["password"],
        purpose=form.cleaned_data["use"],
        now=now_of(request),
    )
    request.session["unlock"] = str(opened.unlock_id)  # already so on the page of this answer
    key = unlocks.use_unlock(
        actor=actor_of(request), unlock_id=opened.unlock_id, browser_secret=opened.browser_secret, now=now_of(request)
    )
    return key, opened


def _finish(request: HttpRequest, response: HttpResponse, opened: unlocks.Opened | None) -> HttpResponse:
    return remember_unlock(request, response, opened) if opened else response


def _ask(request: HttpRequest, person: roster.PersonRow, form: RevealForm, *, status: int) -> HttpResponse:
    context = {
        "form": form,
        "person": person,
        "client": tenancy.get_client_for(actor_of(request), person.client_id),
        "unlocked": "password" not in form.fields,
        "login_id": signed_in_of(request).login_id,
        "seconds": signed_in_of(request).office.reveal_seconds,
        "minutes": signed_in_of(request).office.unlock_minutes,
    }
    template = "office/people/_reveal_dialog.html" if _is_partial(request) else "office/people/reveal.html"
    return render(request, template, context, status=status)


def _revealed(request: HttpRequest, person_id: UUID, shown: numbers.Shown) -> HttpResponse:
    """The only answer with a number in it: never stored, gone from the page after some seconds."""
    digits = shown.number.digits()
    context = {
        "groups": [digits[:4], digits[4:8], digits[8:]],
        "record_no": shown.record_no,
        "seconds": signed_in_of(request).office.reveal_seconds,
        **person_context(request, person_id),
    }
    template = "office/people/_revealed.html" if _is_partial(request) else "office/people/revealed.html"
    response = render(request, template, context)
    response.headers["Cache-Control"] = "no-store"
    return response


def _is_partial(request: HttpRequest) -> bool:
    return "X-Partial" in request.headers


@page("vault:number:register", "GET", "HEAD", "POST")
def register(request: HttpRequest, person_id: UUID) -> HttpResponse:
    return _number_form(request, person_id, replacing=False)


@page("vault:number:register", "GET", "HEAD", "POST")
def replace(request: HttpRequest, person_id: UUID) -> HttpResponse:
    return _number_form(request, person_id, replacing=True)


def _number_form(request: HttpRequest, person_id: UUID, *, replacing: bool) -> HttpResponse:
    actor = actor_of(request)
    person = roster.get_person_for(actor, person_id)
    policy.check_can(actor, "vault:number:register", person.client_id)
    current = vault.find_number(person.id)
    if replacing and current is None:
        raise errors.NumberNotFoundError
    if not replacing and current is not None:
        raise errors.AlreadyRegisteredError
    key = vault_key(request)
    purposes = current.purposes if current else purposes_for(DEFAULT_PURPOSES, is_employee=person.is_employee)
    form = NumberForm(
        request.POST or None,
        replacing=replacing,
        initial={
            "purposes": [purpose.value for purpose in purposes],
            "checked_on": f"{jst_day(now_of(request)):%Y/%m/%d}",
        },
    )
    if request.method == "POST" and form.is_valid():
        facts = {
            "actor": actor,
            "vault_key": key,
            "person_id": person.id,
            "digits": form.cleaned_data["number"],
            "purposes": [Purpose(code) for code in form.cleaned_data["purposes"]],
            "identity": form.identity(actor.name),
            "now": now_of(request),
        }
        try:
            if replacing:
                record_no = numbers.replace_number(**facts, reason=ReplaceReason(form.cleaned_data["reason"]))
            else:
                record_no = numbers.register_number(**facts)
        except AzukariError as error:
            form.add_error("number" if isinstance(error, InvalidError) else None, error.short)
        else:
            done = "変更しました" if replacing else "登録しました"
            messages.success(request, f"{person.name}さんの個人番号を{done}（NO {record_no}）。")
            return redirect("office:person", person_id=person.id)
    context = {
        "form": form,
        "person": person,
        "client": tenancy.get_client_for(actor, person.client_id),
        "replacing": replacing,
    }
    return render(request, "office/people/number_form.html", context, status=422 if form.errors else 200)
