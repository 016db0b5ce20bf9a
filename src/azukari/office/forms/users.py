"""事業所アカウント: the people of client companies who log in, and in which company as what."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from azukari.kernel import text
from azukari.kernel.actor import CLIENT_ROLES, ROLE_LABELS, Role
from azukari.tenancy.actions.users import UserFacts
from azukari.ui.forms import Form

_ROLES = [(role.value, ROLE_LABELS[role]) for role in CLIENT_ROLES]
_PLAIN = {"autocomplete": "off"}


def _login_id(hint: str) -> forms.CharField:
    return forms.CharField(
        label="ログインID",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text=hint,
    )


class _PersonForm(Form):
    name = forms.CharField(label="氏名", max_length=60, widget=forms.TextInput(_PLAIN))
    kana = forms.CharField(label="フリガナ", max_length=100, required=False, widget=forms.TextInput(_PLAIN))
    email = forms.EmailField(
        label="メールアドレス",
        max_length=254,
        required=False,
        widget=forms.EmailInput(_PLAIN),
        help_text="案内や、新しい端末からのログインを知らせるときに使います。",
    )

    def clean_name(self) -> str:
        return text.clean_name(self.cleaned_data["name"])

    def clean_kana(self) -> str:
        return text.to_katakana(self.cleaned_data["kana"])

    def facts_with(self, roles: Mapping[UUID, Role]) -> UserFacts:
        """Give the person as typed, in these companies."""
        data = self.cleaned_data
        return UserFacts(name=data["name"], kana=data["kana"], email=data["email"], roles=roles)


class NewUserForm(_PersonForm):
    """Somebody who has no login yet."""

    login_id = _login_id("3〜40文字。英字・数字と . _ -。あとから変えられません。")
    role = forms.ChoiceField(label="役割", choices=_ROLES, widget=forms.RadioSelect)
    field_order = ("login_id", "name", "kana", "email", "role")


class JoinForm(Form):
    """Somebody who logs in for another company already."""

    login_id = _login_id("ほかの会社で使っているログインID。")
    role = forms.ChoiceField(label="役割", choices=_ROLES, widget=forms.RadioSelect)


class UserForm(_PersonForm):
    """A person, and the role in each company offered; an empty role is no membership."""

    required_messages: ClassVar[Mapping[str, str]] = {}

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, companies: Sequence[tuple[UUID, str]], serves_others: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._companies, self._serves_others = [pk for pk, _ in companies], serves_others
        for pk, name in companies:
            self.fields[f"role-{pk}"] = forms.ChoiceField(
                label=name, required=False, choices=[("", "担当しない"), *_ROLES]
            )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        chosen = any(data.get(f"role-{pk}") for pk in self._companies)
        if not chosen and not self._serves_others and not self.errors:
            raise forms.ValidationError(
                "担当する会社が1社もありません。1社以上を選んでください。ログインを止めるときは、［アカウントを停止］を押してください。"
            )
        return data

    def role_fields(self) -> list[Any]:
        """Give the boxes of the companies."""
        return [self[f"role-{pk}"] for pk in self._companies]

    def facts(self) -> UserFacts:
        """Give the person as typed."""
        data = self.cleaned_data
        return self.facts_with({pk: Role(data[f"role-{pk}"]) for pk in self._companies if data[f"role-{pk}"]})
