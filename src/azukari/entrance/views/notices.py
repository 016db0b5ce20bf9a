"""お知らせのメール: when a person wants to be told of files and requests."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.urls.resolvers import URLPattern

from azukari.entrance.access import shared
from azukari.entrance.forms import NoticesForm
from azukari.entrance.requests import door_at, now_of, signed_in_of, trace_of
from azukari.tenancy.actions import accounts
from azukari.tenancy.rules.mails import NoticeWhen


@shared("tenancy:own:manage", "POST")
def choose(request: HttpRequest) -> HttpResponse:
    form = NoticesForm(request.POST)
    if form.is_valid():
        when = NoticeWhen(form.cleaned_data["notices"])
        accounts.choose_notices(signed_in_of(request).account_id, when, trace=trace_of(request), now=now_of(request))
        messages.success(request, "お知らせのメールの設定を保存しました。")
    else:
        messages.error(request, "お知らせのメールの送り方が選択されていません。")
    return redirect(f"{door_at(request).name}:own")


patterns: list[URLPattern] = [path("account/notices/", choose, name="own-notices")]
