"""Files as the office works with them: the ledger, one line, opening with a record, sending to the right one, お願い."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from uuid import UUID

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from azukari.exchange import tasks
from azukari.exchange.actions import deliveries, examination, requests
from azukari.exchange.models import Broadcast, Delivery, FileRequest, Notice, Opening, RequestItem, StoredFile
from azukari.exchange.rules.requests import ItemState, RequestState
from azukari.exchange.rules.states import DeliveryState, FileState, Scan
from azukari.exchange.rules.wishes import Wishes
from azukari.journal.models import Entry
from azukari.kernel.ids import new_id
from azukari.office.requests import UNLOCK_COOKIE
from azukari.store.scope import office_scope
from azukari.tenancy.actions import outbox
from azukari.tenancy.models import Account, ClientCompany, ClientUser
from azukari.tenancy.models import Office as OfficeRow
from azukari.tenancy.rules.mails import NoticeWhen
from tests.cast import NOW, PASSWORD, TODAY, Office, number_of
from tests.exchange.hands import TEXT, begin, hand_in, put, send, user
from tests.office.conftest import MOMENT, SignIn, confirmed
from tests.office.test_my_page import SETTINGS
from tests.portal.test_files import NUMBERS, check, garbage_keys, many_lines, section, walk

Sender = Callable[[Office], Delivery]
TAX = "tax_withholding"
OPEN = {"use": TAX, "taken_out": "FILE", "at_once": "on"}


@pytest.fixture(autouse=True)
def examined(monkeypatch: pytest.MonkeyPatch) -> None:
    """No thread: a file is examined at once."""

    def now(office_id: UUID, file_id: UUID) -> None:
        with office_scope(office_id):
            examination.examine(file_id, now=MOMENT)

    monkeypatch.setattr(tasks, "examine_soon", now)
    monkeypatch.setattr("azukari.entrance.form_files.utc_now", lambda: MOMENT)


def url(name: str, *arguments: object, **query: str) -> str:
    return reverse(f"office:{name}", args=arguments, query=query)


def page_at(browser: Client, name: str, *arguments: object, status: int = 200, **query: str) -> str:
    response = browser.get(url(name, *arguments, **query))
    assert response.status_code == status
    return check(response)


def press(browser: Client, name: str, *arguments: object, status: int = 200, **fields: object) -> str:
    """Send a form and follow it to the page."""
    response = browser.post(url(name, *arguments), {"csrfmiddlewaretoken": "x", **fields}, follow=True)
    assert response.status_code == status, response.status_code
    return check(response)


def listed(page: str) -> list[str]:
    """Names in the ledger, in its order."""
    return [unescape(name) for name in re.findall(r'<th scope="row"><a href="[^"]*"><span[^>]*>([^<]*)</span>', page)]


def entries(event: str) -> int:
    return Entry.objects.filter(event=event).count()


# What is there when nothing is there


@pytest.mark.parametrize(
    ("name", "query", "words"),
    [
        ("files", {}, "やりとりはまだありません。"),
        ("files", {"q": "勤怠"}, "条件に合うものはありません。"),
        ("files", {"client": "x"}, "やりとりはまだありません。"),
        ("broadcasts", {}, "一斉送信はまだありません。"),
        ("requests", {}, "依頼中のお願いはありません。"),
        ("requests", {"show": "all"}, "お願いはまだありません。"),
        ("requests", {"page": "9"}, "依頼中のお願いはありません。"),
    ],
)
def test_an_empty_list_says_so(sign_in: SignIn, name: str, query: dict[str, str], words: str) -> None:
    assert words in page_at(sign_in("miyake"), name, status=422 if "client" in query else 200, **query)


# The ledger


@pytest.fixture
def four(minato: Office) -> Office:
    """Four lines: two of あおば handed in (one opened), one sent, one protected of みずほ of the day before."""
    hand_in(minato, name="あおばの勤怠.txt")
    opened = hand_in(minato, name="あおばの名簿.txt")
    deliveries.open_ordinary(actor=minato.actor("miyake"), delivery_id=opened.id, now=NOW)
    send(minato, name="給与のお知らせ.txt")
    hand_in(
        minato, login="tanabe", client="mizuho", name="みずほの勤怠.txt", protected=True, now=NOW - timedelta(days=1)
    )
    return minato


ALL_FOUR = {"あおばの勤怠.txt", "あおばの名簿.txt", "給与のお知らせ.txt", "みずほの勤怠.txt"}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ALL_FOUR),
        ({"q": "勤怠"}, {"あおばの勤怠.txt", "みずほの勤怠.txt"}),
        ({"q": "ＴＸＴ 勤怠 みずほ"}, {"みずほの勤怠.txt"}),
        ({"direction": "SENT"}, {"給与のお知らせ.txt"}),
        ({"direction": "RECEIVED"}, ALL_FOUR - {"給与のお知らせ.txt"}),
        ({"unread": "1"}, ALL_FOUR - {"あおばの名簿.txt"}),
        ({"unread": "1", "direction": "RECEIVED"}, {"あおばの勤怠.txt", "みずほの勤怠.txt"}),
        ({"protected": "1"}, {"みずほの勤怠.txt"}),
        ({"protected": "0"}, ALL_FOUR - {"みずほの勤怠.txt"}),
        ({"since": "2026/11/24"}, ALL_FOUR - {"みずほの勤怠.txt"}),
        ({"until": "R8.11.23"}, {"みずほの勤怠.txt"}),
        ({"since": "2026/11/23", "until": "2026/11/23"}, {"みずほの勤怠.txt"}),
        ({"q": "勤怠", "protected": "0", "direction": "SENT"}, set()),
        ({"q": "%"}, set()),
    ],
)
def test_the_ledger_is_narrowed(four: Office, sign_in: SignIn, query: dict[str, str], found: set[str]) -> None:
    assert set(listed(page_at(sign_in("miyake"), "files", **query))) == found


def test_the_printed_ledger_says_what_it_shows_and_who_printed_it(minato: Office, sign_in: SignIn) -> None:
    hand_in(minato)
    page = page_at(sign_in("saeki"), "files", direction="RECEIVED", unread="1")
    head = page[page.index("送受信ファイル一覧</p>") :].split("<form", maxsplit=1)[0]
    for words in ("送受区分：受信・未既区分：未", "この印刷は 1件", "新しい順", "佐伯 舞"):
        assert words in head


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"since": "2026/11/24", "until": "2026/11/1"}, "開始日が終了日より後になっています。"),
        ({"since": "きのう"}, "1985/4/12、S60.4.12"),
        ({"direction": "x"}, "送受区分"),
    ],
)
def test_a_filter_that_is_wrong_is_said_and_keeps_what_was_typed(
    four: Office, sign_in: SignIn, query: dict[str, str], words: str
) -> None:
    page = page_at(sign_in("miyake"), "files", status=422, q="勤怠", **query)
    assert words in page and 'value="勤怠"' in page


def test_a_client_is_chosen_and_somebody_elses_is_none(four: Office, sign_in: SignIn) -> None:
    aoba, mizuho = four.clients["aoba"], four.clients["mizuho"]
    assert set(listed(page_at(sign_in("miyake"), "files", client=str(mizuho)))) == {"みずほの勤怠.txt"}
    ono = sign_in("ono")
    assert set(listed(page_at(ono, "files"))) == ALL_FOUR - {"みずほの勤怠.txt"}
    assert set(listed(page_at(ono, "files", client=str(aoba)))) == ALL_FOUR - {"みずほの勤怠.txt"}
    assert "みずほ" not in page_at(ono, "files", client=str(mizuho), status=422)


def test_unread_counts_what_the_office_has_not_opened(four: Office, sign_in: SignIn) -> None:
    assert "未読 2件" in page_at(sign_in("miyake"), "files")
    assert "未読 1件" in page_at(sign_in("ono"), "files")


def test_the_office_sees_what_the_portal_no_longer_shows(minato: Office, sign_in: SignIn) -> None:
    hand_in(minato, name="去年.txt", now=MOMENT - timedelta(days=399))
    assert listed(page_at(sign_in("miyake"), "files")) == ["去年.txt"]


KEYS = {
    "new": lambda line: (-line.sent_at.timestamp(), -line.id.int),
    "old": lambda line: (line.sent_at, line.id),
    "client": lambda line: (line.client_kana, line.sent_at, line.id),
    "name": lambda line: (line.search_key, line.id),
}


@pytest.mark.parametrize("sort", KEYS)
def test_120_lines_are_walked_in_every_order_without_loss_or_double(minato: Office, sign_in: SignIn, sort: str) -> None:
    for client in ("aoba", "mizuho"):
        many_lines(minato, client, 60, now=MOMENT)
    wanted = [line.id for line in sorted(Delivery.objects.all(), key=KEYS[sort])]
    there, back = walk(sign_in("miyake"), url("files"), sort=sort)
    assert [len(page) for page in there] == [50, 50, 20]
    assert [pk for page in there for pk in page] == wanted
    assert [pk for page in reversed(back) for pk in page] == wanted


@pytest.mark.parametrize("sort", KEYS)
def test_the_filter_goes_along_from_page_to_page(minato: Office, sign_in: SignIn, sort: str) -> None:
    for client in ("aoba", "mizuho"):
        many_lines(minato, client, 75, now=MOMENT)
    aoba = minato.clients["aoba"]
    wanted = [line.id for line in sorted(Delivery.objects.filter(client_id=aoba, name__contains="0"), key=KEYS[sort])]
    assert len(wanted) > 50
    there, back = walk(sign_in("miyake"), url("files"), sort=sort, client=str(aoba), q="0", protected="0")
    assert [pk for page in there for pk in page] == wanted
    assert [pk for page in reversed(back) for pk in page] == wanted


@pytest.mark.parametrize("sort", [*KEYS, "nothing"])
@pytest.mark.parametrize("key", garbage_keys())
def test_a_key_that_is_no_key_is_the_first_page(minato: Office, sign_in: SignIn, sort: str, key: str) -> None:
    hand_in(minato)
    page = page_at(sign_in("miyake"), "files", sort=sort, key=key)
    if sort != "name" or '"name"' not in key:
        assert set(listed(page)) <= {"勤怠.txt"}


# One line


def test_the_page_of_a_line_says_what_happened_to_it(minato: Office, sign_in: SignIn) -> None:
    line = hand_in(minato, name="勤怠.txt", wishes=Wishes(memo="10月分です"))
    miyake = sign_in("miyake")
    page = page_at(miyake, "file", line.id)
    assert "まだだれも開いていません。" in page and "10月分です" in page and "野中 浩" in page
    assert "未検査" in page  # no scanner is configured
    assert miyake.get(url("file-download", line.id)).getvalue() == TEXT
    openings = section(page_at(miyake, "file", line.id), "openings")
    assert "三宅 隆" in openings and "事務所" in openings and "2026/11/24 12:00" in openings


@pytest.mark.parametrize(
    ("email", "server", "when", "words"),
    [
        ("", "", NoticeWhen.AT_ONCE, "送りません（メールアドレスなし）"),
        ("nonaka@example.jp", "", NoticeWhen.AT_ONCE, "送りません（メールサーバーの設定なし）"),
        ("nonaka@example.jp", "from@example.jp", NoticeWhen.NEVER, "送りません（本人が送らない設定）"),
        ("nonaka@example.jp", "from@example.jp", NoticeWhen.AT_ONCE, "2026/11/24 10:00 に送ります"),
        ("nonaka@example.jp", "from@example.jp", NoticeWhen.DAILY, "2026/11/25 08:00 に送ります"),
    ],
)
def test_how_the_notices_fare_stands_on_the_page(
    minato: Office,
    sign_in: SignIn,
    monkeypatch: pytest.MonkeyPatch,
    *,
    email: str,
    server: str,
    when: NoticeWhen,
    words: str,
) -> None:
    monkeypatch.setitem(outbox._sender, "address", server)
    people = ClientUser.objects.filter(login_id="nonaka").values("account_id")
    Account.objects.filter(id__in=people).update(email=email, notices=when)
    line = send(minato)
    notices = re.sub(r"<[^>]+>", "", section(page_at(sign_in("aoki"), "file", line.id), "notices"))
    assert f"野中 浩さん：{words}" in notices
    assert "example.jp" not in notices
    assert Notice.objects.filter(delivery_id=line.id).count() == 2


def test_a_receipt_is_a_pdf(minato: Office, sign_in: SignIn) -> None:
    line, miyake = hand_in(minato), sign_in("miyake")
    shown = section(page_at(miyake, "file", line.id), "receipt")
    found = re.search(r"受-(2026-\d{6})", shown)
    assert found
    assert f'href="{reverse("office:verifier")}"' in shown
    response = miyake.get(url("file-receipt", line.id))
    assert response["Content-Type"] == "application/pdf" and response.content.startswith(b"%PDF-")
    assert response["Content-Disposition"] == f'attachment; filename="receipt-{found[1]}.pdf"'
    assert miyake.get(url("file-receipt", send(minato).id)).status_code == 404


def test_the_hash_of_a_protected_file_is_for_those_who_may_open_it(guarded: Delivery, sign_in: SignIn) -> None:
    """Whoever knows all but one digit of a file could find the rest by its hash."""
    digest = hashlib.sha256(NUMBERS).hexdigest()
    miyake, saeki = sign_in("miyake"), sign_in("saeki")
    assert digest in page_at(saeki, "file", guarded.id)
    assert saeki.get(url("file-receipt", guarded.id)).status_code == 200
    assert digest not in page_at(miyake, "file", guarded.id)
    assert miyake.get(url("file-receipt", guarded.id)).status_code == 403


def test_taken_back_before_it_was_opened(minato: Office, sign_in: SignIn) -> None:
    line, miyake = send(minato), sign_in("miyake")
    assert "送信を取り消しました。相手は開いていません。" in press(miyake, "file-withdraw", line.id)
    line.refresh_from_db()
    assert (line.state, line.withdrawn_by) == (DeliveryState.WITHDRAWN, "三宅 隆")
    assert "取り消し済みか、期限が過ぎたファイルです。" in press(miyake, "file-withdraw", line.id)


def test_not_taken_back_after_it_was_opened(minato: Office, sign_in: SignIn) -> None:
    line = send(minato)
    deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=MOMENT)
    page = press(sign_in("aoki"), "file-withdraw", line.id)
    assert "送信を取り消せませんでした。2026/11/24 12:00に、野中 浩さんが開いています。" in page
    assert "送信を取り消す" not in page


# 保護


@pytest.fixture
def guarded(minato: Office) -> Delivery:
    """A protected file from あおば."""
    return hand_in(minato, NUMBERS, name="番号.csv", protected=True)


def test_general_staff_see_the_line_and_no_way_in(guarded: Delivery, sign_in: SignIn) -> None:
    miyake = sign_in("miyake")
    assert "個人番号の取扱担当者だけが開けます。" in page_at(miyake, "file", guarded.id)
    assert url("file-open", guarded.id) not in page_at(miyake, "file", guarded.id)
    for name in ("file-open", "file-unprotect", "file-readers"):
        assert miyake.post(url(name, guarded.id), OPEN).status_code == 403
    assert miyake.get(url("file-download", guarded.id))["Location"] == url("file-open", guarded.id)


def test_with_an_unlock_it_opens_and_the_record_says_what_for(guarded: Delivery, sign_in: SignIn) -> None:
    saeki = sign_in("saeki", unlocked=True)
    assert 'type="password"' not in page_at(saeki, "file-open", guarded.id)
    typed = {"use": TAX, "taken_out": "FILE", "due_on": "R8.12.10", "note": "算定基礎届のため"}
    response = saeki.post(url("file-open", guarded.id), typed)
    assert (response.status_code, response.getvalue()) == (200, NUMBERS)
    assert "no-store" in response["Cache-Control"]
    assert entries("exchange.protected.opened") == 1
    guarded.refresh_from_db()
    assert guarded.opened_by == "佐伯 舞"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"at_once": ""}, "いつまでかが入力されていません。"),
        ({"at_once": "", "due_on": "2026/11/23"}, "期限が今日より前の日付です。"),
        ({"taken_out": "MEDIUM", "medium": "　 "}, "何に入れるかの記入が要ります。"),
        ({"taken_out": "MEDIUM", "medium": "USB"}, "行き先の記入が要ります。"),
        ({"taken_out": "MEDIUM", "medium": "USB", "submitted_to": "税務署"}, "紛失や盗難への備えが要ります。"),
        (
            {"taken_out": "MEDIUM", "medium": "USB", "submitted_to": "税務署", "protections": "PASSWORD"},
            "責任者の承認番号の記入が要ります。",
        ),
        ({"taken_out": "SCREEN"}, "持ち出しの記録"),
        ({"use": ""}, "利用内容"),
        ({"taken_out": ""}, "持ち出しの記録"),
        ({"taken_out": "NONE"}, "持ち出しの記録"),
    ],
)
def test_without_saying_what_for_it_stays_closed(
    guarded: Delivery, sign_in: SignIn, wrong: dict[str, str], words: str
) -> None:
    response = sign_in("saeki", unlocked=True).post(url("file-open", guarded.id), OPEN | wrong)
    assert response.status_code == 422
    assert words in check(response)
    assert not Opening.objects.exists() and not entries("exchange.protected.opened")


def test_the_unlock_is_in_the_same_form(guarded: Delivery, sign_in: SignIn) -> None:
    saeki, address = sign_in("saeki"), url("file-open", guarded.id)
    assert 'type="password"' in page_at(saeki, "file-open", guarded.id)
    wrong = saeki.post(address, OPEN | {"password": "wrong horse wrong horse"})
    assert wrong.status_code == 422
    assert 'type="password"' in (page := check(wrong)) and "wrong horse" not in page
    assert f'<option value="{TAX}" selected>' in page
    assert UNLOCK_COOKIE not in wrong.cookies and not Opening.objects.exists()
    # Right, but not said until when: the password is not even tried, and there is no unlock that nobody used.
    half = saeki.post(address, OPEN | {"password": PASSWORD, "at_once": ""})
    assert half.status_code == 422 and PASSWORD not in check(half)
    assert UNLOCK_COOKIE not in half.cookies
    done = saeki.post(address, OPEN | {"password": PASSWORD})
    assert (done.status_code, done.getvalue()) == (200, NUMBERS)


def test_right_at_once_it_opens_at_once_and_the_unlock_lasts(guarded: Delivery, sign_in: SignIn) -> None:
    saeki, address = sign_in("saeki"), url("file-open", guarded.id)
    done = saeki.post(address, OPEN | {"password": PASSWORD})
    assert (done.status_code, done.getvalue()) == (200, NUMBERS)
    assert done.cookies[UNLOCK_COOKIE].value
    assert saeki.post(address, OPEN).getvalue() == NUMBERS


def test_an_ordinary_file_asks_for_nothing(minato: Office, sign_in: SignIn) -> None:
    line = hand_in(minato)
    assert sign_in("saeki").get(url("file-open", line.id))["Location"] == url("file", line.id)


@pytest.mark.parametrize("name", ["file-unprotect", "file-readers"])
def test_what_needs_the_key_asks_for_the_unlock(minato: Office, sign_in: SignIn, name: str) -> None:
    line = send(minato, protected=True)
    response = sign_in("saeki").post(url(name, line.id), {"reason": "番号なし"})
    assert response["Location"].startswith(url("unlock"))
    line.refresh_from_db()
    assert line.protected


def test_protection_is_taken_back_with_a_reason(guarded: Delivery, sign_in: SignIn) -> None:
    saeki = sign_in("saeki", unlocked=True)
    assert "理由" in press(saeki, "file-unprotect", guarded.id, status=422)
    assert "保護を解除しました。" in press(saeki, "file-unprotect", guarded.id, reason="番号なし")
    assert sign_in("miyake").get(url("file-download", guarded.id)).getvalue() == NUMBERS


def test_everybody_of_the_company_is_let_in(minato: Office, sign_in: SignIn) -> None:
    line = send(minato, protected=True)
    assert "2名が開けるようにしました。" in press(sign_in("saeki", unlocked=True), "file-readers", line.id)


def test_what_looks_like_numbers_is_decided_by_somebody_with_the_right(minato: Office, sign_in: SignIn) -> None:
    line = hand_in(minato, NUMBERS, name="番号.csv")
    miyake, saeki = sign_in("miyake"), sign_in("saeki")
    assert "個人番号らしい数字が見つかりました。" in page_at(miyake, "file", line.id)
    assert miyake.get(url("file-download", line.id)).status_code == 403
    assert miyake.post(url("file-decline", line.id), {"reason": "商品番号"}).status_code == 403
    assert "理由" in press(saeki, "file-decline", line.id, status=422, reason=" ")
    done = press(saeki, "file-decline", line.id, reason=f"{number_of(1)}は商品番号です")
    assert "通常のファイルのままにしました。" in done
    assert number_of(1) not in str(list(Entry.objects.values_list("body", flat=True)))
    assert miyake.get(url("file-download", line.id)).getvalue() == NUMBERS


def test_general_staff_make_it_protected(minato: Office, sign_in: SignIn) -> None:
    line = hand_in(minato, NUMBERS, name="番号.csv")
    assert "保護ファイルに変更しました。" in press(sign_in("miyake"), "file-protect", line.id)
    line.refresh_from_db()
    assert line.protected


# What the checks stopped


def stop(line: Delivery, state: FileState) -> Delivery:
    """As the scanner would have left it."""
    StoredFile.objects.filter(id=line.file_id).update(state=state, scan=Scan.INFECTED, scan_note="Eicar-Signature")
    Delivery.objects.filter(id=line.id).update(state=state.value)
    return line


def test_quarantine_is_lifted_by_a_manager_with_a_reason(minato: Office, sign_in: SignIn) -> None:
    line, aoki, saeki = stop(hand_in(minato), FileState.QUARANTINED), sign_in("aoki"), sign_in("saeki", unlocked=True)
    page = page_at(saeki, "file", line.id)
    assert "Eicar-Signature" in page and "責任者に連絡してください。" in page and "解除する理由" not in page
    assert saeki.post(url("file-release", line.id), {"reason": "誤検知"}).status_code == 403
    assert saeki.get(url("file-download", line.id)).status_code == 409
    for reason in ("", "　"):
        assert "理由" in press(aoki, "file-release", line.id, status=422, reason=reason)
    line.refresh_from_db()
    assert line.state == DeliveryState.QUARANTINED
    assert "隔離を解除しました。" in press(aoki, "file-release", line.id, reason="誤検知と確認")
    assert entries("exchange.quarantine.released") == 1
    assert saeki.get(url("file-download", line.id)).getvalue() == TEXT
    assert "状態が変わっています。" in press(aoki, "file-release", line.id, reason="もう一度")


@pytest.mark.parametrize("state", [FileState.QUARANTINED, FileState.UNSCANNABLE])
def test_a_manager_throws_it_away_and_the_line_stays(minato: Office, sign_in: SignIn, state: FileState) -> None:
    line = stop(hand_in(minato), state)
    assert sign_in("saeki").post(url("file-throw-away", line.id)).status_code == 403
    page = press(sign_in("aoki"), "file-throw-away", line.id)
    assert "ファイルを廃棄しました。" in page and "事務所が廃棄しました。" in page
    assert StoredFile.objects.get(id=line.file_id).shredded_at
    assert sign_in("aoki").get(url("file-download", line.id)).status_code == 409


@pytest.mark.parametrize("allowed", [True, False])
def test_what_cannot_be_looked_into_is_taken_only_where_the_settings_allow_it(
    minato: Office, sign_in: SignIn, *, allowed: bool
) -> None:
    OfficeRow.objects.filter(id=minato.id).update(takes_encrypted=allowed)
    line, miyake = stop(hand_in(minato), FileState.UNSCANNABLE), sign_in("miyake")
    assert (url("file-accept", line.id) in page_at(miyake, "file", line.id)) == allowed
    page = press(miyake, "file-accept", line.id)
    assert ("検査できないファイルとして受け取りました。" in page) == allowed
    assert miyake.get(url("file-download", line.id)).status_code == (200 if allowed else 409)


# Sending


def prepare(client: Client, *files: tuple[str, bytes], batch: UUID | None = None) -> UUID:
    """Hand files over on the page without a script. Gives the act of sending."""
    batch = batch or new_id()
    sent = [SimpleUploadedFile(name, data) for name, data in files]
    assert client.post(url("file-send-add", batch), {"files": sent})["Location"] == url("file-send", batch)
    return batch


def chosen(office: Office, *clients: str, **fields: object) -> dict[str, object]:
    return {"whom": "chosen", "clients": [str(office.clients[client]) for client in clients], **fields}


def test_every_act_of_sending_has_its_own_page(sign_in: SignIn) -> None:
    miyake = sign_in("miyake")
    first, second = (miyake.get(url("file-send-begin", client="x"))["Location"] for _ in range(2))
    assert first != second and first.endswith("?client=x")
    assert "選んでも、まだ送信されません。" in check(miyake.get(first))


def test_files_are_prepared_without_a_script_and_taken_off_again(minato: Office, sign_in: SignIn) -> None:
    miyake = sign_in("miyake")
    batch = prepare(miyake, ("給与.txt", TEXT), ("請求.exe", b"MZ"), ("空.txt", b""), ("賞与.txt", TEXT))
    page = page_at(miyake, "file-send", batch)
    assert page.count("送信の準備ができました。") == 2
    assert "プログラムのファイル（.exe）は送信できません。" in page and "「空.txt」は中身が空です。" in page
    drop = StoredFile.objects.get(name="賞与.txt").id
    assert "賞与.txt" not in press(miyake, "file-send-drop", batch, drop)
    assert StoredFile.objects.get(id=drop).shredded_at
    assert not Delivery.objects.exists()
    for stranger in (sign_in("aoki"), sign_in("ono")):
        assert "給与.txt" not in page_at(stranger, "file-send", batch)
        ready = StoredFile.objects.get(name="給与.txt").id
        assert stranger.post(url("file-send-drop", batch, ready)).status_code == 404


def test_a_file_of_which_the_form_kept_only_the_beginning_is_not_prepared(
    minato: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("azukari.entrance.form_files.KEPT_BYTES", 100)
    prepare(sign_in("miyake"), ("給与.txt", TEXT))
    assert not StoredFile.objects.filter(state=FileState.READY).exists()


def test_nothing_is_sent_before_the_second_page_and_its_tick(minato: Office, sign_in: SignIn) -> None:
    miyake = sign_in("miyake")
    batch = prepare(miyake, ("給与.txt", TEXT))
    fields = chosen(minato, "aoba", memo="11月分です")
    page = press(miyake, "file-send", batch, **fields)
    assert '<p class="to-whom">株式会社あおば製作所</p>' in page and "宛先とファイルの中身を確認しました。" in page
    assert "宛先を確かめてください。" not in page
    assert not Delivery.objects.exists()
    page = press(miyake, "file-send", batch, status=422, stage="send", **fields)
    assert "チェックを入れてください。" in page and "送信していません。" in page
    assert not Delivery.objects.exists()
    page = press(miyake, "file-send", batch, stage="send", checked="1", **fields)
    assert "株式会社あおば製作所に1件を送信しました。" in page and "11月分です" in page
    (line,) = Delivery.objects.all()
    assert (line.name, line.client_id, line.sender) == ("給与.txt", minato.clients["aoba"], "三宅 隆")
    assert deliveries.open_ordinary(actor=user(minato), delivery_id=line.id, now=MOMENT).name == "給与.txt"
    again = press(miyake, "file-send", batch, status=422, stage="send", checked="1", **fields)
    assert "送信するファイルがありません。" in again
    assert Delivery.objects.count() == 1


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"whom": "chosen"}, "宛先の顧問先を1社以上選んでください。"),
        ({"whom": "tagged"}, "分類が選択されていません。"),
        ({"whom": "tagged", "tag": "運輸"}, "分類"),
        ({"whom": "chosen", "clients": ["x"]}, "顧問先"),
        ({"whom": ""}, "宛先"),
    ],
)
def test_without_a_receiver_nothing_goes_on(
    minato: Office, sign_in: SignIn, fields: dict[str, object], words: str
) -> None:
    miyake = sign_in("miyake")
    batch = prepare(miyake, ("給与.txt", TEXT))
    page = press(miyake, "file-send", batch, status=422, stage="send", checked="1", **fields)
    assert words in page and "給与.txt" in page
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(("login", "client"), [("ono", "mizuho"), ("miyake", "kitagawa")])
def test_no_file_goes_to_a_stranger_or_after_the_contract(
    minato: Office, sign_in: SignIn, login: str, client: str
) -> None:
    """みずほ is not Ono's; the contract with 北川 has ended."""
    browser = sign_in(login)
    batch = prepare(browser, ("給与.txt", TEXT))
    assert {"mizuho": "みずほ", "kitagawa": "北川"}[client] not in page_at(browser, "file-send", batch)
    press(browser, "file-send", batch, status=422, stage="send", checked="1", **chosen(minato, client))
    assert not Delivery.objects.exists()


@pytest.mark.parametrize(
    ("name", "data", "place"),
    [
        ("みずほ運輸様_給与.txt", TEXT, "名前"),
        ("給与.txt", "みずほ運輸株式会社の給与です。\n".encode() * 9, "中"),
    ],
)
def test_a_file_that_names_another_company_is_warned_of(
    minato: Office, sign_in: SignIn, name: str, data: bytes, place: str
) -> None:
    miyake = sign_in("miyake")
    batch = prepare(miyake, (name, data))
    page = press(miyake, "file-send", batch, **chosen(minato, "aoba"))
    assert "宛先を確かめてください。" in page
    assert f"「{name}」の{place}に、別の顧問先（みずほ運輸株式会社）の名前か番号が入っています。" in page
    assert "宛先を確かめてください。" not in press(miyake, "file-send", batch, **chosen(minato, "mizuho"))


def test_numbers_go_out_protected_or_with_the_word_that_they_are_none(minato: Office, sign_in: SignIn) -> None:
    miyake = sign_in("miyake")
    batch = prepare(miyake, ("番号.csv", NUMBERS))
    fields = chosen(minato, "aoba")
    page = press(miyake, "file-send", batch, **fields)
    assert re.search(r'name="protected" value="1" checked', page) and "個人番号らしい数字があります。" in page
    page = press(miyake, "file-send", batch, status=422, stage="send", checked="1", **fields)
    assert "「番号.csv」に個人番号らしい数字があります。" in page
    assert not Delivery.objects.exists()
    page = press(miyake, "file-send", batch, stage="send", checked="1", protected="1", **fields)
    assert "に1件を送信しました。" in page
    assert Delivery.objects.get().protected
    batch = prepare(miyake, ("番号.csv", NUMBERS))
    press(miyake, "file-send", batch, stage="send", checked="1", numbers_denied="1", **fields)
    assert Delivery.objects.filter(protected=False).count() == 1


def test_a_broadcast_by_tag_goes_to_these_companies_alone(minato: Office, sign_in: SignIn) -> None:
    for client, tags in (("aoba", "製造、港区"), ("mizuho", "港区"), ("kitagawa", "港区")):
        ClientCompany.objects.filter(id=minato.clients[client]).update(tags=tags)
    miyake = sign_in("miyake")
    batch = prepare(miyake, ("料率改定.txt", TEXT))
    fields = {"whom": "tagged", "tag": "港区", "memo": "ご確認ください"}
    page = press(miyake, "file-send", batch, **fields)
    assert "分類「港区」（2社）" in page and "保護ファイルとして送信" not in page and "北川" not in page
    page = press(miyake, "file-send", batch, stage="send", checked="1", **fields)
    assert "2社に送信しました。" in page and "0 / 2" in page
    receivers = set(Delivery.objects.values_list("client_id", flat=True))
    assert receivers == {minato.clients["aoba"], minato.clients["mizuho"]}
    row = Broadcast.objects.get()
    opened = Delivery.objects.get(client_id=minato.clients["aoba"])
    deliveries.open_ordinary(actor=user(minato), delivery_id=opened.id, now=MOMENT)
    page = page_at(miyake, "broadcast", row.id)
    assert "開封 1 / 2" in page and "野中 浩" in page
    assert "まだ開いていない1社に、お知らせを送ります。" in press(miyake, "broadcast", row.id)
    told = Notice.objects.filter(kind="reminded").values_list("client_id", flat=True)
    assert set(told) == {minato.clients["mizuho"]}
    # Ono sees あおば's line of it and nothing of みずほ.
    ono = page_at(sign_in("ono"), "broadcast", row.id)
    assert "開封 1 / 1" in ono and "みずほ" not in ono


def test_a_protected_file_is_no_broadcast(minato: Office, sign_in: SignIn) -> None:
    miyake = sign_in("miyake")
    batch = prepare(miyake, ("給与.txt", TEXT))
    fields = chosen(minato, "aoba", "mizuho", stage="send", checked="1", protected="1")
    assert "保護ファイルは、一斉に送信できません。" in press(miyake, "file-send", batch, status=422, **fields)
    assert not Delivery.objects.exists()


def test_an_answer_goes_to_whom_it_answers(minato: Office, sign_in: SignIn) -> None:
    line, miyake = hand_in(minato, name="質問.txt"), sign_in("miyake")
    address = miyake.get(url("file-send-begin", reply=str(line.id)))["Location"]
    page = check(miyake.get(address))
    assert "株式会社あおば製作所に返信" in page
    assert f'name="reply_to" value="{line.id}"' in page and f'name="clients" value="{line.client_id}"' in page
    assert miyake.get(url("file-send", new_id(), reply=str(new_id()))).status_code == 404
    assert sign_in("ono").get(
        url("file-send", new_id(), reply=str(hand_in(minato, login="tanabe", client="mizuho").id))
    ).status_code == 404  # fmt: skip


@pytest.mark.parametrize(("word", "made"), [("reply_to", hand_in), ("replaces", send)], ids=["reply_to", "replaces"])
def test_without_a_script_an_answer_is_an_answer_too(minato: Office, sign_in: SignIn, word: str, made: Sender) -> None:
    """The plain form carries the same hidden fields as the script's upload."""
    line, miyake, batch = made(minato), sign_in("miyake"), new_id()
    sent = SimpleUploadedFile("回答.txt", TEXT)
    miyake.post(url("file-send-add", batch), {"files": [sent], word: str(line.id), "client": str(line.client_id)})
    press(miyake, "file-send", batch, stage="send", checked="1", **chosen(minato, "aoba"))
    answer = Delivery.objects.get(name="回答.txt")
    assert answer.thread_id == line.thread_id


@pytest.mark.parametrize(("word", "made"), [("reply_to", hand_in), ("replaces", send)], ids=["reply_to", "replaces"])
def test_what_was_prepared_as_an_answer_and_goes_to_another_company_answers_nothing(
    minato: Office, sign_in: SignIn, word: str, made: Sender
) -> None:
    line, batch = made(minato), new_id()
    actor = minato.actor("miyake")
    file_id = begin(
        actor, minato.clients["aoba"], len(TEXT), name="回答.txt", wishes=Wishes(batch=batch, **{word: line.id})
    )
    put(actor, file_id, TEXT)
    examination.examine(file_id, now=MOMENT)
    fields = chosen(minato, "mizuho", stage="send", checked="1")
    sign_in("miyake").post(url("file-send", batch), fields)
    line.refresh_from_db()
    assert (line.answered_at, line.replaced_by_id) == (None, None)
    assert not Delivery.objects.filter(thread_id=line.thread_id).exclude(client_id=line.client_id).exists()


@pytest.mark.parametrize("raw", ["x", "%00", "1" * 32 + "x"])
def test_an_answer_to_nothing_is_not_found(sign_in: SignIn, raw: str) -> None:
    assert sign_in("miyake").get(url("file-send", new_id(), reply=raw)).status_code == 404


# Settings


def test_the_settings_of_the_exchange_take_effect(minato: Office, sign_in: SignIn) -> None:
    aoki = sign_in("aoki")
    typed = {**SETTINGS, "holds_outgoing": "on", "file_limit_mb": "1", "session_minutes": "30"}
    assert "設定を保存しました。" in check(confirmed(aoki, url("settings-office"), typed, follow=True))
    large = prepare(aoki, ("大.txt", b"a" * (1024 * 1024 + 1)))
    page = page_at(aoki, "file-send", large)
    assert "1MBを超えるファイルは送信できません（1.0MB）。" in page and "1ファイル 1MBまで" in page
    batch = prepare(aoki, ("給与.txt", TEXT))
    assert "送信から10分間は顧問先に見えません。" in press(aoki, "file-send", batch, **chosen(minato, "aoba"))
    page = press(aoki, "file-send", batch, stage="send", checked="1", **chosen(minato, "aoba"))
    assert "2026/11/24 12:10 までは、顧問先に見えません。" in page
    (line,) = Delivery.objects.all()
    assert line.release_at == MOMENT + timedelta(minutes=10)
    notices = Notice.objects.filter(delivery_id=line.id)
    assert {row.due_at for row in notices} == {line.release_at}
    press(aoki, "file-withdraw", line.id)
    line.refresh_from_db()
    assert line.state == DeliveryState.WITHDRAWN


# お願い


def typed(office: Office, **fields: str) -> dict[str, str]:
    return {
        "client": str(office.clients["aoba"]),
        "title": "11月分の勤怠",
        "due_on": "R8.11.30",
        "items": "タイムカード\n残業の申請書\n\nタイムカード",
        "note": "",
        **fields,
    }


def test_a_request_goes_out_and_comes_to_its_end(minato: Office, sign_in: SignIn) -> None:
    miyake = sign_in("miyake")
    page = press(miyake, "request-new", **typed(minato))
    assert "お願いを送りました。" in page and "受け取り 0 / 2" in page and "2026/11/30" in page
    row = FileRequest.objects.get()
    first, second = RequestItem.objects.filter(request=row).order_by("position")
    assert [first.name, second.name] == ["タイムカード", "残業の申請書"]
    hand_in(minato, wishes=Wishes(item=first.id))
    page = page_at(miyake, "request", row.id)
    assert "確認待ち" in page and "勤怠.txt" in page
    assert "差し戻しの理由" in press(miyake, "item-send-back", first.id, status=422, comment=" ")
    first.refresh_from_db()
    assert first.state == ItemState.HANDED_IN
    page = press(miyake, "item-send-back", first.id, comment="30日の分がありません")
    assert "「タイムカード」を差し戻しました。" in page and "差し戻し：30日の分がありません" in page
    assert "「タイムカード」を受け取り済みにしました。" in press(miyake, "item-accept", first.id)
    page = press(miyake, "item-accept", second.id)
    assert "完了" in page
    row.refresh_from_db()
    assert row.state == RequestState.DONE
    assert "依頼中のお願いはありません。" in page_at(miyake, "requests")
    assert "11月分の勤怠" in page_at(miyake, "requests", show="all")
    # Looked at again, it was not right: the request is open once more.
    press(miyake, "item-send-back", first.id, comment="印がありません")
    row.refresh_from_db()
    assert row.state == RequestState.OPEN


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"client": ""}, "顧問先"),
        ({"title": ""}, "件名"),
        ({"due_on": "来週"}, "期限"),
        ({"items": " \n　\n"}, "お願いするもの"),
        ({"items": "\n".join(f"書類{n}" for n in range(31))}, "お願いするものは30件までです（今は31件）。"),
        ({"items": "あ" * 101}, "1つ100文字まで"),
    ],
)
def test_a_request_with_a_fault_is_not_sent(minato: Office, sign_in: SignIn, wrong: dict[str, str], words: str) -> None:
    assert words in press(sign_in("miyake"), "request-new", status=422, **typed(minato, **wrong))
    assert not FileRequest.objects.exists()


@pytest.mark.parametrize(("login", "client"), [("ono", "mizuho"), ("miyake", "kitagawa")])
def test_nobody_asks_a_stranger_or_after_the_contract(minato: Office, sign_in: SignIn, login: str, client: str) -> None:
    fields = typed(minato, client=str(minato.clients[client]))
    press(sign_in(login), "request-new", status=422, **fields)
    assert not FileRequest.objects.exists()


@pytest.mark.parametrize("field", ["title", "note", "items"])
def test_a_number_typed_into_a_request_is_hidden(minato: Office, sign_in: SignIn, field: str) -> None:
    press(sign_in("miyake"), "request-new", **typed(minato, **{field: f"番号{number_of(1)}"}))


def test_a_number_typed_into_a_reason_is_hidden(minato: Office, sign_in: SignIn) -> None:
    item = asked(minato)
    hand_in(minato, wishes=Wishes(item=item.id))
    press(sign_in("miyake"), "item-send-back", item.id, comment=f"{number_of(1)}が違います")


def asked(office: Office, client: str = "aoba") -> RequestItem:
    """One thing asked of a company by Aoki, for today."""
    pk = requests.ask(
        actor=office.actor("aoki"),
        client_id=office.clients[client],
        title="勤怠",
        note="",
        due_on=TODAY,
        items=["タイムカード"],
        now=NOW,
    )
    return RequestItem.objects.get(request_id=pk)


def test_a_reminder_says_how_many_will_be_mailed(
    minato: Office, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    item, miyake = asked(minato), sign_in("miyake")
    assert "メールを送れる人がいません。" in press(miyake, "request-remind", item.request_id)
    monkeypatch.setitem(outbox._sender, "address", "from@example.jp")
    Account.objects.filter(username="minato/nonaka").update(email="nonaka@example.jp")
    assert "督促のお知らせを1名に送ります。" in press(miyake, "request-remind", item.request_id)


def test_cancelled_nothing_more_is_done_with_it(minato: Office, sign_in: SignIn) -> None:
    item, miyake = asked(minato), sign_in("miyake")
    page = press(miyake, "request-cancel", item.request_id)
    assert (
        "お願いを取り消しました。" in page and "受け取り済みにする" not in page and "督促" not in page.split("<h1")[1]
    )
    for name, fields in (("item-accept", {}), ("item-send-back", {"comment": "x"})):
        assert "終わったお願いです。" in press(miyake, name, item.id, **fields)
    for name in ("request-remind", "request-cancel"):
        assert "終わったお願いです。" in press(miyake, name, item.request_id)
    item.refresh_from_db()
    assert item.state == ItemState.WAITING


def test_late_ones_are_marked(minato: Office, sign_in: SignIn) -> None:
    item = asked(minato)
    assert "超過" not in page_at(sign_in("miyake"), "requests")
    FileRequest.objects.filter(id=item.request_id).update(due_on=TODAY - timedelta(days=1))
    assert "超過" in page_at(sign_in("miyake"), "requests")
    assert "期限超過" in page_at(sign_in("miyake"), "request", item.request_id)


def test_requests_are_paged(minato: Office, sign_in: SignIn) -> None:
    for _ in range(51):
        asked(minato)
    miyake = sign_in("miyake")
    first, second = page_at(miyake, "requests"), page_at(miyake, "requests", page="2")
    assert "50件を表示" in first and "page=2" in first
    assert "1件を表示" in second and "page=1" in second
    addresses = [set(re.findall(r'href="(/requests/[0-9a-f-]{36}/)"', page)) for page in (first, second)]
    assert len(addresses[0] | addresses[1]) == 51


def test_ono_sees_the_requests_of_her_clients_alone(minato: Office, sign_in: SignIn) -> None:
    asked(minato)
    theirs = asked(minato, "mizuho")
    page = page_at(sign_in("ono"), "requests")
    assert "株式会社あおば製作所" in page and "みずほ" not in page
    assert sign_in("ono").post(url("item-accept", theirs.id)).status_code == 404
