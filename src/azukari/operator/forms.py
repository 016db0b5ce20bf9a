"""Forms of the console: a new office, its contract, stopping it, an operator."""

from __future__ import annotations

from typing import Any

from django import forms

from azukari.tenancy.errors import LoginIdError
from azukari.tenancy.rules.contract import ContractTerms
from azukari.tenancy.rules.login import is_login_id, tidy_word
from azukari.ui.forms import DayField, Form, PostalCodeField


class LoginWordField(forms.CharField):
    """An office code or a login ID, as it will be stored."""

    def clean(self, value: Any) -> str:
        word = tidy_word(super().clean(value))
        if word and not is_login_id(word):
            raise forms.ValidationError(LoginIdError(value=word).short)
        return word


class ContractForm(Form):
    """Plan, period, limits and notes. Empty limits are none."""

    plan = forms.CharField(label="プラン", max_length=60)
    starts_on = DayField(label="契約の開始日", max_length=20, help_text="例：2026/4/1、令和8年4月1日")
    ends_on = DayField(label="契約の終了日", max_length=20, required=False, help_text="続いているときは空欄。")
    staff_limit = forms.IntegerField(label="職員の上限", min_value=1, max_value=100_000, required=False)
    client_limit = forms.IntegerField(label="顧問先の上限", min_value=1, max_value=1_000_000, required=False)
    number_limit = forms.IntegerField(label="個人番号の上限", min_value=1, max_value=100_000_000, required=False)
    note = forms.CharField(
        label="備考（事務所にも表示）", max_length=400, required=False, widget=forms.Textarea({"rows": 2})
    )
    operator_note = forms.CharField(
        label="運営者の覚え書き（事務所には表示しません）",
        max_length=400,
        required=False,
        widget=forms.Textarea({"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a contract that ends before it starts."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = data.get("starts_on"), data.get("ends_on")
        if start and end and end < start:
            self.add_error("ends_on", "契約の終了日が、開始日より前です。")
        return data

    def terms(self) -> ContractTerms:
        """Give the terms as typed."""
        return ContractTerms(**{name: self.cleaned_data[name] for name in ContractForm.base_fields})


class OfficeForm(ContractForm):
    """A new office with its first 責任者 and its contract."""

    code = LoginWordField(
        label="事務所コード",
        max_length=20,
        help_text="半角の英字・数字。3〜20文字。ログインのときに使います。例：minato",
    )
    name = forms.CharField(label="事務所名", max_length=100)
    sharoushi_name = forms.CharField(label="社労士", max_length=60, required=False)
    registration_number = forms.CharField(label="登録番号", max_length=20, required=False)
    postal_code = PostalCodeField(label="郵便番号", max_length=20, required=False)
    address = forms.CharField(label="所在地", max_length=200, required=False)
    telephone = forms.CharField(label="電話", max_length=30, required=False)
    manager_name = forms.CharField(label="責任者の氏名", max_length=60, help_text="案内の書面の宛名になります。")
    manager_login = LoginWordField(label="責任者のログインID", max_length=40, help_text="半角の英字・数字。3〜40文字。")
    manager_email = forms.EmailField(
        label="責任者のメールアドレス", max_length=254, required=False, help_text="重要な操作の通知先になります。"
    )

    def facts(self) -> dict[str, Any]:
        """Give what is said of the office and its 責任者."""
        return {
            name: self.cleaned_data[name] for name in OfficeForm.base_fields if name not in ContractForm.base_fields
        }


class StopForm(Form):
    """Why an office is stopped."""

    reason = forms.CharField(label="停止の理由", max_length=200, help_text="事務所の記録と、通知先のメールに載ります。")


class OperatorForm(Form):
    """A new operator."""

    login_id = LoginWordField(label="ログインID", max_length=40, help_text="半角の英字・数字。3〜40文字。")
    name = forms.CharField(label="氏名", max_length=60)
    email = forms.EmailField(label="メールアドレス", max_length=254, required=False)
