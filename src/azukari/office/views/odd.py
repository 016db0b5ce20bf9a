"""いつもと違う利用: what was found, the lines behind it, a word on it; and the settings of oversight."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.confirm import prove
from azukari.entrance.requests import actor_of, now_of
from azukari.kernel.errors import ConflictError
from azukari.office.access import behind_record_password, page
from azukari.office.forms.oversight import OversightForm, ReviewForm, settings_as_typed
from azukari.oversight import queries
from azukari.oversight.actions import odd, settings
from azukari.oversight.rules.odd import RULES, Rule


@page("oversight:odd_use:review")
@behind_record_password
def odd_list(request: HttpRequest) -> HttpResponse:
    waiting = request.GET.get("show") != "reviewed"
    thresholds = queries.get_settings()[0].thresholds
    rules = [
        (RULES[rule].label, RULES[rule].in_words(thresholds.of(rule).number), thresholds.of(rule).on) for rule in Rule
    ]
    context = {
        "page": queries.list_odd(waiting=waiting, before=_place(request)),
        "waiting": waiting,
        "count": queries.count_waiting(),
        "rules": rules,
        "thresholds": thresholds,
    }
    return render(request, "office/oversight/odd_list.html", context)


@page("oversight:odd_use:review", "GET", "HEAD", "POST")
@behind_record_password
def odd_use(request: HttpRequest, odd_id: UUID) -> HttpResponse:
    row = queries.get_odd(odd_id)
    form = ReviewForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        odd.review(actor=actor_of(request), odd_id=row.id, word=form.cleaned_data["word"], now=now_of(request))
        messages.success(request, "確認したことを記録しました。")
        return redirect("office:odd-uses")
    context = {"row": row, "lines": queries.lines_of(row), "form": form}
    return render(request, "office/oversight/odd_use.html", context, status=422 if form.errors else 200)


@page("tenancy:settings:change", "GET", "HEAD", "POST")
def oversight_settings(request: HttpRequest) -> HttpResponse:
    found, version = queries.get_settings()
    initial = {**settings_as_typed(found), "version": version}
    form = OversightForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_valid() and _save(request, form):
        return redirect("office:settings-oversight")
    return render(request, "office/oversight/settings.html", {"form": form}, status=422 if form.errors else 200)


def _save(request: HttpRequest, form: OversightForm) -> bool:
    prove(request, "監督と見守りの設定の変更")
    try:
        settings.change_settings(
            actor=actor_of(request),
            settings=form.settings(),
            version=form.cleaned_data["version"],
            now=now_of(request),
        )
    except ConflictError as error:
        form.add_error(None, error.short)
        return False
    messages.success(request, "監督と見守りの設定を保存しました。")
    return True


def _place(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("before", ""))
    except ValueError:
        return None
