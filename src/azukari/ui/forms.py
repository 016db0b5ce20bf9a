"""How a plain Django form becomes our markup, and the few widgets the doors share.

`{% field form.name %}` works with any `forms.Form`; `Form` below only adds Japanese sentences for an empty
field, so that an error in the summary says which field it means. No law and no rights here: shape only.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from django import forms
from django.forms.boundfield import BoundField
from django.utils.safestring import SafeString

from azukari.kernel import text, wareki
from azukari.kernel.errors import InvalidError

CONTROL_CLASS = "ctl"
CHOICE_WIDGETS = (forms.Select, forms.RadioSelect, forms.CheckboxSelectMultiple, forms.CheckboxInput)


class Form(forms.Form):
    """A form whose sentence for an empty field names the field; `required_messages` overrides one by name."""

    required_messages: ClassVar[Mapping[str, str]] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.error_messages["required"] = self.required_messages.get(name) or _empty_sentence(field)

    def in_words(self) -> list[str]:
        """Give what was chosen in words, for the head of a printed list. Only for a valid form."""
        said = []
        for bound in self:
            value = self.cleaned_data.get(bound.name)
            if not value:
                continue
            choices = dict(getattr(bound.field, "choices", []))
            shown = choices.get(str(value), f"{value:%Y/%m/%d}" if hasattr(value, "year") else str(value))
            said.append(str(bound.label) if value is True else f"{bound.label}：{shown}")
        return said


class SecretDigitsInput(forms.TextInput):
    """The box for a My Number: the ten-key on phones, no completion, and never its value back.

    What was typed is not rendered again, also not after an error.
    """

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(
            {
                "inputmode": "numeric",
                "autocomplete": "off",
                "spellcheck": "false",
                "maxlength": "19",
                "class": "digits-in",
                **(attrs or {}),
            }
        )

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        return super().get_context(name, None, attrs)


class DateInput(forms.TextInput):
    """One text box for a day; it keeps what was typed, in whatever calendar."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__({"autocomplete": "off", "spellcheck": "false", "class": "day-in", **(attrs or {})})


class DayField(forms.CharField):
    """A day in whatever calendar; nothing where it may be left empty."""

    widget = DateInput

    def clean(self, value: Any) -> date | None:
        typed = super().clean(value)
        if not typed:
            return None
        try:
            return wareki.parse_date(typed)
        except InvalidError as error:
            raise forms.ValidationError(error.short) from error


class PostalCodeField(forms.CharField):
    """Seven digits, typed with or without a hyphen in any width, kept as 123-4567."""

    def clean(self, value: Any) -> str:
        code = text.hyphenate_postal_code(super().clean(value))
        if code and not text.is_postal_code(code):
            raise forms.ValidationError("郵便番号は7桁の数字です。ハイフンはあってもなくてもかまいません。")
        return code


def render_control(bound: BoundField, *, described_by: str) -> SafeString:
    """Render the control of a field with our class and its description. Adds nothing around it."""
    attrs: dict[str, Any] = {}
    own = bound.field.widget.attrs.get("class", "")
    if not isinstance(bound.field.widget, forms.CheckboxInput):
        attrs["class"] = f"{CONTROL_CLASS} {own}".strip()
    if described_by:
        attrs["aria-describedby"] = described_by
    return bound.as_widget(attrs=attrs)


def kind_of(bound: BoundField) -> str:
    """Tell which markup a field gets: group, check, file, password or text."""
    widget = bound.field.widget
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return "group"
    if isinstance(widget, forms.CheckboxInput):
        return "check"
    if isinstance(widget, forms.FileInput):
        return "file"
    if isinstance(widget, forms.PasswordInput):
        return "password"
    return "text"


def _empty_sentence(field: forms.Field) -> str:
    label = field.label or ""
    if isinstance(field.widget, CHOICE_WIDGETS):
        return f"{label}が選択されていません。"
    return f"{label}が入力されていません。"
