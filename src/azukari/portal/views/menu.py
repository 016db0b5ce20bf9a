"""The menu of 事業所マイページ and its pages."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from azukari.portal.access import page

_SEE = "portal:menu:see"


@page(_SEE)
def home(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/home.html")


@page(_SEE)
def files(request: HttpRequest) -> HttpResponse:
    """Files are exchanged in a later version; until then this says how."""
    return render(request, "portal/files.html")


@page(_SEE)
def documents(request: HttpRequest) -> HttpResponse:
    """Documents the office publishes: none can be published yet."""
    return render(request, "portal/documents.html")


@page(_SEE)
def tools(request: HttpRequest) -> HttpResponse:
    """Tools the office offers: none can be offered yet."""
    return render(request, "portal/tools.html")
