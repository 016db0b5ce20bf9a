"""What people of a client company type with their files."""

from __future__ import annotations

from django import forms

from azukari.exchange.rules.states import MOST_MEMO
from azukari.ui.forms import Form


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
