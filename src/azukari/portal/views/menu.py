"""The menu of 事業所マイページ and its pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.entrance.requests import actor_of, now_of
from azukari.exchange import queries
from azukari.kernel.clock import jst_day
from azukari.oversight import queries as oversight
from azukari.portal.access import page

_SEE = "portal:menu:see"


@page(_SEE)
def home(request: HttpRequest) -> HttpResponse:
    actor, now = actor_of(request), now_of(request)
    context = {
        "asked": queries.list_requests(actor),
        "waiting": queries.list_waiting(actor, now=now),
        "today": jst_day(now),
        "sees_handlings": oversight.sees_handlings(actor),
    }
    return render(request, "portal/home.html", context)


@page(_SEE)
def documents(request: HttpRequest) -> HttpResponse:
    """Documents the office publishes: none can be published yet."""
    return render(request, "portal/documents.html")


@page(_SEE)
def tools(request: HttpRequest) -> HttpResponse:
    """Tools the office offers: none can be offered yet."""
    return render(request, "portal/tools.html")
