"""委託先監督資料: what is in it, who gets it, that it is recorded; and the file that proves one line."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest

from azukari.journal import queries as record
from azukari.journal.rules import TakenOut
from azukari.journal.rules.takeouts import TakeOutFacts
from azukari.ops import cli
from azukari.oversight import errors
from azukari.oversight.actions import pack, reading
from azukari.oversight.actions import settings as settings_actions
from azukari.oversight.rules import proof_file
from azukari.oversight.rules.settings import OversightSettings, SubProcessor
from azukari.seal import checkpoint
from azukari.tenancy.actions import keys
from azukari.tenancy.errors import ClientNotFoundError, PermissionNotAllowed
from azukari.vault.rules.disposal import Reason
from tests.cast import NOW, TODAY, Office, number_of
from tests.exchange.hands import user
from tests.vault.disposing import ask, carry_out
from tests.vault.test_numbers import register, reveal

FIRST = date(2026, 4, 1)


def make(office: Office, actor=None, client: str = "aoba", until: date = TODAY) -> pack.Pack:
    return pack.make_pack(
        actor=actor or office.actor("aoki"), client_id=office.clients[client], since=FIRST, until=until, now=NOW
    )


def text_of(pdf: bytes) -> str:
    made = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return made.stdout.decode()


@pytest.fixture
def busy(minato: Office) -> Office:
    """A year of あおば: two registered, one shown and written down, one refused, one disposed of."""
    register(minato, "ishihara", 1)
    register(minato, "takahashi", 2)
    reveal(
        minato,
        "takahashi",
        leaves=TakeOutFacts(kind=TakenOut.DOCUMENT, at_once=True, note="源泉徴収票"),
    )
    carry_out(minato, ask(minato, "ishihara", Reason.REGISTERED_BY_MISTAKE))
    return minato


def test_the_pack_holds_what_a_client_has_to_ask(busy: Office) -> None:
    """番号法11条, ガイドライン 4 2(1)."""
    given = OversightSettings(sub_processors=(SubProcessor(name="甲計算センター", work="入力", since="2025年"),))
    settings_actions.change_settings(actor=busy.actor("aoki"), settings=given, version=0, now=NOW)
    files = dict(make(busy).files)
    assert list(files) == [
        "委託先監督資料.pdf",
        "廃棄証明書/廃-2026-0001.pdf",
        "記録の検証/checkpoint.txt",
        "記録の検証/verifier-key.txt",
    ]
    text = text_of(files["委託先監督資料.pdf"])
    for word in (
        "株式会社あおば製作所 御中", "青木 由美", "佐伯 舞", "大野 健一", "甲計算センター", "廃-2026-0001", "2026年11月",
        "AES-256-GCM", "別の責任者が承認",
    ):  # fmt: skip
        assert word in text, word
    assert "三宅 隆" not in text  # has no right to numbers
    for never in (number_of(1), number_of(2), "石原", "髙橋", "北川", "みずほ", "かもめ"):
        assert never not in text, never
    head = checkpoint.verify_checkpoint(
        files["記録の検証/checkpoint.txt"].decode(), files["記録の検証/verifier-key.txt"].decode().strip()
    )
    assert head.size == record.tree_size()  # the line of this very pack is in it


def test_the_summary_counts_months_kinds_take_outs_and_refusals(busy: Office) -> None:
    (month,) = pack._summary(busy.clients["aoba"], NOW - timedelta(days=1), NOW + timedelta(days=1))
    assert (month.month, month.taken_out, month.refused) == (date(2026, 11, 1), 1, 0)
    assert dict(month.counts) == {"登録": 2, "照会": 1, "出力": 1, "削除": 2}
    assert pack._summary(busy.clients["aoba"], NOW - timedelta(days=2), NOW - timedelta(days=1)) == ()


def test_a_certificate_of_another_span_is_left_out(busy: Office) -> None:
    names = [name for name, _ in make(busy, until=date(2026, 11, 1)).files]
    assert "廃棄証明書/廃-2026-0001.pdf" not in names


def test_empty_of_everything_it_says_so(minato: Office) -> None:
    text = text_of(dict(make(minato, client="mizuho").files)["委託先監督資料.pdf"])
    assert "この期間の取扱いはありません" in text
    assert text.count("なし") >= 2


def test_the_leading_person_of_the_company_gets_the_same(busy: Office) -> None:
    tanabe = user(busy, "tanabe")
    assert [name for name, _ in make(busy, tanabe).files] == [name for name, _ in make(busy).files]
    rows = record.list_entries(busy.actor("aoki"), record.Filter(), size=4).rows
    last = next(row for row in rows if row.staff == "田辺 由紀")
    assert (last.label, last.staff, last.client) == ("委託先監督資料の発行", "田辺 由紀", "株式会社あおば製作所")


def test_who_gets_none(minato: Office) -> None:
    for login in ("saeki", "ono", "miyake", "kanno"):
        with pytest.raises(PermissionNotAllowed):
            make(minato, minato.actor(login))
    with pytest.raises(PermissionNotAllowed):
        make(minato, user(minato, "nonaka"))
    with pytest.raises(ClientNotFoundError):
        make(minato, user(minato, "tanabe"), "kitagawa")


# The file that proves one line


def proof_of(office: Office, label: str = "マイナンバー閲覧") -> tuple[str, bytes]:
    rows = record.list_entries(office.actor("aoki"), record.Filter(client_id=office.clients["aoba"])).rows
    (row, *_) = [row for row in rows if row.label == label]
    return reading.take_proof(
        actor=user(office, "tanabe"), client_id=office.clients["aoba"], seq=row.seq, now=NOW + timedelta(hours=1)
    )


def test_a_line_is_proved_with_nothing_but_the_file(busy: Office, tmp_path: Path, capsys) -> None:
    name, data = proof_of(busy)
    line = proof_file.verify(data, checkpoint.fingerprint(keys.verifier_key()))
    assert line.told["label"] == "マイナンバー閲覧"
    assert line.texts["person"] == "髙橋 誠"
    assert "address" not in line.texts  # from where staff worked is the office's affair
    assert b"127.0.0.1" not in data
    assert number_of(2).encode() not in data
    path = tmp_path / name
    path.write_bytes(data)
    assert cli.main(["verify", str(path)]) == 0
    said = capsys.readouterr().out
    assert "有効：取扱いの記録" in said
    assert "源泉徴収票・給与支払報告書の作成（提出先 税務署・市町村）" in said
    assert cli.main(["verify", str(path), "--key", "AAAA BBBB"]) == 1


def test_no_server_database_or_django_is_needed(busy: Office, tmp_path: Path) -> None:
    name, data = proof_of(busy)
    (tmp_path / name).write_bytes(data)
    program = "import sys; from azukari.ops import cli; code = cli.main(sys.argv[1:]); assert 'django' not in sys.modules; sys.exit(code)"
    done = subprocess.run(
        [sys.executable, "-c", program, "verify", str(tmp_path / name)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def changed(data: bytes, what: str) -> bytes:
    body = json.loads(data)
    match what:
        case "entry":
            body["entry"] = body["entry"].replace("マイナンバー閲覧", "マイナンバー登録")
        case "name":
            body["texts"]["person"][1] = "別人"
        case "extra name":
            body["texts"]["invented"] = body["texts"]["person"]
        case "proof":
            body["proof"] = body["proof"].replace("index ", "index 1", 1)
        case "head":
            body["proof"] = body["proof"].replace("\nazukari/office/", "\nazukari/office/1", 1)
        case "no entry":
            del body["entry"]
        case "a list":
            body = [proof_file.FORMAT]
        case "no number":
            body["entry"] = body["entry"].replace('"operation":', '"operatiom":')
    return json.dumps(body).encode()


@pytest.mark.parametrize("what", ["entry", "name", "extra name", "proof", "head", "no entry", "a list", "no number"])
def test_a_changed_file_is_refused(busy: Office, what: str) -> None:
    _, data = proof_of(busy)
    with pytest.raises(proof_file.NotAProofFileError):
        proof_file.verify(changed(data, what))


def test_a_line_that_is_not_the_companys_handling_has_no_proof(busy: Office) -> None:
    tanabe, rows = user(busy, "tanabe"), record.list_entries(busy.actor("aoki"), record.Filter()).rows
    outside = [row.seq for row in rows if row.client_id != busy.clients["aoba"]] + [record.tree_size() + 5]
    for seq in outside:
        before = record.tree_size()
        with pytest.raises(errors.HandlingNotFoundError):
            reading.take_proof(actor=tanabe, client_id=busy.clients["aoba"], seq=seq, now=NOW)
        assert record.tree_size() == before
    with pytest.raises(errors.HandlingsNotShown):
        reading.take_proof(actor=user(busy, "nonaka"), client_id=busy.clients["aoba"], seq=rows[0].seq, now=NOW)
