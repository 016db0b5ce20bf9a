"""書類と保存期間: which papers carry a number, how long each is kept, from when, and by which article. Plain data.

A sharoushi can read and check this table line by line; docs/law.md 3 holds the same rows in words. A changed law is a
new line with its own first day, the old one gets its last day: what was completed before keeps the period it had.
`always`: the paper comes with every number taken for the purpose. The others count for a person once a date is recorded.

`sure` is how the source was read, as in docs/law.md: 条 the article itself, 公 an official page, 推 our own reading.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from azukari.vault.rules.purposes import Purpose


class Start(StrEnum):
    """How the first day of a period follows from its event."""

    COMPLETION = "COMPLETION"  # the day after 完結の日
    TAX_YEAR = "TAX_YEAR"  # January 11 of the year after that of the event


class EventKind(StrEnum):
    """A day that is recorded for one paper of one person, beside 退職日 of the 台帳."""

    LOST = "LOST"
    NOTICE = "NOTICE"
    FILED = "FILED"
    DEADLINE = "DEADLINE"
    RECEIVED = "RECEIVED"


EVENT_LABELS = {
    EventKind.LOST: "資格喪失日",
    EventKind.NOTICE: "決定通知書を受け取った日",
    EventKind.FILED: "届書を提出した日",
    EventKind.DEADLINE: "最後の申告書の提出期限",
    EventKind.RECEIVED: "申告書を受け取った日",
}


class Completion(StrEnum):
    """完結の日 as the office defines it for one kind of paper: the ordinances leave it open (law.md 4.2)."""

    LATER = "LATER"
    LOSS = "LOSS"
    LEFT_OR_NOTICE = "LEFT_OR_NOTICE"
    LEFT = "LEFT"
    NOTICE = "NOTICE"
    FILED = "FILED"


COMPLETION_LABELS = {
    Completion.LATER: "資格喪失日と決定通知書を受け取った日の遅いほう",
    Completion.LOSS: "資格喪失日",
    Completion.LEFT_OR_NOTICE: "退職日と決定通知書を受け取った日の遅いほう",
    Completion.LEFT: "退職日",
    Completion.NOTICE: "決定通知書を受け取った日",
    Completion.FILED: "届書を提出した日",
}
# The first is the default: the later of the two days, law.md 4.2. 労災保険 knows no 資格.
_INSURED = tuple(Completion)
_NOT_INSURED = tuple(rule for rule in Completion if rule not in {Completion.LATER, Completion.LOSS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """One kind of paper under one state of the law. Days are Japanese calendar days, both included."""

    code: str
    label: str
    purpose: Purpose
    keeper: str
    years: int
    start: Start
    event: EventKind | None
    law: str
    sure: str
    always: bool
    completions: tuple[Completion, ...] = ()
    valid_from: date = date(2015, 10, 5)  # the day numbers began: 番号法附則1条
    valid_until: date | None = None


DOCUMENTS = (
    Document(
        code="ei_insured",
        label="雇用保険の被保険者に関する書類",
        purpose=Purpose.EMPLOYMENT_INSURANCE,
        keeper="事業主",
        years=4,
        start=Start.COMPLETION,
        event=None,
        law="雇用保険法施行規則143条",
        sure="条",
        always=True,
        completions=_INSURED,
    ),
    Document(
        code="ei_other",
        label="雇用保険のその他の書類",
        purpose=Purpose.EMPLOYMENT_INSURANCE,
        keeper="事業主",
        years=2,
        start=Start.COMPLETION,
        event=EventKind.FILED,
        law="雇用保険法施行規則143条",
        sure="条",
        always=False,
    ),
    Document(
        code="health",
        label="健康保険の書類",
        purpose=Purpose.HEALTH_PENSION,
        keeper="事業主",
        years=2,
        start=Start.COMPLETION,
        event=None,
        law="健康保険法施行規則34条",
        sure="条",
        always=True,
        completions=_INSURED,
    ),
    Document(
        code="pension",
        label="厚生年金保険の書類",
        purpose=Purpose.HEALTH_PENSION,
        keeper="事業主",
        years=2,
        start=Start.COMPLETION,
        event=None,
        law="厚生年金保険法施行規則28条",
        sure="条",
        always=True,
        completions=_INSURED,
    ),
    Document(
        code="category3",
        label="国民年金第3号被保険者の届書",
        purpose=Purpose.CATEGORY3,
        keeper="事業主（提出を経由）",
        years=2,
        start=Start.COMPLETION,
        event=None,
        # No article of its own was found (law.md 4.2): it goes with the 健保・厚年 papers it is handed in with.
        law="健康保険法施行規則34条に準じる",
        sure="推",
        always=True,
        completions=_INSURED,
    ),
    Document(
        code="workers_compensation",
        label="労災保険の書類",
        purpose=Purpose.WORKERS_COMPENSATION,
        keeper="事業主",
        years=3,
        start=Start.COMPLETION,
        event=None,
        law="労働者災害補償保険法施行規則51条",
        sure="条",
        always=True,
        completions=_NOT_INSURED,
    ),
    Document(
        code="tax_exemption",
        label="扶養控除等（異動）申告書など",
        purpose=Purpose.TAX,
        keeper="給与支払者",
        years=7,
        start=Start.TAX_YEAR,
        event=EventKind.DEADLINE,
        law="所得税法施行規則76条の3",
        sure="条",
        always=True,
    ),
    Document(
        code="tax_secondary",
        label="従たる給与についての扶養控除等申告書",
        purpose=Purpose.TAX,
        keeper="給与支払者",
        years=7,
        start=Start.TAX_YEAR,
        event=EventKind.RECEIVED,
        law="所得税法施行規則76条の3",
        sure="条",
        always=False,
    ),
    Document(
        code="tax_retirement",
        label="退職所得の受給に関する申告書",
        purpose=Purpose.TAX,
        keeper="退職手当の支払者",
        years=7,
        start=Start.TAX_YEAR,
        event=EventKind.RECEIVED,
        law="所得税法施行規則77条6項",
        sure="条",
        always=False,
    ),
    Document(
        code="tax_retirement_long",
        label="退職所得の受給に関する申告書（退職一時金とみなす給付）",
        purpose=Purpose.TAX,
        keeper="退職手当の支払者",
        years=10,
        start=Start.TAX_YEAR,
        event=EventKind.RECEIVED,
        law="所得税法施行規則77条6項",
        sure="条",
        always=False,
    ),
    Document(
        code="tax_pension",
        label="公的年金等の受給者の扶養親族等申告書",
        purpose=Purpose.TAX,
        keeper="公的年金等の支払者",
        years=7,
        start=Start.TAX_YEAR,
        event=EventKind.RECEIVED,
        law="所得税法施行規則77条の4第9項",
        sure="条",
        always=False,
    ),
    Document(
        code="tax_book_change",
        label="個人番号を記載した帳簿の届出書",
        purpose=Purpose.TAX,
        keeper="給与支払者",
        years=3,
        start=Start.TAX_YEAR,
        event=EventKind.RECEIVED,
        law="所得税法施行規則76条の2第9項",
        sure="条",
        always=False,
    ),
)


def check_documents(documents: Iterable[Document]) -> None:
    """Refuse a table that cannot be right: run at import, so that a wrong edit never starts. Raises: ValueError."""
    by_code: dict[str, list[Document]] = {}
    for document in documents:
        by_code.setdefault(document.code, []).append(document)
        _check_one(document)
    for rows in by_code.values():
        _check_states(sorted(rows, key=lambda row: row.valid_from))
    if {row.purpose for rows in by_code.values() for row in rows if row.always} != set(Purpose):
        raise ValueError("a purpose without a paper would never be held")


def _check_one(document: Document) -> None:
    if not (1 <= document.years <= 30 and document.law and document.label and document.keeper):
        raise ValueError(f"{document.code}: years, article, name and keeper are needed")
    if document.sure not in {"条", "公", "推"}:
        raise ValueError(f"{document.code}: how the source was read is not said")
    if document.start is Start.TAX_YEAR and document.event not in {EventKind.DEADLINE, EventKind.RECEIVED}:
        raise ValueError(f"{document.code}: a tax year needs its deadline or receipt")
    if (document.start is Start.COMPLETION and document.always) != bool(document.completions):
        raise ValueError(f"{document.code}: an office decides of 完結の日 only, and of that always")
    if not document.always and document.event is None:
        raise ValueError(f"{document.code}: nothing tells that a person has this paper")


def _check_states(rows: Sequence[Document]) -> None:
    for earlier, later in pairwise(rows):
        if earlier.valid_until is None or earlier.valid_until + timedelta(days=1) != later.valid_from:
            raise ValueError(f"{later.code}: the states of the law overlap or leave a gap")
        if (earlier.purpose, earlier.start, earlier.event) != (later.purpose, later.start, later.event):
            raise ValueError(f"{later.code}: the same paper cannot change its purpose or its start")
    if rows[-1].valid_until is not None:
        raise ValueError(f"{rows[-1].code}: no state of the law is in force")


check_documents(DOCUMENTS)


def in_force(documents: Iterable[Document], on: date) -> dict[str, Document]:
    """Give the state of the law of each paper on a day: the latest that had begun, the first for days before."""
    found: dict[str, Document] = {}
    for document in sorted(documents, key=lambda row: row.valid_from):
        if document.valid_from <= on or document.code not in found:
            found[document.code] = document
    return found


LABELS: Mapping[str, str] = {document.code: document.label for document in DOCUMENTS}
# Of these papers an office decides what 完結の日 means.
CHOSEN = tuple(row for row in DOCUMENTS if row.start is Start.COMPLETION and row.always and row.valid_until is None)


def asked_of(document: Document) -> tuple[EventKind, ...]:
    """Tell which days a person's page asks for this paper. 退職日 stands in the 台帳."""
    if document.event is not None:
        return (document.event,)
    kinds = (EventKind.LOST, EventKind.NOTICE, EventKind.FILED)
    return kinds if Completion.LOSS in document.completions else kinds[1:]


DEFAULT_COMPLETIONS: Mapping[str, Completion] = {document.code: document.completions[0] for document in CHOSEN}
