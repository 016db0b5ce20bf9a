"""持ち出しの記録: what every form asks by which something leaves, the list's filter, and the end of a take-out."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms

from azukari.journal.errors import (
    EndingDayError,
    EndingReasonMissingError,
    ReceiptIsNumberError,
    TakeOutApprovalMissingError,
    TakeOutDestinationMissingError,
    TakeOutKindError,
    TakeOutMediumMissingError,
    TakeOutProtectionMissingError,
    TakeOutUntilMissingError,
    TakeOutUntilPastError,
)
from azukari.journal.queries.takeouts import LATE, OPEN, TakeOutFilter
from azukari.journal.rules.takeouts import (
    LEAVING,
    OUTCOME_LABELS,
    PROTECTION_LABELS,
    TAKEN_OUT_LABELS,
    Ending,
    Outcome,
    Protection,
    TakenOut,
    TakeOutFacts,
    check_ending,
    faults,
)
from azukari.kernel.clock import JST
from azukari.kernel.errors import InvalidError
from azukari.ui.forms import DayField, Form

_ALL = ("", "すべて")
# At which field a refusal of the room stands.
_FIELD_OF: dict[type[InvalidError], str] = {
    TakeOutKindError: "taken_out",
    TakeOutUntilMissingError: "due_on",
    TakeOutUntilPastError: "due_on",
    TakeOutMediumMissingError: "medium",
    TakeOutDestinationMissingError: "submitted_to",
    TakeOutProtectionMissingError: "protections",
    TakeOutApprovalMissingError: "note",
    EndingReasonMissingError: "how",
    EndingDayError: "on",
    ReceiptIsNumberError: "receipt",
}
CHOICES = {
    TakenOut.SCREEN: "画面で見るだけ",
    TakenOut.DOCUMENT: "書類に記入する",
    TakenOut.PROGRAM: "ソフトに入力する（給与・電子申請など）",
    TakenOut.FILE: "パソコンに保存して使う",
    TakenOut.MEDIUM: "媒体に入れて運ぶ（責任者の承認番号が要ります）",
}


class TakeOutForm(Form):
    """The part that asks for a take-out. `kinds` are those that make sense where it stands; SCREEN takes nothing out."""

    taken_out = forms.ChoiceField(label="持ち出しの記録", widget=forms.RadioSelect)
    submitted_to = forms.CharField(
        label="提出先",
        required=False,
        max_length=60,
        help_text="例：公共職業安定所、年金事務所。電子申請もここに書きます。",
    )
    due_on = DayField(label="いつまで", required=False, help_text="例：2026/12/10、R8.12.10")
    at_once = forms.BooleanField(label="すぐに消去する（今日のうちに）", required=False)
    medium = forms.CharField(
        label="媒体", required=False, max_length=60, help_text="例：紙1枚、暗号化USBメモリ3号。運ぶときは必ず書きます。"
    )
    protections = forms.MultipleChoiceField(
        label="運ぶときの保護",
        required=False,
        choices=[(one.value, PROTECTION_LABELS[one]) for one in Protection],
        widget=forms.CheckboxSelectMultiple,
    )
    note = forms.CharField(
        label="承認番号・備考",
        required=False,
        max_length=200,
        help_text="媒体に入れて運ぶときは、責任者の承認番号を書いてください。",
    )

    def __init__(self, *args: Any, kinds: Iterable[TakenOut], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._today = today
        field = self.fields["taken_out"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(kind.value, CHOICES[kind]) for kind in kinds]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors and (facts := self.take_out()) is not None:
            for fault in faults(facts, today=self._today):
                self.add_error(_FIELD_OF[type(fault)], fault.short)
        return cleaned

    def take_out(self) -> TakeOutFacts | None:
        """Give what leaves; None where it is only looked at. Only for a valid form."""
        data = self.cleaned_data
        kind = TakenOut(data["taken_out"])
        if kind is TakenOut.SCREEN:
            return None
        return TakeOutFacts(
            kind=kind,
            at_once=data["at_once"],
            due_on=None if data["at_once"] else data["due_on"],
            medium=data["medium"],
            submitted_to=data["submitted_to"],
            protections=tuple(Protection(code) for code in data["protections"]),
            note=data["note"],
        )


class TakeOutFilterForm(Form):
    """Everything is optional; the URL holds the state."""

    state = forms.ChoiceField(
        label="状態",
        required=False,
        choices=[
            _ALL,
            (OPEN, "持ち出し中"),
            (LATE, "期限超過"),
            *((one.value, OUTCOME_LABELS[one]) for one in Outcome),
        ],
    )
    client = forms.ChoiceField(label="事業所", required=False)
    staff = forms.ChoiceField(label="持ち出した人", required=False)
    kind = forms.ChoiceField(
        label="区分", required=False, choices=[_ALL, *((one.value, TAKEN_OUT_LABELS[one]) for one in LEAVING)]
    )
    since = DayField(label="期間（開始）", required=False)
    until = DayField(label="期間（終了）", required=False)

    def __init__(self, *args: Any, clients: list[tuple[str, str]], staff: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("client", clients), ("staff", staff)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [_ALL, *choices]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("since", "開始日が終了日より後になっています。")
        return cleaned

    def wanted(self) -> TakeOutFilter:
        """Give what is looked for. Only for a valid form."""
        data = self.cleaned_data
        since, until = data["since"], data["until"]
        return TakeOutFilter(
            since=datetime.combine(since, time(), JST) if since else None,
            until=datetime.combine(until + timedelta(days=1), time(), JST) if until else None,
            client_id=UUID(data["client"]) if data["client"] else None,
            staff_id=UUID(data["staff"]) if data["staff"] else None,
            kind=TakenOut(data["kind"]) if data["kind"] else None,
            state=data["state"],
        )


class EndingForm(Form):
    """返却・消去・提出: how, when, and what proves it. Who confirms it is who is signed in."""

    outcome = forms.ChoiceField(
        label="終わり方",
        choices=[(one.value, OUTCOME_LABELS[one]) for one in Outcome],
        widget=forms.RadioSelect,
    )
    on = DayField(label="確認した日", help_text="例：2026/11/24、R8.11.24")
    receipt = forms.CharField(
        label="控えの番号",
        required=False,
        max_length=60,
        help_text="提出したときの到達番号・受付印の番号。なければ空欄です。",
    )
    how = forms.CharField(
        label="方法・理由",
        required=False,
        max_length=200,
        help_text="例：窓口に提出、シュレッダーで裁断、ファイルを完全に削除。記録の誤りのときは理由を書きます。",
    )

    def __init__(self, *args: Any, taken_on: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._taken_on, self._today = taken_on, today

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                check_ending(self.ending(), taken_on=self._taken_on, today=self._today)
            except InvalidError as error:
                self.add_error(_FIELD_OF[type(error)], error.short)
        return cleaned

    def ending(self) -> Ending:
        """Give what is to be recorded. Only for a valid form."""
        data = self.cleaned_data
        return Ending(outcome=Outcome(data["outcome"]), on=data["on"], how=data["how"], receipt=data["receipt"])
