"""Filters of the record under a name: kept, used by their link, renamed, deleted. Each person's own."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from azukari.entrance.attempts import attempt
from azukari.entrance.requests import actor_of, now_of
from azukari.kernel.errors import ConflictError
from azukari.office import narrowing
from azukari.office.access import behind_record_password, page
from azukari.office.forms.record import ViewNameForm
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import record as actions

_SEE = "journal:record:see"


@page(_SEE, "GET", "HEAD", "POST")
@behind_record_password
def views(request: HttpRequest) -> HttpResponse:
    """The named filters; a POST keeps the filter of its address under a name."""
    query, form = narrowing.query_of(request), ViewNameForm(request.POST or None, auto_id="view_%s")
    if request.method == "POST" and form.is_valid():
        name = form.cleaned_data["name"]
        try:
            actions.save_view(name, query, actor=actor_of(request), now=now_of(request))
        except ConflictError as error:
            form.add_error("name", error.short)
        else:
            messages.success(request, f"この条件を「{name}」として保存しました。")
            return redirect(f"{reverse('office:record')}?{query}")
    rows = tenancy.list_record_views(actor_of(request))
    context = {
        "form": form,
        "query": query,
        "adds": request.method == "POST",
        "most": actions.MOST_VIEWS,
        "rows": [
            (row, ViewNameForm(initial={"name": row.name}, auto_id=f"v{place}_%s")) for place, row in enumerate(rows)
        ],
    }
    return render(request, "office/log/views.html", context, status=422 if form.errors else 200)


@page(_SEE, "POST")
@behind_record_password
def rename(request: HttpRequest, view_id: UUID) -> HttpResponse:
    tenancy.get_record_view_for(actor_of(request), view_id)
    form = ViewNameForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("office:record-views")
    name = form.cleaned_data["name"]
    act = partial(actions.rename_view, view_id, name, actor=actor_of(request))
    attempt(request, act, f"名前を「{name}」に変えました。")
    return redirect("office:record-views")


@page(_SEE, "POST")
@behind_record_password
def delete(request: HttpRequest, view_id: UUID) -> HttpResponse:
    actions.delete_view(view_id, actor=actor_of(request))
    messages.success(request, "保存した条件を削除しました。")
    return redirect("office:record-views")
