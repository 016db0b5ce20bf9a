"""The pages as a person uses them: what is shown, what is asked, what never appears."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from azukari.intake.models import SheetImport
from azukari.journal import actions as journal_actions
from azukari.journal.rules import Line, Operation, Result
from azukari.kernel.ids import PersonId, new_id
from azukari.ops.verify import verify
from azukari.press import verifier
from azukari.roster import actions as roster
from azukari.roster.rules import NumberState, PersonFacts, Sex
from azukari.store.scope import office_scope
from azukari.tenancy.actions import clients
from azukari.tenancy.rules.client_sheet import ClientFacts
from azukari.vault import queries as vault
from azukari.vault.models import Disposal, NumberRecord
from azukari.vault.rules import events
from tests.cast import NOW, PASSWORD, TODAY, Cast, number_of
from tests.office.conftest import SignIn, confirmed, hidden
from tests.vault.test_numbers import register

SHEETS = Path(__file__).parent.parent / "fixtures" / "sheets"
TAX = "tax_withholding"
REVEAL = {"use": TAX, "taken_out": "SCREEN", "note": ""}


def text_of(response: HttpResponse) -> str:
    return response.content.decode()


def has_number(response: HttpResponse, digits: str) -> bool:
    """Whether any trace of a number is in an answer: whole, grouped, or its groups one after the other."""
    bare = re.sub(r"<[^>]*>|[\s-]", "", text_of(response))
    return digits in bare or digits in re.sub(r"[\s-]", "", text_of(response)) or digits in str(response.headers)


def rows_of(response: HttpResponse) -> list[list[str]]:
    body = text_of(response).split("<tbody>")[1].split("</tbody>")[0]
    return [
        [re.sub(r"<[^>]*>", "", cell).strip() for cell in re.findall(r"(?s)<t[dh]\b[^>]*>(.*?)</t[dh]>", row)]
        for row in re.findall(r"(?s)<tr\b[^>]*>(.*?)</tr>", body)
    ]


@pytest.fixture
def person(cast: Cast) -> str:
    """石原's address; her number is registered."""
    with office_scope(cast.minato.id):
        register(cast.minato, "ishihara", 1)
    return str(cast.minato.people["ishihara"])


# Login


def test_a_wrong_login_keeps_what_was_typed_but_the_password(cast: Cast) -> None:
    typed = {"office_code": "minato", "login_id": "saeki", "password": "wrong horse wrong horse"}
    response = Client().post(reverse("office:login"), typed)
    assert response.status_code == 422
    assert 'value="minato"' in text_of(response)
    assert 'value="saeki"' in text_of(response)
    assert typed["password"] not in text_of(response)


@pytest.mark.parametrize(
    "wrong", [{"office_code": "nowhere"}, {"login_id": "nobody"}, {"password": "wrong horse wrong horse"}], ids=str
)
def test_what_was_wrong_is_not_told(cast: Cast, wrong: dict[str, str]) -> None:
    right = {"office_code": "minato", "login_id": "saeki", "password": PASSWORD}
    response = Client().post(reverse("office:login"), right | wrong)
    assert response.status_code == 422
    assert "事務所コード、ログインID、パスワードのどれかが正しくありません。" in text_of(response)


# Lists


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("あおば", "あおば製作所"),
        ("キタガワ", "北川商店"),
        ("きたがわ", "北川商店"),
        ("aoba", "あおば製作所"),
        ("石原", "石原 亮太"),
    ],
)
def test_clients_are_found_by_name_kana_and_code_and_people_with_them(sign_in: SignIn, q: str, found: str) -> None:
    response = sign_in("saeki").get(reverse("office:clients"), {"q": q})
    assert found in text_of(response)


def test_a_search_never_finds_what_is_not_yours(sign_in: SignIn) -> None:
    for q in ("北川", "柴田", "潮騒", "南"):
        answer = text_of(sign_in("ono").get(reverse("office:clients"), {"q": q}))
        for name in ("有限会社北川商店", "柴田 昭夫", "株式会社潮騒", "南 一郎"):
            assert name not in answer


@pytest.mark.parametrize("q", ["髙橋", "高橋", "タカハシ", "たかはし", "1054"])
def test_people_are_found_by_name_kana_and_code(cast: Cast, sign_in: SignIn, q: str) -> None:
    url = reverse("office:people", args=[cast.minato.clients["aoba"]])
    response = sign_in("miyake").get(url, {"q": q})
    assert [row[1].split()[0] for row in rows_of(response)] == ["髙橋"]


def test_a_name_is_escaped(cast: Cast, sign_in: SignIn) -> None:
    response = sign_in("miyake").get(
        reverse("office:people", args=[cast.minato.clients["aoba"]]), {"q": "<script>alert(1)</script>"}
    )
    assert "<script>alert" not in text_of(response)


# Numbers


def test_a_number_is_on_no_page_but_the_answer_that_shows_it(cast: Cast, sign_in: SignIn, person: str) -> None:
    saeki, digits = sign_in("saeki", unlocked=True), number_of(1)
    url = reverse("office:reveal", args=[person])
    assert not has_number(saeki.get(reverse("office:person", args=[person])), digits)
    assert not has_number(saeki.get(url), digits)
    shown = saeki.post(url, REVEAL)
    assert shown.status_code == 200
    assert "no-store" in shown["Cache-Control"].split(", ")
    for group in (digits[:4], digits[4:8], digits[8:]):
        assert f"<span>{group}</span>" in text_of(shown)
    for after in (reverse("office:person", args=[person]), url, reverse("office:record"), reverse("office:home")):
        assert not has_number(saeki.get(after), digits)


def test_the_dialog_gets_the_panel_alone(sign_in: SignIn, person: str) -> None:
    saeki = sign_in("saeki", unlocked=True)
    shown = saeki.post(reverse("office:reveal", args=[person]), REVEAL, headers={"X-Partial": "1"})
    assert has_number(shown, number_of(1))
    assert "<html" not in text_of(shown)
    assert "no-store" in shown["Cache-Control"].split(", ")


def test_without_an_unlock_the_password_is_asked_and_right_it_unlocks(sign_in: SignIn, person: str) -> None:
    saeki, url = sign_in("saeki"), reverse("office:reveal", args=[person])
    asked = saeki.post(url, REVEAL)
    assert asked.status_code == 422
    assert 'name="password"' in text_of(asked)
    assert not has_number(asked, number_of(1))
    assert has_number(saeki.post(url, {**REVEAL, "password": PASSWORD}), number_of(1))
    assert 'name="password"' not in text_of(saeki.get(url))


def test_a_wrong_password_keeps_the_rest_and_shows_nothing(sign_in: SignIn, person: str) -> None:
    wrong = {"use": TAX, "taken_out": "MEDIUM", "note": "USB、税務署、承認A-12", "password": "wrong horse wrong horse"}
    response = sign_in("saeki").post(reverse("office:reveal", args=[person]), wrong)
    assert response.status_code == 422
    assert f'<option value="{TAX}" selected>' in text_of(response)
    assert re.search(r'<input[^>]*value="MEDIUM"[^>]*checked', text_of(response))
    assert "USB、税務署、承認A-12" in text_of(response)
    assert wrong["password"] not in text_of(response)
    assert not has_number(response, number_of(1))


def test_a_use_outside_the_purposes_shows_nothing(sign_in: SignIn, person: str) -> None:
    response = sign_in("saeki", unlocked=True).post(
        reverse("office:reveal", args=[person]), {**REVEAL, "use": "ei_loss"}
    )
    assert response.status_code == 422
    assert "本人に通知した利用目的に入っていません。" in text_of(response)
    assert not has_number(response, number_of(1))


@pytest.mark.parametrize("wrong", [{"number_again": number_of(3)}, {"way": ""}, {"number": "123456789012"}], ids=str)
def test_a_typed_number_is_never_rendered_again(cast: Cast, sign_in: SignIn, wrong: dict[str, str]) -> None:
    url = reverse("office:number-register", args=[cast.minato.people["takahashi"]])
    typed = {
        "number": number_of(2),
        "number_again": number_of(2),
        "purposes": ["TAX"],
        "way": "CARD",
        "checked_on": "2026/11/24",
        "number_document": "マイナンバーカード（裏）",
    }
    response = sign_in("saeki", unlocked=True).post(url, {**typed, **wrong})
    assert response.status_code == 422
    for digits in (number_of(2), number_of(3), "123456789012"):
        assert not has_number(response, digits)
    assert "マイナンバーカード（裏）" in text_of(response)


def test_a_number_is_registered_on_its_page(cast: Cast, sign_in: SignIn) -> None:
    url = reverse("office:number-register", args=[cast.minato.people["takahashi"]])
    digits = number_of(2)
    typed = {
        "number": f"{digits[:4]}-{digits[4:8]} {digits[8:]}",
        "number_again": digits,
        "purposes": ["TAX"],
        "way": "CARD",
        "checked_on": "R8.11.24",
    }
    response = sign_in("saeki", unlocked=True).post(url, typed, follow=True)
    assert response.redirect_chain[-1][0] == reverse("office:person", args=[cast.minato.people["takahashi"]])
    assert "個人番号を登録しました（NO " in text_of(response)
    assert not has_number(response, digits)


def test_general_staff_have_no_buttons_and_no_menu_for_numbers(sign_in: SignIn, person: str) -> None:
    miyake, saeki = sign_in("miyake"), sign_in("saeki")
    own, other = (text_of(who.get(reverse("office:person", args=[person]))) for who in (miyake, saeki))
    routes = ("reveal", "number-register", "number-replace", "disposal-person")
    for name in routes:
        assert reverse(f"office:{name}", args=[person]) not in own
    assert reverse("office:reveal", args=[person]) in other
    for name in ("imports", "disposals", "record"):
        assert f'href="{reverse(f"office:{name}")}"' not in own
    assert f'href="{reverse("office:record")}"' in other


# Sheets


TWO_HEADINGS = (
    f"社員番号,氏名,続柄,生年月日,個人番号,備考\nE1,甲,本人,1980/3/1,{number_of(1)},\n,,,,,\n"
    f"氏名,社員番号,個人番号,生年月日\n乙,E2,{number_of(2)},1980/3/1\n"
).encode()


def upload(browser: Client, cast: Cast, name: str, data: bytes, client: str = "aoba") -> HttpResponse:
    return browser.post(
        reverse("office:import-new", args=[cast.minato.clients[client]]),
        {"file": SimpleUploadedFile(name, data), "purposes": ["TAX"]},
    )


@pytest.mark.parametrize(
    ("name", "data", "cause"),
    [
        ("名簿.pdf", b"%PDF-1.7\n1 0 obj\n", "ExcelブックでもCSVでもありません。"),
        ("名簿.xlsx", bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 512 + "EncryptedPackage".encode("utf-16-le"), None),
        ("名簿.xlsm", None, "マクロ"),
        ("名簿.csv", b"a," * (10 * 1024 * 1024 + 10), "ファイルが大きすぎます（上限20MB）。"),
        ("名簿.csv", b"", "ファイルの中身が空です。"),
    ],
    ids=["pdf", "encrypted", "xlsm", "large", "empty"],
)
def test_a_bad_file_is_refused_with_cause_and_remedy(
    cast: Cast, sign_in: SignIn, inline: None, name: str, data: bytes | None, cause: str | None
) -> None:
    data = (SHEETS / "kawara_登録シート.xlsx").read_bytes() if data is None else data
    response = upload(sign_in("saeki", unlocked=True), cast, name, data)
    assert response.status_code == 422
    (said,) = response.context["form"].errors["file"]
    assert re.fullmatch(r"[^。]+。.*ください。.*", said), said
    assert escape(said) in text_of(response)
    if cause:
        assert cause in said
    with office_scope(cast.minato.id):
        assert not SheetImport.objects.exists()


def test_no_file_is_said_so(cast: Cast, sign_in: SignIn) -> None:
    url = reverse("office:import-new", args=[cast.minato.clients["aoba"]])
    response = sign_in("saeki", unlocked=True).post(url, {"purposes": ["TAX"]})
    assert response.status_code == 422
    assert "ファイルが選択されていません。登録シートのファイルを選んでください。" in text_of(response)


def test_two_headings_end_the_import_with_cause_and_remedy(cast: Cast, sign_in: SignIn, inline: None) -> None:
    """Found while reading, so the import's own page says it."""
    saeki = sign_in("saeki", unlocked=True)
    response = saeki.get(upload(saeki, cast, "名簿.csv", TWO_HEADINGS)["Location"])
    assert "違う見出しが2つあります。" in text_of(response)
    assert "見出しをそろえて保存し直してください。" in text_of(response)
    for seed in (1, 2):
        assert not has_number(response, number_of(seed))


def test_a_client_whose_contract_is_over_gives_no_sheet(cast: Cast, sign_in: SignIn, inline: None) -> None:
    saeki = sign_in("saeki", unlocked=True)
    response = upload(saeki, cast, "名簿.csv", TWO_HEADINGS, client="kitagawa")
    assert response.status_code == 422


def test_a_sheet_goes_from_upload_to_the_ledger(cast: Cast, sign_in: SignIn, inline: None) -> None:
    with office_scope(cast.minato.id):
        cast.minato.clients["kawara"] = clients.add_client(
            ClientFacts(code="kawara", name="かわら屋", kana="カワラヤ", contract_from=TODAY),
            actor=cast.minato.actor("aoki"),
            now=NOW,
        )
    saeki = sign_in("saeki", unlocked=True)
    name = "kawara_登録シート.xlsx"
    address = upload(saeki, cast, name, (SHEETS / name).read_bytes(), "kawara")["Location"]
    check = saeki.get(address)
    assert check.status_code == 200
    assert "22名" in text_of(check)
    mapping = saeki.get(f"{address}columns/")
    assert mapping.status_code == 200
    for page in (check, mapping):
        assert not re.search(r"(?<![0-9a-f-])\d{12}(?![0-9a-f])", text_of(page))
    shown = re.findall(r'name="shown" value="(\d+)"', text_of(check))
    ticked = re.findall(r'name="chosen" value="(\d+)" checked', text_of(check))
    kept = saeki.post(address, {"shown": shown, "chosen": ticked, "act": "register"})
    assert kept["Location"] == f"{address}register/"
    assert "22名" in text_of(saeki.get(f"{address}register/"))
    done = saeki.post(f"{address}register/", {"x": "1"}, follow=True)
    assert done.redirect_chain[-1][0] == address
    assert "22名" in text_of(done)
    with office_scope(cast.minato.id):
        assert NumberRecord.objects.filter(client_id=cast.minato.clients["kawara"]).count() == 22
    people = saeki.get(reverse("office:people", args=[cast.minato.clients["kawara"]]))
    assert len(rows_of(people)) == 22
    book = saeki.post(f"{address}rejected.xlsx", {"x": "1"})
    assert book.content[:2] == b"PK"
    again = saeki.post(f"{address}cancel/", {"x": "1"})
    assert again.status_code == 409


# Disposal


def test_a_disposal_from_request_to_certificate(cast: Cast, sign_in: SignIn, person: str) -> None:
    saeki, aoki = sign_in("saeki", unlocked=True), sign_in("aoki", unlocked=True)
    url = reverse("office:disposal-person", args=[person])
    fields = {"reason": "REGISTERED_BY_MISTAKE", "read_notes": "on", "typed": "廃棄", **hidden(saeki.get(url))}
    assert saeki.post(url, fields | {"typed": "はいき"}).status_code == 422
    assert saeki.post(url, fields | {"seen": ""}).status_code == 422
    asked = saeki.post(url, fields)
    assert asked.status_code == 302
    address = asked["Location"]
    assert saeki.post(f"{address}carry-out/", {"x": "1"}).status_code == 403
    assert saeki.get(f"{address}certificate.pdf").status_code == 404
    done = confirmed(aoki, f"{address}carry-out/", hidden(aoki.get(address)), follow=True)
    assert "廃棄証明書 廃-2026-0001 を発行しました。" in text_of(done)
    pdf = saeki.get(f"{address}certificate.pdf")
    assert pdf["Content-Type"] == "application/pdf"
    assert verify(pdf.content).facts.rows[0].name == "石原 亮太"
    shown = saeki.get(address).content.decode()
    assert reverse("office:verifier") in shown
    assert verifier.page_sha256() in shown
    assert aoki.post(f"{address}carry-out/", {"x": "1"}).status_code == 409
    own = saeki.post(f"{address}people/{person}/", {"x": "1"}, follow=True)
    assert verify(own.content).facts.extract_of == "廃-2026-0001"
    with office_scope(cast.minato.id):
        whole = vault.list_certificates(UUID(address.rstrip("/").rsplit("/", 1)[1]))[0]
    replace = reverse("office:certificate-replace", args=[whole.id])
    assert "出し直す理由" in text_of(aoki.post(replace, {"why": " "}))
    assert saeki.post(replace, {"why": "誤り"}).status_code == 403
    page = text_of(aoki.post(replace, {"why": "住所の誤り"}, follow=True))
    for words in ("廃-2026-0003", "廃-2026-0001 に代わるもの（住所の誤り）", "無効"):
        assert words in page
    assert saeki.get(reverse("office:reveal", args=[person])).status_code == 404


def test_a_disposal_taken_back_leaves_the_number(cast: Cast, sign_in: SignIn, person: str) -> None:
    saeki = sign_in("saeki", unlocked=True)
    url = reverse("office:disposal-person", args=[person])
    fields = {"reason": "REGISTERED_BY_MISTAKE", "read_notes": "on", "typed": "廃棄", **hidden(saeki.get(url))}
    address = saeki.post(url, fields)["Location"]
    assert saeki.post(f"{address}cancel/", {"x": "1"}).status_code == 302
    assert has_number(saeki.post(reverse("office:reveal", args=[person]), REVEAL), number_of(1))
    with office_scope(cast.minato.id):
        assert Disposal.objects.get().state == "CANCELLED"


# Record


HEADS = ["NO", "日時", "処理者・担当者", "事業所", "対象者", "処理画面", "処理内容", "持ち出しの記録", "処理", "結果"]


@pytest.fixture
def told(cast: Cast) -> Cast:
    """Two entries that differ in everything the list can be narrowed by."""
    with office_scope(cast.minato.id):
        for login, client, person, event, result, day in (
            ("saeki", "aoba", "ishihara", events.REVEALED, Result.SUCCESS, 20),
            ("aoki", "kitagawa", "shibata", events.DISPOSED, Result.FAILURE, 22),
        ):
            journal_actions.append(
                actor=cast.minato.actor(login),
                operation=Operation(
                    event=event,
                    screen=f"試験{day}",
                    lines=(
                        Line(
                            client_id=cast.minato.clients[client],
                            client_name=client,
                            person_id=cast.minato.people[person],
                            person_name=person,
                            result=result,
                        ),
                    ),
                ),
                now=NOW.replace(day=day),
            )
    return cast


def test_the_ten_columns_stand_in_order(told: Cast, sign_in: SignIn) -> None:
    page = text_of(sign_in("aoki").get(reverse("office:record")))
    heads = re.findall(r"(?s)<th scope=\"col\"[^>]*>(.*?)</th>", page)
    assert [re.sub(r"(?s)<[^>]*>", "", head).strip() for head in heads] == HEADS


@pytest.mark.parametrize(
    ("narrowed", "days"),
    [
        (
            {"since": "2026/11/20", "until": "2026/11/20"},
            ["時計", "試験20"],
        ),  # the cast's record ends later: a clock went back
        ({"since": "R8.11.21", "until": "2026/11/23"}, ["試験22"]),
        ({"person": "石原"}, ["試験20"]),
        ({"person": "シバタ"}, ["試験22"]),
        ({"person": "だれもいない"}, []),
        ({"kind": "DELETE"}, ["試験22"]),
        ({"result": "FAILURE"}, ["試験22"]),
        ({"result": "SUCCESS", "kind": "VIEW"}, ["試験20"]),
        ({"screen": "試験20"}, ["試験20"]),
    ],
    ids=str,
)
def test_the_record_is_narrowed(told: Cast, sign_in: SignIn, narrowed: dict[str, str], days: list[str]) -> None:
    rows = rows_of(sign_in("aoki").get(reverse("office:record"), narrowed))
    assert [row[5] for row in rows if len(row) == 10] == days


@pytest.mark.parametrize(("name", "value", "day"), [("staff", "saeki", "試験20"), ("client", "kitagawa", "試験22")])
def test_the_record_of_one_staff_member_or_client(told: Cast, sign_in: SignIn, name: str, value: str, day: str) -> None:
    pk = {**told.minato.staff, **told.minato.clients}[value]
    rows = rows_of(sign_in("aoki").get(reverse("office:record"), {name: str(pk)}))
    shown = [row[5] for row in rows]
    assert {"試験20", "試験22"} & set(shown) == {day}


@pytest.mark.parametrize(
    "narrowed", [{"since": "きのう"}, {"since": "2026/11/22", "until": "2026/11/20"}, {"kind": "X"}]
)
def test_a_filter_that_cannot_be_is_said_and_kept(told: Cast, sign_in: SignIn, narrowed: dict[str, str]) -> None:
    response = sign_in("aoki").get(reverse("office:record"), narrowed)
    assert response.status_code == 422


def test_the_record_of_a_handler_holds_only_her_clients(told: Cast, sign_in: SignIn) -> None:
    rows = rows_of(sign_in("ono").get(reverse("office:record")))
    shown = {row[5] for row in rows}
    assert "試験20" in shown
    assert "試験22" not in shown


# Queries


def count_queries(browser: Client, url: str) -> int:
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    browser.get(url)  # first visit: session and caches
    with CaptureQueriesContext(connections["default"]) as seen:
        assert browser.get(url).status_code == 200
    return len(seen)


def test_lists_ask_the_database_as_often_for_many_as_for_few(cast: Cast, sign_in: SignIn) -> None:
    aoki = sign_in("aoki")
    addresses = [
        reverse("office:people", args=[cast.minato.clients["aoba"]]),
        reverse("office:clients"),
        reverse("office:record"),
        reverse("office:home"),
    ]
    few = [count_queries(aoki, url) for url in addresses]
    with office_scope(cast.minato.id):
        for index in range(40):
            clients.add_client(
                ClientFacts(code=f"c{index}", name=f"会社{index}", kana="カイシャ", contract_from=TODAY),
                actor=cast.minato.actor("aoki"),
                now=NOW,
            )
        roster.add_people(
            client_id=cast.minato.clients["aoba"],
            people=[
                (
                    PersonId(new_id()),
                    PersonFacts(
                        employee_code=f"9{index}",
                        name=f"人 {index}",
                        kana="ヒト",
                        birth_date=TODAY.replace(year=1990),
                        sex=Sex.UNKNOWN,
                        relationship="本人",
                        is_employee=True,
                    ),
                )
                for index in range(40)
            ],
            state=NumberState.MISSING,
            now=NOW,
        )
    many = [count_queries(aoki, url) for url in addresses]
    assert many == few
    assert max(many) < 30
