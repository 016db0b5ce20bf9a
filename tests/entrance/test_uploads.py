"""Uploads on the wire at both doors: what tus 1.0 promises a client, what is refused in words, what is kept.

Source: https://tus.io/protocols/resumable-upload 1.0.0.
"""

from __future__ import annotations

import hashlib
import io
import re
from base64 import b64encode
from dataclasses import dataclass
from uuid import UUID

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.test import Client

from azukari.entrance.doors import OFFICE, PORTAL, Door
from azukari.exchange import tasks
from azukari.exchange.actions import examination
from azukari.exchange.models import Delivery, FileKey, FilePart, StoredFile
from azukari.exchange.rules.states import PART_BYTES
from azukari.kernel.ids import new_id
from azukari.store.scope import office_scope
from azukari.tenancy.models import Account
from azukari.tenancy.models import Office as OfficeRow
from tests import doors
from tests.cast import Cast, number_of
from tests.entrance.conftest import Clock

TEXT = "勤怠の表です。\n".encode() * 20
HALF = len(TEXT) // 2
TUS = {"Tus-Resumable": "1.0.0"}
LOGINS = {OFFICE: "miyake", PORTAL: "nonaka"}
NOWHERE = UUID("01890000-0000-7000-8000-000000000000")


def told(**words: object) -> str:
    """Metadata as tus writes it."""
    return ",".join(f"{key} {b64encode(str(word).encode()).decode()}" for key, word in words.items())


def checksum(data: bytes) -> str:
    return "sha256 " + b64encode(hashlib.sha256(data).digest()).decode()


@dataclass
class Sender:
    """A browser that uploads at a door."""

    door: Door
    client: Client

    @property
    def endpoint(self) -> str:
        return f"{self.door.prefix}files/uploads/"

    def create(self, size: object = len(TEXT), metadata: str | None = None, **words: object) -> HttpResponse:
        metadata = told(**{"filename": "勤怠.txt", **words}) if metadata is None else metadata
        headers = {**TUS, "Upload-Length": str(size), "Upload-Metadata": metadata}
        return self.client.post(self.endpoint, headers=headers, secure=True)

    def begin(self, size: int = len(TEXT), **words: object) -> str:
        """Give the address of a new upload."""
        answer = self.create(size, **words)
        assert answer.status_code == 201, answer.content.decode()
        return str(answer["Location"])

    def patch(self, url: str, data: bytes, offset: object = 0, *, length: int | None = None, **headers: str):
        # With a `length` beside the data the line breaks before everything has come.
        options = {} if length is None else {"CONTENT_LENGTH": str(length), "wsgi.input": io.BytesIO(data)}
        kind = headers.pop("content_type", "application/offset+octet-stream")
        return self.client.generic(
            "PATCH",
            url,
            data,
            content_type=kind,
            headers={**TUS, "Upload-Offset": str(offset), **headers},
            secure=True,
            **options,
        )

    def head(self, url: str) -> HttpResponse:
        return self.client.head(url, headers=TUS, secure=True)

    def offset(self, url: str) -> str:
        return str(self.head(url)["Upload-Offset"])


@pytest.fixture(autouse=True)
def examined(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[UUID]:
    """No thread: a whole file is noted here, and a test examines it itself."""
    asked: list[UUID] = []
    monkeypatch.setattr(tasks, "examine_soon", lambda _, file_id: asked.append(file_id))
    monkeypatch.setattr("azukari.entrance.views.uploads.utc_now", lambda: clock.now)
    return asked


def browser(cast: Cast, door: Door, clock: Clock, login: str = "") -> Client:
    with office_scope(cast.minato.id):
        account = Account.objects.get(username=f"minato/{login or LOGINS[door]}")
    return doors.enter(door, account.pk, cast.minato.id, now=clock.now)


@pytest.fixture(params=[OFFICE, PORTAL], ids=lambda door: door.name)
def sender(request: pytest.FixtureRequest, cast: Cast, clock: Clock) -> Sender:
    """A browser at each of the two doors."""
    return Sender(request.param, browser(cast, request.param, clock))


def file_of(url: str) -> UUID:
    return UUID(url.rstrip("/").rsplit("/", 1)[1])


def row_of(cast: Cast, url: str) -> StoredFile:
    with office_scope(cast.minato.id):
        return StoredFile.objects.get(id=file_of(url))


def parts_of(cast: Cast, url: str) -> int:
    with office_scope(cast.minato.id):
        return FilePart.objects.filter(file_id=file_of(url)).count()


def plain(answer: HttpResponse) -> str:
    """The sentence of a refusal: plain text, in Japanese, never cached."""
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert "no-store" in answer["Cache-Control"]
    sentence = answer.content.decode()
    assert re.search("[ぁ-ん]", sentence) and "<" not in sentence
    return sentence


# The protocol


def test_options_tell_what_the_server_can(cast: Cast, sender: Sender) -> None:
    OfficeRow.objects.filter(id=cast.minato.id).update(file_limit_mb=7)
    answer = sender.client.options(sender.endpoint, secure=True)
    assert answer.status_code == 204
    assert answer["Tus-Version"] == answer["Tus-Resumable"] == "1.0.0"
    assert answer["Tus-Extension"] == "creation,termination,checksum"
    assert answer["Tus-Checksum-Algorithm"] == "sha256"
    assert answer["Tus-Max-Size"] == str(7 * 1024 * 1024)


def test_a_new_upload_has_a_place_of_its_own(cast: Cast, sender: Sender) -> None:
    answer = sender.create()
    assert answer.status_code == 201
    assert re.fullmatch(re.escape(sender.endpoint) + "[0-9a-f-]{36}/", answer["Location"])
    assert (answer["Upload-Offset"], answer["Tus-Resumable"]) == ("0", "1.0.0")
    row = row_of(cast, answer["Location"])
    assert (row.name, row.size, row.received, row.state) == ("勤怠.txt", len(TEXT), 0, "RECEIVING")


@pytest.mark.parametrize("length", ["", "-1", "1e3", "0x10", "1.0", " ", "1" * 16, "９", "²"])
def test_a_length_that_is_no_number_is_a_bad_request(cast: Cast, sender: Sender, length: str) -> None:
    headers = {**TUS, "Upload-Metadata": told(filename="勤怠.txt"), "Upload-Length": length}
    assert sender.client.post(sender.endpoint, headers=headers, secure=True).status_code == 400
    with office_scope(cast.minato.id):
        assert not StoredFile.objects.exists()


def test_how_far_it_is_comes_from_the_server_and_is_never_cached(sender: Sender) -> None:
    url = sender.begin()
    sender.patch(url, TEXT[:HALF])
    answer = sender.head(url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert (answer["Upload-Offset"], answer["Upload-Length"]) == (str(HALF), str(len(TEXT)))
    assert "no-store" in answer["Cache-Control"]
    assert answer["Tus-Resumable"] == "1.0.0"


def test_in_two_pieces_it_is_whole_and_goes_to_the_checks(
    cast: Cast, sender: Sender, examined: list[UUID], clock: Clock
) -> None:
    url = sender.begin()
    first = sender.patch(url, TEXT[:HALF])
    assert (first.status_code, first["Upload-Offset"], examined) == (204, str(HALF), [])
    second = sender.patch(url, TEXT[HALF:], HALF)
    assert (second.status_code, second["Upload-Offset"], second.content) == (204, str(len(TEXT)), b"")
    assert examined == [file_of(url)]
    assert row_of(cast, url).state == "EXAMINING"
    with office_scope(cast.minato.id):
        examination.examine(file_of(url), now=clock.now)
        assert StoredFile.objects.get(id=file_of(url)).state == "READY"
        assert Delivery.objects.count() == (1 if sender.door is PORTAL else 0)


@pytest.mark.parametrize("offset", [0, HALF - 1, HALF + 1, len(TEXT)])
def test_from_another_place_it_does_not_go_on(sender: Sender, offset: int) -> None:
    url = sender.begin()
    sender.patch(url, TEXT[:HALF])
    assert "位置が、送り側と違います" in plain(refused := sender.patch(url, TEXT[HALF:], offset))
    assert refused.status_code == 409
    assert sender.offset(url) == str(HALF)


@pytest.mark.parametrize("kind", ["application/octet-stream", "text/plain", "multipart/form-data"])
def test_only_bytes_of_an_upload_are_taken(sender: Sender, kind: str) -> None:
    url = sender.begin()
    assert sender.patch(url, TEXT, content_type=kind).status_code == 415
    assert sender.offset(url) == "0"


@pytest.mark.parametrize("offset", ["", "-1", "x", "1" * 16])
def test_an_offset_that_is_no_number_is_a_bad_request(sender: Sender, offset: str) -> None:
    assert sender.patch(url := sender.begin(), TEXT, offset).status_code == 400
    assert sender.offset(url) == "0"


def test_more_than_was_announced_is_refused(cast: Cast, sender: Sender) -> None:
    url = sender.begin()
    answer = sender.patch(url, TEXT + b"x")
    assert answer.status_code == 413
    plain(answer)
    assert (sender.offset(url), parts_of(cast, url)) == ("0", 0)


def test_a_line_that_breaks_early_keeps_too_little_to_count(cast: Cast, sender: Sender) -> None:
    url = sender.begin()
    answer = sender.patch(url, TEXT[:HALF], length=len(TEXT))
    assert (answer.status_code, answer["Upload-Offset"]) == (204, "0")
    assert parts_of(cast, url) == 0
    assert sender.patch(url, TEXT)["Upload-Offset"] == str(len(TEXT))


def test_a_whole_upload_takes_nothing_more(sender: Sender) -> None:
    url = sender.begin()
    sender.patch(url, TEXT)
    for offset in (0, len(TEXT)):
        assert sender.patch(url, TEXT, offset).status_code == 404
    assert sender.offset(url) == str(len(TEXT))


# Checksums


def test_a_right_checksum_is_kept(sender: Sender) -> None:
    url = sender.begin()
    answer = sender.patch(url, TEXT, **{"Upload-Checksum": checksum(TEXT)})
    assert (answer.status_code, answer["Upload-Offset"]) == (204, str(len(TEXT)))


def test_a_wrong_checksum_keeps_nothing_and_it_can_be_sent_again(cast: Cast, sender: Sender) -> None:
    url = sender.begin()
    answer = sender.patch(url, TEXT, **{"Upload-Checksum": checksum(b"other")})
    assert answer.status_code == 460
    plain(answer)
    assert (sender.offset(url), parts_of(cast, url), row_of(cast, url).state) == ("0", 0, "RECEIVING")
    assert sender.patch(url, TEXT, **{"Upload-Checksum": checksum(TEXT)}).status_code == 204


def test_with_a_checksum_a_broken_line_keeps_nothing(cast: Cast, sender: Sender) -> None:
    url = sender.begin()
    answer = sender.patch(url, TEXT[:HALF], length=len(TEXT), **{"Upload-Checksum": checksum(TEXT)})
    assert (answer.status_code, parts_of(cast, url)) == (460, 0)


def test_a_checksum_over_more_than_a_part_is_refused(sender: Sender) -> None:
    url = sender.begin(PART_BYTES + 1)
    answer = sender.patch(url, TEXT, length=PART_BYTES + 1, **{"Upload-Checksum": checksum(TEXT)})
    assert answer.status_code == 422
    assert "8MiBまで" in plain(answer)
    assert sender.offset(url) == "0"


@pytest.mark.parametrize(
    "header", ["sha256", "sha256 ", "sha256 ???", "sha1 " + "A" * 28, "SHA256 x", "sha256 " + "A" * 40, "x"]
)
def test_a_checksum_that_cannot_be_read_is_a_bad_request(sender: Sender, header: str) -> None:
    url = sender.begin()
    assert sender.patch(url, TEXT, **{"Upload-Checksum": header}).status_code == 400
    assert sender.offset(url) == "0"


# Going on, taking over, giving up


def test_the_same_file_again_finds_the_broken_off_upload(sender: Sender) -> None:
    url = sender.begin(stamp="1764000000000")
    sender.patch(url, TEXT[:HALF])
    again = sender.create(stamp="1764000000000")
    assert (again.status_code, again["Location"], again["Upload-Offset"]) == (201, url, str(HALF))


@pytest.mark.parametrize(
    "other", [{"stamp": "2"}, {"filename": "別の勤怠.txt"}, {"memo": "訂正"}, {"stamp": ""}], ids=str
)
def test_another_file_is_another_upload(sender: Sender, other: dict[str, str]) -> None:
    assert sender.begin(stamp="1") != sender.begin(**{"stamp": "1", **other})


def test_a_newer_request_takes_over_from_one_that_hangs(
    cast: Cast, sender: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first still reads, the second sends everything: the first finds out and keeps nothing."""
    url, newer, read = sender.begin(), TEXT[::-1], WSGIRequest.read
    answers: list[HttpResponse] = []

    def reading(request: WSGIRequest, *args: int) -> bytes:
        monkeypatch.setattr(WSGIRequest, "read", read)
        answers.append(sender.patch(url, newer[:HALF]))
        return read(request, *args)

    monkeypatch.setattr(WSGIRequest, "read", reading)
    hung = sender.patch(url, TEXT)
    assert (answers[0].status_code, hung.status_code) == (204, 409)
    assert (sender.offset(url), parts_of(cast, url)) == (str(HALF), 1)


def test_given_up_nothing_of_it_is_left(cast: Cast, sender: Sender) -> None:
    url = sender.begin(stamp="1")
    sender.patch(url, TEXT[:HALF])
    answer = sender.client.delete(url, headers=TUS, secure=True)
    assert (answer.status_code, answer["Tus-Resumable"]) == (204, "1.0.0")
    assert sender.head(url).status_code == 404
    assert sender.patch(url, TEXT[HALF:], HALF).status_code == 404
    assert "途中の送信が見つかりません" in plain(sender.client.delete(url, headers=TUS, secure=True))
    assert parts_of(cast, url) == 0
    with office_scope(cast.minato.id):
        assert not FileKey.objects.filter(id=file_of(url)).exists()
    assert sender.begin(stamp="1") != url


@pytest.mark.parametrize("method", ["get", "head", "delete"])
def test_what_is_not_there_is_said_in_words(sender: Sender, method: str) -> None:
    answer = getattr(sender.client, method)(f"{sender.endpoint}{NOWHERE}/", headers=TUS, secure=True)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "text/plain; charset=utf-8"


# Refusals in words


@pytest.mark.parametrize(
    ("filename", "size", "status", "words"),
    [
        ("請求.exe", 9, 422, "プログラムのファイル（.exe）は送信できません。"),
        ("請求.pdf.scr", 9, 422, "プログラムのファイル（.scr）は送信できません。"),
        ("表.xlsm", 9, 422, "マクロが入った形式です。"),
        ("写真.lzh", 9, 422, "この種類のファイル（.lzh）は送信できません。"),
        ("勤怠", 9, 422, "この種類のファイル（拡張子なし）は送信できません。"),
        ("勤怠.txt", 0, 422, "「勤怠.txt」は中身が空です。"),
        ("勤怠.txt", 8 * 1024 * 1024, 413, "7MBを超えるファイルは送信できません（8.0MB）。"),
        ("", 9, 422, "ファイル名が空か、使えない文字だけでできています。"),
        ("/", 9, 422, "ファイル名が空か、使えない文字だけでできています。"),
    ],
)
def test_refusals_are_one_sentence_in_japanese(
    cast: Cast, sender: Sender, filename: str, size: int, status: int, words: str
) -> None:
    OfficeRow.objects.filter(id=cast.minato.id).update(file_limit_mb=7)
    answer = sender.create(size, filename=filename)
    assert (answer.status_code, answer["Tus-Resumable"]) == (status, "1.0.0")
    assert words in plain(answer)
    with office_scope(cast.minato.id):
        assert not StoredFile.objects.exists()


def test_a_program_behind_another_name_is_refused_by_its_first_bytes(cast: Cast, sender: Sender) -> None:
    data = b"MZ\x90\x00" + b"\0" * 60
    url = sender.begin(len(data), filename="請求.pdf")
    answer = sender.patch(url, data)
    assert answer.status_code == 422
    sentence = plain(answer)
    assert (row_of(cast, url).state, parts_of(cast, url)) == ("REFUSED", 0)
    assert sentence in sender.client.get(url, secure=True).content.decode()


@pytest.mark.parametrize(
    ("metadata", "status"),
    [
        ("", 422),
        ("filename", 422),
        ("filename ???", 422),
        ("filename gYGC4g==", 422),  # bytes that are no UTF-8
        (",,, ,", 422),
        (told(filename="勤怠.txt") + ",item ???,reply_to eA==,batch,replaces gIA=", 201),
        (told(filename="勤怠.txt", item="x", reply_to="-", batch="1", replaces="0" * 31), 201),
        (told(filename="勤怠.txt", memo="あ" * 5000, stamp="1" * 500), 201),
    ],
)
def test_metadata_that_cannot_be_read_is_as_if_it_had_not_been_sent(
    cast: Cast, sender: Sender, metadata: str, status: int
) -> None:
    answer = sender.create(metadata=metadata)
    assert answer.status_code == status
    if status == 201:
        row = row_of(cast, answer["Location"])
        assert set(row.wishes) <= {"memo"} and len(row.wishes.get("memo", "")) <= 400 and len(row.stamp) <= 64


def test_a_number_typed_into_name_or_memo_is_hidden(cast: Cast, sender: Sender) -> None:
    row = row_of(cast, sender.begin(filename=f"甲{number_of(1)}.txt", memo=f"番号は{number_of(1)}です"))
    assert number_of(1) not in row.name
    assert number_of(1) not in row.wishes["memo"]


@pytest.mark.parametrize("word", ["reply_to", "replaces", "item"])
def test_what_it_answers_must_be_there(cast: Cast, sender: Sender, word: str) -> None:
    answer = sender.create(**{word: str(NOWHERE)})
    assert answer.status_code == 404
    plain(answer)
    with office_scope(cast.minato.id):
        assert not StoredFile.objects.exists()


# Who


@pytest.mark.parametrize("door", [OFFICE, PORTAL], ids=lambda door: door.name)
@pytest.mark.parametrize("method", ["POST", "OPTIONS"])
def test_without_a_login_a_script_hears_so_in_words(door: Door, method: str) -> None:
    answer = Client().generic(method, f"{door.prefix}files/uploads/", headers=TUS, secure=True)
    assert answer.status_code == 401
    assert "ログインし直して同じファイルを選ぶと、続きから送信します。" in plain(answer)


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE", "GET"])
def test_an_upload_of_somebody_who_was_logged_out_goes_on_after_the_login(sender: Sender, method: str) -> None:
    url = sender.begin()
    answer = Client().generic(method, url, headers=TUS, secure=True)
    assert answer.status_code == 401
    assert sender.head(url).status_code == 200


@pytest.mark.parametrize("door", [OFFICE, PORTAL], ids=lambda door: door.name)
def test_a_form_without_a_login_is_led_to_the_login(door: Door) -> None:
    answer = Client().post(f"{door.prefix}files/uploads/", secure=True)
    assert answer["Location"].startswith(f"{door.prefix}login/?")


def test_without_the_token_of_the_page_nothing_is_taken(cast: Cast, sender: Sender) -> None:
    url = sender.begin()
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[sender.door.cookie] = sender.client.cookies[sender.door.cookie].value
    forged = Sender(sender.door, strict)
    assert forged.create(stamp="2").status_code == 403
    assert forged.patch(url, TEXT).status_code == 403
    assert strict.delete(url, headers=TUS, secure=True).status_code == 403
    assert sender.offset(url) == "0"
    with office_scope(cast.minato.id):
        assert StoredFile.objects.count() == 1


def test_with_the_token_of_the_page_a_script_may(cast: Cast, sender: Sender) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.cookies[sender.door.cookie] = sender.client.cookies[sender.door.cookie].value
    page = strict.get(
        sender.door.prefix + ("files/" if sender.door is PORTAL else f"files/send/{new_id()}/"), secure=True
    )
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.content.decode())
    assert found
    headers = {
        **TUS,
        "Upload-Length": "9",
        "Upload-Metadata": told(filename="勤怠.txt"),
        "X-CSRFToken": found[1],
        "Origin": "https://testserver",
    }
    assert strict.post(sender.endpoint, headers=headers, secure=True).status_code == 201


def test_the_wire_does_not_choose_whose_the_file_is(cast: Cast, clock: Clock) -> None:
    """A client user's file is the company's own, whatever the metadata says; only a client user makes one 保護."""
    portal, office = (Sender(door, browser(cast, door, clock)) for door in (PORTAL, OFFICE))
    words = {"client": cast.minato.clients["mizuho"], "protected": "1"}
    handed_in, sent = row_of(cast, portal.begin(**words)), row_of(cast, office.begin(**words))
    assert (handed_in.client_id, handed_in.direction, handed_in.protected) == (
        cast.minato.clients["aoba"],
        "RECEIVED",
        True,
    )
    assert (sent.client_id, sent.direction, sent.protected) == (cast.minato.clients["mizuho"], "SENT", False)


@pytest.mark.parametrize(("login", "client"), [("ono", "mizuho"), ("miyake", "shiosai"), ("miyake", "nowhere")])
def test_nobody_prepares_a_file_for_a_company_that_is_a_stranger(
    cast: Cast, clock: Clock, login: str, client: str
) -> None:
    wanted = {**cast.minato.clients, **cast.kamome.clients, "nowhere": NOWHERE}[client]
    answer = Sender(OFFICE, browser(cast, OFFICE, clock, login)).create(client=wanted)
    assert answer.status_code == 404
    plain(answer)


# The line on the page


WORDS = {
    OFFICE: ("途中まで受け取っています", "検査しています…", "送信の準備ができました。"),
    PORTAL: ("途中まで受け取っています", "受け取りました。検査しています…", "に送信しました（受領書 受-2026-0"),
}


def test_the_line_of_an_upload_tells_how_it_stands(cast: Cast, sender: Sender, clock: Clock) -> None:
    url = sender.begin(batch=new_id())

    def line() -> str:
        answer = sender.client.get(url, secure=True)
        assert answer.status_code == 200 and "no-store" in answer["Cache-Control"]
        text = answer.content.decode()
        assert text.lstrip().startswith("<li") and "<html" not in text and "勤怠.txt" in text
        return text

    half, whole, done = WORDS[sender.door]
    sender.patch(url, TEXT[:HALF])
    assert half in (page := line()) and f'data-address="{url}"' in page
    sender.patch(url, TEXT[HALF:], HALF)
    assert whole in (page := line()) and "data-busy" in page
    with office_scope(cast.minato.id):
        examination.examine(file_of(url), now=clock.now)
    assert done in (page := line()) and "data-busy" not in page


def test_too_many_broken_off_uploads_are_too_many(sender: Sender, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("azukari.exchange.actions.uploads.MOST_OPEN_UPLOADS", 2)
    sender.begin(stamp="1")
    sender.begin(stamp="2")
    answer = sender.create(stamp="3")
    assert answer.status_code == 409
    assert "途中の送信が2件あります。" in plain(answer)
    assert sender.create(stamp="1").status_code == 201
