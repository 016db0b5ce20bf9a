"""The filter of 個人番号関係事務処理一覧, its name when it is kept, and how the record is taken out."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from typing import Any

from django import forms

from azukari.journal.rules import KIND_LABELS, RESULT_LABELS, Kind, Result
from azukari.kernel import wareki
from azukari.kernel.errors import InvalidError
from azukari.kernel.text import mask_long_digits
from azukari.press.documents.handling_record import Encoding
from azukari.ui.forms import DateInput, Form

_ALL = ("", "すべて")
_NUMBER = re.compile(r"([0-9]{1,15})(?:-([0-9]{1,6}))?", re.ASCII)
_HYPHENS = str.maketrans(dict.fromkeys("ー−‐‑–—", "-"))


class RecordFilterForm(Form):
    """Everything is optional; the URL holds the state."""

    since = forms.CharField(label="期間（開始）", required=False, widget=DateInput)
    until = forms.CharField(label="期間（終了）", required=False, widget=DateInput)
    charge = forms.ChoiceField(label="担当者", required=False)
    staff = forms.ChoiceField(label="処理者", required=False)
    client = forms.ChoiceField(label="事業所", required=False)
    person = forms.CharField(label="対象者", required=False, max_length=60)
    kind = forms.ChoiceField(label="処理", required=False, choices=[_ALL, *((k.value, KIND_LABELS[k]) for k in Kind)])
    result = forms.ChoiceField(
        label="結果", required=False, choices=[_ALL, *((r.value, RESULT_LABELS[r]) for r in Result)]
    )
    screen = forms.ChoiceField(label="処理画面", required=False)
    operation = forms.CharField(label="NO", required=False, max_length=24)
    taken_out = forms.BooleanField(label="持ち出しがある記録だけ", required=False)

    def __init__(
        self,
        *args: Any,
        staff: list[tuple[str, str]],
        clients: list[tuple[str, str]],
        screens: list[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (
            ("charge", staff),
            ("staff", staff),
            ("client", clients),
            ("screen", [(s, s) for s in screens]),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [_ALL, *choices]

    def clean_since(self) -> date | None:
        return _day(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _day(self.cleaned_data["until"])

    def clean_operation(self) -> str:
        typed = unicodedata.normalize("NFKC", self.cleaned_data["operation"]).translate(_HYPHENS).replace(" ", "")
        if typed and not _NUMBER.fullmatch(typed):
            raise forms.ValidationError("NOは、300 または 300-2 のように入力してください。")
        return typed

    def place(self) -> tuple[int | None, int | None]:
        """Give the wanted operation and line."""
        found = _NUMBER.fullmatch(self.cleaned_data["operation"])
        return (int(found[1]), int(found[2]) if found[2] else None) if found else (None, None)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("since", "開始日が終了日より後になっています。")
        return cleaned


def _day(typed: str) -> date | None:
    if not typed.strip():
        return None
    try:
        return wareki.parse_date(typed)
    except InvalidError as error:
        raise forms.ValidationError(error.short) from None


class ViewNameForm(Form):
    """The name a filter is kept under."""

    name = forms.CharField(label="条件の名前", max_length=40)

    def clean_name(self) -> str:
        return mask_long_digits(str(self.cleaned_data["name"]))


EXCEL = "xlsx"
FORM_LABELS = {
    EXCEL: "Excelブック",
    Encoding.UTF8.value: "CSV（UTF-8）",
    Encoding.CP932.value: "CSV（Shift_JIS）",
}


class ExportForm(Form):
    """書き出し: in what form, and what for and whereto it goes (持ち出しの記録)."""

    form = forms.ChoiceField(label="形式", choices=list(FORM_LABELS.items()), widget=forms.RadioSelect, initial=EXCEL)
    note = forms.CharField(
        label="使いみちと渡す先",
        max_length=200,
        help_text="例：10月分の点検のため、所内の共有フォルダーに保存。持ち出しの記録に残ります。",
    )
