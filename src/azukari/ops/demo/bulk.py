"""The large offices of the demo: thousands of clients registered in bulk, then some weeks of work on top.

Companies come one after the other; memory holds those of one commit and a sample of people for later.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from itertools import batched
from random import Random

from django.db import transaction

from azukari.kernel.clock import jst_day
from azukari.ops.demo.client_story import ClientStory, Life, add_client, dispose, lives_of, register
from azukari.ops.demo.companies import CompanySpec, companies
from azukari.ops.demo.diary import Diary, at, workday
from azukari.ops.demo.filing import facts_of, number_of
from azukari.ops.demo.history import add_sheet_clients, opening_day
from azukari.ops.demo.people import NumberState
from azukari.ops.demo.staff import Desk
from azukari.store.router import KEY_STORE
from azukari.store.scope import office_scope
from azukari.vault.rules.disposal import REASON_LABELS, Reason

_SEED = 31
_CLIENTS_A_COMMIT = 40
# Registration fills the years up to this many days ago; the work on top lies after it.
_LAST_WEEKS = 35
_SHEET_CLIENTS = 4
_SHOWN, _CERTIFICATES, _OF_ONO = 400, 20, 30


@dataclass(slots=True)
class _Sample:
    """What the weeks of work draw on: some people with numbers, and clients with numbers to dispose of."""

    shown: list[tuple[ClientStory, Life]] = field(default_factory=list)
    disposed: list[tuple[ClientStory, list[Life]]] = field(default_factory=list)


def fill(desk: Desk, *, clients: int, people: int, now: datetime) -> int:
    """Fill an office with so many client companies and people. Gives how many people it has now."""
    today = jst_day(now)
    rng = Random(f"azukari demo bulk {_SEED}")  # noqa: S311 (a seeded demo, no secret)
    diary = Diary(desk, rng, today)
    sample = _Sample()
    with office_scope(desk.id):
        add_sheet_clients(desk, today=today)
        count = clients - _SHEET_CLIENTS
        specs = list(companies(_SEED, count, today=today, start=1_000))
        sizes = _sizes([spec.headcount for spec in specs], people)
        _register_all(diary, specs, sizes, sample, today=today)
        _work(diary, sample, today)
        diary.live()
    return sum(sizes)


def _sizes(headcounts: Sequence[int], people: int) -> list[int]:
    """Share people among clients in proportion to their headcounts; everybody gets one, the largest the rest."""
    total = sum(headcounts)
    sizes = [max(1, people * count // total) for count in headcounts]
    sizes[sizes.index(max(sizes))] += people - sum(sizes)
    return sizes


def _register_all(
    diary: Diary, specs: Sequence[CompanySpec], sizes: Sequence[int], sample: _Sample, *, today: date
) -> None:
    first = opening_day(today) + timedelta(days=10)
    days = (today - timedelta(days=_LAST_WEEKS) - first).days
    started, done, people = time.monotonic(), 0, 0
    for part in batched(zip(specs, sizes, strict=True), _CLIENTS_A_COMMIT):
        day = workday(first + timedelta(days=days * done // len(specs)))
        # The inner transaction ends first: keys are durable before the records that need them.
        with transaction.atomic(), transaction.atomic(using=KEY_STORE):
            for place, (spec, size) in enumerate(part):
                moment = at(day, 9) + timedelta(minutes=9 * place)
                _register_client(diary, spec, size, sample, moment, today=today)
        before = done * 10 // len(specs)
        done, people = done + len(part), people + sum(size for _, size in part)
        if done * 10 // len(specs) > before:
            seconds = time.monotonic() - started
            sys.stdout.write(f"顧問先 {done:,}／{len(specs):,}　{people:,}人　{seconds:.0f}秒\n")
            sys.stdout.flush()


def _register_client(
    diary: Diary, spec: CompanySpec, size: int, sample: _Sample, moment: datetime, *, today: date
) -> None:
    day = jst_day(moment)
    company = spec
    if spec.contract_ended_on is not None and spec.contract_ended_on <= day:
        company = replace(spec, contract_ended_on=None)
    company = replace(company, contract_started_on=min(company.contract_started_on, day))
    client_id = add_client(diary.desk, company, now=moment)
    story = ClientStory(company=company, id=client_id, in_charge="saeki", since=day, until=today)
    if len(diary.desk.served.get("ono", ())) < _OF_ONO:
        diary.desk.assign("ono", story.id, now=moment)
    lives = list(lives_of(company, size, since=day, today=today))
    register(
        diary,
        story,
        [(life.id, facts_of(life.spec, head_id=life.head_id, left_on=life.left_on)) for life in lives],
        [
            number_of(life.spec, life.id, story.digits.draw(life.spec.number_seed), day=day)
            for life in lives
            if life.registered
        ],
        screen="登録シート",
        now=moment,
    )
    _remember(diary, story, lives, sample, today=today)


def _remember(diary: Diary, story: ClientStory, lives: list[Life], sample: _Sample, *, today: date) -> None:
    early = today - timedelta(days=_LAST_WEEKS + 10)
    gone = [
        life
        for life in lives
        if life.spec.number_state is NumberState.DISPOSED
        and life.spec.note == REASON_LABELS[Reason.PERIOD_ENDED]
        and life.spec.disposed_on
        and life.spec.disposed_on < early
    ]
    if gone and len(sample.disposed) < _CERTIFICATES:
        sample.disposed.append((story, gone))
    if len(sample.shown) < _SHOWN and diary.rng.random() < 0.5:
        held = [life for life in lives if life.spec.number_state is NumberState.REGISTERED and life.left_on is None]
        if held:
            sample.shown.append((story, diary.rng.choice(held)))


def _work(diary: Diary, sample: _Sample, today: date) -> None:
    """The last weeks: numbers shown day by day, some disposals with certificates."""
    last = _LAST_WEEKS - 4
    for place, (story, life) in enumerate(sample.shown):
        day = today - timedelta(days=last - (last - 2) * place // len(sample.shown))
        codes = ("hp_acquisition", "ei_acquisition", "hp_dependant", "tax_exemption")
        diary.use_numbers(story.in_charge, diary.moment(day), life.uses(codes)[:2])
    for place, (story, lives) in enumerate(sample.disposed):
        day = workday(today - timedelta(days=last - (last - 2) * place // len(sample.disposed)))
        dispose(diary, story, lives, day, Reason.PERIOD_ENDED)
