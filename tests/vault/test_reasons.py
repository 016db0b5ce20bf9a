"""The sentence that says why a number is still held: read aloud, each of them must be true and enough."""

from __future__ import annotations

from datetime import date

import pytest

from azukari.vault.rules.brake import Brake, Load, Look, looks_for
from azukari.vault.rules.documents import Completion, EventKind
from azukari.vault.rules.purposes import DEFAULT_PURPOSES, Purpose
from azukari.vault.rules.reasons import Whose, why_held
from azukari.vault.rules.retention import Days, Extension, hold

pytestmark = pytest.mark.no_database

TODAY = date(2026, 11, 24)
LEFT = date(2026, 3, 30)
EI = [Purpose.EMPLOYMENT_INSURANCE]
LONGER = Extension(until=date(2031, 3, 31), reason="審査請求への対応", by="青木 洋子")


@pytest.mark.parametrize(
    ("holding", "whose", "said"),
    [
        (
            hold(EI, Days(left_on=LEFT)),
            Whose(),
            "雇用保険の届出（雇用保険法施行規則143条、4年）のため、2030/03/31まで保管します。",
        ),
        (
            hold(DEFAULT_PURPOSES, Days(left_on=LEFT)),
            Whose(),
            (
                "扶養控除等申告書・源泉徴収票の作成（所得税法施行規則76条の3、7年）のため、2034/01/10まで保管します。"
                "雇用保険の届出（雇用保険法施行規則143条、4年）は2030/03/31に終わります。"
                "健康保険・厚生年金保険の届出（健康保険法施行規則34条・厚生年金保険法施行規則28条、2年）は2028/03/31に終わります。"
            ),
        ),
        (
            hold(EI, Days(left_on=None)),
            Whose(),
            "在職中のため、保管しています（雇用保険の届出）。退職すると、それぞれの保存期間が始まります。",
        ),
        (
            hold([Purpose.TAX, Purpose.CATEGORY3], Days(left_on=None)),
            Whose(is_employee=False, head="石原 亮太"),
            (
                "扶養に入っているため、保管しています（国民年金第3号被保険者の届出、扶養控除等申告書・源泉徴収票の作成）。"
                "扶養から外れた日か、石原 亮太さんの退職の日から保存期間が始まります。"
            ),
        ),
        (
            hold(EI, Days(left_on=LEFT), rules={"ei_insured": Completion.NOTICE}),
            Whose(),
            (
                "雇用保険の被保険者に関する書類の「決定通知書を受け取った日」が記録されていないため、保管を続けています。"
                "記録すると、保存期間が決まります。"
            ),
        ),
        (
            hold(EI, Days(left_on=date(2016, 3, 30))),
            Whose(),
            (
                "雇用保険の届出（雇用保険法施行規則143条、4年）の保存期間が2020/03/31に終わりました。"
                "できるだけ速やかに廃棄します。"
            ),
        ),
        (
            hold(EI, Days(left_on=None)),
            Whose(replaced_on=date(2026, 11, 20)),
            "変更前の番号です。変更の届出のほかには要らないため、2026/12/20までに廃棄します。",
        ),
        (
            hold(EI, Days(left_on=LEFT)),
            Whose(contract_ended_on=date(2026, 9, 30)),
            "顧問契約が2026/09/30に終わったため、廃棄の対象です。",
        ),
        (
            hold(EI, Days(left_on=LEFT), extension=LONGER),
            Whose(),
            (
                "雇用保険の届出（雇用保険法施行規則143条、4年）のため、2030/03/31まで保管します。"
                "「審査請求への対応」のため、2031/03/31まで延長しています（青木 洋子）。"
            ),
        ),
    ],
    ids=["one", "several", "running", "dependant", "missing", "ended", "former", "contract", "extended"],
)
def test_why_a_number_is_held_is_said_in_words(holding, whose: Whose, said: str) -> None:
    assert why_held(holding, whose, today=TODAY) == said


def test_a_lengthening_within_the_period_says_what_it_is_for() -> None:
    within = Extension(until=date(2027, 3, 31), reason="調査", by="青木")
    said = why_held(hold(EI, Days(left_on=LEFT), extension=within), Whose(), today=TODAY)
    assert said.endswith(
        "2030/03/31まで保管します。「調査」のため、2027/03/31までは契約が終わっても廃棄しません（青木）。"
    )


def test_a_lengthening_that_is_over_is_not_spoken_of() -> None:
    over = Extension(until=date(2026, 11, 23), reason="調査", by="青木")
    assert "調査" not in why_held(hold(EI, Days(left_on=LEFT), extension=over), Whose(), today=TODAY)


@pytest.mark.parametrize(
    ("load", "early", "looks"),
    [
        (Load(asked=20, done=0, done_of_client=0, held_of_client=1000), False, ()),
        (Load(asked=21, done=0, done_of_client=0, held_of_client=1000), False, (Look.MANY,)),
        (Load(asked=1, done=20, done_of_client=0, held_of_client=1000), False, (Look.MANY,)),
        (Load(asked=3, done=0, done_of_client=0, held_of_client=10), False, ()),
        (Load(asked=4, done=0, done_of_client=0, held_of_client=10), False, (Look.SHARE,)),
        (Load(asked=1, done=3, done_of_client=3, held_of_client=7), False, (Look.SHARE,)),
        (Load(asked=9, done=0, done_of_client=0, held_of_client=9), False, ()),  # a handful: the share says nothing
        (Load(asked=1, done=0, done_of_client=0, held_of_client=1), True, (Look.EARLY,)),
    ],
)
def test_the_brake_asks_for_a_second_look(load: Load, early: bool, looks: tuple[Look, ...]) -> None:
    assert looks_for(load, early=early, brake=Brake(count=20, share=30)) == looks


def test_the_days_of_one_paper_are_not_those_of_another() -> None:
    days = Days(left_on=LEFT, recorded={("health", EventKind.NOTICE): date(2026, 6, 1)})
    found = {row.document: row.last_on for row in hold([Purpose.HEALTH_PENSION], days).periods}
    assert found == {"health": date(2028, 6, 1), "pension": date(2028, 3, 31)}
