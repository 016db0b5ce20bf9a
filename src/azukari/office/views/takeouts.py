"""持ち出しの記録: what is out, what is late, and the end of it."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from azukari.entrance.requests import actor_of, now_of
from azukari.journal.actions import takeouts as actions
from azukari.journal.errors import NothingChosenError, TakeOutNotFoundError
from azukari.journal.queries import takeouts
from azukari.journal.queries.takeouts import TakeOutFilter, TakeOutRow
from azukari.kernel.clock import jst_day
from azukari.kernel.errors import ConflictError, InvalidError
from azukari.office.access import page
from azukari.office.forms.takeouts import EndingForm, TakeOutFilterForm
from azukari.office.paging import counted_page, page_number
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy

_SEE, _CLOSE = "journal:record:see", "journal:takeout:close"
_MOST_AT_ONCE = 200


@page(_SEE)
def take_out_list(request: HttpRequest) -> HttpResponse:
    actor, today, number = actor_of(request), jst_day(now_of(request)), page_number(request)
    form = TakeOutFilterForm(
        request.GET,
        clients=[(str(pk), name) for pk, name in tenancy.list_client_choices(actor)],
        staff=[(str(pk), name) for pk, name in tenancy.list_staff_choices()],
    )
    valid = form.is_valid()
    rows, total = takeouts.list_take_outs(actor, form.wanted() if valid else TakeOutFilter(), today=today, page=number)
    context = {
        "form": form,
        "page": counted_page(lines_of(rows, today), total, number),
        "filtered": valid and any(request.GET.get(name) for name in form.fields),
        "late": takeouts.count_late(actor, today=today),
        "closes": policy.may(actor, _CLOSE),
        "conditions": form.in_words() if valid else [],
        "printed_at": now_of(request),
    }
    return render(request, "office/takeouts/list.html", context, status=200 if valid else 422)


def lines_of(rows: list[TakeOutRow], today: date) -> list[dict[str, object]]:
    """Give rows with how they stand today, for a list."""
    return [{"row": row, "days_over": row.days_over(today), "days_left": -row.days_over(today)} for row in rows]


@page(_CLOSE, "GET", "HEAD", "POST")
def close(request: HttpRequest) -> HttpResponse:
    """Record the end of those ticked in the list, or of one: all of them end in the same way."""
    actor, today = actor_of(request), jst_day(now_of(request))
    chosen = _chosen(request)
    rows = [takeouts.get_take_out_for(actor, pk) for pk in chosen]
    still_out = [row for row in rows if row.is_open]
    if not still_out:
        error = NothingChosenError()
        messages.error(request, error.short if not rows else "選んだ持ち出しは、もう終わりを記録してあります。")
        return redirect("office:takeouts")
    form = EndingForm(
        request.POST if "outcome" in request.POST or "on" in request.POST else None,
        taken_on=max(jst_day(row.at) for row in still_out),
        today=today,
        initial={"on": f"{today:%Y/%m/%d}"},
    )
    if form.is_bound and form.is_valid():
        try:
            done = actions.close(
                actor=actor, ids=[row.id for row in still_out], ending=form.ending(), now=now_of(request)
            )
        except (InvalidError, ConflictError) as error:
            form.add_error(None, error.short)
        else:
            messages.success(request, f"{len(still_out)}件の持ち出しの終わりを記録しました（NO {done.number}）。")
            return redirect("office:takeouts")
    context = {"form": form, "lines": lines_of(still_out, today), "count": len(still_out)}
    return render(request, "office/takeouts/close.html", context, status=422 if form.errors else 200)


def _chosen(request: HttpRequest) -> list[UUID]:
    """The IDs ticked, from the list's form or a link. Raises: TakeOutNotFoundError for what is no ID."""
    typed = request.POST.getlist("takeout") or request.GET.getlist("takeout")
    try:
        return list(dict.fromkeys(UUID(one) for one in typed[:_MOST_AT_ONCE]))
    except ValueError as error:
        raise TakeOutNotFoundError from error
