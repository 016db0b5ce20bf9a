"""Asking for a disposal, and for a certificate anew."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from django import forms

from azukari.ui.forms import Form
from azukari.vault.rules.disposal import REASON_LABELS, Reason

_TYPE_IT = "「廃棄」と入力してください。元に戻せない操作のため、確認しています。"


class DisposalForm(Form):
    """Reason, the notes read, and the word typed: this cannot be undone."""

    required_messages: ClassVar[Mapping[str, str]] = {
        "read_notes": "注意事項を確認していません。読んでから、チェックを付けてください。",
        "typed": _TYPE_IT,
    }

    reason = forms.ChoiceField(
        label="廃棄の理由",
        choices=[(reason.value, REASON_LABELS[reason]) for reason in Reason],
        widget=forms.RadioSelect,
    )
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
