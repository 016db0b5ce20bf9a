"""What people of a client company type: with their files, and to find a handling."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from azukari.exchange.rules.states import MOST_MEMO
from azukari.journal.rules import KIND_LABELS, Kind
from azukari.ui.forms import DayField, Form


class PlainSendForm(Form):
    """Files sent by a plain form, where no script runs. The files themselves are read from the request."""

    memo = forms.CharField(label="ひとこと", required=False, max_length=MOST_MEMO)
    protected = forms.BooleanField(label="保護ファイルとして送る", required=False)
    reply_to = forms.UUIDField(required=False, widget=forms.HiddenInput)
    item = forms.UUIDField(required=False, widget=forms.HiddenInput)
    replaces = forms.UUIDField(required=False, widget=forms.HiddenInput)


class OpenForm(Form):
    """The password that guards one's own key, for a 保護 file from the office."""

    password = forms.CharField(
        label="パスワード",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
        help_text="ログインに使っているパスワードです。",
    )


class HandlingFilterForm(Form):
    """Everything is optional; the URL holds the state."""

    since = DayField(label="期間（開始）", required=False)
    until = DayField(label="期間（終了）", required=False)
    person = forms.CharField(label="対象者", required=False, max_length=60)
    kind = forms.ChoiceField(
        label="処理",
        required=False,
        choices=[
            ("", "すべて"),
            *((kind.value, KIND_LABELS[kind]) for kind in (Kind.REGISTER, Kind.VIEW, Kind.OUTPUT, Kind.DELETE)),
        ],
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        return check_span(self, super().clean() or self.cleaned_data)


class PackForm(Form):
    """The span of a 委託先監督資料, both days included."""

    since = DayField(label="期間（開始）")
    until = DayField(label="期間（終了）")

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        return check_span(self, super().clean() or self.cleaned_data)


def check_span(form: Form, data: dict[str, Any]) -> dict[str, Any]:
    """Add an error to a form whose first day lies behind its last."""
    since: date | None = data.get("since")
    until: date | None = data.get("until")
    if since and until and since > until:
        form.add_error("since", "開始日が終了日より後になっています。")
    return data
