"""廃棄の期限, requests over clients and their approval, days and lengthening of a person, the office's rules."""

from __future__ import annotations

import re
from datetime import date

import pytest
from django.urls import reverse

from azukari.journal import queries as journal
from azukari.ops.verify import verify
from azukari.roster.models import Person
from azukari.store.scope import office_scope
from azukari.tenancy.models import ClientCompany
from azukari.vault import queries as vault
from azukari.vault.actions import retention
from azukari.vault.models import Certificate, Disposal, NumberRecord, RetentionDay
from azukari.vault.queries import holding
from azukari.vault.rules.documents import Completion
from tests.cast import NOW, Cast, number_of
from tests.office.conftest import SignIn, confirmed, hidden
from tests.vault.test_numbers import register

CONFIRM = {"confirm": "1", "read_notes": "on", "typed": "廃棄"}
DUE = reverse("office:disposals")
MANY = reverse("office:disposal-many")
RULES = reverse("office:settings-retention")


def text_of(page) -> str:
    return re.sub(r"<[^>]+>|\s+", " ", page.content.decode())


@pytest.fixture
def due(cast: Cast) -> Cast:
    """Two of あおば who left in 2016, one of 北川 whose contract ended long ago, one of あおば still there."""
    office = cast.minato
    with office_scope(office.id):
        register(office, "ishihara", 1)
        register(office, "misato", 2)
        register(office, "takahashi", 3)
        ClientCompany.objects.filter(id=office.clients["kitagawa"]).update(contract_ended_on=None)
        register(office, "shibata", 4)
        ClientCompany.objects.filter(id=office.clients["kitagawa"]).update(contract_ended_on=date(2026, 10, 31))
    return cast


def records(cast: Cast, *people: str) -> list[str]:
    with office_scope(cast.minato.id):
        ids = [cast.minato.people[person] for person in people]
        return [str(found.id) for found in vault.live_numbers(ids)]


def ask_many(browser, cast: Cast, *people: str):
    chosen = browser.post(MANY, {"record": records(cast, *people)})
    return browser.post(MANY, hidden(chosen) | CONFIRM)


# The due list


def test_the_due_list_says_whose_numbers_have_to_go_and_why(due: Cast, sign_in: SignIn) -> None:
    page = sign_in("saeki").get(DUE)
    said = text_of(page)
    assert "3件が期限を過ぎています。" in said
    assert "石原 亮太" in said
    assert "の保存期間が2024/01/10に終わりました" in said
    assert "顧問契約が2026/10/31に終わったため、廃棄の対象です。" in said
    assert "髙橋 誠" not in said
    assert not any(number_of(seed) in said for seed in range(1, 5))


def test_the_due_list_is_filtered_by_client_and_by_month(due: Cast, sign_in: SignIn) -> None:
    saeki, client = sign_in("saeki"), due.minato.clients["kitagawa"]
    own = text_of(saeki.get(f"{DUE}?client={client}"))
    assert "柴田 昭夫" in own
    assert "石原" not in own
    assert "条件に合う個人番号はありません。" in text_of(saeki.get(f"{DUE}?when=this"))
    with office_scope(due.minato.id):
        Person.objects.filter(id=due.minato.people["ishihara"]).update(left_on=date(2019, 5, 1))
        Person.objects.filter(id=due.minato.people["takahashi"]).update(left_on=date(2018, 1, 31))
    assert "石原 亮太" not in text_of(saeki.get(f"{DUE}?when=late"))
    assert "石原 亮太" not in text_of(saeki.get(f"{DUE}?when=next"))
    assert saeki.get(f"{DUE}?client=nonsense&when=never&page=x").status_code == 200


def test_what_is_not_due_cannot_be_asked_for_here(due: Cast, sign_in: SignIn) -> None:
    saeki = sign_in("saeki", unlocked=True)
    assert saeki.post(MANY, {"record": records(due, "takahashi")})["Location"] == DUE
    assert saeki.post(MANY, {"record": ["nonsense"]})["Location"] == DUE
    ono = sign_in("ono", unlocked=True)
    assert ono.post(MANY, {"record": records(due, "shibata")})["Location"] == DUE


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"all": "page"}, {"石原 亮太", "石原 美里", "柴田 昭夫"}),
        ({"all": "client"}, {"柴田 昭夫"}),
    ],
)
def test_all_of_a_page_or_of_a_client(due: Cast, sign_in: SignIn, fields: dict[str, str], names: set[str]) -> None:
    saeki = sign_in("saeki", unlocked=True)
    sent = {"shown": records(due, "ishihara", "misato", "shibata"), "client": str(due.minato.clients["kitagawa"])}
    shown = text_of(saeki.post(MANY, sent | fields))
    assert {name for name in ("石原 亮太", "石原 美里", "髙橋 誠", "柴田 昭夫") if name in shown} == names


# Batches


def test_a_batch_over_clients_becomes_a_request_for_each_and_is_approved_together(due: Cast, sign_in: SignIn) -> None:
    saeki, aoki = sign_in("saeki", unlocked=True), sign_in("aoki", unlocked=True)
    shown = saeki.post(MANY, {"record": records(due, "ishihara", "misato", "shibata")})
    assert "2件の申請・個人番号 3件" in text_of(shown)
    assert saeki.post(MANY, hidden(shown) | CONFIRM | {"typed": ""}).status_code == 422
    asked = saeki.post(MANY, hidden(shown) | CONFIRM)
    address = asked["Location"]
    with office_scope(due.minato.id):
        assert sorted(Disposal.objects.values_list("reason", flat=True)) == ["CONTRACT_ENDED", "PERIOD_ENDED"]
    assert saeki.post(address, {"x": "1"}).status_code == 403
    page = aoki.get(address)
    assert "保存期間が終わっていない個人番号があります" in text_of(page)  # 柴田 still works there
    fields = hidden(page)
    assert aoki.post(address, fields).status_code == 422
    assert aoki.post(address, fields | {"typed_count": "2"}).status_code == 422
    done = confirmed(aoki, address, fields | {"typed_count": "３"}, follow=True)
    assert "3件の個人番号を廃棄しました。" in text_of(done)
    with office_scope(due.minato.id):
        assert NumberRecord.objects.filter(sealed__isnull=False).count() == 1
        found = [vault.certificate_pdf(due.minato.actor("aoki"), row.id)[1] for row in Certificate.objects.all()]
    assert {verify(pdf).facts.addressee.code for pdf in found} == {"aoba", "kitagawa"}


def test_a_batch_of_which_one_part_changed_is_approved_by_nobody(due: Cast, sign_in: SignIn) -> None:
    saeki, aoki = sign_in("saeki", unlocked=True), sign_in("aoki", unlocked=True)
    address = ask_many(saeki, due, "ishihara", "misato", "shibata")["Location"]
    fields = hidden(aoki.get(address)) | {"typed_count": "3"}
    with office_scope(due.minato.id):
        Person.objects.filter(id=due.minato.people["misato"]).update(name="石原 美沙都")
    refused = aoki.post(address, fields)
    assert refused.status_code == 409
    assert "石原 美里さん：氏名が変わりました。" in text_of(refused)
    with office_scope(due.minato.id):
        assert NumberRecord.objects.filter(sealed__isnull=False).count() == 4


def test_a_list_that_changed_between_showing_and_asking_is_refused(due: Cast, sign_in: SignIn) -> None:
    saeki = sign_in("saeki", unlocked=True)
    fields = hidden(saeki.post(MANY, {"record": records(due, "ishihara", "misato")})) | CONFIRM
    with office_scope(due.minato.id):
        Person.objects.filter(id=due.minato.people["ishihara"]).update(left_on=date(2017, 10, 20))
    refused = saeki.post(MANY, fields)
    assert refused.status_code == 422
    assert "画面に表示した対象者と、今の対象者が一致しません。" in text_of(refused)
    assert saeki.post(MANY, hidden(refused) | CONFIRM).status_code == 302


def test_the_page_of_a_request_tells_what_changed_and_offers_no_approval(due: Cast, sign_in: SignIn) -> None:
    saeki, aoki = sign_in("saeki", unlocked=True), sign_in("aoki", unlocked=True)
    ask_many(saeki, due, "ishihara")
    with office_scope(due.minato.id):
        address = reverse("office:disposal", args=[Disposal.objects.get().id])
    fields = hidden(aoki.get(address))
    with office_scope(due.minato.id):
        Person.objects.filter(id=due.minato.people["ishihara"]).update(left_on=date(2017, 10, 20))
    page = aoki.get(address)
    assert "申請のあとに内容が変わったため、承認できません。" in text_of(page)
    assert b"carry-out" not in page.content
    assert aoki.post(f"{address}carry-out/", fields).status_code == 409


# A person's page


def test_a_persons_page_says_why_the_number_is_held(due: Cast, sign_in: SignIn) -> None:
    saeki = sign_in("saeki")
    said = text_of(saeki.get(reverse("office:person", args=[due.minato.people["takahashi"]])))
    assert "在職中のため、保管しています（扶養控除等申告書・源泉徴収票の作成）。" in said
    listed = saeki.get(reverse("office:people", args=[due.minato.clients["aoba"]])).content.decode()
    assert 'title="在職中のため' in listed


def test_a_missing_day_is_asked_for_on_the_page_and_recorded_there(due: Cast, sign_in: SignIn) -> None:
    office = due.minato
    with office_scope(office.id):
        setting = holding.get_setting()
        rules = dict.fromkeys(setting.completion, Completion.NOTICE)
        retention.change_setting(actor=office.actor("aoki"), completion=rules, brake=setting.brake, version=0, now=NOW)
        NumberRecord.objects.filter(person_id=office.people["ishihara"]).update(purposes=["EMPLOYMENT_INSURANCE"])
    saeki, person = sign_in("saeki"), reverse("office:person", args=[office.people["ishihara"]])
    assert "雇用保険の被保険者に関する書類：決定通知書を受け取った日が要ります。" in text_of(saeki.get(person))
    url = f"{person}retention/"
    assert saeki.post(url, {"ei_insured-notice": "きのう"}).status_code == 422
    assert saeki.post(url, {"ei_insured-notice": "1999/1/1"}).status_code == 422
    assert (
        saeki.post(url, {"left_on": "平成28年10月20日", "ei_insured-notice": "平成28年12月1日"})["Location"] == person
    )
    with office_scope(office.id):
        assert RetentionDay.objects.get().on == date(2016, 12, 1)
    assert "の保存期間が2020/12/01に終わりました" in text_of(saeki.get(person))
    assert 'value="2016/12/01"' in saeki.get(url).content.decode()


def test_the_day_of_leaving_is_recorded_there_and_periods_begin(due: Cast, sign_in: SignIn) -> None:
    person = reverse("office:person", args=[due.minato.people["takahashi"]])
    saeki = sign_in("saeki")
    assert saeki.post(f"{person}retention/", {"left_on": "令和8年10月20日"})["Location"] == person
    said = text_of(saeki.get(person))
    assert "（所得税法施行規則76条の3、7年）のため、2034/01/10まで保管します。" in said
    assert "保存期間の日付の記録" in said
    assert saeki.post(f"{person}retention/", {"left_on": ""})["Location"] == person
    assert "在職中のため、保管しています" in text_of(saeki.get(person))


def test_a_deadline_two_years_before_leaving_is_refused_in_words(due: Cast, sign_in: SignIn) -> None:
    url = reverse("office:person-retention", args=[due.minato.people["ishihara"]])
    refused = sign_in("saeki").post(url, {"left_on": "2016/10/20", "tax_exemption-deadline": "2015/11/30"})
    assert refused.status_code == 422
    assert "最後の申告書の提出期限は、退職の年か、その前の年の12月のはずです。" in text_of(refused)


def test_a_manager_lengthens_and_takes_it_back(due: Cast, sign_in: SignIn) -> None:
    person = reverse("office:person", args=[due.minato.people["ishihara"]])
    aoki, saeki = sign_in("aoki"), sign_in("saeki")
    fields = {"until": "令和9年3月31日", "reason": "審査請求への対応"}
    assert "保存期間の延長" not in text_of(saeki.get(f"{person}retention/"))
    assert saeki.post(f"{person}retention/extend/", fields).status_code == 403
    for wrong in ({"until": ""}, {"until": "2020/1/1"}, {"reason": "あ"}):
        assert aoki.post(f"{person}retention/extend/", fields | wrong).status_code == 422
    assert aoki.post(f"{person}retention/extend/", fields)["Location"] == person
    said = text_of(saeki.get(person))
    assert "「審査請求への対応」のため、2027/03/31まで延長しています（青木" in said
    assert "石原 亮太" not in text_of(saeki.get(DUE))
    assert aoki.post(f"{person}retention/extend/end/").status_code == 302
    assert "石原 亮太" in text_of(saeki.get(DUE))
    assert "が取り消しまたは変更" in text_of(aoki.get(f"{person}retention/"))


# The office's rules


def test_the_rules_of_the_office_are_changed_with_proof_and_within_bounds(due: Cast, sign_in: SignIn) -> None:
    aoki = sign_in("aoki")
    page = aoki.get(RULES)
    assert "所得税法施行規則76条の3" in text_of(page)
    with office_scope(due.minato.id):
        fields = {code: rule.value for code, rule in holding.get_setting().completion.items()}
    fields |= {"brake_count": "50", "brake_share": "40", "version": "0"}
    for wrong in (
        {"brake_count": "4"},
        {"brake_share": "100"},
        {"ei_insured": "NEVER"},
        {"workers_compensation": "LOSS"},
    ):
        assert aoki.post(RULES, fields | wrong).status_code == 422
    assert confirmed(aoki, RULES, fields).status_code == 302
    with office_scope(due.minato.id):
        assert (holding.get_setting().brake.count, holding.get_setting().brake.share) == (50, 40)
        rows = journal.list_entries(due.minato.actor("aoki"), journal.Filter()).rows
        assert rows[0].label == "保存期間の設定の変更"
    stale = confirmed(aoki, RULES, fields)
    assert stale.status_code == 422
    assert "ほかの人が先に、保存期間の設定を変更しました。" in text_of(stale)


def test_home_names_a_client_whose_contract_ended_once(due: Cast, sign_in: SignIn) -> None:
    said = text_of(sign_in("saeki").get(reverse("office:home")))
    assert "契約の終わりに伴う廃棄（1件）" in said
    assert "保存期間の終わり（石原 亮太さん）" in said
