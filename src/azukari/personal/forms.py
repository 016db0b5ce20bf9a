"""What a person types from the お預かり控え."""

from __future__ import annotations

from django import forms

from azukari.ui.forms import Form


class SlipForm(Form):
    """Office and number; typed with or without hyphens, in any width and case."""

    office_code = forms.CharField(
        label="事務所コード",
        max_length=40,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}),
    )
    code = forms.CharField(
        label="お預かり番号",
        max_length=80,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false", "class": "code-in"}),
    )
