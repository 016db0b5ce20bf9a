"""Files on their way out at both doors: whole, in ranges, several as one zip; with what names and headers."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import unquote
from uuid import UUID

import pytest
from django.http import HttpResponse
from django.test import Client

from azukari.entrance.doors import OFFICE, PORTAL, Door
from azukari.exchange.actions import examination
from azukari.exchange.models import Delivery, FilePart, Opening
from azukari.exchange.rules.states import DeliveryState
from azukari.store.scope import office_scope
from azukari.tenancy.models import Account
from tests import doors
from tests.cast import NOW, Cast, number_of
from tests.entrance.conftest import Clock
from tests.exchange.hands import TEXT, begin, hand_in, put, send, user

SIZE = len(TEXT)
LOGINS = {OFFICE: "miyake", PORTAL: "nonaka"}


@dataclass
class Reader:
    """A browser at a door, and what was sent to it."""

    cast: Cast
    door: Door
    client: Client

    def given(self, data: bytes = TEXT, **options: object) -> Delivery:
        """A line this side receives, of あおば."""
        with office_scope(self.cast.minato.id):
            return (hand_in if self.door is OFFICE else send)(self.cast.minato, data, **options)

    def get(self, line: Delivery, **headers: str) -> HttpResponse:
        return self.client.get(f"{self.door.prefix}files/{line.id}/download/", headers=headers, secure=True)

    def zip(self, *lines: object) -> HttpResponse:
        fields = {"line": [str(getattr(line, "id", line)) for line in lines]}
        return self.client.post(f"{self.door.prefix}files/zip/", fields, secure=True)

    def openings(self) -> int:
        with office_scope(self.cast.minato.id):
            return Opening.objects.count()


@pytest.fixture(params=[OFFICE, PORTAL], ids=lambda door: door.name)
def reader(request: pytest.FixtureRequest, cast: Cast, clock: Clock) -> Reader:
    """A browser at each of the two doors."""
    return Reader(cast, request.param, browser(cast, request.param, LOGINS[request.param], clock))


def browser(cast: Cast, door: Door, login: str, clock: Clock) -> Client:
    with office_scope(cast.minato.id):
        account = Account.objects.get(username=f"minato/{login}")
    return doors.enter(door, account.pk, cast.minato.id, now=clock.now)


def body(response: HttpResponse) -> bytes:
    return response.getvalue()


def archive(response: HttpResponse) -> zipfile.ZipFile:
    assert (response.status_code, response["Content-Type"]) == (200, "application/zip")
    return zipfile.ZipFile(io.BytesIO(body(response)))


def name_told(response: HttpResponse) -> str:
    """The name a browser gives the file (RFC 6266)."""
    header = response["Content-Disposition"]
    if found := re.fullmatch(r"attachment; filename\*=utf-8''([\x21-\x7e]+)", header):
        return unquote(found[1])
    found = re.fullmatch(r'attachment; filename="((?:[^"\\]|\\.)*)"', header)
    assert found, header
    return re.sub(r"\\(.)", r"\1", found[1])


def test_a_file_comes_as_it_was_sent_and_is_never_shown(reader: Reader) -> None:
    response = reader.get(reader.given())
    assert (response.status_code, body(response)) == (200, TEXT)
    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Length"] == str(SIZE)
    assert response["Accept-Ranges"] == "bytes"
    assert response["Content-Disposition"].startswith("attachment")
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    assert "Content-Range" not in response


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-9", 0, 9),
        ("bytes=0-0", 0, 0),
        ("bytes=100-199", 100, 199),
        ("bytes=250-350", 250, 350),  # over the border of two parts
        ("bytes=300-300", 300, 300),
        ("bytes=299-299", 299, 299),
        ("bytes=430-", 430, SIZE - 1),
        ("bytes=-10", SIZE - 10, SIZE - 1),
        (f"bytes=-{SIZE * 9}", 0, SIZE - 1),
        (f"bytes=0-{SIZE * 9}", 0, SIZE - 1),
        (f"bytes={SIZE - 1}-", SIZE - 1, SIZE - 1),
    ],
)
def test_a_range_is_these_bytes_alone(reader: Reader, asked: str, first: int, last: int) -> None:
    response = reader.get(two_parts(reader), Range=asked)
    assert (response.status_code, body(response)) == (206, TEXT[first : last + 1])
    assert response["Content-Range"] == f"bytes {first}-{last}/{SIZE}"
    assert response["Content-Length"] == str(last - first + 1)


def two_parts(reader: Reader) -> Delivery:
    """A line whose file lies in two parts."""
    with office_scope(reader.cast.minato.id):
        actor, client = user(reader.cast.minato), reader.cast.minato.clients["aoba"]
        file_id = begin(actor, client, SIZE)
        put(actor, file_id, TEXT[:300])
        put(actor, file_id, TEXT[300:], offset=300)
        examination.examine(file_id, now=NOW)
        assert FilePart.objects.filter(file_id=file_id).count() == 2
        return Delivery.objects.get(file_id=file_id)


@pytest.mark.parametrize("asked", [f"bytes={SIZE}-", f"bytes={SIZE}-{SIZE + 9}", "bytes=99999-", "bytes=-0"])
def test_beyond_the_end_there_is_nothing(reader: Reader, asked: str) -> None:
    response = reader.get(reader.given(), Range=asked)
    assert (response.status_code, response["Content-Range"]) == (416, f"bytes */{SIZE}")
    assert body(response) == b""


@pytest.mark.parametrize(
    "asked", ["", "bytes", "bytes=", "bytes=a-b", "items=0-9", "bytes=0-1,3-4", "bytes=０-９", "bytes = 0-9", "0-9"]
)
def test_what_is_no_single_range_gets_the_whole_file(reader: Reader, asked: str) -> None:
    response = reader.get(reader.given(), Range=asked)
    assert (response.status_code, body(response)) == (200, TEXT)


@pytest.mark.parametrize("asked", ["bytes=" + "9" * 5000 + "-", "bytes=-" + "9" * 5000])
def test_a_range_of_thousands_of_digits_is_no_fault_of_the_server(reader: Reader, asked: str) -> None:
    assert reader.get(reader.given(), Range=asked).status_code in {200, 206, 416}


@pytest.mark.parametrize(
    "name",
    [
        "plain.txt",
        "10月分 勤怠.txt",
        "髙﨑𠮷.txt",
        "it's 100% (1);a=b.txt",
        "半角ｶﾅ＆記号.txt",
    ],
)
def test_a_name_arrives_as_it_was_given(reader: Reader, name: str) -> None:
    response = reader.get(reader.given(name=name))
    assert response["Content-Disposition"].isascii()
    assert name_told(response) == name


@pytest.mark.parametrize(
    "typed",
    [
        'a"b.txt',
        'a";filename="x.exe.txt',
        "a\r\nSet-Cookie: x=1.txt",
        "..\\..\\a.txt",
        "../a.txt",
        "a\x00b.txt",
        "a\u202etxt",
    ],
)
def test_a_name_cannot_leave_its_place(reader: Reader, typed: str) -> None:
    """Quotes, line breaks, folders and marks of direction: cleaned when the file comes, quoted when it goes."""
    response = reader.get(reader.given(name=typed if typed.endswith(".txt") else f"{typed}.txt"))
    assert response.status_code == 200
    assert not re.search(r"[\r\n\x00]", response["Content-Disposition"])
    assert not re.search(r'[\x00-\x1f"\\/\u202e]', name_told(response))
    assert "Set-Cookie" not in response or "x=1" not in response["Set-Cookie"]


@pytest.mark.parametrize("stored", ['a"b.txt', "a\\b.txt", '表"x.txt'])
def test_a_quote_that_lay_in_the_table_stays_inside_its_quotes(reader: Reader, stored: str) -> None:
    line = reader.given()
    with office_scope(reader.cast.minato.id):
        Delivery.objects.filter(id=line.id).update(name=stored)
    assert name_told(reader.get(line)) == stored


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (DeliveryState.EXAMINING, 409),
        (DeliveryState.QUARANTINED, 409),
        (DeliveryState.UNSCANNABLE, 409),
        (DeliveryState.EXPIRED, 409),
    ],
)
def test_what_is_not_ready_is_not_sent(reader: Reader, state: DeliveryState, status: int) -> None:
    line = reader.given()
    with office_scope(reader.cast.minato.id):
        Delivery.objects.filter(id=line.id).update(state=state)
    response = reader.get(line)
    assert response.status_code == status
    assert TEXT[:30] not in response.content
    assert reader.openings() == 0


# Several as one zip


def test_several_files_come_as_one_zip(reader: Reader) -> None:
    lines = [reader.given(name=name) for name in ("10月.txt", "11月.txt")]
    response = reader.zip(*lines)
    assert name_told(response) == "files-20261124.zip"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response["Cache-Control"]
    made = archive(response)
    assert made.testzip() is None
    assert made.namelist() == ["10月.txt", "11月.txt"]
    assert all(made.read(name) == TEXT for name in made.namelist())
    assert all(info.flag_bits & 0x800 for info in made.infolist())  # names are UTF-8 (APPNOTE 4.4.4 bit 11)
    assert {info.date_time for info in made.infolist()} == {(2026, 11, 24, 10, 0, 0)}  # Japanese time
    assert reader.openings() == 2


def test_every_name_stands_once_in_a_zip(reader: Reader) -> None:
    """Windows takes letters of either case for the same."""
    names = ["勤怠.txt", "勤怠.txt", "Report.txt", "report.TXT", "勤怠（2）.txt", "勤怠.txt"]
    made = archive(reader.zip(*(reader.given(name=name) for name in names)))
    folded = [name.casefold() for name in made.namelist()]
    assert len(folded) == len(set(folded)) == len(names)
    assert made.namelist()[:3] == ["勤怠.txt", "勤怠（2）.txt", "Report.txt"]
    assert all(name.casefold().endswith(".txt") for name in folded)


def test_protected_files_do_not_come_along(reader: Reader) -> None:
    lines = [reader.given(name="通常.txt"), reader.given(name="保護.txt", protected=True)]
    assert archive(reader.zip(*lines)).namelist() == ["通常.txt"]
    assert reader.openings() == 1


def test_what_may_hold_numbers_does_not_come_along_either(reader: Reader) -> None:
    """Miyake has no right to numbers; a client user cannot read back what is proposed as 保護."""
    data = ("氏名,個人番号\n" + "".join(f"甲{n},{number_of(n)}\n" for n in range(3))).encode()
    with office_scope(reader.cast.minato.id):
        line = hand_in(reader.cast.minato, data, name="番号.csv")
    response = reader.zip(line)
    assert response.status_code == 302
    assert reader.openings() == 0


def test_a_line_of_another_company_is_in_no_zip_and_no_download(cast: Cast, clock: Clock) -> None:
    """Of みずほ: not for Nonaka of あおば, not for Ono who serves あおば alone."""
    with office_scope(cast.minato.id):
        theirs = [hand_in(cast.minato, login="tanabe", client="mizuho"), send(cast.minato, client="mizuho")]
    for door, login in ((PORTAL, "nonaka"), (OFFICE, "ono")):
        reader = Reader(cast, door, browser(cast, door, login, clock))
        own = reader.given(name="自社.txt")
        assert archive(reader.zip(*theirs, own)).namelist() == ["自社.txt"]
        assert reader.zip(*theirs).status_code == 302
        for line in theirs:
            assert reader.get(line).status_code == 404
    with office_scope(cast.minato.id):
        assert not Opening.objects.filter(delivery__in=theirs).exists()


@pytest.mark.parametrize("lines", [(), ("x",), ("",), (UUID(int=0),)], ids=str)
def test_nothing_chosen_leads_back_and_says_so(reader: Reader, lines: tuple[object, ...]) -> None:
    response = reader.zip(*lines)
    assert response["Location"] == f"{reader.door.prefix}files/"
    page = reader.client.get(response["Location"], secure=True).content.decode()
    assert "まとめてダウンロードできるファイルが選択されていません。" in page


# Who opened it


def test_the_receivers_first_opening_stands_in_the_line_and_the_rest_in_the_list(reader: Reader, clock: Clock) -> None:
    line = reader.given()
    opened = clock.now
    assert body(reader.get(line)) == TEXT
    clock.pass_minutes(3)
    reader.get(line)
    with office_scope(reader.cast.minato.id):
        line.refresh_from_db()
        times = list(Opening.objects.filter(delivery=line).order_by("at").values_list("at", flat=True))
    assert line.opened_at == opened
    assert times == [opened, opened + timedelta(minutes=3)]


def test_to_ask_for_the_headers_alone_opens_nothing(reader: Reader) -> None:
    line = reader.given()
    assert reader.client.head(f"{reader.door.prefix}files/{line.id}/download/", secure=True).status_code in {200, 405}
    with office_scope(reader.cast.minato.id):
        line.refresh_from_db()
    assert line.opened_at is None
    assert reader.openings() == 0
