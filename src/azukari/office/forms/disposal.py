"""Asking for a disposal, looking for what is due, the count of a second look, and a certificate anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django import forms

from azukari.kernel import text
from azukari.ui.forms import Form
from azukari.vault.rules.disposal import REASON_LABELS, Reason

_TYPE_IT = "「廃棄」と入力してください。元に戻せない操作のため、確認しています。"


class ConfirmForm(Form):
    """The notes read, and the word typed: this cannot be undone."""

    required_messages: ClassVar[Mapping[str, str]] = {
        "read_notes": "注意事項を確認していません。読んでから、チェックを付けてください。",
        "typed": _TYPE_IT,
    }

    read_notes = forms.BooleanField(label="注意事項を確認しました。")
    typed = forms.CharField(label="「廃棄」と入力", max_length=4, widget=forms.TextInput({"autocomplete": "off"}))

    def clean_typed(self) -> str:
        typed: str = self.cleaned_data["typed"]
        if typed.strip() != "廃棄":
            raise forms.ValidationError(_TYPE_IT)
        return typed


class ReplaceForm(Form):
    """Why a certificate is issued anew. It is printed on the new one."""

    why = forms.CharField(
        label="出し直す理由", max_length=100, help_text="新しい証明書に印刷されます。例：事務所の住所の誤り"
    )


class DisposalForm(ConfirmForm):
    """The same with the reason, where the page does not know it."""

    field_order = ("reason", "read_notes", "typed")

    reason = forms.ChoiceField(
        label="廃棄の理由",
        choices=[(reason.value, REASON_LABELS[reason]) for reason in Reason],
        widget=forms.RadioSelect,
    )


class DueForm(Form):
    """Which of the due numbers to list: of which client, and when."""

    client = forms.ChoiceField(label="事業所", required=False)

    def __init__(self, *args: Any, clients: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["client"].choices = [("", "すべて"), *clients]  # type: ignore[attr-defined]  # a ChoiceField


def read_count(typed: str) -> int | None:
    """Read a count as somebody typed it, in any width and with commas; None when it is none."""
    folded = text.fold_digits(typed).replace(",", "").replace("件", "").strip()
    return int(folded) if folded.isdecimal() and len(folded) < 8 else None
