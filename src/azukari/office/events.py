"""The table of events: everything that can stand in the record, gathered from what the rooms declare.

No second list: a room's `rules/events.py` is its declaration, and this module only reads them.
Law: 特定個人情報ガイドライン（事業者編）別添1 2C b.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from types import ModuleType

from azukari.exchange.rules import events as exchange
from azukari.intake.rules import events as intake
from azukari.journal.rules import KIND_LABELS, PART_LABELS, Event
from azukari.journal.rules import events as journal
from azukari.oversight.rules import events as oversight
from azukari.tenancy.rules import events as tenancy
from azukari.vault.rules import events as vault

ROOMS: tuple[tuple[str, ModuleType], ...] = (
    ("個人番号", vault),
    ("持ち出し", journal),
    ("登録シートと台帳", intake),
    ("ファイル", exchange),
    ("監督と見守り", oversight),
    ("アカウント・設定・ログイン", tenancy),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """One event in words: `holds` are the things its lines may hold beside who, when, where and the result."""

    code: str
    label: str
    kind: str
    holds: list[str]
    basis: str


def table() -> list[tuple[str, list[EventRow]]]:
    """Give all events by room, in the order in which the rooms declare them."""
    return [(label, [_row(event) for event in declared_in(module)]) for label, module in ROOMS]


def declared_in(module: ModuleType) -> Iterator[Event]:
    """Walk the events of a module: its constants, and those of its classes."""
    owners = [vars(module), *(vars(value) for value in vars(module).values() if isinstance(value, type))]
    for owner in owners:
        yield from (value for value in owner.values() if isinstance(value, Event))


def _row(event: Event) -> EventRow:
    return EventRow(
        code=event.code,
        label=event.label,
        kind=KIND_LABELS[event.kind],
        holds=[label for part, label in PART_LABELS.items() if part in event.holds],
        basis=event.basis,
    )


def as_markdown() -> str:
    """Write the table as docs/events.md holds it."""
    lines = [
        "# 記録する出来事の一覧",
        "",
        "この文書は `tools/events_table.py` が作ります。手では直しません。もとは各部屋の `rules/events.py` です。",
        "",
        "どの行にも、日時・担当者・役割・セッション・接続元・処理画面・結果が残ります。氏名と文章は塩付きの覆いとして木に入り、",
        "文字は木の外にあります。個人番号、その一部、その計算値は、どの行にも残りません。「持ち出しの記録」がある行には、",
        "媒体・提出先・期限・保護が加わります。",
    ]
    for label, rows in table():
        lines += ["", f"## {label}", "", "| コード | 処理内容 | 処理 | 行に残るもの | 根拠 |", "|---|---|---|---|---|"]
        lines += [f"| `{row.code}` | {row.label} | {row.kind} | {'・'.join(row.holds)} | {row.basis} |" for row in rows]
    return "\n".join(lines) + "\n"
