"""Registering, changing and showing a number."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms

from azukari.journal.rules.takeouts import TakenOut
from azukari.kernel import text, wareki
from azukari.kernel.errors import InvalidError
from azukari.office.forms.account import USE_CHOICES
from azukari.office.forms.takeouts import TakeOutForm
from azukari.ui.forms import DateInput, Form, SecretDigitsInput
from azukari.vault import errors
from azukari.vault.rules.numbers import (
    REPLACE_REASON_LABELS,
    VERIFICATION_LABELS,
    Identity,
    ReplaceReason,
    Verification,
)
from azukari.vault.rules.purposes import PURPOSE_LABELS, USES_BY_CODE, Purpose

_BY_HAND = [way for way in Verification if way not in {Verification.BY_CLIENT, Verification.BY_EMPLOYEE}]
# A number is shown, so no file comes of it.
_SHOWN_FOR = (TakenOut.SCREEN, TakenOut.DOCUMENT, TakenOut.PROGRAM, TakenOut.MEDIUM)
_SHOWN_WAYS = [*_BY_HAND, Verification.BY_CLIENT, Verification.BY_EMPLOYEE]


class RevealForm(TakeOutForm):
    """番号の表示: what for, and where the number goes. The password only while there is no unlock."""

    password = forms.CharField(
        label="パスワード",
        max_length=128,
        strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )
    use = forms.ChoiceField(label="利用内容", choices=USE_CHOICES)

    field_order = ("password", "use")

    def __init__(self, *args: Any, unlocked: bool, purposes: Collection[Purpose], **kwargs: Any) -> None:
        super().__init__(*args, kinds=_SHOWN_FOR, **kwargs)
        # The vault fills it in from the 利用内容; a medium needs it said.
        self.fields["submitted_to"].help_text = "空欄のときは、利用内容の提出先を記録します。例：年金事務所、電子申請"
        use = self.fields["use"]
        assert isinstance(use, forms.ChoiceField)
        # Uses outside the notified purposes are refused by the vault; they are not offered here.
        use.choices = [
            (code, label) for code, label in USE_CHOICES if not code or USES_BY_CODE[code].purpose in purposes
        ]
        use.error_messages["invalid_choice"] = errors.PurposeNotAllowed().short
        if unlocked:
            del self.fields["password"]


class NumberForm(Form):
    """A number typed twice, with 利用目的 and 本人確認. What was typed as a number is never rendered again."""

    number = forms.CharField(
        label="個人番号",
        widget=SecretDigitsInput,
        help_text="12桁。全角、空白やハイフンがあってもかまいません。",
    )
    number_again = forms.CharField(
        label="個人番号（確認）", widget=SecretDigitsInput, help_text="同じ番号をもう一度入力してください。"
    )
    purposes = forms.MultipleChoiceField(
        label="利用目的",
        choices=[(purpose.value, PURPOSE_LABELS[purpose]) for purpose in Purpose],
        widget=forms.CheckboxSelectMultiple,
        help_text="本人に通知した利用目的だけを選んでください。",
    )
    way = forms.ChoiceField(
        label="本人確認の方法",
        choices=[("", "選択してください"), *((way.value, VERIFICATION_LABELS[way]) for way in _SHOWN_WAYS)],
    )
    number_document = forms.CharField(
        label="番号確認書類", required=False, max_length=60, help_text="例：マイナンバーカード（裏）"
    )
    person_document = forms.CharField(label="身元確認書類", required=False, max_length=120, help_text="例：運転免許証")
    checked_on = forms.CharField(label="確認日", widget=DateInput, help_text="例：2026/10/21、R8.10.21")

    def __init__(self, *args: Any, replacing: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if replacing:
            self.fields["reason"] = forms.ChoiceField(
                label="変更の理由",
                choices=[(reason.value, REPLACE_REASON_LABELS[reason]) for reason in ReplaceReason],
                widget=forms.RadioSelect,
            )
            self.fields["reason"].error_messages["required"] = "変更の理由が選択されていません。"
            self.order_fields(["reason"])

    def clean_number(self) -> str:
        return _digits(self.cleaned_data["number"])

    def clean_number_again(self) -> str:
        return _digits(self.cleaned_data["number_again"])

    def clean_checked_on(self) -> Any:
        try:
            day = wareki.parse_date(self.cleaned_data["checked_on"])
        except InvalidError as error:
            raise forms.ValidationError(error.short) from None
        return day

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, second = cleaned.get("number"), cleaned.get("number_again")
        if first and second and first != second:
            self.add_error("number_again", errors.NumbersDifferError().short)
        return cleaned

    def identity(self, checked_by: str) -> Identity:
        """Give what was checked of the person; whoever types it in has checked it, unless client or employee did."""
        way = Verification(self.cleaned_data["way"])
        return Identity(
            way=way,
            checked_by=checked_by if way in _BY_HAND else "",
            number_document=text.mask_long_digits(self.cleaned_data["number_document"]),
            person_document=text.mask_long_digits(self.cleaned_data["person_document"]),
            checked_on=self.cleaned_data["checked_on"],
        )


def _digits(typed: str) -> str:
    """Fold width and drop blanks and hyphens; what is left must be digits. The message never repeats the input."""
    folded = text.fold_number(typed)
    if not folded.isascii() or not folded.isdigit() or len(folded) != 12:
        raise forms.ValidationError(errors.NumberLengthError().reason)
    return folded
