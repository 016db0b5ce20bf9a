"""Forms of login, activation and one's own account."""

from __future__ import annotations

from typing import Any

from django import forms

from azukari.entrance.doors import Door
from azukari.tenancy.rules.mails import NOTICE_LABELS, NoticeWhen
from azukari.tenancy.rules.passwords import MOST
from azukari.ui.forms import Form


def _password(label: str, *, new: bool = False, help_text: str = "") -> forms.CharField:
    return forms.CharField(
        label=label,
        max_length=MOST,
        strip=False,
        help_text=help_text,
        widget=forms.PasswordInput({"autocomplete": "new-password" if new else "current-password"}),
    )


class _NameForm(Form):
    """Office code and login ID, as printed on the letter. The operator's door asks no office."""

    office_code = forms.CharField(
        label="事務所コード", max_length=20, widget=forms.TextInput({"autocomplete": "organization"})
    )
    login_id = forms.CharField(label="ログインID", max_length=40, widget=forms.TextInput({"autocomplete": "username"}))

    def __init__(self, *args: Any, door: Door, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not door.asks_office:
            del self.fields["office_code"]

    def names(self) -> dict[str, str]:
        """Give office code (empty at the operator's door) and login ID as typed."""
        return {
            "office_code": self.cleaned_data.get("office_code", ""),
            "login_id": self.cleaned_data["login_id"],
        }


class LoginForm(_NameForm):
    """The first step of a login."""

    password = _password("パスワード")


class ForgottenForm(_NameForm):
    """Who forgot the password."""


class ActivateForm(_NameForm):
    """The code of the letter; typed with or without hyphens, in any width and case."""

    code = forms.CharField(
        label="有効化コード",
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "code-in"}),
    )


class NewPasswordForm(Form):
    """A password of one's own, typed twice."""

    password = _password("新しいパスワード", new=True)
    again = _password("新しいパスワード（もう一度）", new=True)

    def clean(self) -> dict[str, Any]:
        """Refuse two that differ."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("password") and data.get("again") and data["password"] != data["again"]:
            self.add_error("again", "2回の入力が一致しません。もう一度入力してください。")
        return data


class ChangePasswordForm(NewPasswordForm):
    """The old password, then the new one."""

    old = _password("今のパスワード")
    field_order = ("old", "password", "again")


class RecordPasswordForm(NewPasswordForm):
    """One's own password as proof, then the password of the record's screens."""

    old = _password("ログインのパスワード")
    field_order = ("old", "password", "again")


class CodeForm(Form):
    """Six digits of an app."""

    code = forms.CharField(
        label="確認コード（6桁）",
        max_length=20,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "one-time-code", "class": "code-in"}),
    )


class BackupForm(Form):
    """One of the ten codes on paper."""

    code = forms.CharField(
        label="予備コード",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "code-in"}),
    )


class TotpForm(CodeForm):
    """The first code of a new app, and what the person calls it."""

    label = forms.CharField(
        label="この端末の呼び名",
        max_length=40,
        required=False,
        help_text="例：会社のスマートフォン。あとで見分けるための名前です。",
    )
    field_order = ("code", "label")


class PasskeyForm(Form):
    """The browser's answer, put in by the script, and what the person calls the passkey."""

    label = forms.CharField(
        label="このパスキーの呼び名",
        max_length=40,
        required=False,
        help_text="例：事務所のパソコン。あとで見分けるための名前です。",
    )
    credential = forms.CharField(max_length=20_000, widget=forms.HiddenInput, required=False)


class NoticesForm(Form):
    """When to mail news of files and requests."""

    notices = forms.ChoiceField(
        label="送り方",
        choices=[(when.value, NOTICE_LABELS[when]) for when in NoticeWhen],
        widget=forms.RadioSelect,
    )
