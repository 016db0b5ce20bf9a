"""Sample certificates for tests, previews and the rendered check. Invented people; no number anywhere."""

from __future__ import annotations

from datetime import UTC, date, datetime

from azukari.press.documents.disposal_certificate.facts import (
    Addressee,
    Approval,
    ApprovalRule,
    DisposalCertificate,
    DisposalMethod,
    DisposalReason,
    DisposedNumber,
    EndedPurpose,
    HandlingPerson,
    IssuingOffice,
    NumberFile,
    NumberKind,
    RecordReference,
    Scope,
)

# Escapes where an editor might quietly write the ordinary character: 𠮷, 辻 with its variation selector,
# U+FA19.
NAMES = (
    "柴田 昭夫",
    "髙﨑 \U00020bb7男",
    "辻\U000e0100 \ufa19子",
    "\ufa19 ㈱太郎",
    "渡邉 葛\U000e0100城",
    "Nguyễn Thị Hương",
)

ENTRY = b'{"action":"vault.number.disposed","format":"azukari/entry/v1","seq":5127}'
PROOF = (
    "c2sp.org/tlog-proof@v1\nindex 5127\n"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\nexample.jp/azukari/minato\n5128\n"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n\n— example.jp/azukari/minato c2FtcGxl\n"
).encode()


def sample_certificate(people: int = 1, *, signer_certificate_sha256: str = "5a" * 32) -> DisposalCertificate:
    """Build a certificate for a number of people; one person is the picture of the prototype."""
    return DisposalCertificate(
        number="廃-2026-0041",
        issued_at=datetime(2026, 10, 20, 9, 41, 10, tzinfo=UTC),
        office=IssuingOffice(
            code="minato",
            name="みなと社会保険労務士法人",
            address="東京都港区見本1-2-3",
            sharoushi_name="三宅 隆",
            registration_number="13990001",
        ),
        addressee=Addressee(code="K-0012", name="有限会社北川商店"),
        file=NumberFile(kind="従業員等の個人番号関係事務のためのデータベース", name="有限会社北川商店 個人番号台帳"),
        rows=tuple(_row(n) for n in range(people)),
        ended_purposes=(
            EndedPurpose(
                name="給与所得の源泉徴収に関する事務（扶養控除等申告書 平成30年分）",
                basis="所得税法施行規則76条の3（提出期限の翌年1月10日の翌日から7年）",
                starts_on=date(2019, 1, 11),
                last_on=date(2026, 1, 10),
            ),
            EndedPurpose(
                name="雇用保険に関する届出事務",
                basis="雇用保険法施行規則143条（完結の日から4年。完結の日は退職の日）",
                starts_on=date(2018, 4, 1),
                last_on=date(2022, 3, 31),
            ),
        ),
        reason=DisposalReason.PERIOD_ENDED,
        reason_note="退職（平成30年3月31日）後、上のすべての保存期間が満了",
        method=DisposalMethod.KEY_ERASURE,
        executed_at=datetime(2026, 10, 20, 9, 40, 2, tzinfo=UTC),
        executor=HandlingPerson(name="佐伯 舞", role="事務取扱担当者"),
        approval=Approval(
            rule=ApprovalRule.TWO_PERSONS,
            person=HandlingPerson(name="三宅 隆", role="責任者"),
            at=datetime(2026, 10, 20, 9, 35, 30, tzinfo=UTC),
        ),
        scope=Scope(
            vault="個人番号、本人確認書類の画像",
            sheets="受け取った登録シート1件（平成28年11月2日受信）",
            backup_days=35,
            unrecoverable_on=date(2026, 11, 25),
        ),
        kept_until=date(2033, 10, 20),
        record=RecordReference(
            origin="example.jp/azukari/minato",
            verifier_key="example.jp/azukari/minato+c3e1f0aa+AZJ8mS1f0rKcQ7k2vY5uJc0d4m3n9b1pXyZtLw8eRgHs",
            verifier_key_fingerprint="7Q2M 0XKD 5R8V PZ3C 9HWB 41TN E6GY 2JSA",
            index=5127,
            operation_no="3178",
        ),
        signer_certificate_sha256=signer_certificate_sha256,
    )


def _row(n: int) -> DisposedNumber:
    return DisposedNumber(
        person_code=f"{207 + n:04}",
        name=NAMES[n % len(NAMES)],
        relationship="本人" if n % 4 != 3 else "配偶者",
        kind=NumberKind.FORMER if n % 7 == 5 else NumberKind.CURRENT,
        registered_on=date(2016, 11, 2),
        record_no=f"3178-{n + 1}",
    )
