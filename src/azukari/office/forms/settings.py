"""What the office decides for itself: its name and address, its settings, support access."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from azukari.kernel import text
from azukari.tenancy.actions.offices import SUPPORT_HOURS, OfficeAddress
from azukari.tenancy.rules.networks import MOST, parse_networks
from azukari.tenancy.rules.settings import (
    CLIENT_FACTOR_CHOICES,
    FILE_DAYS,
    FILE_LIMIT_MB,
    KEPT_DAYS,
    PASSWORD_LENGTH,
    PORTAL_DAYS,
    REVEAL_SECONDS,
    SESSION_MINUTES,
    SETTING_LABELS,
    STAFF_FACTOR_CHOICES,
    UNLOCK_MINUTES,
    FactorFor,
    OfficeSettings,
)
from azukari.ui.forms import Form, PostalCodeField

MOST_ADDRESSES = 10
_TWO_PERSONS = {"auto": None, "always": True, "never": False}
_FACTOR_LABELS = {
    FactorFor.ALL: "全員",
    FactorFor.HANDLERS: "責任者と、個人番号を取り扱う人だけ",
    FactorFor.NOBODY: "求めない",
}


class AddressForm(Form):
    """Name and address of the office, as its letters carry them."""

    name = forms.CharField(label="事務所名", max_length=100)
    sharoushi_name = forms.CharField(label="社労士", max_length=60, required=False)
    registration_number = forms.CharField(label="登録番号", max_length=20, required=False)
    postal_code = PostalCodeField(label="郵便番号", max_length=20, required=False, help_text="例：105-0001")
    address = forms.CharField(label="所在地", max_length=200, required=False)
    telephone = forms.CharField(label="電話", max_length=30, required=False, help_text="例：03-1234-5678")
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_name(self) -> str:
        return text.clean_name(self.cleaned_data["name"])

    def clean_sharoushi_name(self) -> str:
        return text.clean_name(self.cleaned_data["sharoushi_name"])

    def clean_telephone(self) -> str:
        return text.fold_digits(self.cleaned_data["telephone"]).strip()

    def facts(self) -> OfficeAddress:
        """Give name and address as typed."""
        return OfficeAddress(**{name: value for name, value in self.cleaned_data.items() if name != "version"})


def _whole(label: str, bounds: tuple[int, int, int], unit: str, why: str) -> forms.IntegerField:
    # Its sentences name the field: they also stand in the summary above the page.
    least, _, most = bounds
    wrong = f"{label}は、{least}〜{most}の数字で入力してください。"
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=most,
        initial=bounds[1],
        help_text=f"{least}〜{most}{unit}。{why}",
        error_messages={"invalid": wrong, "min_value": wrong, "max_value": wrong},
    )


def _lines(name: str, hint: str) -> forms.CharField:
    return forms.CharField(
        label=SETTING_LABELS[name],
        required=False,
        max_length=4000,
        help_text=hint,
        widget=forms.Textarea({"rows": 3, "spellcheck": "false", "autocomplete": "off"}),
    )


class SettingsForm(Form):
    """Settings within their bounds; `version` is the state the person saw."""

    session_minutes = _whole(
        SETTING_LABELS["session_minutes"], SESSION_MINUTES, "分", "操作がないまま過ぎると、ログアウトします。"
    )
    allowed_networks = _lines(
        "allowed_networks",
        "1行に1つ。例：203.0.113.5、203.0.113.0/24。空欄のときは、どこからでも開けます。顧問先には影響しません。",
    )
    staff_factor = forms.ChoiceField(
        label=SETTING_LABELS["staff_factor"],
        choices=[(choice.value, _FACTOR_LABELS[choice]) for choice in STAFF_FACTOR_CHOICES],
        widget=forms.RadioSelect,
    )
    client_factor = forms.ChoiceField(
        label=SETTING_LABELS["client_factor"],
        choices=[(choice.value, _FACTOR_LABELS[choice]) for choice in CLIENT_FACTOR_CHOICES],
        widget=forms.RadioSelect,
    )
    # Not named for the password: 本人の確認 carries no field with that word in its name.
    least_length = _whole(
        SETTING_LABELS["password_length"],
        PASSWORD_LENGTH,
        "文字",
        "これより短いパスワードは使えません。次に決めるときから働きます。第2要素のない人は、15文字以上になります。",
    )
    notice_addresses = _lines(
        "notice_addresses", f"1行に1つ、{MOST_ADDRESSES}件まで。設定の変更やパスワード再設定の依頼を知らせます。"
    )
    default_sees_all = forms.ChoiceField(
        label=SETTING_LABELS["default_sees_all"],
        choices=[("all", "すべての顧問先"), ("own", "担当する顧問先だけ")],
        widget=forms.RadioSelect,
        help_text="従業員アカウントを追加する画面で、はじめに選ばれているほうです。1名ずつ変えられます。",
    )
    file_days = _whole(
        SETTING_LABELS["file_days"], FILE_DAYS, "日", "過ぎると、受け取った登録シートの中身は自動的に消えます。"
    )
    portal_days = _whole(
        SETTING_LABELS["portal_days"], PORTAL_DAYS, "日", "事業所マイページの一覧に、この日数のやりとりを表示します。"
    )
    kept_days = _whole(
        SETTING_LABELS["kept_days"],
        KEPT_DAYS,
        "日",
        "過ぎたファイルは、鍵と中身を廃棄します。次に届くものから働きます。",
    )
    file_limit_mb = _whole(SETTING_LABELS["file_limit_mb"], FILE_LIMIT_MB, "MB", "1GBは1024MBです。")
    holds_outgoing = forms.BooleanField(
        label="顧問先に送るファイルを10分間待たせる",
        required=False,
        help_text="この間は相手に見えません。送り間違いに気づいたら取り消せます。",
    )
    takes_encrypted = forms.BooleanField(
        label="パスワード付きのファイルを、検査できないまま受け取れるようにする",
        required=False,
        help_text="オフのときは、内容を見られないまま止めて、送った方に外してもらいます。",
    )
    mails_record = forms.BooleanField(
        label="記録の控えを、月に1回メールで送る",
        required=False,
        help_text="通知先と、顧問先の窓口責任者に送ります。氏名や番号は載りません。",
    )
    reveal_seconds = _whole(SETTING_LABELS["reveal_seconds"], REVEAL_SECONDS, "秒", "過ぎると自動的に隠れます。")
    unlock_minutes = _whole(SETTING_LABELS["unlock_minutes"], UNLOCK_MINUTES, "分", "操作しないまま過ぎると切れます。")
    two_person_disposal = forms.ChoiceField(
        label=SETTING_LABELS["two_person_disposal"],
        choices=[
            ("auto", "取扱担当者が2名以上いるときは2名で行う"),
            ("always", "いつも2名で行う"),
            ("never", "1名で行う（申請から24時間待つ）"),
        ],
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def clean_allowed_networks(self) -> tuple[str, ...]:
        good, bad = parse_networks(self.cleaned_data["allowed_networks"])
        if bad:
            raise ValidationError(
                f"「{bad[0][:60]}」を読み取れません。例のように、アドレスか範囲を1行に1つ入力してください。"
            )
        if len(good) > MOST:
            raise ValidationError(f"接続元は{MOST}件までです（今は{len(good)}件）。範囲にまとめてください。")
        return good

    def clean_notice_addresses(self) -> tuple[str, ...]:
        found = tuple(dict.fromkeys(self.cleaned_data["notice_addresses"].split()))
        for address in found:
            try:
                validate_email(address)
            except ValidationError:
                raise ValidationError(f"「{address[:60]}」は、メールアドレスの形になっていません。") from None
        if len(found) > MOST_ADDRESSES:
            raise ValidationError(f"通知先は{MOST_ADDRESSES}件までです（今は{len(found)}件）。")
        return found

    def settings(self) -> OfficeSettings:
        """Give the settings as typed."""
        data: dict[str, Any] = self.cleaned_data
        return OfficeSettings(
            reveal_seconds=data["reveal_seconds"],
            unlock_minutes=data["unlock_minutes"],
            two_person_disposal=_TWO_PERSONS[data["two_person_disposal"]],
            session_minutes=data["session_minutes"],
            allowed_networks=data["allowed_networks"],
            staff_factor=FactorFor(data["staff_factor"]),
            client_factor=FactorFor(data["client_factor"]),
            password_length=data["least_length"],
            notice_addresses=data["notice_addresses"],
            default_sees_all=data["default_sees_all"] == "all",
            file_days=data["file_days"],
            portal_days=data["portal_days"],
            kept_days=data["kept_days"],
            file_limit_mb=data["file_limit_mb"],
            holds_outgoing=data["holds_outgoing"],
            takes_encrypted=data["takes_encrypted"],
            mails_record=data["mails_record"],
        )


def settings_as_typed(settings: OfficeSettings) -> dict[str, object]:
    """Give settings as the form shows them."""
    return {
        "reveal_seconds": settings.reveal_seconds,
        "unlock_minutes": settings.unlock_minutes,
        "two_person_disposal": {None: "auto", True: "always", False: "never"}[settings.two_person_disposal],
        "session_minutes": settings.session_minutes,
        "allowed_networks": "\n".join(settings.allowed_networks),
        "staff_factor": settings.staff_factor.value,
        "client_factor": settings.client_factor.value,
        "least_length": settings.password_length,
        "notice_addresses": "\n".join(settings.notice_addresses),
        "default_sees_all": "all" if settings.default_sees_all else "own",
        "file_days": settings.file_days,
        "portal_days": settings.portal_days,
        "kept_days": settings.kept_days,
        "file_limit_mb": settings.file_limit_mb,
        "holds_outgoing": settings.holds_outgoing,
        "takes_encrypted": settings.takes_encrypted,
        "mails_record": settings.mails_record,
    }


class SupportForm(Form):
    """Why the operator may look, and for how long."""

    reason = forms.CharField(
        label="理由", max_length=200, help_text="例：三宅さんがログインできないため、アカウントの状態を確認してもらう"
    )
    hours = _whole("時間", SUPPORT_HOURS, "時間", "過ぎると自動的に終わります。")
