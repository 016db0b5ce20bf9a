"""委託先監督資料: everything a client company has to ask of the office, as one zip (番号法11条, ガイドライン 4 2(1))."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID

from django.db import transaction

from azukari.journal import actions as journal
from azukari.journal import queries as record
from azukari.journal.rules import KIND_LABELS, Kind, Line, Operation
from azukari.kernel.actor import Actor
from azukari.kernel.clock import JST, jst, jst_day
from azukari.oversight import queries
from azukari.oversight.rules import events
from azukari.oversight.rules.handling import HANDLING_EVENTS
from azukari.oversight.rules.measures import measures_of
from azukari.press.documents import oversight_report as press
from azukari.seal import checkpoint
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import keys
from azukari.vault import queries as vault

SCREEN = "委託先監督資料"
# What a summary counts by: the handling kinds.
_KINDS = (Kind.REGISTER, Kind.VIEW, Kind.OUTPUT, Kind.DELETE)
# A certificate goes out too, but no number is on it.
_CERTIFICATES = "vault.certificate."


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """The files of one pack, by the name they have in the zip."""

    name: str
    made_at: datetime
    files: tuple[tuple[str, bytes], ...]


def make_pack(*, actor: Actor, client_id: UUID, since: date, until: date, now: datetime) -> Pack:
    """Make the pack of one client company for a span of Japanese days, both included.

    For a 責任者 of the office, and for 窓口責任者 of the company itself. The making is recorded with the company, and
    the signed head in the pack holds that line too. Must not run inside a transaction. Raises: PermissionNotAllowed, ClientNotFoundError.
    """
    policy.check_may(actor, "oversight:pack:take" if actor.user_id else "oversight:pack:make")
    client = tenancy.get_client_for(actor, client_id)
    start, end = datetime.combine(since, time(), JST), datetime.combine(until + timedelta(days=1), time(), JST)
    with transaction.atomic():
        journal.append(
            actor=actor,
            operation=Operation(
                event=events.PACK_MADE,
                screen=SCREEN,
                lines=(
                    Line(client_id=client.id, client_name=client.name, detail=f"{since:%Y/%m/%d}〜{until:%Y/%m/%d}"),
                ),
            ),
            now=now,
        )
    head = keys.sign_record(now=now)
    certificates = vault.list_certificates_of(client.id, since=start, until=end)
    report = _report(
        client, _summary(client.id, start, end), [(number, at) for number, at, _ in certificates], (since, until), now
    )
    made_at = now.replace(microsecond=0)  # a PDF's date has whole seconds
    files = [
        ("委託先監督資料.pdf", press.render(report, made_at)),
        *((f"廃棄証明書/{number}.pdf", pdf) for number, _, pdf in certificates),
        ("記録の検証/checkpoint.txt", head.note.encode()),
        ("記録の検証/verifier-key.txt", f"{keys.verifier_key()}\n".encode()),
    ]
    return Pack(name=f"委託先監督資料_{client.code}_{jst_day(now):%Y%m%d}.zip", made_at=now, files=tuple(files))


def _report(
    client: tenancy.ClientRow,
    months: tuple[press.Month, ...],
    certificates: list[tuple[str, datetime]],
    days: tuple[date, date],
    now: datetime,
) -> press.OversightReport:
    office, (settings, _) = tenancy.get_office(), queries.get_settings()
    return press.OversightReport(
        office_name=office.name,
        office_address=office.address,
        office_telephone=office.telephone,
        sharoushi_name=office.sharoushi_name,
        company=client.name,
        company_code=client.code,
        since=days[0],
        until=days[1],
        made_on=jst_day(now),
        live_numbers=vault.count_live_numbers([client.id]).get(client.id, 0),
        readers=tuple(
            press.Reader(name=row.name, role=row.role_label, since=jst_day(row.since), assigned=row.assigned)
            for row in tenancy.list_number_readers(client.id)
        ),
        measures=measures_of(office.settings, handlers=tenancy.count_key_holders()),
        months=months,
        sub_processors=tuple((row.name, row.work, row.since) for row in settings.sub_processors),
        certificates=tuple((number, jst_day(at)) for number, at in certificates),
        record_origin=record.origin(),
        record_size=record.tree_size(),
        key_fingerprint=checkpoint.fingerprint(keys.verifier_key()),
    )


def _summary(client_id: UUID, start: datetime, end: datetime) -> tuple[press.Month, ...]:
    """Count a span's handlings by month and 処理, with what was taken out and what was refused."""
    kinds: Counter[tuple[date, Kind]] = Counter()
    taken_out: Counter[date] = Counter()
    refused: Counter[date] = Counter()
    seen: set[date] = set()
    for line in record.walk_of_client(client_id, HANDLING_EVENTS, record.Span(since=start, until=end)):
        month = jst(line.at).date().replace(day=1)
        seen.add(month)
        if line.failed:
            refused[month] += 1
        else:
            kinds[month, line.kind] += 1
            taken_out[month] += line.taken_out and not line.event.startswith(_CERTIFICATES)
    return tuple(
        press.Month(
            month=month,
            counts=tuple((KIND_LABELS[kind], kinds[month, kind]) for kind in _KINDS),
            taken_out=taken_out[month],
            refused=refused[month],
        )
        for month in sorted(seen)
    )
