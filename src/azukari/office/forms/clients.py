"""顧問先: one company, the end of its contract, and the Excel of many. What is right is said by rules.client_sheet."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from azukari.tenancy.queries import ClientRow
from azukari.tenancy.rules.client_sheet import COLUMNS, NEEDED, ClientFacts, find_faults
from azukari.ui.forms import DateInput, DayField, Form

_HINTS = {
    "code": "3〜40文字。英字・数字と . _ -。例：kawara",
    "name": "例：株式会社あおば製作所",
    "kana": "ひらがな、半角カナでもかまいません。",
    "corporate_number": "13桁。ハイフンや全角でもかまいません。",
    "postal_code": "例：100-0001",
    "telephone": "例：03-0000-0001",
    "contact_name": "連絡先になる人の氏名",
    "business_numbers": "雇用保険・社会保険の番号。2つ以上は「、」で区切ります。ファイルの送り間違いを見つけるために使います。",
    "tags": "一斉送信の宛先を選ぶための言葉。2つ以上は「、」で区切ります。例：建設、3月決算",
    "contract_from": "例：2026/4/1、令和8年4月1日",
    "contract_ended_on": "契約が続いているときは空欄にします。",
}
_PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class ClientForm(Form):
    """A company as it is typed. Every fault is the one the Excel would get, at its field."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for label, name in COLUMNS.items():
            self.fields[name] = forms.CharField(
                label=label,
                required=label in NEEDED,
                help_text=_HINTS.get(name, ""),
                widget=DateInput() if name.startswith("contract_") else forms.TextInput(_PLAIN),
                error_messages={"required": f"{label}が入力されていません。"},
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        self._values, faults = find_faults({name: data.get(name, "") for name in COLUMNS.values()})
        for fault in faults:
            if fault.field not in self.errors:
                self.add_error(fault.field, fault.sentence)
        return data

    def facts(self) -> ClientFacts:
        """Give the company, read and tidied."""
        return ClientFacts(**self._values)  # type: ignore[arg-type]  # every value was read by find_faults


def initial_of(row: ClientRow) -> dict[str, Any]:
    """Give what stands in the boxes of a company that is there."""
    written = {name: getattr(row, name) for name in COLUMNS.values()}
    days = {name: f"{value:%Y/%m/%d}" for name, value in written.items() if isinstance(value, date)}
    return {**written, **days, "version": row.version}


class EndForm(Form):
    """The last day of a contract."""

    ended_on = DayField(label="契約終了日", help_text="例：2026/9/30、令和8年9月30日")


class ClientSheetForm(Form):
    """The file of many companies."""

    file = forms.FileField(
        label="顧問先の一覧のファイル", allow_empty_file=True, widget=forms.FileInput({"accept": ".xlsx,.csv"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages["required"] = "ファイルが選択されていません。"
