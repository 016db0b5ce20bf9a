"""A sample receipt for tests, previews and the rendered check. Invented people and file."""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256

from azukari.press.documents.file_receipt.facts import FileReceipt, ReceivingOffice, RecordReference, Sender

FILE = b"invented content, " * 68_159

ENTRY = b'{"event":"exchange.file.received","format":"azukari/entry/v1","seq":5127}'
PROOF = (
    "c2sp.org/tlog-proof@v1\nindex 5127\n"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nexample.jp/azukari/minato\n5128\n"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example.jp/azukari/minato c2FtcGxl\n"
).encode()


OFFICE = ReceivingOffice(code="minato", name="みなと社会保険労務士法人", address="東京都港区見本1-2-3")
CLIENT = Sender(code="K-0012", company="有限会社北川商店", person="北川 千尋")


def sample_receipt(*, signer_certificate_sha256: str = "5a" * 32) -> FileReceipt:
    """Build a receipt of the office for a file of a client company."""
    return FileReceipt(
        number="受-2026-000123",
        issued_at=datetime(2026, 10, 20, 9, 41, 10, tzinfo=UTC),
        received_at=datetime(2026, 10, 20, 9, 41, 9, tzinfo=UTC),
        office=OFFICE,
        sender=CLIENT,
        receiver=OFFICE.name,
        file_name="賃金台帳_2026年9月.xlsx",
        size=len(FILE),
        sha256=sha256(FILE).hexdigest(),
        protected=True,
        check_result="検査済み",
        salt="c3" * 16,
        record=RecordReference(
            origin="example.jp/azukari/minato",
            verifier_key="example.jp/azukari/minato+c3e1f0aa+AZJ8mS1f0rKcQ7k2vY5uJc0d4m3n9b1pXyZtLw8eRgHs",
            verifier_key_fingerprint="7Q2M 0XKD 5R8V PZ3C 9HWB 41TN E6GY 2JSA",
            index=5127,
            operation_no="3178-1",
        ),
        signer_certificate_sha256=signer_certificate_sha256,
    )
