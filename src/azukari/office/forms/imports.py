"""Handing in a sheet, and the ticks of the check page."""

from __future__ import annotations

from typing import Any

from django import forms

from azukari.intake.errors import FileMissingError
from azukari.ui.forms import Form
from azukari.vault.rules.purposes import DEFAULT_PURPOSES, PURPOSE_LABELS, Purpose


class UploadForm(Form):
    """The file, and the 利用目的 the people were told."""

    file = forms.FileField(
        label="登録シートのファイル",
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ".xlsx,.csv"}),
        error_messages={"required": FileMissingError().short},
    )
    purposes = forms.MultipleChoiceField(
        label="利用目的",
        choices=[(purpose.value, PURPOSE_LABELS[purpose]) for purpose in Purpose],
        initial=[purpose.value for purpose in DEFAULT_PURPOSES],
        widget=forms.CheckboxSelectMultiple,
        help_text="本人に通知した利用目的だけを選んでください。扶養親族には、本人だけの目的（雇用保険・労災保険）は付きません。",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["file"].error_messages["required"] = FileMissingError().short
