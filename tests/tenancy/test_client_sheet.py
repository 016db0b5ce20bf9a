"""The Excel of client companies: what is refused, in which words; what is written out comes back as the same."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from azukari.kernel.check_digits import corporate_number_check_digit
from azukari.press.documents import client_list
from azukari.press.workbook import read_workbook
from azukari.tenancy.rules.client_sheet import COLUMNS, ClientFacts, Verdict, check_rows, find_faults

pytestmark = pytest.mark.no_database
GOOD = {
    "code": "kawara",
    "name": "株式会社かわら版",
    "kana": "かわらばん",
    "contract_from": "令和8年4月1日",
}
CORPORATE = f"{corporate_number_check_digit('234567890123')}234567890123"


def faults_of(**typed: str) -> dict[str, str]:
    return dict(find_faults({**GOOD, **typed})[1])


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"code": ""}, "code", "コードが入力されていません。"),
        ({"code": "ab"}, "code", "コードは、半角の英字・数字"),
        ({"code": "かわら"}, "code", "コードは、半角の英字・数字"),
        ({"code": "k" * 41}, "code", "コードは、半角の英字・数字"),
        ({"name": " 　"}, "name", "事業所名が入力されていません。"),
        ({"name": "あ" * 101}, "name", "事業所名は100文字まで"),
        ({"kana": ""}, "kana", "カナが入力されていません。"),
        ({"kana": "ア" * 151}, "kana", "カナは150文字まで"),
        ({"corporate_number": "1234567890123"}, "corporate_number", "法人番号が正しくありません。"),
        ({"corporate_number": "123"}, "corporate_number", "法人番号が正しくありません。"),
        ({"postal_code": "100-000"}, "postal_code", "郵便番号は、7桁"),
        ({"address": "町" * 201}, "address", "所在地は200文字まで"),
        ({"telephone": "0" * 31}, "telephone", "電話は30文字まで"),
        ({"contact_name": "名" * 61}, "contact_name", "担当者は60文字まで"),
        ({"contract_from": ""}, "contract_from", "契約開始日が入力されていません。"),
        ({"contract_from": "来月"}, "contract_from", "契約開始日「来月」を日付として読み取れません。"),
        ({"contract_from": "平成31年5月1日"}, "contract_from", "令和元年5月1日ではありませんか？"),
        ({"contract_ended_on": "2026/2/30"}, "contract_ended_on", "契約終了日「2026/2/30」を日付として"),
        ({"contract_ended_on": "R8.3.31"}, "contract_ended_on", "契約終了日が、契約開始日より前です。"),
    ],
)
def test_each_fault_has_its_field_and_its_sentence(typed: dict[str, str], field: str, sentence: str) -> None:
    found = faults_of(**typed)
    assert list(found) == [field]
    assert sentence in found[field]


def test_width_kana_and_hyphens_are_the_programs_work() -> None:
    values, faults = find_faults(
        {
            "code": " ＫＡＷＡＲＡ ",
            "name": "株式会社\nかわら版",
            "kana": "ｶﾜﾗﾊﾞﾝ",
            "corporate_number": f"{CORPORATE[:1]}-{CORPORATE[1:]}",
            "postal_code": "〒１００ー０００１",
            "telephone": "０３−１２３４ー５６７８",
            "contract_from": "Ｒ８．４．１",
        }
    )
    assert not faults
    assert ClientFacts(**values) == ClientFacts(
        code="kawara",
        name="株式会社 かわら版",
        kana="カワラバン",
        corporate_number=CORPORATE,
        postal_code="100-0001",
        telephone="03-1234-5678",
        contract_from=date(2026, 4, 1),
    )


def test_rows_are_new_changed_the_same_or_rejected() -> None:
    (known,) = (ClientFacts(**find_faults({**GOOD, "code": "aoba"})[0]),)
    rows = [
        (2, GOOD),
        (3, {**GOOD, "code": "aoba"}),
        (4, {**GOOD, "code": "KAWARA"}),
        (5, {**GOOD, "code": "mizuho"}),
        (6, {**GOOD, "code": "aoba2", "name": ""}),
    ]
    checked = check_rows(rows, {"aoba": known}, hidden={"mizuho"})
    assert [row.verdict for row in checked] == [Verdict.NEW, Verdict.SAME, *[Verdict.REJECTED] * 3]
    assert checked[2].faults == ("コード「kawara」が、2行目にもあります。",)
    assert checked[3].faults == ("コード「mizuho」は、担当していない顧問先のものです。",)
    (changed,) = check_rows([(2, {**GOOD, "code": "aoba", "address": "港町1-2"})], {"aoba": known})
    assert (changed.verdict, changed.changes) == (Verdict.CHANGED, ("所在地",))


_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn", "Co", "Cf")), max_size=25)
_DAYS = st.dates(date(1950, 1, 1), date(2090, 12, 31))
_TYPED = st.fixed_dictionaries(
    {
        "code": st.from_regex(r"[a-z0-9][a-z0-9._-]{1,20}[a-z0-9]", fullmatch=True),
        "name": _TEXTS,
        "kana": _TEXTS,
        "corporate_number": st.sampled_from(["", CORPORATE]),
        "postal_code": st.from_regex(r"[0-9]{7}", fullmatch=True) | st.just(""),
        "address": _TEXTS | st.sampled_from(["=1+1", "@SUM(A1)", "http://example.invalid/", "0012", "-1", "+81"]),
        "telephone": _TEXTS,
        "contact_name": _TEXTS,
        "contract_from": _DAYS.map(date.isoformat),
        "contract_ended_on": _DAYS.map(date.isoformat) | st.just(""),
    }
)


# Each example is a process of its own that reads a book: few examples, many rows, no shrinking.
@settings(max_examples=4, deadline=None, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(st.lists(_TYPED, min_size=30, max_size=60, unique_by=lambda typed: typed["code"]))
def test_what_is_written_out_and_taken_in_again_is_all_the_same(many: list[dict[str, str]]) -> None:
    read = [find_faults(typed) for typed in many]
    companies = [ClientFacts(**values) for values, faults in read if not faults]
    if not companies:
        return
    rows = tuple(
        client_list.ClientListRow(**{name: getattr(facts, name) for name in COLUMNS.values()}) for facts in companies
    )
    book = client_list.ClientList(office_name="みなと", made_at=datetime(2026, 11, 24, tzinfo=UTC), rows=rows)
    sheet = read_workbook(client_list.render(book), "顧問先.xlsx").sheets[0]
    places = [COLUMNS[heading] for heading in sheet.rows[0].texts]
    typed = [(row.number, {name: row.cell(place).text for place, name in enumerate(places)}) for row in sheet.rows[1:]]
    checked = check_rows(typed, {facts.code: facts for facts in companies})
    assert [(row.typed["code"], row.verdict, row.changes, row.faults) for row in checked] == [
        (facts.code, Verdict.SAME, (), ()) for facts in companies
    ]
