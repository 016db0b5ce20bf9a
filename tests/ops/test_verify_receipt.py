"""`azukari verify` on a 受領書: with nothing but the file, and with a file at hand (architecture.md 5)."""

from __future__ import annotations

import dataclasses
import random
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import rfc8785

from azukari.kernel.errors import AzukariError
from azukari.ops import cli
from azukari.ops.verify import RECEIVED_EVENT, InvalidCertificateError, verify
from azukari.press.documents import disposal_certificate, file_receipt
from azukari.press.documents.disposal_certificate import sample as certificates
from azukari.press.documents.file_receipt.sample import FILE, sample_receipt
from azukari.press.signed import RecordReference
from azukari.seal import chain, checkpoint, document_signer
from azukari.seal.document_signer import DocumentSigner
from azukari.seal.errors import ProofError

ISSUED_AT = datetime(2026, 10, 20, 9, 41, 10, tzinfo=UTC)
PLACE = 4


def new_documents() -> DocumentSigner:
    until = ISSUED_AT.replace(year=2046)
    return document_signer.new_document_signer("受領書", "みなと社会保険労務士法人", 7, ISSUED_AT, until)


@dataclass(frozen=True)
class Log:
    """The record of one office: a key for its heads, and what else stands in it."""

    office: UUID
    signer: checkpoint.LogSigner
    documents: DocumentSigner

    @property
    def origin(self) -> str:
        return f"azukari/office/{self.office}"

    def reference(self, **changes: Any) -> RecordReference:
        key = self.signer.verifier_key()
        told = RecordReference(
            origin=self.origin,
            verifier_key=key,
            verifier_key_fingerprint=checkpoint.fingerprint(key),
            index=PLACE,
            operation_no="3178-1",
        )
        return dataclasses.replace(told, **changes)

    def entry(self, facts: bytes, **changes: Any) -> bytes:
        told: dict[str, Any] = {
            "v": 1,
            "office": str(self.office),
            "seq": PLACE,
            "operation": 3178,
            "line": 1,
            "event": RECEIVED_EVENT,
            "document": sha256(facts).hexdigest(),
        }
        return rfc8785.dumps(told | changes)

    def proof(self, entry: bytes, place: int = PLACE) -> bytes:
        leaves = [chain.leaf_hash(b"entry %d" % n) for n in range(place)] + [chain.leaf_hash(entry)]
        head = checkpoint.sign_checkpoint(
            self.signer, self.origin, len(leaves), chain.Frontier().append_many(leaves).root()
        )

        def subtree(level: int, index: int) -> bytes:
            return chain.Frontier().append_many(leaves[index << level : (index + 1) << level]).root()

        return checkpoint.build_proof(place, chain.inclusion_proof(place, len(leaves), subtree), head).encode()

    def facts(self, **changes: Any) -> file_receipt.FileReceipt:
        digest = document_signer.certificate_fingerprint(self.documents.certificate_der)
        return dataclasses.replace(sample_receipt(signer_certificate_sha256=digest), record=self.reference(), **changes)

    def sign(self, facts: file_receipt.FileReceipt, entry: bytes | None = None, proof: bytes | None = None) -> bytes:
        entry = entry or self.entry(facts.to_bytes())
        pdf = file_receipt.render(facts, proof=proof or self.proof(entry), entry=entry)
        return file_receipt.sign(pdf, self.documents.private_key_der, self.documents.certificate_der, ISSUED_AT)


def new_log(number: int) -> Log:
    office = UUID(int=number)
    return Log(office, checkpoint.LogSigner.generate(f"azukari/office/{office}"), new_documents())


@pytest.fixture(scope="module")
def log() -> Log:
    return new_log(1)


@pytest.fixture(scope="module")
def pdf(log: Log) -> bytes:
    return log.sign(log.facts())


@pytest.fixture
def paper(pdf: bytes, tmp_path: Path) -> Path:
    path = tmp_path / "受領書.pdf"
    path.write_bytes(pdf)
    return path


def told(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str]:
    code = cli.main(["verify", *map(str, arguments)])
    return code, capsys.readouterr().out


# --- what holds ------------------------------------------------------------------------------------------


def test_a_receipt_is_valid_with_nothing_but_the_file(paper: Path, log: Log, capsys) -> None:
    fingerprint = checkpoint.fingerprint(log.signer.verifier_key())
    code, said = told(capsys, paper)
    assert code == 0
    for expected in (
        "有効：受-2026-000123",
        "みなと社会保険労務士法人",
        "有限会社北川商店 北川 千尋",
        "2026/10/20 18:41:09",
        "賃金台帳_2026年9月.xlsx",
        f"{len(FILE):,}バイト",
        "検査済み",
        sha256(FILE).hexdigest()[:4],
        "NO 3178-1",
        f"{log.origin} の {PLACE} 番目",
        fingerprint,
        "--key で指定できます",
    ):
        assert expected in said
    wide = fingerprint.translate({code: code + 0xFEE0 for code in range(0x30, 0x5B)})
    misread = fingerprint.replace("0", "O").replace("1", "l")
    for typed in (fingerprint.lower().replace(" ", "-"), wide.replace(" ", "　"), misread):
        code, said = told(capsys, paper, "--key", typed)
        assert (code, "指定された鍵と一致しました" in said) == (0, True)


def test_another_key_than_the_expected_one_is_refused(paper: Path, capsys) -> None:
    code, said = told(capsys, paper, "--key", "AAAA BBBB")
    assert code == 1
    assert said.startswith("無効：指定された鍵")


def test_the_file_at_hand_is_the_very_one(paper: Path, tmp_path: Path, capsys) -> None:
    (tmp_path / "copy.xlsx").write_bytes(FILE)
    code, said = told(capsys, paper, "--file", tmp_path / "copy.xlsx")
    assert code == 0
    assert said.splitlines()[-1].startswith("一致：")


@pytest.mark.parametrize("data", [FILE[:-1], FILE + b"\n", FILE[:-1] + b"x", b""])
def test_another_file_is_told_from_it(paper: Path, tmp_path: Path, capsys, data: bytes) -> None:
    (tmp_path / "other.xlsx").write_bytes(data)
    code, said = told(capsys, paper, "--file", tmp_path / "other.xlsx")
    assert code == 1
    assert said.startswith("有効：")
    assert said.splitlines()[-1].startswith("一致しません：")


def test_what_cannot_be_read_is_neither_valid_nor_invalid(paper: Path, tmp_path: Path, capsys) -> None:
    assert told(capsys, tmp_path / "nothing.pdf")[0] == 2
    assert told(capsys, paper, "--file", tmp_path / "nothing.xlsx")[0] == 2


def test_a_receipt_of_a_record_with_one_entry_and_of_a_large_one(log: Log) -> None:
    for place in (0, 1, 300):
        facts = log.facts()
        facts = dataclasses.replace(facts, record=log.reference(index=place))
        entry = log.entry(facts.to_bytes(), seq=place)
        found = verify(log.sign(facts, entry, log.proof(entry, place)))
        assert found.facts == facts


def test_no_server_database_or_django_is_needed(paper: Path, tmp_path: Path) -> None:
    script = "import sys; from azukari.ops import cli; code = cli.main(sys.argv[1:]); assert 'django' not in sys.modules; sys.exit(code)"
    (tmp_path / "copy.xlsx").write_bytes(FILE)
    arguments = ["verify", str(paper), "--file", str(tmp_path / "copy.xlsx")]
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments],
        cwd=tmp_path,
        env={"PYTHONUTF8": "1"},
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()


# --- what does not ---------------------------------------------------------------------------------------


def test_flipped_bytes_are_invalid(pdf: bytes) -> None:
    unseen = []
    for number, place in enumerate(random.Random(35).sample(range(len(pdf)), 300)):  # noqa: S311 - no secret
        changed = bytearray(pdf)
        changed[place] ^= (0x01, 0x20, 0x80, 0xFF)[number % 4]
        try:
            verify(bytes(changed))
        except AzukariError:
            continue
        unseen.append(place)
    assert unseen == []


def test_a_flipped_byte_is_said_in_words(pdf: bytes, paper: Path, capsys) -> None:
    paper.write_bytes(pdf.replace(b"%PDF-1.7", b"%PDF-1.6", 1))
    assert told(capsys, paper) == (1, "無効：署名したあとに変更されています。\n")


@pytest.mark.parametrize(
    "changes",
    [
        {"size": 1},
        {"sha256": "ab" * 32},
        {"file_name": "別のファイル.xlsx"},
        {"received_at": ISSUED_AT.replace(year=2025)},
        {"salt": "00" * 16},
        {"number": "受-2026-000124"},
    ],
)
def test_facts_other_than_the_recorded_ones_are_invalid(log: Log, changes: dict[str, Any]) -> None:
    """The office itself signs a changed receipt over the old entry: the record says otherwise."""
    recorded = log.entry(log.facts().to_bytes())
    with pytest.raises(InvalidCertificateError) as refused:
        verify(log.sign(log.facts(**changes), recorded))
    assert "受領書の内容が、記録に残っているものと一致しません" in refused.value.reason


def test_another_offices_record_is_invalid(log: Log) -> None:
    other = new_log(2)
    facts = dataclasses.replace(log.facts(), record=other.reference(origin=log.origin))
    entry = other.entry(facts.to_bytes())
    with pytest.raises(InvalidCertificateError) as refused:
        verify(log.sign(facts, entry, other.proof(entry)))
    assert "別の事務所の記録" in refused.value.reason
    # The entry speaks for our office, but stands in the other's tree.
    entry = log.entry(facts.to_bytes())
    with pytest.raises(ProofError):
        verify(log.sign(facts, entry, other.proof(entry)))


@pytest.mark.parametrize(
    ("named", "signed", "good"),
    [
        ("", "/2", True),
        ("/2", "/2", True),
        ("/2", "/10", True),
        ("/2", "", False),
        ("", "/02", False),
        ("/x", "/x", False),
    ],
)
def test_a_record_that_went_on_under_the_next_origin_proves_its_papers(
    log: Log, named: str, signed: str, good: bool
) -> None:
    facts = dataclasses.replace(log.facts(), record=log.reference(origin=log.origin + named))
    entry = log.entry(facts.to_bytes())
    leaves = [*(chain.leaf_hash(bytes([n])) for n in range(PLACE)), chain.leaf_hash(entry)]
    root = chain.Frontier().append_many(leaves).root()
    note = checkpoint.sign_checkpoint(log.signer, log.origin + signed, PLACE + 1, root)
    hashes = chain.inclusion_proof(
        PLACE, PLACE + 1, lambda level, at: chain.Frontier().append_many(leaves[at << level : (at + 1) << level]).root()
    )
    paper = log.sign(facts, entry, checkpoint.build_proof(PLACE, hashes, note).encode())
    if good:
        assert verify(paper).facts == facts
    else:
        with pytest.raises((InvalidCertificateError, ProofError)):
            verify(paper)


def test_a_head_signed_with_another_key_is_invalid(log: Log) -> None:
    forger = dataclasses.replace(log, signer=checkpoint.LogSigner.generate(log.origin))
    facts = log.facts()
    entry = log.entry(facts.to_bytes())
    with pytest.raises(ProofError):
        verify(log.sign(facts, entry, forger.proof(entry)))


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"event": "vault.certificate.issued"}, "内容が、記録に残っているものと"),
        ({"event": "exchange.file.sent"}, "内容が、記録に残っているものと"),
        ({"document": None}, "内容が、記録に残っているものと"),
        ({"office": "azukari"}, "別の事務所の記録"),
        ({"seq": PLACE + 1}, "記録の番号が"),
        ({"line": 2}, "記録の番号が"),
        ({"operation": 3179}, "記録の番号が"),
    ],
)
def test_an_entry_that_tells_something_else_is_invalid(log: Log, changes: dict[str, Any], why: str) -> None:
    facts = log.facts()
    with pytest.raises(InvalidCertificateError) as refused:
        verify(log.sign(facts, log.entry(facts.to_bytes(), **changes)))
    assert why in refused.value.reason


@pytest.mark.parametrize("entry", [b"{ }", b"[]", b"{", b"null", b"[" * 100_000])
def test_an_entry_that_is_none_is_invalid(log: Log, entry: bytes) -> None:
    with pytest.raises(InvalidCertificateError) as refused:
        verify(log.sign(log.facts(), entry))
    assert "記録の写しを読めません" in refused.value.reason


def test_an_entry_that_is_not_in_the_tree_is_invalid(log: Log) -> None:
    facts = log.facts()
    entry = log.entry(facts.to_bytes())
    with pytest.raises(ProofError):
        verify(log.sign(facts, entry, log.proof(b"another entry")))
    with pytest.raises(InvalidCertificateError) as refused:
        verify(log.sign(facts, entry, log.proof(entry, PLACE + 1)))
    assert "別の場所の記録" in refused.value.reason
    with pytest.raises(ProofError):
        verify(log.sign(facts, entry, b"\xff".decode("latin-1").encode()))


def test_a_fingerprint_that_is_not_the_keys_is_invalid(log: Log) -> None:
    facts = dataclasses.replace(log.facts(), record=log.reference(verifier_key_fingerprint="AAAA " * 7 + "AAAA"))
    with pytest.raises(InvalidCertificateError) as refused:
        verify(log.sign(facts))
    assert "指紋が、鍵と一致しません" in refused.value.reason


# --- a certificate beside it -----------------------------------------------------------------------------


def signed_certificate(log: Log, event: str) -> bytes:
    digest = document_signer.certificate_fingerprint(log.documents.certificate_der)
    facts = certificates.sample_certificate(signer_certificate_sha256=digest)
    facts = dataclasses.replace(facts, record=log.reference())
    entry = log.entry(facts.to_bytes(), event=event)
    pdf = disposal_certificate.render(facts, proof=log.proof(entry), entry=entry)
    return disposal_certificate.sign(pdf, log.documents.private_key_der, log.documents.certificate_der, ISSUED_AT)


def test_a_certificate_is_still_recognised(log: Log, paper: Path, capsys) -> None:
    paper.write_bytes(signed_certificate(log, "vault.certificate.issued"))
    code, said = told(capsys, paper)
    assert code == 0
    assert said.startswith("有効：廃-2026-0041")
    code, said = told(capsys, paper, "--file", paper)
    assert code == 2
    assert "受領書を確かめるときだけ" in said


def test_a_certificate_over_a_receipts_entry_is_invalid(log: Log) -> None:
    with pytest.raises(InvalidCertificateError) as refused:
        verify(signed_certificate(log, RECEIVED_EVENT))
    assert "廃棄証明書の内容が" in refused.value.reason


def test_a_pdf_of_somebody_else_is_named_as_what_it_is_not(paper: Path, capsys) -> None:
    paper.write_bytes(file_receipt.render(sample_receipt(), proof=b"x", entry=b"{}"))
    assert told(capsys, paper) == (1, "無効：署名がありません。\n")
    paper.write_bytes(b"PK\x03\x04")
    assert told(capsys, paper) == (1, "無効：PDFではありません。\n")
