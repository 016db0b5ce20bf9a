"""Sample rejected rows; some try what a careless or hostile sheet might bring."""

from __future__ import annotations

from datetime import UTC, datetime

from azukari.press.documents.rejected_rows.rows import RejectedRow

MADE_AT = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)
CLIENT_NAME = "有限会社北川商店"
OFFICE_NAME = "みなと社会保険労務士法人"

SAMPLE = (
    RejectedRow(
        source="登録シート・12行",
        reasons=("個人番号の検査用の数字が合いません。書類を見てもう一度入力してください。",),
        workplace_code="kitagawa",
        employee_code="0207",
        name="髙﨑 \U00020bb7男",
        kana="タカサキ ヨシオ",
        birth_date="1985/04/12",
        sex="男",
        relationship="本人",
        number_document="個人番号カード",
        person_document="個人番号カード",
        checked_on="2026/11/02",
        checked_by="総務課 三好",
    ),
    RejectedRow(
        source="登録シート・13行",
        reasons=(
            "個人番号と個人番号（確認）が違います。",
            "健康保険証は身元確認書類として使えなくなりました。別の書類で確認してください。",
        ),
        workplace_code="kitagawa",
        employee_code="0208",
        name="辻\U000e0100 \ufa19子",
        kana="ツジ カミコ",
        birth_date="1990/10/30",
        sex="女",
        relationship="配偶者",
        dependent_kind="健保・第3号",
        number_document="住民票",
        person_document="健康保険証",
        checked_on="2026/11/02",
        checked_by="総務課 三好",
        note="=cmd|' /C calc'!A0",
    ),
    RejectedRow(
        source="登録シート・20行",
        reasons=("氏名がありません。",),
        workplace_code="kitagawa",
        employee_code="+81",
        birth_date="2021/04/30",
        relationship="長女",
        note="番号は 0000-1111-2222",
    ),
)
