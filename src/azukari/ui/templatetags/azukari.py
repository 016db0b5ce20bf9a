"""Tags and filters every door uses: icons, fields, pagers, Japanese dates, grouped numbers.

Dates are shown as in a paper ledger: 2026/10/21 09:31:07 on a Japanese wall clock, the era in brackets
where people read it (昭60). Nothing here looks anything up.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django import template
from django.core.paginator import Page
from django.forms import BaseForm
from django.forms.boundfield import BoundField
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString

from azukari.kernel.clock import jst
from azukari.kernel.text import readable_size
from azukari.ui import forms as ui_forms

register = template.Library()

# First day of each era, newest first. Source: 元号を改める政令 (2019, 1989) and the decrees of 1926, 1912, 1868.
ERAS = (
    (date(2019, 5, 1), "令和"),
    (date(1989, 1, 8), "平成"),
    (date(1926, 12, 25), "昭和"),
    (date(1912, 7, 30), "大正"),
    (date(1868, 1, 25), "明治"),
)
PAGES_AROUND = 2


def _day(value: date | datetime) -> date:
    return jst(value).date() if isinstance(value, datetime) else value


def _era(day: date) -> tuple[str, int]:
    for start, name in ERAS:
        if day >= start:
            return name, day.year - start.year + 1
    return "", day.year


@register.filter
def moment(value: datetime | None) -> str:
    """Show a moment to the second: 2026/10/21 09:31:07."""
    return f"{jst(value):%Y/%m/%d %H:%M:%S}" if value else ""


@register.filter
def minute(value: datetime | None) -> str:
    """Show a moment to the minute: 2026/10/21 09:31."""
    return f"{jst(value):%Y/%m/%d %H:%M}" if value else ""


@register.filter
def short_minute(value: datetime | None) -> str:
    """Show a moment without its year: 10/21 09:31."""
    return f"{jst(value):%m/%d %H:%M}" if value else ""


@register.filter
def day(value: date | datetime | None) -> str:
    """Show a day: 2026/10/21."""
    return f"{_day(value):%Y/%m/%d}" if value else ""


@register.filter
def month_day(value: date | datetime | None) -> str:
    """Show a day without its year: 10/21."""
    return f"{_day(value):%m/%d}" if value else ""


@register.filter
def era_day(value: date | datetime | None) -> str:
    """Show a day with the short era: 1985/04/12（昭60）."""
    if not value:
        return ""
    name, year = _era(_day(value))
    return f"{_day(value):%Y/%m/%d}（{name[:1]}{year}）"


@register.filter
def long_day(value: date | datetime | None) -> str:
    """Show a day for a heading: 2026年10月21日（水）・令和8年."""
    if not value:
        return ""
    shown = _day(value)
    name, year = _era(shown)
    weekday = "月火水木金土日"[shown.weekday()]
    return f"{shown.year}年{shown.month}月{shown.day}日（{weekday}）・{name}{'元' if year == 1 else year}年"


@register.filter
def grouped(value: int | None) -> str:
    """Show a count with separators: 1,000."""
    return "" if value is None else f"{value:,}"


@register.filter
def size(value: int | None) -> str:
    """Show a size: 820B, 34KB, 1.2MB."""
    return "" if value is None else readable_size(value)


@register.simple_tag
def icon(name: str) -> SafeString:
    """Draw an icon of the sprite. It always stands beside a word, so screen readers skip it."""
    return format_html('<svg class="ic" aria-hidden="true"><use href="{}#{}"/></svg>', static("ui/icons.svg"), name)


@register.inclusion_tag("ui/components/field.html")
def field(bound: BoundField, label: str = "", hint: str = "", size: str = "", mark: str = "auto") -> dict[str, Any]:
    """Render one field: label above, ※必須, hint, control, error.

    `label` and `hint` win over the form's own; `size` is s, m, l or empty for full width; `mark` is "none"
    where the whole form is required anyway (login, filters).
    """
    hint = hint or str(bound.help_text)
    hint_id = f"{bound.auto_id}_helptext" if hint else ""
    error_id = f"{bound.auto_id}_error" if bound.errors else ""
    described_by = " ".join(part for part in (error_id, hint_id) if part)
    kind = ui_forms.kind_of(bound)
    return {
        "field": bound,
        "kind": kind,
        "label": label or bound.label,
        "hint": hint,
        "hint_id": hint_id,
        "error_id": error_id,
        "described_by": described_by,
        "size": size,
        "required": bound.field.required and mark == "auto",
        "control": "" if kind == "group" else ui_forms.render_control(bound, described_by=described_by),
    }


@register.inclusion_tag("ui/components/error_summary.html")
def error_summary(form: BaseForm | None, title: str = "入力内容に直すところがあります。") -> dict[str, Any]:
    """List the errors of a form as links to their fields; nothing for a form without errors."""
    entries = []
    if form is not None and form.is_bound:
        entries += [("", error) for error in form.non_field_errors()]
        entries += [(bound.auto_id, error) for bound in form for error in bound.errors]
    return {"title": title, "entries": entries}


@register.inclusion_tag("ui/components/pager.html", takes_context=True)
def pager(context: template.Context, page: Page[Any], unit: str = "件") -> dict[str, Any]:
    """Render 「42件中 1〜16件」 and the links of a Django `Page`. Filters in the query string are kept."""
    return {"request": context["request"], "page": page, "unit": unit, "numbers": list(_numbers(page))}


@register.inclusion_tag("ui/components/pager_buttons.html")
def pager_buttons(page: Page[Any], unit: str = "件") -> dict[str, Any]:
    """The pager inside a form: submit buttons `go`, so that ticks of this page are handed in first."""
    return {"page": page, "unit": unit, "numbers": list(_numbers(page))}


def _numbers(page: Page[Any]) -> Iterator[int | None]:
    """Give the page numbers to show; None stands for a gap."""
    last = page.paginator.num_pages
    shown = sorted(
        {1, last} | {n for n in range(page.number - PAGES_AROUND, page.number + PAGES_AROUND + 1) if 1 <= n <= last}
    )
    previous = 0
    for number in shown:
        if number - previous > 1:
            yield None
        yield number
        previous = number
