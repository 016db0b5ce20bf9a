"""従業員利用認証, and the password before the record's screens."""

from __future__ import annotations

from django import forms

from azukari.ui.forms import Form
from azukari.vault.rules.purposes import USES

USE_CHOICES = [("", "選択してください"), *((use.code, use.label) for use in USES)]


class UnlockForm(Form):
    """従業員利用認証: the ID is the signed-in person's own; password and 利用内容 are asked."""

    password = forms.CharField(
        label="パスワード",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    purpose = forms.ChoiceField(
        label="利用内容",
        choices=[
            *USE_CHOICES,
            ("sheet", "登録シートの取り込み"),
            ("disposal", "個人番号の廃棄"),
            ("recovery", "鍵の控え・権限の管理"),
        ],
    )


class RecordOpenForm(Form):
    """The password of the record's screens."""

    password = forms.CharField(
        label="記録の画面のパスワード",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "off"}),
    )
