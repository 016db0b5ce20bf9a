"""The record's screens: who did it and who is in charge, grouping, named filters, print and files, and what is left behind."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import timedelta
from uuid import uuid4

import openpyxl
import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from azukari.journal import actions as journal_actions
from azukari.journal import queries as journal
from azukari.journal.actions import signing
from azukari.journal.rules import ABOUT_PEOPLE, Event, Kind, Line, Operation, Result, TakenOut
from azukari.office.views import record_output
from azukari.store.scope import office_scope
from azukari.tenancy import errors, policy
from azukari.tenancy.actions import keys
from azukari.tenancy.actions import record as actions
from azukari.tenancy.models import RecordView
from azukari.tenancy.queries import list_record_views
from tests import tsa
from tests.cast import NOW, Cast, Office
from tests.office.conftest import MOMENT, SignIn, browser

SEEN = Event("test.thing.seen", "マイナンバー閲覧", Kind.VIEW, ABOUT_PEOPLE)
LIST, OUTPUT = reverse("office:record"), reverse("office:record-output")
PRINT, EXPORT = reverse("office:record-print"), reverse("office:record-export")
FILE = {"form": "utf8", "note": "10月分の点検のため、所内の共有フォルダーに保存"}


def append(
    office: Office, login: str, client: str, people: list[str], *, failed: int = 0, screen: str = "試験", days: int = 1
) -> journal_actions.Appended:
    """Append an operation of some days before, a line for each name, so many of them failures."""
    lines = [
        Line(
            client_id=office.clients[client],
            client_name=client,
            person_id=uuid4(),
            person_name=name,
            result=Result.FAILURE if place < failed else Result.SUCCESS,
        )
        for place, name in enumerate(people)
    ]
    taken_out = TakenOut.DOCUMENT if screen == "持ち出し試験" else TakenOut.NONE
    operation = Operation(event=SEEN, screen=screen, taken_out=taken_out, taken_out_note="", lines=lines)
    with transaction.atomic():
        return journal_actions.append(actor=office.actor(login), operation=operation, now=NOW - timedelta(days=days))


@pytest.fixture
def told(minato: Office) -> Office:
    append(minato, "aoki", "aoba", ["石原 亮太"], days=3)
    append(minato, "ono", "aoba", ["髙橋 誠", "石原 美里", "\U00020bb7田"], failed=1, days=2)
    append(minato, "saeki", "kitagawa", ["=1+1"], screen="持ち出し試験", days=1)
    return minato


@pytest.fixture
def aoki(told: Office) -> Client:
    return browser(told, "aoki")


def page_of(response: HttpResponse) -> str:
    return response.content.decode()


def cells_of(response: HttpResponse) -> list[list[str]]:
    """Give the table's lines as the words of their cells."""
    body = re.findall(r"(?s)<tr[^>]*>(.*?)</tr>", page_of(response).split("<thead>", 1)[1])[1:]
    rows = [re.findall(r"(?s)<t[hd][^>]*>(.*?)</t[hd]>", row) for row in body]
    return [[re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", cell)).strip() for cell in row] for row in rows]


def last(office: Office, count: int = 1) -> list[journal.EntryRow]:
    return journal.list_entries(office.actor("aoki"), journal.Filter(screen=actions.SCREEN), size=count).rows


def sent(response: HttpResponse) -> bytes:
    return b"".join(response.streaming_content)


# Who


def test_whoever_is_in_charge_is_named_where_somebody_else_did_it(told: Office, aoki: Client) -> None:
    rows = {tuple(row[4:5]): row for row in cells_of(aoki.get(LIST, {"screen": "試験"}))}
    assert rows[("石原 亮太",)][2] == "青木 由美 担当：大野 健一"
    assert rows[("髙橋 誠",)][2] == "大野 健一"


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({"charge": "ono"}, {"石原 亮太", "髙橋 誠", "石原 美里", "\U00020bb7田"}),
        ({"staff": "ono"}, {"髙橋 誠", "石原 美里", "\U00020bb7田"}),
        ({"charge": "ono", "staff": "aoki"}, {"石原 亮太"}),
        ({"charge": "saeki"}, set()),
    ],
)
def test_in_charge_and_done_by_are_two_filters(
    told: Office, aoki: Client, wanted: dict[str, str], names: set[str]
) -> None:
    query = {name: str(told.staff[login]) for name, login in wanted.items()}
    rows = cells_of(aoki.get(LIST, {**query, "screen": "試験"}))
    assert {row[4] for row in rows if len(row) == 10} == names


@pytest.mark.parametrize(("typed", "count"), [("{0}", 3), ("{0}-2", 1), ("{0}ー2", 1), ("{0}-9", 0)])
def test_one_operation_or_one_line_by_its_no(told: Office, aoki: Client, typed: str, count: int) -> None:
    number = journal.list_entries(told.actor("aoki"), journal.Filter(staff_id=told.staff["ono"], screen="試験")).rows[0]
    rows = cells_of(aoki.get(LIST, {"operation": typed.format(number.operation)}))
    assert len([row for row in rows if len(row) == 10]) == count


@pytest.mark.parametrize("typed", ["三百", "300-", "300-2-1", "1' OR '1'='1"])
def test_what_is_no_no_is_said(aoki: Client, typed: str) -> None:
    assert aoki.get(LIST, {"operation": typed}).status_code == 422


# Grouping


def test_an_operation_is_one_line_with_its_count_and_opens_in_place(told: Office, aoki: Client) -> None:
    folded = cells_of(aoki.get(LIST, {"group": "operation", "screen": "試験"}))
    assert [row[0].split()[1:] for row in folded] == [["3件"], []]
    assert "（3名）" in folded[0][4]
    assert folded[0][9] == "失敗 1件"
    number = folded[0][0].split()[0]
    opened = cells_of(aoki.get(LIST, {"group": "operation", "screen": "試験", "open": number}))
    assert [row[0] for row in opened[1:4]] == [f"{number}-3", f"{number}-2", f"{number}-1"]


def test_days_have_a_heading_each(told: Office, aoki: Client) -> None:
    rows = cells_of(aoki.get(LIST, {"group": "day", "staff": str(told.staff["ono"]), "screen": "試験"}))
    assert rows[0] == ["2026年11月22日（日）・令和8年 （このページに 3件）"]
    assert len(rows) == 4


def test_folded_pages_lead_on_and_back_over_an_operation_of_many(told: Office, aoki: Client) -> None:
    append(told, "aoki", "mizuho", [f"人{place}" for place in range(130)], days=4)
    for place in range(60):
        append(told, "aoki", "mizuho", [f"一人{place}"], days=5)
    actor, wanted = told.actor("aoki"), journal.Filter(screen="試験")
    first = journal.list_operations(actor, wanted, size=20)
    assert [row.lines for row in first.rows[:4]] == [3, 1, 130, 1]
    numbers, before, pages = [], None, []
    while True:
        page = journal.list_operations(actor, wanted, before=before, size=20)
        numbers += [row.number for row in page.rows]
        pages.append(page)
        before = page.older
        if before is None:
            break
    assert len(numbers) == len(set(numbers)) == 63
    back = journal.list_operations(actor, wanted, after=pages[1].newer, size=20)
    assert [row.number for row in back.rows] == numbers[:20]


def test_a_clock_that_was_set_back_is_seen(told: Office, aoki: Client) -> None:
    assert "NOの順と日時の順が合わない" not in page_of(aoki.get(LIST, {"screen": "試験"}))
    append(told, "aoki", "aoba", ["柴田 昭夫"], days=9)
    page = page_of(aoki.get(LIST, {"screen": "試験"}))
    assert "NOの順と日時の順が合わない記録があります" in page


# What is read, printed and written out stands in the record: ガイドライン別添1 2C b


def test_reading_is_recorded_once_for_each_opening(told: Office) -> None:
    client = browser(told, "kanno")
    session = client.session
    session.pop("record_read")
    session.save()
    client.get(LIST, {"result": "FAILURE"})
    client.get(LIST)
    client.get(reverse("office:record-entry", args=[journal.tree_size() - 1]))
    (row, *_) = rows = last(told, 3)
    assert [found.label for found in rows].count("事務処理の記録の閲覧") == 1
    assert (row.staff, row.kind, row.detail) == ("菅野 律子", "照会", "結果：失敗")


def test_opened_at_one_entry_the_record_says_which(told: Office) -> None:
    client = browser(told, "aoki")
    session = client.session
    session.pop("record_read")
    session.save()
    seq = journal.tree_size() - 1
    client.get(reverse("office:record-entry", args=[seq]))
    assert last(told)[0].detail == f"NO {journal.get_entry_for(told.actor('aoki'), seq).number}"


def test_printing_is_recorded_before_with_its_conditions(told: Office, aoki: Client) -> None:
    response = aoki.post(f"{PRINT}?staff={told.staff['ono']}&screen=試験")
    assert response.content.startswith(b"%PDF-")
    assert response["Content-Type"] == "application/pdf"
    row = last(told)[0]
    assert (row.label, row.kind, row.result) == ("事務処理の記録の印刷", "出力", "成功")
    assert row.detail == "処理者：大野 健一・処理画面：試験（3件）"


def test_a_print_that_fails_stands_in_the_record_all_the_same(
    told: Office, aoki: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(record_output.handling_record, "render", lambda *_: 1 / 0)
    aoki.raise_request_exception = False
    assert aoki.post(PRINT).status_code == 500
    assert last(told)[0].label == "事務処理の記録の印刷"


def test_writing_out_is_recorded_with_what_for_and_whereto(told: Office, aoki: Client) -> None:
    response = aoki.post(f"{EXPORT}?result=FAILURE", {**FILE, "note": "監査のため。番号 0000-1111-2222"})
    row = last(told)[0]  # before the first byte is asked for
    assert response.streaming
    assert (row.label, row.detail) == ("事務処理の記録の書き出し", "CSV（UTF-8）　結果：失敗")
    assert row.taken_out.startswith("ファイルに出力：監査のため。")
    assert "0000-1111-2222" not in row.taken_out


@pytest.mark.parametrize("fields", [{"form": "utf8"}, {"form": "pdf", "note": "点検"}, {"note": "点検"}])
def test_without_form_or_purpose_nothing_is_written_out(told: Office, aoki: Client, fields: dict[str, str]) -> None:
    before = journal.tree_size()
    assert aoki.post(EXPORT, fields).status_code == 422
    assert journal.tree_size() == before


@pytest.mark.parametrize("url", [PRINT, EXPORT])
def test_with_a_wrong_filter_nothing_leaves(told: Office, aoki: Client, url: str) -> None:
    before = journal.tree_size()
    assert aoki.post(f"{url}?since=きのう", FILE).status_code == 422
    assert journal.tree_size() == before


def test_a_name_of_too_many_people_gives_no_half_list(
    told: Office, aoki: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azukari.office.narrowing.MOST_PEOPLE", 1)
    before = journal.tree_size()
    for url in (PRINT, EXPORT):
        response = aoki.post(f"{url}?person=石原", FILE)
        assert response.status_code == 422
        assert "全員の記録を選べません" in page_of(response)
    assert journal.tree_size() == before
    assert "一部の人の記録だけ" in page_of(aoki.get(LIST, {"person": "石原"}))


# What leaves


@pytest.mark.parametrize(("form", "encoding"), [("utf8", "utf-8-sig"), ("cp932", "cp932")])
def test_a_csv_holds_the_lines_oldest_first(told: Office, aoki: Client, form: str, encoding: str) -> None:
    response = aoki.post(f"{EXPORT}?screen=試験", {**FILE, "form": form})
    assert response["Content-Disposition"].startswith("attachment;")
    with office_scope(told.id):
        rows = list(csv.DictReader(io.StringIO(sent(response).decode(encoding), newline="")))
    assert [row["処理者"] for row in rows] == ["青木 由美", *["大野 健一"] * 3]
    assert {row["担当者"] for row in rows} == {"大野 健一"}
    assert rows[-1]["対象者"] == ("\U00020bb7田" if form == "utf8" else "〓(U+20BB7)田")


def test_a_file_is_written_outside_the_requests_scope_and_closes_it_again(told: Office) -> None:
    from azukari.store.scope import office_or_none

    client = browser(told, "aoki")
    response = client.post(EXPORT, FILE)
    pieces: Iterator[bytes] = iter(response.streaming_content)
    inside = office_or_none()
    next(pieces)
    assert office_or_none() == inside


def test_a_book_holds_text_and_conditions(told: Office, aoki: Client) -> None:
    response = aoki.post(f"{EXPORT}?screen=持ち出し試験", {**FILE, "form": "xlsx"})
    book = openpyxl.load_workbook(io.BytesIO(sent(response)))
    (row,) = book.worksheets[0].iter_rows(min_row=2)
    assert (row[5].value, row[5].data_type) == ("=1+1", "s")
    assert (row[3].value, row[9].value) == ("佐伯 舞", "書類に記入")
    assert "処理画面：持ち出し試験" in str(book["抽出条件"]["B2"].value)


def test_what_is_written_out_ends_before_its_own_record(told: Office, aoki: Client) -> None:
    data = sent(aoki.post(EXPORT, FILE)).decode("utf-8-sig")
    assert "事務処理の記録の書き出し" not in data
    assert last(told)[0].at == MOMENT


def test_a_handler_takes_out_her_clients_lines_alone(told: Office) -> None:
    data = sent(browser(told, "ono").post(EXPORT, FILE)).decode("utf-8-sig")
    assert "石原 亮太" in data
    assert "持ち出し試験" not in data


def test_too_much_for_one_print_is_cut_into_months(told: Office, aoki: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_output, "MOST_LINES", 2)
    append(told, "aoki", "aoba", ["柴田 昭夫"], days=40)
    before = journal.tree_size()
    response = aoki.post(PRINT)
    page = page_of(response)
    assert response.status_code == 422
    assert "2026年10月" in page and "2026年11月" in page
    assert journal.tree_size() == before
    october = re.findall(r'action="(/log/output/print\.pdf[^"]*)"', page)[0].replace("&amp;", "&")
    assert aoki.post(october).status_code == 200
    assert last(told)[0].detail.endswith("（2件）")  # and that the clock was set back
    within = page_of(aoki.post(f"{PRINT}?since=2026/11/01&until=2026/11/30"))
    assert "11月22日" in within


def test_excel_says_how_much_it_takes(told: Office, aoki: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(record_output, "MOST_IN_EXCEL", 2)
    response = aoki.post(EXPORT, {**FILE, "form": "xlsx"})
    assert response.status_code == 422
    assert "Excelブックにできるのは2件までです" in page_of(response)
    assert aoki.post(EXPORT, FILE).status_code == 200


# Named filters


def test_a_filter_is_kept_used_renamed_and_deleted(told: Office, aoki: Client) -> None:
    views = reverse("office:record-views")
    query = "kind=VIEW&result=FAILURE&group=day"
    answer = aoki.post(f"{views}?before=5&{query}&evil=1", {"name": "失敗した照会"})
    assert answer["Location"].split("?")[1].split("&") != []
    (kept,) = list_record_views(told.actor("aoki"))
    assert sorted(kept.query.split("&")) == sorted(query.split("&"))
    page = page_of(aoki.get(LIST))
    assert "失敗した照会" in page
    used = aoki.get(f"{LIST}?{kept.query}")
    assert [row[4] for row in cells_of(used) if len(row) == 10] == ["髙橋 誠"]
    aoki.post(reverse("office:record-view-rename", args=[kept.id]), {"name": "先月の失敗"})
    assert list_record_views(told.actor("aoki"))[0].name == "先月の失敗"
    assert list_record_views(told.actor("saeki")) == []
    aoki.post(reverse("office:record-view-delete", args=[kept.id]))
    assert list_record_views(told.actor("aoki")) == []


def test_a_name_is_taken_once_and_their_number_has_an_end(told: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    actor = told.actor("aoki")
    actions.save_view("失敗", "result=FAILURE", actor=actor, now=NOW)
    with pytest.raises(errors.ViewNameTakenError):
        actions.save_view("失敗", "", actor=actor, now=NOW)
    actions.save_view("失敗", "", actor=told.actor("saeki"), now=NOW)
    monkeypatch.setattr(actions, "MOST_VIEWS", 1)
    with pytest.raises(errors.TooManyViewsError):
        actions.save_view("成功", "", actor=actor, now=NOW)
    response = browser(told, "aoki").post(reverse("office:record-views"), {"name": "失敗"})
    assert response.status_code == 422


def test_a_number_typed_into_a_name_or_filter_is_not_kept(told: Office, aoki: Client) -> None:
    aoki.post(f"{reverse('office:record-views')}?person=000011112222", {"name": "000011112222"})
    kept = RecordView.objects.get()
    assert "000011112222" not in kept.name + kept.query


# 監査


@pytest.mark.no_database
def test_an_auditor_may_read_the_record_and_nothing_else_that_names_a_person() -> None:
    from azukari.kernel.actor import Role

    assert policy.ROLE_PERMISSIONS[Role.AUDITOR] == {
        "journal:record:see",
        "tenancy:home:see",
        "tenancy:office:see",
        "tenancy:own:manage",
    }


def test_an_auditor_reads_prints_and_takes_out_the_record_with_its_proofs(told: Office) -> None:
    kanno = browser(told, "kanno")
    assert kanno.get(LIST).status_code == 200
    detail = page_of(kanno.get(reverse("office:record-entry", args=[journal.tree_size() - 1])))
    assert "照合値" in detail
    assert f"/clients/{told.clients['kitagawa']}" not in detail
    assert kanno.post(PRINT).status_code == 200
    assert kanno.post(EXPORT, FILE).status_code == 200


def test_an_auditors_own_pages_name_nobody(cast: Cast, told: Office) -> None:
    kanno = browser(told, "kanno")
    for name in ("home", "settings", "documents"):
        page = page_of(kanno.get(reverse(f"office:{name}")))
        for person in ("石原 亮太", "髙橋 誠", "柴田 昭夫", "大野 健一", "佐伯 舞", "あおば", "北川"):
            assert person not in page, name
        assert reverse("office:clients") not in page, name


# The detail


def test_the_detail_says_place_hashes_root_and_the_signed_head(told: Office, aoki: Client) -> None:
    seq = journal.tree_size() - 1
    page = page_of(aoki.get(reverse("office:record-entry", args=[seq])))
    proof = journal.prove(seq)
    for word in (proof.leaf, proof.root, *proof.hashes, "まだありません"):
        assert word in page
    keys.sign_record(now=NOW)
    signed = journal.prove(seq).signed
    assert signed is not None and signed.size == seq + 1
    assert signed.note.split("\n")[2] in page_of(aoki.get(reverse("office:record-entry", args=[seq])))


def test_a_page_counts_nothing_it_must_walk_for(told: Office, aoki: Client) -> None:
    assert connection.vendor in {"sqlite", "postgresql"}
    page = aoki.get(LIST, {"client": str(told.clients["aoba"]), "kind": "VIEW"})
    assert page.context["count"] is None
    assert aoki.get(LIST, {"client": str(told.clients["aoba"])}).context["count"] is not None


def test_every_form_of_the_record_works_without_javascript(told: Office, sign_in: SignIn) -> None:
    page = page_of(sign_in("aoki").get(LIST))
    assert 'method="get"' in page and f'action="{reverse("office:record-views")}?' in page
    assert f'href="{OUTPUT}"' in page


def test_the_copy_says_who_vouches_for_its_time(told: Office, aoki: Client, authority: tsa.Authority) -> None:
    url = reverse("office:record-copy")
    keys.sign_record(now=NOW)
    assert "時刻の証明" not in page_of(aoki.get(url))
    assert signing.stamp_due(now=NOW) == 1
    assert "件の記録があったことを" in page_of(aoki.get(url))
