"""Dates, counts, fields, pagers and icons as people see them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django import forms
from django.core.paginator import Paginator
from django.template import RequestContext, Template
from django.test import RequestFactory

from azukari.ui.forms import Form, SecretDigitsInput
from azukari.ui.templatetags import azukari as tags

AT = datetime(2026, 10, 21, 0, 31, 7, tzinfo=UTC)


def render(source: str, **context: object) -> str:
    request = RequestFactory().get("/clients/?q=a&page=2")
    return Template("{% load azukari %}" + source).render(RequestContext(request, dict(context)))


class SampleForm(Form):
    name = forms.CharField(label="氏名", help_text="例：石原 亮太")
    number = forms.CharField(label="個人番号", widget=SecretDigitsInput)
    reason = forms.ChoiceField(label="理由", choices=[("A", "満了"), ("B", "誤り")], widget=forms.RadioSelect)
    read = forms.BooleanField(label="読みました")
    password = forms.CharField(label="パスワード", widget=forms.PasswordInput)


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("moment", AT, "2026/10/21 09:31:07"),
        ("minute", AT, "2026/10/21 09:31"),
        ("short_minute", AT, "10/21 09:31"),
        ("day", datetime(2026, 10, 20, 15, 0, tzinfo=UTC), "2026/10/21"),
        ("day", date(2026, 1, 2), "2026/01/02"),
        ("era_day", date(1985, 4, 12), "1985/04/12（昭60）"),
        ("era_day", date(2019, 4, 30), "2019/04/30（平31）"),
        ("long_day", date(2026, 10, 21), "2026年10月21日（水）・令和8年"),
        ("grouped", 12345, "12,345"),
        ("grouped", 0, "0"),
    ],
)
def test_a_value_is_shown_as_in_a_ledger(name: str, value: object, shown: str) -> None:
    assert getattr(tags, name)(value) == shown


@pytest.mark.parametrize("name", ["moment", "minute", "short_minute", "day", "era_day", "long_day", "grouped"])
def test_nothing_is_shown_for_nothing(name: str) -> None:
    assert getattr(tags, name)(None) == ""


def test_a_field_has_label_hint_and_error_tied_to_its_control() -> None:
    html = render("{% field form.name %}", form=SampleForm({}))
    assert '<label for="id_name">氏名 <span class="req">※必須</span></label>' in html
    assert 'aria-describedby="id_name_error id_name_helptext"' in html
    assert 'aria-invalid="true"' in html
    assert '<p class="err" id="id_name_error">氏名が入力されていません。</p>' in html
    assert html.index("id_name_helptext") < html.index("<input") < html.index('class="err"')


def test_a_group_of_radios_is_a_fieldset_that_the_summary_can_lead_to() -> None:
    form = SampleForm({})
    html = render("{% field form.reason %}", form=form)
    assert '<fieldset class="field" id="id_reason" tabindex="-1" aria-describedby="id_reason_error">' in html
    assert html.count('type="radio"') == 2
    assert 'href="#id_reason">理由が選択されていません。' in render("{% error_summary form %}", form=form)


def test_a_number_typed_is_never_rendered_again() -> None:
    form = SampleForm({"number": "123456789018"})
    assert not form.is_valid()
    html = "".join(render("{% field bound %}", bound=bound) for bound in form) + render(
        "{% error_summary form %}", form=form
    )
    assert "1234" not in html


def test_the_button_that_shows_a_password_is_hidden_until_a_script_runs() -> None:
    html = render("{% field form.password %}", form=SampleForm())
    assert "data-show-password" in html
    assert " hidden>" in html


def test_a_form_without_errors_has_no_summary() -> None:
    assert render("{% error_summary form %}", form=SampleForm()).strip() == ""
    assert render("{% error_summary form %}", form=None).strip() == ""


def test_the_pager_counts_and_keeps_the_filter() -> None:
    page = Paginator(range(1284), 50).get_page(2)
    html = render('{% pager page "名" %}', page=page)
    assert "1,284名中 51〜100名" in html
    assert 'href="?q=a&amp;page=3"' in html
    assert '<span aria-current="page">2</span>' in html
    assert 'aria-label="26ページ"' in html


def test_the_pager_of_a_form_hands_the_ticks_in() -> None:
    html = render("{% pager_buttons page %}", page=Paginator(range(30000), 50).get_page(300))
    assert '<button name="go" value="301"' in html
    assert html.count("…") == 2
    assert "<a " not in html


def test_a_list_of_one_page_has_no_links() -> None:
    assert "nav" not in render("{% pager page %}", page=Paginator(range(3), 50).get_page(1))


def test_an_icon_comes_from_the_sprite_and_is_silent() -> None:
    assert (
        render('{% icon "eye" %}') == '<svg class="ic" aria-hidden="true"><use href="/static/ui/icons.svg#eye"/></svg>'
    )
