"""事業所アカウント: companies added, changed, ended; the Excel out and in; what is typed stays."""

from __future__ import annotations

import io
from datetime import date

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.journal import queries as journal
from azukari.kernel.check_digits import corporate_number_check_digit
from azukari.store.scope import office_scope
from azukari.tenancy.actions import clients, sessions
from azukari.tenancy.models import Account, BrowserSession, ClientCompany
from azukari.tenancy.models import StaffMember as Staff
from azukari.tenancy.rules.client_sheet import COLUMNS
from tests.cast import NOW, PASSWORD, TODAY, Cast
from tests.office.conftest import SignIn

HTML = "<script>alert(1)</script>"
KAWARA = {
    "code": "kawara",
    "name": "株式会社かわら版",
    "kana": "かわらばん",
    "corporate_number": "",
    "postal_code": "１０００００１",
    "address": "東京都青葉市1-2",
    "telephone": "",
    "contact_name": "",
    "contract_from": "令和8年4月1日",
    "contract_ended_on": "",
}


def confirmed(client: Client, url: str, fields: dict[str, object] | None = None) -> HttpResponse:
    """Send a form, meet 本人の確認, answer it with the password."""
    asked = client.post(url, fields or {}, secure=True)
    assert asked.status_code == 200, asked.content.decode()[:3000]
    assert "本人の確認" in asked.content.decode()
    return client.post(url, {**(fields or {}), "confirm_password": PASSWORD}, secure=True)


def get(client: Client, name: str, *arguments: object, **query: str) -> str:
    response = client.get(reverse(f"office:{name}", args=arguments), query, secure=True)
    assert response.status_code == 200
    return response.content.decode()


def company(cast: Cast, code: str) -> ClientCompany:
    with office_scope(cast.minato.id):
        return ClientCompany.objects.get(code=code)


def limit(cast: Cast, most: int) -> None:
    with office_scope(cast.minato.id):
        from azukari.tenancy.models import Contract

        Contract.objects.create(plan="標準", starts_on=TODAY, client_limit=most, changed_by="運営者", changed_at=NOW)


def edit_fields(row: ClientCompany, **changed: str) -> dict[str, object]:
    facts = clients.facts_of(row)
    typed = {name: getattr(facts, name) for name in COLUMNS.values()}
    days = {name: f"{day:%Y/%m/%d}" if day else "" for name, day in typed.items() if name.startswith("contract_")}
    return {**typed, **days, "version": row.version, **changed}


def test_a_company_is_added_as_it_was_typed_and_tidied(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("aoki")
    response = client.post(reverse("office:client-new"), KAWARA, secure=True)
    row = company(cast, "kawara")
    assert response["Location"] == reverse("office:client-users", args=[row.id])
    assert (row.kana, row.postal_code, row.contract_from) == ("カワラバン", "100-0001", date(2026, 4, 1))
    assert "次に、ログインする人を追加してください。" in get(client, "client-users", row.id)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("code", "あ"), ("name", ""), ("corporate_number", "1234567890123"), ("contract_from", "平成31年5月1日")],
)
def test_a_fault_keeps_everything_and_points_at_its_field(sign_in: SignIn, field: str, typed: str) -> None:
    response = sign_in("aoki").post(reverse("office:client-new"), {**KAWARA, field: typed}, secure=True)
    text = response.content.decode()
    assert response.status_code == 422
    assert f'href="#id_{field}"' in text
    assert f'id="id_{field}_error"' in text
    for name, value in {**KAWARA, field: typed}.items():
        assert not value or f'value="{value}"' in text, name


def test_a_code_in_use_is_an_error_of_its_field(sign_in: SignIn) -> None:
    response = sign_in("aoki").post(reverse("office:client-new"), {**KAWARA, "code": "AOBA"}, secure=True)
    assert response.status_code == 422
    assert 'href="#id_code"' in response.content.decode()


def test_the_contracts_limit_holds_for_adding_and_resuming(cast: Cast, sign_in: SignIn) -> None:
    limit(cast, 2)  # あおば and みずほ are running
    client = sign_in("aoki")
    response = client.post(reverse("office:client-new"), KAWARA, secure=True)
    assert response.status_code == 422
    assert "上限（顧問先2社）" in response.content.decode()
    kitagawa = company(cast, "kitagawa")
    confirmed(client, reverse("office:client-resume", args=[kitagawa.id]))
    assert company(cast, "kitagawa").contract_ended_on is not None
    assert "上限（顧問先2社）" in get(client, "client-edit", kitagawa.id)


def test_a_change_and_a_conflict(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in("aoki"), company(cast, "aoba")
    url = reverse("office:client-edit", args=[row.id])
    number = f"{corporate_number_check_digit('234567890123')}234567890123"
    assert client.post(url, edit_fields(row, corporate_number=number), secure=True).status_code == 302
    assert company(cast, "aoba").corporate_number == number
    late = client.post(url, edit_fields(row, address="あとから来た住所"), secure=True)
    assert late.status_code == 422
    assert "ほかの人が先に変更しました。" in late.content.decode()
    assert 'value="あとから来た住所"' in late.content.decode()


def test_the_end_is_asked_for_and_logs_out_whoever_serves_no_other(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in("aoki"), company(cast, "aoba")
    with office_scope(cast.minato.id):
        accounts = {name: Account.objects.get(username=f"minato/{name}").pk for name in ("tanabe", "nonaka")}
    for name, pk in accounts.items():
        store = sessions.SessionStore()
        store.update({"account": str(pk), "door": "portal", "id": name})
        store.save()
    page = get(client, "client-edit", row.id)
    assert "野中 浩さんは、すぐにログインできなくなります。" in page
    assert "田辺 由紀さんは、ほかの会社のログインを続けられます。" in page
    url = reverse("office:client-end", args=[row.id])
    early = client.post(url, {"ended_on": "2015/12/31"}, secure=True)
    assert early.status_code == 422 and 'href="#end_ended_on"' in early.content.decode()
    assert confirmed(client, url, {"ended_on": "令和8年11月24日"}).status_code == 302
    assert company(cast, "aoba").contract_ended_on == TODAY
    left = set(BrowserSession.objects.filter(account_id__in=accounts.values()).values_list("account_id", flat=True))
    assert left == {accounts["tanabe"]}
    confirmed(client, reverse("office:client-resume", args=[row.id]))
    assert company(cast, "aoba").contract_ended_on is None


def test_the_end_in_the_form_asks_for_the_person_too(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in("aoki"), company(cast, "aoba")
    fields = edit_fields(row, contract_ended_on="2026/11/30")
    assert confirmed(client, reverse("office:client-edit", args=[row.id]), fields).status_code == 302
    assert company(cast, "aoba").contract_ended_on == date(2026, 11, 30)


def test_what_is_typed_stays_text(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("aoki")
    client.post(reverse("office:client-new"), {**KAWARA, "name": HTML, "contact_name": "=1+1"}, secure=True)
    for text in (get(client, "client-accounts"), get(client, "client-edit", company(cast, "kawara").id)):
        assert HTML not in text and "&lt;script&gt;" in text
    book = confirmed(client, reverse("office:clients-export"))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    cells = [cell for row in sheet.iter_rows() for cell in row if cell.value in {HTML, "=1+1"}]
    assert [cell.data_type for cell in cells] == ["s", "s"]


def test_who_sees_few_companies_finds_the_one_just_added_and_no_other(cast: Cast, sign_in: SignIn) -> None:
    with office_scope(cast.minato.id):
        Staff.objects.filter(login_id="ono").update(role="MANAGER")
    client, hidden = sign_in("ono"), company(cast, "mizuho")
    assert client.post(reverse("office:client-new"), KAWARA, secure=True).status_code == 302
    listed = get(client, "client-accounts")
    assert "かわら版" in listed and "みずほ" not in listed
    for name in ("client-edit", "client-users", "user-new"):
        assert client.get(reverse(f"office:{name}", args=[hidden.id]), secure=True).status_code == 404
    for name in ("client-end", "client-resume", "client-edit", "user-new"):
        assert client.post(reverse(f"office:{name}", args=[hidden.id]), KAWARA, secure=True).status_code == 404
    book = confirmed(client, reverse("office:clients-export"))
    sheet = openpyxl.load_workbook(io.BytesIO(book.content)).worksheets[0]
    assert {row[0] for row in sheet.iter_rows(min_row=2, values_only=True)} == {"aoba", "kawara"}
    read = upload(client, sheet_of([{**KAWARA, "code": "mizuho"}]))
    text = client.get(read["Location"], secure=True).content.decode()
    assert "担当していない顧問先のものです。" in text and "社を取り込む" not in text


# The Excel


def sheet_of(rows: list[dict[str, str]], heads: tuple[str, ...] = tuple(COLUMNS)) -> bytes:
    book = openpyxl.Workbook()
    book.active.append(heads)
    for row in rows:
        book.active.append([row.get(COLUMNS[head], "") for head in heads])
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def upload(client: Client, data: bytes, name: str = "顧問先.xlsx") -> HttpResponse:
    return client.post(reverse("office:clients-import"), {"file": SimpleUploadedFile(name, data)}, secure=True)


def test_an_excel_is_shown_then_registered_as_a_whole(cast: Cast, sign_in: SignIn) -> None:
    client, row = sign_in("aoki"), company(cast, "aoba")
    own = {name: str(value) for name, value in edit_fields(row, address="新しい所在地").items()}
    read = upload(client, sheet_of([KAWARA, own, {**KAWARA, "code": "x", "name": HTML}]))
    shown = client.get(read["Location"], secure=True).content.decode()
    assert "追加 1社・変更 1社・同じ 0社・不備 1行" in shown
    assert "2社を取り込む" in shown and "所在地" in shown
    assert HTML not in shown
    assert not journal_has(cast, "kawara")
    assert confirmed(client, read["Location"])["Location"] == reverse("office:client-accounts")
    assert (company(cast, "kawara").name, company(cast, "aoba").address) == ("株式会社かわら版", "新しい所在地")
    assert client.get(read["Location"], secure=True).status_code == 404


def journal_has(cast: Cast, code: str) -> bool:
    with office_scope(cast.minato.id):
        return ClientCompany.objects.filter(code=code).exists()


def test_past_the_limit_not_one_is_registered(cast: Cast, sign_in: SignIn) -> None:
    limit(cast, 3)
    client = sign_in("aoki")
    read = upload(client, sheet_of([KAWARA, {**KAWARA, "code": "kawara2"}]))
    refused = confirmed(client, read["Location"])
    assert refused.status_code == 422
    assert "1社も取り込んでいません。" in refused.content.decode()
    assert not journal_has(cast, "kawara") and not journal_has(cast, "kawara2")


def test_another_persons_sheet_is_not_there(cast: Cast, sign_in: SignIn) -> None:
    read = upload(sign_in("aoki"), sheet_of([KAWARA]))
    with office_scope(cast.minato.id):
        Staff.objects.filter(login_id="saeki").update(role="MANAGER")
    assert sign_in("saeki").get(read["Location"], secure=True).status_code == 404


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "空"),
        (b"%PDF-1.7 " + b"x" * 100, "PDF"),
        (sheet_of([]), "データの行がありません。"),
        (sheet_of([KAWARA], ("コード", "事業所名", "カナ")), "「契約開始日」の見出しがありません。"),
        (b"x" * (20 * 1024 * 1024 + 10), "20MB"),
    ],
    ids=["empty", "pdf", "no row", "no column", "too big"],
)
def test_a_file_that_is_none_is_an_error_of_the_field(sign_in: SignIn, data: bytes, sentence: str) -> None:
    response = upload(sign_in("aoki"), data)
    assert response.status_code == 422
    assert 'href="#id_file"' in response.content.decode()
    assert sentence in response.content.decode()


def test_the_list_taken_out_stands_in_the_record_the_blank_does_not(cast: Cast, sign_in: SignIn) -> None:
    client = sign_in("aoki")
    with office_scope(cast.minato.id):
        before = journal.tree_size()
    blank = client.post(reverse("office:clients-export"), {"template": "1"}, secure=True)
    sheet = openpyxl.load_workbook(io.BytesIO(blank.content)).worksheets[0]
    assert next(list(row) for row in sheet.iter_rows(values_only=True)) == list(COLUMNS)
    assert all(value is None for row in sheet.iter_rows(min_row=2, values_only=True) for value in row)
    with office_scope(cast.minato.id):
        assert journal.tree_size() == before
    confirmed(client, reverse("office:clients-export"))
    with office_scope(cast.minato.id):
        last = journal.list_entries(cast.minato.actor("aoki"), journal.Filter(), size=1).rows[0]
    assert last.label == "顧問先の一覧の書き出し"


def test_an_office_without_companies_is_shown_the_two_ways(cast: Cast, sign_in: SignIn) -> None:
    with office_scope(cast.minato.id):
        Staff.objects.filter(login_id="ono").update(role="MANAGER")
        Staff.objects.get(login_id="ono").assignment_set.all().delete()
    page = get(sign_in("ono"), "clients")
    assert "Excelから取り込む" in page and "顧問先を追加" in page
    assert "Excelから取り込む" not in get(sign_in("miyake"), "clients", q="誰もいない")


def test_the_page_of_a_company_says_who_logs_in(cast: Cast, sign_in: SignIn) -> None:
    aoba = cast.minato.clients["aoba"]
    page = get(sign_in("aoki"), "client", aoba)
    assert reverse("office:client-edit", args=[aoba]) in page
    assert "2名" in page
    other = get(sign_in("miyake"), "client", aoba)
    assert "マイページ" in other and reverse("office:client-edit", args=[aoba]) not in other
