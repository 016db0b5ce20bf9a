"""The ledger's filter, what is asked before a 保護 file is opened, whom a file goes to, and requests."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms

from azukari.exchange.queries import Filter, Order
from azukari.exchange.rules.requests import MOST_ITEMS
from azukari.exchange.rules.states import MOST_MEMO, Direction
from azukari.journal.rules.takeouts import TakenOut
from azukari.kernel import text
from azukari.kernel.clock import JST
from azukari.office.forms.account import USE_CHOICES
from azukari.office.forms.takeouts import TakeOutForm
from azukari.ui.forms import DayField, Form

_ALL = ("", "すべて")
_OPENED_FOR = (TakenOut.FILE, TakenOut.DOCUMENT, TakenOut.PROGRAM, TakenOut.MEDIUM)
ALL_CLIENTS, TAGGED, CHOSEN = "all", "tagged", "chosen"


class LedgerForm(Form):
    """Everything is optional; the URL holds the state."""

    client = forms.ChoiceField(label="事業所名", required=False)
    q = forms.CharField(label="ファイル名", required=False, max_length=60)
    direction = forms.ChoiceField(
        label="送受区分", required=False, choices=[_ALL, ("RECEIVED", "受信"), ("SENT", "送信")]
    )
    unread = forms.ChoiceField(label="未既区分", required=False, choices=[_ALL, ("1", "未")])
    protected = forms.ChoiceField(label="保護区分", required=False, choices=[_ALL, ("0", "通常"), ("1", "保護")])
    since = DayField(label="期間（開始）", required=False)
    until = DayField(label="期間（終了）", required=False)

    def __init__(self, *args: Any, clients: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["client"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [_ALL, *clients]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and since > until:
            self.add_error("since", "開始日が終了日より後になっています。")
        return cleaned

    def wanted(self, order: Order) -> Filter:
        """Give what is looked for."""
        data = self.cleaned_data
        since, until = data["since"], data["until"]
        return Filter(
            client_id=UUID(data["client"]) if data["client"] else None,
            q=data["q"].strip(),
            direction=Direction(data["direction"]) if data["direction"] else None,
            unread_only=data["unread"] == "1",
            protected={"0": False, "1": True}.get(data["protected"]),
            since=datetime.combine(since, time(), JST) if since else None,
            until=datetime.combine(until + timedelta(days=1), time(), JST) if until else None,
            order=order,
        )


class OpenForm(TakeOutForm):
    """従業員利用認証 and 持ち出し before a 保護 file goes out. The password only while there is no unlock.

    A download always leaves a copy behind: there is no looking at it on the screen alone.
    """

    password = forms.CharField(
        label="パスワード",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    use = forms.ChoiceField(label="利用内容", choices=USE_CHOICES)

    field_order = ("password", "use")

    def __init__(self, *args: Any, unlocked: bool, **kwargs: Any) -> None:
        super().__init__(*args, kinds=_OPENED_FOR, **kwargs)
        if unlocked:
            del self.fields["password"]


class ReasonForm(Form):
    """Why a decision of weight was made: it stands in the record."""

    reason = forms.CharField(label="理由", max_length=200)

    def clean_reason(self) -> str:
        return text.mask_long_digits(self.cleaned_data["reason"].strip())


class PlainFilesForm(Form):
    """What goes with files of a plain form, where no script runs."""

    reply_to = forms.UUIDField(required=False)
    replaces = forms.UUIDField(required=False)
    client = forms.UUIDField(required=False)


class ReceiversForm(Form):
    """Whom the prepared files go to, and a word with them."""

    whom = forms.ChoiceField(
        label="宛先",
        choices=[(CHOSEN, "選んだ顧問先"), (TAGGED, "分類で選ぶ"), (ALL_CLIENTS, "すべての顧問先")],
        widget=forms.RadioSelect,
        initial=CHOSEN,
    )
    clients = forms.MultipleChoiceField(label="顧問先", required=False, widget=forms.CheckboxSelectMultiple)
    tag = forms.ChoiceField(label="分類", required=False)
    memo = forms.CharField(
        label="ひとこと",
        required=False,
        max_length=MOST_MEMO,
        widget=forms.Textarea({"rows": 2, "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, clients: list[tuple[str, str]], tags: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("clients", clients), ("tag", [("", "選択してください"), *((tag, tag) for tag in tags)])):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def clean_memo(self) -> str:
        return text.mask_long_digits(self.cleaned_data["memo"].strip())

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("whom") == CHOSEN and not cleaned.get("clients") and "clients" not in self.errors:
            self.add_error("clients", "宛先の顧問先を1社以上選んでください。")
        if cleaned.get("whom") == TAGGED and not cleaned.get("tag"):
            self.add_error("tag", "分類が選択されていません。")
        return cleaned


class RequestForm(Form):
    """What a client company is asked for."""

    client = forms.ChoiceField(label="顧問先")
    title = forms.CharField(label="件名", max_length=100, help_text="例：10月分の勤怠")
    due_on = DayField(label="期限", help_text="例：2026/10/28、R8.10.28")
    items = forms.CharField(
        label="お願いするもの",
        max_length=4000,
        help_text=f"1行に1つ、{MOST_ITEMS}件まで。例：タイムカード、残業の申請書",
        widget=forms.Textarea({"rows": 4, "autocomplete": "off"}),
    )
    note = forms.CharField(
        label="説明", required=False, max_length=400, widget=forms.Textarea({"rows": 2, "autocomplete": "off"})
    )

    def __init__(self, *args: Any, clients: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["client"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", "選択してください"), *clients]

    def clean_items(self) -> list[str]:
        lines = [text.clean_name(line) for line in self.cleaned_data["items"].splitlines()]
        items = list(dict.fromkeys(line for line in lines if line))
        if not items:
            raise forms.ValidationError("お願いするものが入力されていません。")
        if len(items) > MOST_ITEMS:
            raise forms.ValidationError(f"お願いするものは{MOST_ITEMS}件までです（今は{len(items)}件）。")
        if any(len(item) > 100 for item in items):
            raise forms.ValidationError("お願いするものは、1つ100文字までで入力してください。")
        return items


class SendBackForm(Form):
    """Why something is sent back: the client reads it."""

    comment = forms.CharField(label="差し戻しの理由", max_length=400)
