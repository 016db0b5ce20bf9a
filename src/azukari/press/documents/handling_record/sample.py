"""Sample lines for tests, previews and the rendered check. Invented people; some texts try what they should not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from azukari.press.documents.handling_record.lines import RecordHead, RecordLine

HEAD = RecordHead(
    office_name="みなと社会保険労務士法人",
    conditions=("期間：2026/10/01〜2026/10/31", "処理者：青木 由美"),
    made_by="菅野 律子",
    made_at=datetime(2026, 11, 2, 1, 5, tzinfo=UTC),
)
_FIRST = datetime(2026, 10, 1, 0, 31, 7, tzinfo=UTC)
_NAMES = ("石原 亮太", "髙橋 誠", "\U00020bb7田 \ufa11子", "辻\U000e0100 圭", "")


def sample_lines(count: int) -> list[RecordLine]:
    """Make so many lines."""
    return [
        RecordLine(
            number=f"{300 + place // 3}-{place % 3 + 1}",
            at=_FIRST + timedelta(minutes=7 * place),
            charge="大野 健一",
            staff="大野 健一" if place % 4 else "青木 由美",
            client="株式会社あおば製作所" if place % 5 else "有限会社北川商店",
            person=_NAMES[place % len(_NAMES)],
            screen="個人情報",
            label="マイナンバー閲覧",
            taken_out="書類に記入：喪失届" if place % 6 == 0 else "",
            kind="照会",
            result="失敗" if place % 17 == 0 else "成功",
            use="雇用保険の届出",
            detail="=1+1" if place == 1 else "",
        )
        for place in range(count)
    ]
