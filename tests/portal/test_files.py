"""ファイル管理 as people of a client company use it: what is asked, sent, received, found again, opened, taken back."""

from __future__ import annotations

import re
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from html import unescape
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from azukari.exchange import tasks
from azukari.exchange.actions import deliveries, examination, requests
from azukari.exchange.models import Delivery, FileRequest, Opening, Receipt, RequestItem, StoredFile
from azukari.exchange.rules.names import search_key
from azukari.exchange.rules.requests import ItemState
from azukari.exchange.rules.states import DeliveryState, FileState
from azukari.journal.models import Entry
from azukari.kernel.ids import new_id
from azukari.store.scope import office_scope
from azukari.tenancy.models import ClientUser
from azukari.tenancy.models import Office as OfficeRow
from tests.cast import NOW, PASSWORD, TODAY, Cast, Office, number_of
from tests.exchange.hands import TEXT, begin, hand_in, put, send, user
from tests.portal.conftest import MOMENT

FILES = "/p/files/"
NUMBERS = ("氏名,個人番号\n" + "".join(f"甲{n},{number_of(n)}\n" for n in range(3))).encode()


@pytest.fixture(autouse=True)
def examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread: a file is examined at once."""

    def now(office_id: UUID, file_id: UUID) -> None:
        with office_scope(office_id):
            examination.examine(file_id, now=MOMENT)

    monkeypatch.setattr(tasks, "examine_soon", now)
    monkeypatch.setattr("azukari.entrance.form_files.utc_now", lambda: MOMENT)


def page_at(client: Client, path: str = FILES, status: int = 200, **query: str) -> str:
    response = client.get(path, query, secure=True)
    assert response.status_code == status
    return check(response)


def check(response: HttpResponse) -> str:
    """The page; no number of the fixtures is in any."""
    page = response.content.decode()
    digits = re.sub(r"<[^>]*>|[\s-]", "", page)
    assert not [n for n in range(20) if number_of(n) in digits or number_of(n) in str(response.headers)]
    return page


def named(page: str) -> list[str]:
    """Names in the list of the last days, in its order."""
    rows = re.findall(r'(?s)<th scope="row">\s*<span[^>]*>([^<]*)</span>', page)
    return [unescape(row) for row in rows]


def section(page: str, title: str) -> str:
    """One section of the page, by the id of its heading."""
    return page[page.index(f'aria-labelledby="{title}"') :].split("</section>", maxsplit=1)[0]


def plain(client: Client, *files: tuple[str, bytes], **fields: object) -> str:
    """Send the plain form and follow it to the page."""
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    response = client.post(f"{FILES}send/", {"files": sent, **fields}, secure=True, follow=True)
    assert response.status_code == 200
    return check(response)


def at(line: UUID, what: str = "") -> str:
    return f"{FILES}{line}/{what}"


def line_of(cast: Cast, name: str) -> Delivery:
    with office_scope(cast.minato.id):
        return Delivery.objects.get(name=name)


def many_lines(office: Office, client: str, count: int, *, now: datetime) -> list[UUID]:
    """Lines of one file, three at a moment, with names in another order than their times. Oldest first."""
    first = hand_in(office, login="nonaka" if client == "aoba" else "tanabe", client=client)
    kept = {field.attname: getattr(first, field.attname) for field in Delivery._meta.fields}
    made = []
    for n in range(count):
        name = f"勤怠{n * 7 % 11:02d}.txt"
        own = {"id": new_id(), "sent_at": now - timedelta(minutes=count - n // 3), "name": name}
        own |= {"search_key": search_key(name), "thread_id": new_id(), "batch": new_id()}
        made.append(Delivery(**kept | own))
    Receipt.objects.filter(delivery=first).delete()
    first.delete()
    Delivery.objects.bulk_create(made)
    return [line.id for line in sorted(made, key=lambda line: (line.sent_at, line.id))]


def walk(browser: Client, path: str, **query: str) -> tuple[list[list[UUID]], list[list[UUID]]]:
    """Press 次へ to the end and 前へ back again. Gives the lines page by page, both ways."""
    there, back, seen = [], [], path + "?" + "&".join(f"{name}={value}" for name, value in query.items())
    for pages, word in ((there, "次へ"), (back, "前へ")):
        while seen:
            page = page_at(browser, seen)
            here = seen
            pages.append([UUID(pk) for pk in re.findall(r'name="line" value="([^"]+)"', page)])
            assert len(pages) < 9
            found = re.search(rf'<a href="([^"]+)">{word}</a>', page)
            seen = path + unescape(found[1]).split("#")[0] if found else ""
        seen = here
    return there, back


def garbage_keys() -> list[str]:
    """Keys nobody got from a page."""
    line = '"id": "01890000-0000-7000-8000-000000000000"'
    told = [
        "[]",
        "{}",
        "null",
        '["new", false, {}]',
        '["new", false, ["sent_at", "id"]]',
        f'["new", false, {{"sent_at": "x", {line}}}]',
        '["new", false, {"sent_at": "2026-11-24T01:00:00+00:00", "id": "x"}]',
        f'["new", false, {{"sent_at": "2026-11-24T01:00:00", {line}}}]',  # without a zone
        f'["new", false, {{"sent_at": "0001-01-01T00:00:00+14:00", {line}}}]',  # before the first day
        f'["name", false, {{"search_key": "a", {line}}}]',
        "[" * 200,
        "\ud800",
    ]
    keys = [urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=") for text in told]
    return ["x", "%%%", "あ", "=" * 9, "A" * 5, "A" * 5000, *keys]


# What is there when nothing is there


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, ["お願いしていることはありません。", "受け取るファイルはありません。", "やりとりはまだありません。"]),
        ({"q": "勤怠"}, ["条件に合うものはありません。", "条件を消す"]),
        ({"show": "unread"}, ["条件に合うものはありません。"]),
        ({"show": "nothing"}, ["やりとりはまだありません。"]),
    ],
)
def test_an_empty_page_says_so(nonaka: Client, query: dict[str, str], words: list[str]) -> None:
    page = page_at(nonaka, **query)
    assert [word for word in words if word not in page] == []
    assert 'enctype="multipart/form-data"' in page and "1ファイル 100MBまで" in page


# The list


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, {"送った勤怠.txt", "届いた給与.txt", "開いた給与.txt"}),
        ({"show": "sent"}, {"送った勤怠.txt"}),
        ({"show": "received"}, {"届いた給与.txt", "開いた給与.txt"}),
        ({"show": "unread"}, {"送った勤怠.txt", "届いた給与.txt"}),
        ({"q": "給与"}, {"届いた給与.txt", "開いた給与.txt"}),
        ({"q": "給与 届いた"}, {"届いた給与.txt"}),
        ({"q": "ＴＸＴ　給与"}, {"届いた給与.txt", "開いた給与.txt"}),
        ({"q": "給与", "show": "sent"}, set()),
        ({"q": "100%"}, set()),
        ({"q": "<script>"}, set()),
    ],
)
def test_the_list_is_narrowed_by_side_unread_and_words(
    cast: Cast, nonaka: Client, query: dict[str, str], found: set[str]
) -> None:
    with office_scope(cast.minato.id):
        hand_in(cast.minato, name="送った勤怠.txt")
        send(cast.minato, name="届いた給与.txt")
        hand_in(cast.minato, login="tanabe", client="mizuho", name="他社の給与.txt")
        opened = send(cast.minato, name="開いた給与.txt").id
    nonaka.get(at(opened, "download/"), secure=True)
    page = page_at(nonaka, **query)
    assert set(named(page)) == found
    assert "他社" not in page and "<script>" not in page


def test_120_lines_are_walked_without_loss_or_double(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        wanted = many_lines(cast.minato, "aoba", 120, now=MOMENT)[::-1]
    there, back = walk(nonaka, FILES)
    assert [len(page) for page in there] == [50, 50, 20]
    assert [pk for page in there for pk in page] == wanted
    assert [pk for page in reversed(back) for pk in page] == wanted


def test_the_filter_goes_along_from_page_to_page(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        made = many_lines(cast.minato, "aoba", 120, now=MOMENT)
        wanted = set(Delivery.objects.filter(id__in=made, name__contains="0").values_list("id", flat=True))
        send(cast.minato, name="010.txt")
    there, _ = walk(nonaka, FILES, show="sent", q="0")
    lines = [pk for page in there for pk in page]
    assert len(lines) == len(set(lines)) > 100
    assert set(lines) == wanted


@pytest.mark.parametrize("key", garbage_keys())
def test_a_key_that_is_no_key_is_the_first_page(cast: Cast, nonaka: Client, key: str) -> None:
    with office_scope(cast.minato.id):
        hand_in(cast.minato)
    assert named(page_at(nonaka, key=key)) == ["勤怠.txt"]


@pytest.mark.parametrize("days", [30, 60])
def test_the_list_goes_back_as_many_days_as_the_office_lets_it(cast: Cast, nonaka: Client, days: int) -> None:
    OfficeRow.objects.filter(id=cast.minato.id).update(portal_days=days)
    with office_scope(cast.minato.id):
        for name, ago in (("前.txt", timedelta(days=days, minutes=1)), ("中.txt", timedelta(days=days))):
            hand_in(cast.minato, name=name, now=MOMENT - ago)
    page = page_at(nonaka)
    assert f"直近{days}日のやりとり" in page
    assert named(page) == ["中.txt"]


# Sending without a script


def test_several_files_go_with_one_form_and_each_refusal_is_told(cast: Cast, nonaka: Client) -> None:
    page = plain(
        nonaka, ("10月.txt", TEXT), ("請求.exe", b"MZ"), ("空.txt", b""), ("11月.txt", TEXT), memo="10月分です"
    )
    assert "2件を送信しました。" in page
    assert "プログラムのファイル（.exe）は送信できません。" in page
    assert "「空.txt」は中身が空です。" in page
    assert set(named(page)) == {"10月.txt", "11月.txt"}
    with office_scope(cast.minato.id):
        assert {(line.memo, line.sender, line.state) for line in Delivery.objects.all()} == {
            ("10月分です", "野中 浩", DeliveryState.READY)
        }


def test_a_refused_file_alone_is_not_said_to_be_sent(cast: Cast, nonaka: Client) -> None:
    page = plain(nonaka, ("請求.pdf", b"MZ\x90\x00" + b"\0" * 60))
    assert "件を送信しました。" not in page and "送信できません" in page
    with office_scope(cast.minato.id):
        assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("fields", "words"),
    [({}, "ファイルが選択されていません。"), ({"memo": "あ" * 401}, "入力内容を確認してください。")],
)
def test_a_form_that_is_wrong_takes_nothing(cast: Cast, nonaka: Client, fields: dict[str, str], words: str) -> None:
    assert words in plain(nonaka, *([("勤怠.txt", TEXT)] if fields else []), **fields)
    with office_scope(cast.minato.id):
        assert not StoredFile.objects.exists()


@pytest.mark.parametrize(("size", "taken"), [(1024 * 1024, 1), (1024 * 1024 + 1, 0)])
def test_the_offices_limit_in_mb_is_kept(cast: Cast, nonaka: Client, size: int, taken: int) -> None:
    OfficeRow.objects.filter(id=cast.minato.id).update(file_limit_mb=1)
    page = plain(nonaka, ("勤怠.txt", b"a" * size))
    assert "1ファイル 1MBまで" in page
    assert ("1MBを超えるファイルは送信できません（1.0MB）。" in page) == (not taken)
    assert len(named(page)) == taken


def test_a_file_of_which_the_form_kept_only_the_beginning_is_not_taken(
    cast: Cast, nonaka: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A plain form holds 20 MiB in memory and drops the rest: what is left must never pass for the file."""
    monkeypatch.setattr("azukari.entrance.form_files.KEPT_BYTES", 100)
    plain(nonaka, ("勤怠.txt", TEXT))
    with office_scope(cast.minato.id):
        assert not Delivery.objects.exists()


def test_sent_as_protected_the_sender_cannot_read_it_back(cast: Cast, nonaka: Client) -> None:
    page = plain(nonaka, ("番号.csv", NUMBERS), protected="1")
    assert 'class="tag guard"' in page
    line = line_of(cast, "番号.csv")
    assert line.protected
    assert nonaka.get(at(line.id, "download/"), secure=True).status_code == 403
    shown = page_at(nonaka, at(line.id))
    assert "ダウンロード" not in section(shown, "facts")
    refused = nonaka.post(at(line.id, "open/"), {"password": PASSWORD}, secure=True)
    assert refused.status_code == 422 and not refused.streaming


def test_what_looks_like_numbers_is_proposed_and_made_protected(cast: Cast, nonaka: Client) -> None:
    plain(nonaka, ("番号.csv", NUMBERS))
    line = line_of(cast, "番号.csv")
    page = page_at(nonaka, at(line.id))
    assert "マイナンバーらしい数字が見つかりました。" in page
    assert "ダウンロード" not in section(page, "facts")
    done = nonaka.post(at(line.id, "protect/"), secure=True, follow=True)
    assert "保護ファイルに変更しました。" in check(done)
    assert line_of(cast, "番号.csv").protected
    again = nonaka.post(at(line.id, "protect/"), secure=True, follow=True)
    assert "状態が変わっています。" in check(again)


def test_a_number_in_the_name_is_hidden(cast: Cast, nonaka: Client) -> None:
    page = plain(nonaka, (f"甲_{number_of(1)}.txt", TEXT))
    assert len(named(page)) == 1
    with office_scope(cast.minato.id):
        assert number_of(1) not in Delivery.objects.get().name


def test_a_number_in_the_word_with_a_file_is_hidden(cast: Cast, nonaka: Client) -> None:
    plain(nonaka, ("勤怠.txt", TEXT), memo=f"番号は{number_of(1)}です")
    page_at(nonaka, at(line_of(cast, "勤怠.txt").id))
    assert number_of(1) not in line_of(cast, "勤怠.txt").memo


def test_what_people_type_is_text_on_every_page(cast: Cast, nonaka: Client) -> None:
    typed = "<script>alert(1)</script>"
    plain(nonaka, ("<b>勤怠&.txt", TEXT), memo=typed)
    with office_scope(cast.minato.id):
        line = Delivery.objects.get()
        send(cast.minato, name="<i>給与.txt")
        ask(cast, "aoba", "<u>台帳")
    for page in (page_at(nonaka), page_at(nonaka, at(line.id)), page_at(nonaka, q=typed), page_at(nonaka, "/p/")):
        assert not [word for word in ("<script>alert", "<b>勤怠", "<i>給与", "<u>台帳") if word in page]


# Receiving


def test_what_waits_is_listed_until_somebody_opens_it(cast: Cast, nonaka: Client, tanabe: Client) -> None:
    with office_scope(cast.minato.id):
        line = send(cast.minato, name="給与.txt")
    for client in (nonaka, tanabe):
        assert "給与.txt" in section(page_at(client), "got")
    assert tanabe.get(at(line.id, "download/"), secure=True).getvalue() == TEXT
    page = page_at(nonaka)
    assert "受け取るファイルはありません。" in section(page, "got")
    assert re.search(r"閲覧済み [\d/: ]+田辺 由紀", page)


def test_a_held_file_is_not_there_for_ten_minutes(cast: Cast, nonaka: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    OfficeRow.objects.filter(id=cast.minato.id).update(holds_outgoing=True)
    with office_scope(cast.minato.id):
        line = send(cast.minato, name="給与.txt", now=MOMENT - timedelta(minutes=9))
    page = page_at(nonaka)
    assert "給与.txt" not in page
    for what in ("", "download/"):
        assert nonaka.get(at(line.id, what), secure=True).status_code == 404
    monkeypatch.setattr("azukari.entrance.middleware.utc_now", lambda: MOMENT + timedelta(minutes=1))
    assert "給与.txt" in section(page_at(nonaka), "got")
    assert nonaka.get(at(line.id, "download/"), secure=True).getvalue() == TEXT


def test_what_the_office_took_back_is_gone(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        line = send(cast.minato, name="給与.txt")
        deliveries.withdraw(actor=cast.minato.actor("aoki"), delivery_id=line.id, now=MOMENT)
    assert "給与.txt" not in page_at(nonaka)
    assert nonaka.get(at(line.id), secure=True).status_code == 404


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (DeliveryState.EXAMINING, "検査中"),
        (DeliveryState.QUARANTINED, "ウイルスが見つかったため、受け取りを止めました。"),
        (DeliveryState.UNSCANNABLE, "パスワードを外して、送り直してください"),
        (DeliveryState.REFUSED, "別のファイルを選んでください。"),
        (DeliveryState.EXPIRED, "保管期限切れ"),
        (DeliveryState.WITHDRAWN, "取り消し済み"),
    ],
)
def test_what_became_of_a_file_is_said_on_its_page(
    cast: Cast, nonaka: Client, state: DeliveryState, words: str
) -> None:
    with office_scope(cast.minato.id):
        line = hand_in(cast.minato)
        Delivery.objects.filter(id=line.id).update(state=state)
        StoredFile.objects.filter(id=line.file_id).update(refusal="別のファイルを選んでください。")
    page = page_at(nonaka, at(line.id))
    assert words in page
    assert "download/" not in page
    assert f'value="{line.id}"' not in page_at(nonaka)  # nothing to tick


# Taking back


def test_a_file_nobody_has_opened_is_taken_back(cast: Cast, nonaka: Client, tanabe: Client) -> None:
    plain(nonaka, ("勤怠.txt", TEXT))
    line = line_of(cast, "勤怠.txt")
    assert "送信を取り消す" in page_at(tanabe, at(line.id))
    done = tanabe.post(at(line.id, "withdraw/"), secure=True, follow=True)  # a colleague may
    assert "送信を取り消しました。相手は開いていません。" in check(done)
    assert "取り消し済み" in page_at(nonaka)
    again = nonaka.post(at(line.id, "withdraw/"), secure=True, follow=True)
    assert "取り消し済みか、期限が過ぎたファイルです。" in check(again)


def test_once_it_is_opened_it_is_too_late(cast: Cast, nonaka: Client) -> None:
    plain(nonaka, ("勤怠.txt", TEXT))
    line = line_of(cast, "勤怠.txt")
    with office_scope(cast.minato.id):
        deliveries.open_ordinary(actor=cast.minato.actor("miyake"), delivery_id=line.id, now=MOMENT)
    assert "送信を取り消す" not in page_at(nonaka, at(line.id))
    page = check(nonaka.post(at(line.id, "withdraw/"), secure=True, follow=True))
    assert "送信を取り消せませんでした。2026/11/24 12:00に、三宅 隆さんが開いています。" in page
    assert line_of(cast, "勤怠.txt").state == DeliveryState.READY


def test_what_the_office_sent_is_not_ours_to_take_back(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        line = send(cast.minato)
    assert "送信を取り消す" not in page_at(nonaka, at(line.id))
    assert nonaka.post(at(line.id, "withdraw/"), secure=True).status_code == 404


# 保護 from the office


@pytest.fixture
def guarded(cast: Cast) -> Delivery:
    """A protected file from the office."""
    with office_scope(cast.minato.id):
        return send(cast.minato, NUMBERS, name="源泉.csv", protected=True)


def test_the_right_password_opens_it(cast: Cast, nonaka: Client, guarded: Delivery) -> None:
    assert nonaka.get(at(guarded.id, "download/"), secure=True)["Location"] == at(guarded.id, "open/")
    assert 'type="password"' in page_at(nonaka, at(guarded.id, "open/"))
    response = nonaka.post(at(guarded.id, "open/"), {"password": PASSWORD}, secure=True)
    assert (response.status_code, response.getvalue()) == (200, NUMBERS)
    assert response["Content-Disposition"].startswith("attachment")
    with office_scope(cast.minato.id):
        assert Delivery.objects.get(id=guarded.id).opened_by == "野中 浩"
        assert Entry.objects.filter(event="exchange.protected.opened").count() == 1


def test_a_wrong_password_keeps_the_page_and_opens_nothing(cast: Cast, nonaka: Client, guarded: Delivery) -> None:
    response = nonaka.post(at(guarded.id, "open/"), {"password": "wrong horse wrong horse"}, secure=True)
    assert response.status_code == 422
    page = check(response)
    assert "源泉.csv" in page and 'type="password"' in page and "wrong horse" not in page
    assert 'aria-invalid="true"' in page
    with office_scope(cast.minato.id):
        assert Delivery.objects.get(id=guarded.id).opened_at is None
        assert not Opening.objects.exists()
        assert not Entry.objects.filter(event="exchange.protected.opened").exists()


def test_wrong_passwords_are_counted_and_then_the_right_one_opens_nothing_either(
    cast: Cast, nonaka: Client, guarded: Delivery
) -> None:
    answers = []
    for _ in range(40):
        response = nonaka.post(at(guarded.id, "open/"), {"password": "wrong horse wrong horse"}, secure=True)
        answers.append(re.sub(r"(?s).*data-error-summary(.*?)</div>.*", r"\1", check(response)))
        if answers[-1] != answers[0]:
            break
    assert 1 < len(answers) < 40
    assert nonaka.post(at(guarded.id, "open/"), {"password": PASSWORD}, secure=True).status_code == 422
    with office_scope(cast.minato.id):
        assert not Opening.objects.exists()


def test_whose_key_came_later_hears_whom_to_ask(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        keys = ClientUser.objects.get(login_id="nonaka")
        own = keys.public_key
        ClientUser.objects.filter(id=keys.id).update(public_key=None)
        line = send(cast.minato, protected=True)
        ClientUser.objects.filter(id=keys.id).update(public_key=own)
    response = nonaka.post(at(line.id, "open/"), {"password": PASSWORD}, secure=True)
    assert response.status_code == 422
    assert "事務所に、このファイルを開けるようにしてもらってください。" in check(response)


def test_an_ordinary_file_asks_for_no_password(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        line = send(cast.minato)
    for ask in (nonaka.get, nonaka.post):
        assert ask(at(line.id, "open/"), secure=True)["Location"] == at(line.id, "download/")


# Receipts


def test_a_receipt_is_a_pdf_of_what_was_handed_in(cast: Cast, nonaka: Client) -> None:
    plain(nonaka, ("勤怠.txt", TEXT))
    line = line_of(cast, "勤怠.txt")
    shown = section(page_at(nonaka, at(line.id)), "receipt")
    found = re.search(r"受-(2026-\d{6})", shown)
    assert found
    assert 'href="/p/verify/"' in shown
    response = nonaka.get(at(line.id, "receipt.pdf"), secure=True)
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'attachment; filename="receipt-{found[1]}.pdf"'


def test_what_the_office_sent_has_no_receipt(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        line = send(cast.minato)
    assert "受領書（PDF）" not in page_at(nonaka, at(line.id))
    assert nonaka.get(at(line.id, "receipt.pdf"), secure=True).status_code == 404


# Answers, new versions, what was asked for


def test_an_answer_stands_in_the_conversation(cast: Cast, nonaka: Client) -> None:
    with office_scope(cast.minato.id):
        line = send(cast.minato, name="確認依頼.txt")
    page = page_at(nonaka, at(line.id))
    assert f'name="reply_to" value="{line.id}"' in page and "返信する" in page
    plain(nonaka, ("回答.txt", TEXT), reply_to=line.id)
    thread = section(page_at(nonaka, at(line.id)), "thread")
    assert "確認依頼.txt（このファイル）" in thread and "回答.txt" in thread
    assert "返信あり" in page_at(nonaka)


def test_a_new_version_marks_the_old_one(cast: Cast, nonaka: Client) -> None:
    plain(nonaka, ("勤怠.txt", TEXT))
    old = line_of(cast, "勤怠.txt").id
    assert f'name="replaces" value="{old}"' in page_at(nonaka, at(old))
    plain(nonaka, ("勤怠（訂正）.txt", TEXT), replaces=old)
    assert "差し替え前" in page_at(nonaka)


@pytest.mark.parametrize("word", ["reply_to", "replaces"])
def test_a_line_of_another_company_is_neither_answered_nor_replaced(cast: Cast, nonaka: Client, word: str) -> None:
    with office_scope(cast.minato.id):
        theirs = hand_in(cast.minato, login="tanabe", client="mizuho").id
    sent = SimpleUploadedFile("勤怠.txt", TEXT)
    assert nonaka.post(f"{FILES}send/", {"files": [sent], word: theirs}, secure=True).status_code == 404
    with office_scope(cast.minato.id):
        assert Delivery.objects.count() == 1


def ask(cast: Cast, client: str = "aoba", *items: str) -> list[UUID]:
    """Ask a company for things. Gives the items."""
    with office_scope(cast.minato.id):
        asked = requests.ask(
            actor=cast.minato.actor("aoki"),
            client_id=cast.minato.clients[client],
            title="11月分の勤怠",
            note="残業の理由も書いてください",
            due_on=TODAY,
            items=items or ("タイムカード", "残業の申請書"),
            now=NOW,
        )
        return list(RequestItem.objects.filter(request_id=asked).order_by("position").values_list("id", flat=True))


def test_what_is_asked_for_is_handed_in_sent_back_and_done(cast: Cast, nonaka: Client) -> None:
    first, second = ask(cast)
    asked = section(page_at(nonaka), "asked")
    assert "11月分の勤怠（残り2件）" in asked and "2026/11/24まで" in asked and "残業の理由も書いてください" in asked
    assert "「タイムカード」のファイルを送る" in (page := page_at(nonaka, item=str(first)))
    assert f'name="item" value="{first}"' in page
    plain(nonaka, ("勤怠.txt", TEXT), item=first)
    asked = section(page_at(nonaka), "asked")
    assert "（残り1件）" in asked and "事務所が確認しています" in asked and "1件のファイルを送信済み" in asked
    with office_scope(cast.minato.id):
        aoki = cast.minato.actor("aoki")
        requests.send_back(actor=aoki, item_id=first, comment="30日の分がありません", now=MOMENT)
    assert "差し戻し：30日の分がありません" in section(page_at(nonaka), "asked")
    plain(nonaka, ("勤怠（訂正）.txt", TEXT), item=first)
    with office_scope(cast.minato.id):
        for item in (first, second):
            requests.accept(actor=aoki, item_id=item, now=MOMENT)
    assert "お願いしていることはありません。" in page_at(nonaka)


def test_to_take_a_file_back_opens_what_it_was_for(cast: Cast, nonaka: Client) -> None:
    (first,) = ask(cast, "aoba", "タイムカード")
    plain(nonaka, ("勤怠.txt", TEXT), item=first)
    nonaka.post(at(line_of(cast, "勤怠.txt").id, "withdraw/"), secure=True)
    with office_scope(cast.minato.id):
        assert RequestItem.objects.get(id=first).state == ItemState.WAITING
    assert "ファイルを送る" in section(page_at(nonaka), "asked")


def test_what_another_company_is_asked_for_is_not_ours(cast: Cast, nonaka: Client) -> None:
    (theirs,) = ask(cast, "mizuho", "みずほの台帳")
    for item in (str(theirs), "x", str(new_id())):
        page = page_at(nonaka, item=item)
        assert "みずほの台帳" not in page and 'name="item"' not in page
    sent = SimpleUploadedFile("勤怠.txt", TEXT)
    assert nonaka.post(f"{FILES}send/", {"files": [sent], "item": theirs}, secure=True).status_code == 404


def test_past_its_day_it_is_said(cast: Cast, nonaka: Client) -> None:
    ask(cast)
    assert "期限を過ぎています" not in page_at(nonaka)
    with office_scope(cast.minato.id):
        FileRequest.objects.update(due_on=TODAY - timedelta(days=1))
    assert "2026/11/23の期限を過ぎています" in page_at(nonaka)


def test_an_upload_that_was_broken_off_is_told_of(cast: Cast, nonaka: Client, tanabe: Client) -> None:
    with office_scope(cast.minato.id):
        actor = user(cast.minato)
        file_id = begin(actor, cast.minato.clients["aoba"], len(TEXT))
        put(actor, file_id, TEXT[:100])
        assert StoredFile.objects.get(id=file_id).state == FileState.RECEIVING
    assert "途中まで受け取っています（100B / 440B）" in page_at(nonaka)
    assert "途中まで受け取っています" not in page_at(tanabe)  # a colleague's is a colleague's
