"""鍵の控え: the groups of a printed sheet typed back, and the whole code to get one's own right back."""

from __future__ import annotations

from typing import Any

from django import forms

from azukari.seal.errors import RecoveryCodeError
from azukari.seal.grants import RecoveryCode
from azukari.ui.forms import Form


class RecoveryForm(Form):
    """Three groups of the printed sheet."""

    def __init__(self, *args: Any, asked: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in asked:
            self.fields[f"group{place}"] = forms.CharField(
                label=f"{place}番目の組",
                max_length=12,
                widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "group-in"}),
                error_messages={"required": f"{place}番目の組が入力されていません。"},
            )

    def groups(self) -> list[str]:
        """Give the typed groups in the order they were asked."""
        return [self.cleaned_data[name] for name in self.fields]


class RecoveryUseForm(Form):
    """The number of a sheet and its whole code."""

    number = forms.IntegerField(
        label="控え番号",
        min_value=1,
        max_value=1_000_000,
        error_messages=dict.fromkeys(("invalid", "min_value", "max_value"), "控え番号は、控えに印刷した数字です。"),
    )
    code = forms.CharField(
        label="控えの文字",
        max_length=400,
        widget=forms.Textarea({"rows": 3, "autocomplete": "off", "spellcheck": "false", "class": "group-in"}),
        help_text="18組すべて。大文字・小文字・全角・半角・空白・ハイフン・改行は、どれでもかまいません。",
    )

    def clean_code(self) -> RecoveryCode:
        try:
            return RecoveryCode.parse(self.cleaned_data["code"])
        except RecoveryCodeError as error:
            raise forms.ValidationError(error.short) from None
