"""What the paper and the files show: one line of the record, and what stands above the lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLine:
    """One line. `charge` are those in charge of the client company (担当者), `staff` is who did it (処理者)."""

    number: str
    at: datetime
    charge: str
    staff: str
    client: str
    person: str
    screen: str
    label: str
    taken_out: str
    kind: str
    result: str
    use: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordHead:
    """What stands above: of whom, by which conditions, taken out by whom and when."""

    office_name: str
    conditions: tuple[str, ...]
    made_by: str
    made_at: datetime


# Heading and field of each column, in the order of the list.
HEADINGS = (
    ("NO", "number"),
    ("日時", "at"),
    ("担当者", "charge"),
    ("処理者", "staff"),
    ("事業所", "client"),
    ("対象者", "person"),
    ("処理画面", "screen"),
    ("処理内容", "label"),
    ("利用内容", "use"),
    ("持ち出しの記録", "taken_out"),
    ("処理", "kind"),
    ("結果", "result"),
    ("備考", "detail"),
)
