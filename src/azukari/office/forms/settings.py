"""What the office decides for itself, and the groups of the recovery sheet typed back."""

from __future__ import annotations

from typing import Any

from django import forms

from azukari.tenancy.rules.settings import REVEAL_SECONDS, UNLOCK_MINUTES, OfficeSettings
from azukari.ui.forms import Form

_TWO_PERSONS = {"auto": None, "always": True, "never": False}


class SettingsForm(Form):
    """Times within their bounds; `version` is the state the person saw."""

    reveal_seconds = forms.IntegerField(
        label="番号を表示する秒数",
        min_value=REVEAL_SECONDS[0],
        max_value=REVEAL_SECONDS[2],
        help_text=f"{REVEAL_SECONDS[0]}〜{REVEAL_SECONDS[2]}秒。過ぎると自動的に隠れます。",
    )
    unlock_minutes = forms.IntegerField(
        label="利用認証が続く分数",
        min_value=UNLOCK_MINUTES[0],
        max_value=UNLOCK_MINUTES[2],
        help_text=f"{UNLOCK_MINUTES[0]}〜{UNLOCK_MINUTES[2]}分。操作しないまま過ぎると切れます。",
    )
    two_person_disposal = forms.ChoiceField(
        label="2名での廃棄",
        choices=[
            ("auto", "取扱担当者が2名以上いるときは2名で行う"),
            ("always", "いつも2名で行う"),
            ("never", "1名で行う（申請から24時間待つ）"),
        ],
        widget=forms.RadioSelect,
    )
    version = forms.IntegerField(widget=forms.HiddenInput)

    def settings(self) -> OfficeSettings:
        """Give the settings as typed."""
        data: dict[str, Any] = self.cleaned_data
        return OfficeSettings(
            reveal_seconds=data["reveal_seconds"],
            unlock_minutes=data["unlock_minutes"],
            two_person_disposal=_TWO_PERSONS[data["two_person_disposal"]],
        )


class RecoveryForm(Form):
    """Three groups of the printed sheet."""

    def __init__(self, *args: Any, asked: list[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for place in asked:
            self.fields[f"group{place}"] = forms.CharField(
                label=f"{place}番目の組",
                max_length=12,
                widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "group-in"}),
                error_messages={"required": f"{place}番目の組が入力されていません。"},
            )

    def groups(self) -> list[str]:
        """Give the typed groups in the order they were asked."""
        return [self.cleaned_data[name] for name in self.fields]
