"""保存期間: days of a person's papers, lengthening, and the office's rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django import forms

from azukari.ui.forms import DayField, Form
from azukari.vault.rules.brake import BRAKE_COUNT, BRAKE_SHARE, Brake
from azukari.vault.rules.documents import (
    CHOSEN,
    COMPLETION_LABELS,
    DOCUMENTS,
    EVENT_LABELS,
    Completion,
    Document,
    EventKind,
    asked_of,
)
from azukari.vault.rules.purposes import Purpose

_EARLIEST = date(2015, 10, 5)


class DaysForm(Form):
    """退職日 and the days of the papers that come with a person's purposes; an empty box takes the day away.

    `rules`: a day no rule of the office asks for gets no box, unless it was recorded once.
    """

    def __init__(
        self,
        *args: Any,
        purposes: Sequence[Purpose],
        recorded: Mapping[tuple[str, EventKind], date],
        rules: Mapping[str, Completion],
        leaving: tuple[str, date | None],
        **kwargs: Any,
    ) -> None:
        self.papers: list[tuple[Document, list[str]]] = []
        self.keys: dict[str, tuple[str, EventKind]] = {}
        what, left_on = leaving
        initial: dict[str, Any] = {"left_on": f"{left_on:%Y/%m/%d}" if left_on else ""}
        for document in DOCUMENTS:
            if document.purpose in purposes and document.valid_until is None:
                names = []
                for kind in asked_of(document):
                    asked = (
                        kind is not EventKind.FILED or rules.get(document.code, Completion.FILED) is Completion.FILED
                    )
                    if not asked and (document.code, kind) not in recorded:
                        continue
                    name = f"{document.code}-{kind.value.lower()}"
                    self.keys[name] = (document.code, kind)
                    names.append(name)
                    if (document.code, kind) in recorded:
                        initial[name] = f"{recorded[(document.code, kind)]:%Y/%m/%d}"
                self.papers.append((document, names))
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["left_on"] = DayField(label=what, required=False, max_length=30)
        for name, (_, kind) in self.keys.items():
            self.fields[name] = DayField(label=EVENT_LABELS[kind], required=False, max_length=30)

    def usual(self) -> list[tuple[Document, list[Any]]]:
        """Give the papers everybody has, with their boxes."""
        return [(document, [self[name] for name in names]) for document, names in self.papers if document.always]

    def others(self) -> list[tuple[Document, list[Any]]]:
        """Give the papers that count for whoever has them."""
        return [(document, [self[name] for name in names]) for document, names in self.papers if not document.always]

    @property
    def others_open(self) -> bool:
        """Tell whether one of the other papers has a day or a fault: then they are shown."""
        return any(box.value() or box.errors for _, boxes in self.others() for box in boxes)

    def clean(self) -> dict[str, Any]:
        """Refuse days from before numbers began."""
        data: dict[str, Any] = super().clean() or {}
        for name, day in list(data.items()):
            if name in self.keys and day is not None and day < _EARLIEST:
                self.add_error(name, f"{self.fields[name].label}は、{_EARLIEST:%Y/%m/%d}より後の日付です。")
        return data

    def days(self) -> dict[tuple[str, EventKind], date | None]:
        """Give the days as typed."""
        return {key: self.cleaned_data[name] for name, key in self.keys.items()}


class ExtensionForm(Form):
    """Until when, and why."""

    until = DayField(label="延長の最後の日", max_length=30, help_text="例：2031/03/31、令和13年3月31日")
    reason = forms.CharField(
        label="延長の理由",
        max_length=100,
        help_text="例：審査請求への対応。この人の画面と記録に表示します。個人番号は書かないでください。",
    )

    def clean_reason(self) -> str:
        reason: str = self.cleaned_data["reason"].strip()
        if len(reason) < 4:
            raise forms.ValidationError("延長の理由を、後で読んだ人に分かるように書いてください。")
        return reason


class RulesForm(Form):
    """完結の日 by paper, and the brake."""

    brake_count = forms.IntegerField(
        label="24時間のうちに廃棄する件数",
        min_value=BRAKE_COUNT[0],
        max_value=BRAKE_COUNT[2],
        help_text=f"{BRAKE_COUNT[0]}〜{BRAKE_COUNT[2]}件。これを超えるときに、件数の入力を求めます。",
    )
    brake_share = forms.IntegerField(
        label="1つの顧問先の個人番号のうち廃棄する割合",
        min_value=BRAKE_SHARE[0],
        max_value=BRAKE_SHARE[2],
        help_text=f"{BRAKE_SHARE[0]}〜{BRAKE_SHARE[2]}％。10件以上を預かる顧問先で、これを超えるときに求めます。",
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for document in CHOSEN:
            self.fields[document.code] = forms.ChoiceField(
                label=document.label, choices=[(rule.value, COMPLETION_LABELS[rule]) for rule in document.completions]
            )
        for name in ("brake_count", "brake_share"):
            field = self.fields[name]
            wrong = f"{field.label}は、{field.help_text.split('。')[0]}の数字で入力してください。"
            field.error_messages.update({"invalid": wrong, "min_value": wrong, "max_value": wrong})

    def choices_of_papers(self) -> list[tuple[Document, Any]]:
        """Give the papers with their choice."""
        return [(document, self[document.code]) for document in CHOSEN]

    def completion(self) -> dict[str, Completion]:
        """Give 完結の日 by paper."""
        return {document.code: Completion(self.cleaned_data[document.code]) for document in CHOSEN}

    def brake(self) -> Brake:
        """Give the brake."""
        return Brake(count=self.cleaned_data["brake_count"], share=self.cleaned_data["brake_share"])
