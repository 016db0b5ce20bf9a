"""従業員アカウント: what an office says of its staff, and how a code reaches them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from azukari.kernel import text
from azukari.kernel.actor import ROLE_LABELS, STAFF_ROLES, Role
from azukari.tenancy import policy
from azukari.tenancy.actions import outbox
from azukari.tenancy.actions.activation import LETTER, MAIL
from azukari.tenancy.actions.staff import StaffFacts
from azukari.tenancy.queries import StaffRow, UserRow
from azukari.tenancy.rules.login import CODE_DAYS, MAIL_CODE_DAYS
from azukari.ui.forms import Form


class StaffForm(Form):
    """A staff member. With `is_new` it asks the login ID; on one's `own` account role and numbers stay."""

    required_messages: ClassVar[Mapping[str, str]] = {"sees": "見る顧問先が選択されていません。"}

    login_id = forms.CharField(
        label="ログインID",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
        help_text="3〜40文字。英字・数字と . _ -。あとから変えられません。",
    )
    name = forms.CharField(label="氏名", max_length=60, widget=forms.TextInput({"autocomplete": "off"}))
    kana = forms.CharField(
        label="フリガナ", max_length=100, required=False, widget=forms.TextInput({"autocomplete": "off"})
    )
    email = forms.EmailField(
        label="メールアドレス",
        max_length=254,
        required=False,
        widget=forms.EmailInput({"autocomplete": "off"}),
        help_text="案内や、新しい端末からのログインを知らせるときに使います。",
    )
    role = forms.ChoiceField(
        label="役割", choices=[(role.value, ROLE_LABELS[role]) for role in STAFF_ROLES], widget=forms.RadioSelect
    )
    handles = forms.BooleanField(
        label="個人番号を取り扱う",
        required=False,
        help_text="責任者と事務取扱担当者だけに選べます。アカウントを有効にしたあと、責任者が権限を付けます。",
    )
    sees = forms.ChoiceField(
        label="見る顧問先",
        choices=[("all", "すべて"), ("own", "担当する顧問先だけ（下で選びます）")],
        widget=forms.RadioSelect,
    )
    clients = forms.MultipleChoiceField(
        label="担当する顧問先", required=False, widget=forms.CheckboxSelectMultiple, choices=[]
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(
        self, *args: Any, clients: Sequence[tuple[UUID, str]], is_new: bool, own: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        chosen = self.fields["clients"]
        assert isinstance(chosen, forms.MultipleChoiceField)
        chosen.choices = [(str(pk), name) for pk, name in clients]
        if not is_new:
            del self.fields["login_id"]
        for name in ("role", "handles") if own else ():
            self.fields[name].disabled = True

    def clean_name(self) -> str:
        return text.clean_name(self.cleaned_data["name"])

    def clean_kana(self) -> str:
        return text.to_katakana(self.cleaned_data["kana"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("handles") and data.get("role") and not policy.role_may_handle(Role(data["role"])):
            self.add_error(
                "handles",
                f"{ROLE_LABELS[Role(data['role'])]}は、個人番号を取り扱えません。役割を変えるか、チェックを外してください。",
            )
        return data

    def facts(self, *, keep: Sequence[UUID] = ()) -> StaffFacts:
        """Give the member as typed; `keep` are assignments to companies that were not offered."""
        data = self.cleaned_data
        return StaffFacts(
            name=data["name"],
            role=Role(data["role"]),
            kana=data["kana"],
            email=data["email"],
            sees_all_clients=data["sees"] == "all",
            handles=data["handles"],
            clients=(*(UUID(pk) for pk in data["clients"]), *keep),
        )


_BY_LETTER = (LETTER, f"書面（PDFを印刷して渡す。{CODE_DAYS}日間有効）")
_BY_MAIL = (MAIL, f"メール（{MAIL_CODE_DAYS}日間有効）")


class InviteForm(Form):
    """How the code reaches the person. Mail is offered only where it can be sent."""

    channel = forms.ChoiceField(
        label="渡し方",
        choices=[_BY_LETTER, _BY_MAIL],
        widget=forms.RadioSelect,
    )
    with_factors = forms.BooleanField(
        label="第2要素も登録し直す",
        required=False,
        help_text="スマートフォンやパソコンをなくしたとき、買い替えたときに選びます。予備コードも使えなくなります。",
    )

    def __init__(self, *args: Any, by_mail: bool, in_use: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        channel = self.fields["channel"]
        assert isinstance(channel, forms.ChoiceField)
        if not by_mail:
            channel.choices = [_BY_LETTER]
            channel.initial = LETTER
        if not in_use:
            del self.fields["with_factors"]

    @classmethod
    def for_person(cls, person: StaffRow | UserRow, data: object = None) -> InviteForm:
        """Make the form for a person of the office or of a client company."""
        by_mail = outbox.is_set_up() and bool(person.email)
        return cls(data, auto_id="invite_%s", by_mail=by_mail, in_use=person.standing.activated)
