"""Forms of oversight: the span of a pack, a word on an odd use, and the settings with every rule and its number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.forms.boundfield import BoundField

from azukari.kernel import wareki
from azukari.kernel.errors import InvalidError
from azukari.oversight.rules.odd import RULES, Rule, Threshold, Thresholds
from azukari.oversight.rules.settings import (
    MOST_CLOSED_DAYS,
    MOST_SUB_PROCESSORS,
    OversightSettings,
    SubProcessor,
)
from azukari.ui.forms import DayField, Form

_SEPARATOR = "／"


class PackForm(Form):
    """The span of a 委託先監督資料, both days included."""

    since = DayField(label="期間（開始）")
    until = DayField(label="期間（終了）")

    def clean(self) -> dict[str, Any]:
        """Refuse a span that ends before it begins."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("since") and data.get("until") and data["since"] > data["until"]:
            self.add_error("since", "開始日が終了日より後になっています。")
        return data


class ReviewForm(Form):
    """A word on what was found out."""

    word = forms.CharField(
        label="確かめたこと",
        max_length=200,
        help_text="例：算定基礎届の作成のため。本人に確認した。個人番号は書かないでください。",
    )


@dataclass(frozen=True, slots=True)
class RuleFields:
    """A rule's two controls, for the page. `number` is None where the rule has none."""

    label: str
    says: str
    unit: str
    on: BoundField
    number: BoundField | None


class OversightForm(Form):
    """Every rule with on/off and its number, closed hours and days, 再委託先, what a client's people see."""

    night_from = forms.IntegerField(label="夜間の始まり（時）", min_value=0, max_value=23)
    night_until = forms.IntegerField(label="夜間の終わり（時）", min_value=0, max_value=23)
    weekends = forms.BooleanField(label="土曜日と日曜日を休日とする", required=False)
    closed_days = forms.CharField(
        label="休業日",
        required=False,
        widget=forms.Textarea({"rows": "4"}),
        help_text="祝日や年末年始を、1行に1日ずつ書きます。例：2026/12/29",
    )
    sub_processors = forms.CharField(
        label="再委託先",
        required=False,
        widget=forms.Textarea({"rows": "4"}),
        help_text="1行に1社ずつ、「名称／委託する事務／開始」と書きます。ないときは空のままにします（資料には「なし」と印刷します）。",
    )
    members_see = forms.BooleanField(label="窓口担当者にも「個人番号の取扱い」を見せる", required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for rule, text in RULES.items():
            self.fields[f"on_{rule}"] = forms.BooleanField(label=text.label, required=False)
            if text.unit:
                self.fields[f"number_{rule}"] = forms.IntegerField(
                    label=f"{text.label}（{text.unit}）", min_value=text.least, max_value=text.most
                )

    def rules(self) -> list[RuleFields]:
        """Give the rules with their controls, for the page."""
        return [
            RuleFields(
                label=text.label,
                says=text.says.format(n="○") if text.unit else text.says,
                unit=text.unit,
                on=self[f"on_{rule}"],
                number=self[f"number_{rule}"] if text.unit else None,
            )
            for rule, text in RULES.items()
        ]

    def clean_closed_days(self) -> frozenset[date]:
        """Read one day a line, in whatever calendar."""
        found = set()
        for line in self.cleaned_data["closed_days"].splitlines():
            if not line.strip():
                continue
            try:
                found.add(wareki.parse_date(line))
            except InvalidError as error:
                raise forms.ValidationError(f"「{line.strip()[:20]}」：{error.short}") from error
        if len(found) > MOST_CLOSED_DAYS:
            raise forms.ValidationError(f"休業日は{MOST_CLOSED_DAYS}日まで書けます。過ぎた日を消してください。")
        return frozenset(found)

    def clean_sub_processors(self) -> tuple[SubProcessor, ...]:
        """Read one company a line."""
        found = []
        for line in self.cleaned_data["sub_processors"].splitlines():
            parts = [part.strip() for part in line.replace("/", _SEPARATOR, 2).split(_SEPARATOR, 2)]
            if not any(parts):
                continue
            if len(parts) != 3 or not all(parts[:2]):
                raise forms.ValidationError("「名称／委託する事務／開始」の順に、／で区切って書いてください。")
            found.append(SubProcessor(name=parts[0][:100], work=parts[1][:100], since=parts[2][:40]))
        if len(found) > MOST_SUB_PROCESSORS:
            raise forms.ValidationError(f"再委託先は{MOST_SUB_PROCESSORS}社まで書けます。")
        return tuple(found)

    def settings(self) -> OversightSettings:
        """Give what was typed as settings. Only for a valid form."""
        data = self.cleaned_data
        rules = {rule: Threshold(data[f"on_{rule}"], data.get(f"number_{rule}", 0)) for rule in Rule}
        return OversightSettings(
            thresholds=Thresholds(
                rules=rules,
                night_from=data["night_from"],
                night_until=data["night_until"],
                weekends=data["weekends"],
                closed_days=data["closed_days"],
            ),
            sub_processors=data["sub_processors"],
            members_see=data["members_see"],
        )


def settings_as_typed(settings: OversightSettings) -> Mapping[str, Any]:
    """Give settings as the form's first values."""
    limits = settings.thresholds
    numbers: dict[str, Any] = {f"on_{rule}": limits.of(rule).on for rule in Rule}
    numbers |= {f"number_{rule}": limits.of(rule).number for rule in Rule}
    return {
        **numbers,
        "night_from": limits.night_from,
        "night_until": limits.night_until,
        "weekends": limits.weekends,
        "closed_days": "\n".join(f"{day:%Y/%m/%d}" for day in sorted(limits.closed_days)),
        "sub_processors": _lines(settings.sub_processors),
        "members_see": settings.members_see,
    }


def _lines(rows: Sequence[SubProcessor]) -> str:
    return "\n".join(_SEPARATOR.join((row.name, row.work, row.since)) for row in rows)
