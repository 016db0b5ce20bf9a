"""The filter of 個人番号関係事務処理一覧."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms

from azukari.journal.rules import KIND_LABELS, RESULT_LABELS, Kind, Result
from azukari.kernel import wareki
from azukari.kernel.errors import InvalidError
from azukari.ui.forms import DateInput, Form

_ALL = ("", "すべて")


class RecordFilterForm(Form):
    """Everything is optional; the URL holds the state."""

    since = forms.CharField(label="期間（開始）", required=False, widget=DateInput)
    until = forms.CharField(label="期間（終了）", required=False, widget=DateInput)
    staff = forms.ChoiceField(label="担当者", required=False)
    client = forms.ChoiceField(label="事業所", required=False)
    person = forms.CharField(label="対象者", required=False, max_length=60)
    kind = forms.ChoiceField(label="処理", required=False, choices=[_ALL, *((k.value, KIND_LABELS[k]) for k in Kind)])
    result = forms.ChoiceField(
        label="結果", required=False, choices=[_ALL, *((r.value, RESULT_LABELS[r]) for r in Result)]
    )
    screen = forms.ChoiceField(label="処理画面", required=False)
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
        for name, choices in (("staff", staff), ("client", clients), ("screen", [(s, s) for s in screens])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [_ALL, *choices]

    def clean_since(self) -> date | None:
        return _day(self.cleaned_data["since"])

    def clean_until(self) -> date | None:
        return _day(self.cleaned_data["until"])

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
