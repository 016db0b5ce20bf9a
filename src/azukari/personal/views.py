"""お預かりの確認: the number of the slip in, one page out. The page is the answer itself and is kept nowhere."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.entrance.doors import PERSONAL
from azukari.entrance.requests import now_of, trace_of
from azukari.oversight.actions import slips
from azukari.oversight.errors import SlipNotFoundError
from azukari.personal.access import PUBLIC, page
from azukari.personal.forms import SlipForm
from azukari.tenancy.errors import TooManyAttemptsError


@page(PUBLIC, "GET", "HEAD", "POST")
def holding(request: HttpRequest) -> HttpResponse:
    form = SlipForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            found = slips.open_page(
                office_code=form.cleaned_data["office_code"],
                typed=form.cleaned_data["code"],
                trace=trace_of(request),
                now=now_of(request),
            )
        except SlipNotFoundError as error:
            form.add_error(None, error.short)
        except TooManyAttemptsError as error:
            minutes = error.data["minutes"]
            form.add_error(None, f"続けて何度も入力されたため、{minutes}分間お待ちいただきます。")
        else:
            return render(request, "personal/holding.html", {"holding": found, "now": now_of(request)})
    context = {"door": PERSONAL, "form": form}
    return render(request, "personal/open.html", context, status=422 if form.errors else 200)
