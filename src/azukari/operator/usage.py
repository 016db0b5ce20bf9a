"""How much an office uses: counts and bytes, nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from azukari.exchange import queries as exchange
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.queries import ContractRow, Counts, OfficeFacts
from azukari.tenancy.rules.contract import state_of
from azukari.vault import queries as vault


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeUsage:
    """An office with its contract and what it uses of it."""

    office: OfficeFacts
    contract: ContractRow | None
    counts: Counts
    numbers: int
    stored: int
    state: str
    waiting: bool

    @property
    def over(self) -> tuple[str, ...]:
        """Name the limits that are reached."""
        if self.contract is None:
            return ()
        used = (
            ("職員", self.counts.staff, self.contract.staff_limit),
            ("顧問先", self.counts.clients, self.contract.client_limit),
            ("個人番号", self.numbers, self.contract.number_limit),
        )
        return tuple(name for name, count, limit in used if limit is not None and count >= limit)


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """What several offices use together."""

    staff: int
    clients: int
    numbers: int
    stored: int


def total_of(rows: Sequence[OfficeUsage]) -> Totals:
    """Add up what some offices use."""
    return Totals(
        staff=sum(row.counts.staff for row in rows),
        clients=sum(row.counts.clients for row in rows),
        numbers=sum(row.numbers for row in rows),
        stored=sum(row.stored for row in rows),
    )


def usage_of(office: OfficeFacts, *, today: date) -> OfficeUsage:
    """Count what one office uses, in its own scope."""
    with office_scope(office.id):
        contract = tenancy.get_contract()
        return OfficeUsage(
            office=office,
            contract=contract,
            counts=tenancy.count_usage(),
            numbers=vault.count_numbers(),
            stored=vault.count_stored_bytes() + exchange.count_stored_bytes(),
            state=_state(office, contract, today),
            waiting=office.keys_made_at is None,
        )


def _state(office: OfficeFacts, contract: ContractRow | None, today: date) -> str:
    stopped = office.stopped_at is not None
    if contract is None:
        return "利用停止中" if stopped else "契約の登録なし"
    return state_of(starts_on=contract.starts_on, ends_on=contract.ends_on, stopped=stopped, today=today)
