"""Three and a half years of two small offices, so that every screen has something true to show.

みなと: six clients with people (one whose contract has ended and who is half disposed of), four without whose sheets
lie in tests/fixtures/sheets, three people who handle numbers. かもめ: one person alone, so the 24-hour rule shows.
Days count back from `now`; the same day gives the same story.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from random import Random

from azukari.journal.rules.takeouts import Protection, TakenOut, TakeOutFacts
from azukari.kernel.clock import jst_day
from azukari.ops.demo.client_story import (
    ClientStory,
    Life,
    add_client,
    approve,
    ask_disposal,
    dispose,
    lives_of,
    replace_number,
    tell,
)
from azukari.ops.demo.companies import DEMO_TODAY, CompanySpec, companies
from azukari.ops.demo.diary import Diary, Use, at, enter, workday
from azukari.ops.demo.people import NumberState
from azukari.ops.demo.staff import Desk
from azukari.store.scope import office_scope
from azukari.tenancy.actions import clients, login
from azukari.tenancy.rules.client_sheet import ClientFacts
from azukari.tenancy.rules.events import Events
from azukari.vault.actions import numbers
from azukari.vault.errors import PurposeNotAllowed
from azukari.vault.rules.disposal import Reason
from azukari.vault.rules.numbers import ReplaceReason
from azukari.vault.rules.purposes import Purpose

_SEED = 20
_INSURANCE = (Purpose.HEALTH_PENSION, Purpose.EMPLOYMENT_INSURANCE, Purpose.CATEGORY3)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Plan:
    """One client: whose words it is named by (`companies`), since when (days before today), how many people."""

    code: str
    started: int
    people: int
    purposes: tuple[Purpose, ...]
    in_charge: str
    ended: int | None = None


_MINATO = (
    _Plan(
        code="sumireno",
        started=3300,
        people=88,
        purposes=(*_INSURANCE, Purpose.TAX, Purpose.WORKERS_COMPENSATION),
        in_charge="saeki",
    ),
    _Plan(
        code="hibari",
        started=3500,
        people=66,
        purposes=(*_INSURANCE, Purpose.WORKERS_COMPENSATION),
        in_charge="saeki",
    ),
    _Plan(code="donguri", started=2900, people=46, purposes=_INSURANCE, in_charge="ono"),
    _Plan(code="yunagi", started=760, people=34, purposes=(*_INSURANCE, Purpose.TAX), in_charge="ono"),
    _Plan(code="kohakudani", started=2400, people=24, purposes=_INSURANCE, in_charge="saeki", ended=40),
    _Plan(code="tsubakimori", started=60, people=12, purposes=(*_INSURANCE, Purpose.TAX), in_charge="saeki"),
)
_KAMOME = (
    _Plan(code="kikyozawa", started=3300, people=18, purposes=_INSURANCE, in_charge="kamoshita"),
    _Plan(code="wakatakeya", started=1900, people=12, purposes=(*_INSURANCE, Purpose.TAX), in_charge="kamoshita"),
)
# The clients whose returned sheets lie in tests/fixtures/sheets; they have nobody yet.
_SHEET_CLIENTS = (
    ("kawara", "株式会社瓦沢製陶所", "カワラザワセイトウショ", "岐阜県石垣野町桶屋町2-14-3", "ono"),
    ("tatami", "有限会社畳ヶ谷製畳", "タタミガヤセイジョウ", "熊本県藤袴市大工町1-8-11", "saeki"),
    ("yayoi", "株式会社やよい坂物流", "ヤヨイザカブツリュウ", "埼玉県千本杉市新田4-2-16", "saeki"),
    ("umineko", "うみねこ浜水産加工株式会社", "ウミネコハマスイサンカコウ", "青森県白砂浦市弁天5-21-7", "saeki"),
)


def opening_day(today: date) -> date:
    """Give the day the offices began with this system: a day of April, three to four years ago."""
    return workday(date(today.year - 3 - (today.month < 5), 4, 5))


def live_minato(desk: Desk, *, now: datetime) -> int:
    """Live the years of みなと. Gives how many people it has now."""
    today = jst_day(now)
    rng = Random(f"azukari demo minato {_SEED}")  # noqa: S311 (a seeded demo, no secret)
    diary = Diary(desk, rng, today)
    with office_scope(desk.id):
        add_sheet_clients(desk, today=today)
        stories = {plan.code: _story(desk, plan, today, delay=place * 9) for place, plan in enumerate(_MINATO)}
        leavers = _run_out(stories["hibari"], today, (6, 17, 25, -12, -40, -75, -110, -130, -160))
        for story in stories.values():
            tell(diary, story)
        _change_numbers(diary, list(stories.values()), today)
        _seasons(diary, stories["sumireno"], today)
        _refusals(diary, stories, today)
        _watch(diary, today)
        diary.live()
        waiting = [life for life in leavers if life.left_on and life.left_on < _years_before(today, 4)][-3:]
        _today(diary, stories["hibari"], waiting, now=now)
        diary.live()
    return sum(len(story.lives) for story in stories.values())


def live_kamome(desk: Desk, *, now: datetime) -> int:
    """Live the years of かもめ, with one disposal that still waits for its 24 hours. Gives how many people it has."""
    today = jst_day(now)
    rng = Random(f"azukari demo kamome {_SEED}")  # noqa: S311 (a seeded demo, no secret)
    diary = Diary(desk, rng, today)
    with office_scope(desk.id):
        stories = {plan.code: _story(desk, plan, today, delay=place * 9) for place, plan in enumerate(_KAMOME)}
        story = stories["kikyozawa"]
        leavers = _run_out(story, today, (11, -30, -60, -95))
        for told in stories.values():
            tell(diary, told)
        if len(leavers) > 3:
            dispose(diary, story, leavers[3:], workday(today - timedelta(days=20)), Reason.PERIOD_ENDED)
        _watch(diary, today)
        diary.live()
        _today(diary, story, leavers[2:3], now=now)
        diary.live()
    return sum(len(told.lives) for told in stories.values())


def add_sheet_clients(desk: Desk, *, today: date) -> None:
    """Add the four clients nobody is registered of. Call inside the office's scope."""
    started = today - timedelta(days=400)
    opened = at(opening_day(today), 10)  # the whole list of clients is entered on the first day
    for code, name, kana, address, in_charge in _SHEET_CLIENTS:
        client_id = clients.add_client(
            ClientFacts(code=code, name=name, kana=kana, contract_from=started.replace(day=1), address=address),
            actor=desk.actor(desk.manager),
            now=opened,
        )
        desk.assign(in_charge, client_id, now=opened)


def _story(desk: Desk, plan: _Plan, today: date, *, delay: int) -> ClientStory:
    # DEMO_TODAY and not today: the words of a company must not change from day to day.
    words = next(found for found in companies(_SEED, 24, today=DEMO_TODAY) if found.code == plan.code)
    company = _under_contract(words, plan, today)
    since = max(opening_day(today) + timedelta(days=10 + delay), company.contract_started_on + timedelta(days=12))
    story = ClientStory(
        company=company,
        id=add_client(desk, company, now=at(opening_day(today), 10)),
        in_charge=plan.in_charge,
        since=workday(since),
        until=today - timedelta(days=1),
    )
    desk.assign(plan.in_charge, story.id, now=at(opening_day(today), 10))
    story.lives = list(lives_of(company, plan.people, since=story.since, today=today))
    return story


def _under_contract(words: CompanySpec, plan: _Plan, today: date) -> CompanySpec:
    return replace(
        words,
        contract_started_on=today - timedelta(days=plan.started),
        contract_ended_on=None if plan.ended is None else today - timedelta(days=plan.ended),
        purposes=plan.purposes,
        seed=_SEED,
    )


def _years_before(day: date, years: int) -> date:
    """The same day some years ago; 28 February for the 29th."""
    return day.replace(year=day.year - years, day=28 if (day.month, day.day) == (2, 29) else day.day)


def _run_out(story: ClientStory, today: date, days: tuple[int, ...]) -> list[Life]:
    """Let single employees have left so long ago that their last period (雇用保険, four years) ends in so many days."""
    heads = {life.head_id for life in story.lives if life.head_id}
    found: list[Life] = []
    for life in story.lives:
        spec = life.spec
        if len(found) == len(days):
            break
        left_on = _years_before(today + timedelta(days=days[len(found)]), 4)
        fits = spec.number_state is NumberState.REGISTERED and life.left_on is None and life.id not in heads
        long_there = spec.registered_on is not None and spec.registered_on < left_on - timedelta(days=60)
        if spec.is_employee and fits and long_there and Purpose.EMPLOYMENT_INSURANCE in spec.purposes:
            life.left_on = left_on
            found.append(life)
    return found


def _change_numbers(diary: Diary, stories: list[ClientStory], today: date) -> None:
    """Some numbers changed; the first former one has been disposed of since."""
    plan = (
        (0, 410, ReplaceReason.CHANGED),
        (1, 305, ReplaceReason.CHANGED),
        (0, 214, ReplaceReason.MISTAKE),
        (2, 122, ReplaceReason.CHANGED),
        (3, 33, ReplaceReason.CHANGED),
    )
    changed: set[object] = set()
    for place, days_ago, reason in plan:
        story, day = stories[place], today - timedelta(days=days_ago)
        for life in story.lives:
            early = life.registered and life.spec.registered_on and life.spec.registered_on < day - timedelta(days=90)
            if early and life.left_on is None and life.id not in changed:
                changed.add(life.id)
                replace_number(diary, story, life, diary.moment(day, 14, 16), reason)
                if days_ago == plan[0][1]:
                    _dispose_former(diary, story, life, day + timedelta(days=14))
                break


def _dispose_former(diary: Diary, story: ClientStory, life: Life, day: date) -> None:
    def act(now: datetime) -> None:
        ids = ask_disposal(diary, story, [life], Reason.NUMBER_CHANGED, now=now, former_only=True)
        for disposal_id in ids:
            manager = diary.desk.actor(diary.desk.manager, diary.new_session())
            approve(manager, disposal_id, now=now + timedelta(minutes=9))

    diary.add(at(workday(day), 18, 5), act)


def _seasons(diary: Diary, story: ClientStory, today: date) -> None:
    """What comes back every year: 年末調整, 法定調書 on a medium, now and then a claim for an accident at work."""
    staying = [life for life in story.lives if life.left_on is None and life.spec.registered_on]
    for year in range(story.since.year, today.year + 1):
        for month, codes, taken_out, count in (
            (6, ("wc_claim",), TakenOut.DOCUMENT, 1),
            (11, ("tax_exemption",), TakenOut.SCREEN, 3),
            (1, ("tax_withholding",), TakenOut.MEDIUM, 3),
        ):
            day = date(year, month, 14)
            if not story.since + timedelta(days=20) < day < today - timedelta(days=3):
                continue
            leaves = None if taken_out is TakenOut.SCREEN else TakeOutFacts(kind=taken_out)
            if taken_out is TakenOut.MEDIUM:
                leaves = TakeOutFacts(
                    kind=taken_out,
                    medium="暗号化USBメモリ3号",
                    submitted_to="白砂浦税務署",
                    protections=(Protection.PASSWORD, Protection.LOCKED),
                    note=f"承認 {year}-{month:02d}",
                )
            there = [life for life in staying if life.spec.registered_on and life.spec.registered_on < day]
            chosen = diary.rng.sample(there, min(count, len(there)))
            uses = [Use(life.id, use.code, leaves) for life in chosen for use in life.uses(codes)]
            diary.use_numbers(story.in_charge, diary.moment(day, 9, 12), uses)


def _refusals(diary: Diary, stories: dict[str, ClientStory], today: date) -> None:
    """Attempts that were refused: no right, another purpose, a wrong password."""
    desk = diary.desk
    hibari = stories["hibari"]
    stranger = next(life for life in hibari.lives if life.spec.registered_on and life.left_on is None)
    for days_ago, who in ((902, "miyake"), (611, "miyake"), (288, "ono"), (57, "miyake")):
        moment = diary.moment(today - timedelta(days=days_ago), 13, 16)
        actor = diary.sign_in(who, moment)
        diary.add(
            moment + timedelta(minutes=2),
            lambda now, actor=actor: login.record_refusal(  # type: ignore[misc]
                actor=actor,
                permission="vault:number:reveal",
                detail=f"POST /people/{stranger.id}/reveal/",
                now=now,
            ),
        )
        diary.sign_out(actor, moment + timedelta(minutes=5))
    for days_ago, who in ((845, "ono"), (420, "miyake"), (133, "saeki"), (9, "miyake")):
        moment = diary.moment(today - timedelta(days=days_ago), 9, 10)
        diary.sign_in(who, moment, fails=True)
        diary.sign_out(diary.sign_in(who, moment + timedelta(minutes=1)), moment + timedelta(hours=2))
    for days_ago in (510, 76):
        actor = desk.actor("saeki", diary.new_session())
        diary.add(
            diary.moment(today - timedelta(days=days_ago), 10, 12),
            lambda now, actor=actor: enter(  # type: ignore[misc]
                actor, Events.UNLOCKED, "従業員利用認証", now, purpose="hp_loss", fails=True
            ),
        )
    _beyond_purpose(diary, stranger, diary.moment(today - timedelta(days=190), 10, 12))


def _beyond_purpose(diary: Diary, life: Life, moment: datetime) -> None:
    """Somebody wants a number for the tax office that was taken for the insurances only."""
    actor = diary.desk.actor("saeki", diary.new_session())

    def act(now: datetime) -> None:
        try:
            numbers.reveal_number(
                actor=actor,
                vault_key=diary.desk.vault_key,
                person_id=life.id,
                use_code="tax_withholding",
                leaves=TakeOutFacts(kind=TakenOut.DOCUMENT, at_once=True),
                now=now,
            )
        except PurposeNotAllowed as error:
            login.record_refusal(
                actor=actor,
                permission="vault:number:reveal",
                detail=f"POST /people/{life.id}/reveal/ {error.code}",
                now=now,
            )

    diary.add(moment, act)


def _watch(diary: Diary, today: date) -> None:
    """The manager looks at the record every second month."""
    day = today - timedelta(days=6)
    while day > opening_day(today) + timedelta(days=20):
        moment = diary.moment(day, 17, 18)
        diary.sign_out(diary.sign_in(diary.desk.manager, moment), moment + timedelta(minutes=25))
        day -= timedelta(days=61)


def _today(diary: Diary, story: ClientStory, lives: list[Life], *, now: datetime) -> None:
    """A disposal was asked for two hours ago and waits."""
    moment = now - timedelta(hours=2)
    actor = diary.sign_in(story.in_charge, moment)
    diary.add(
        moment + timedelta(minutes=6),
        lambda at_that_time: _ask(diary, story, lives, now=at_that_time),
    )
    diary.sign_out(actor, moment + timedelta(minutes=30))


def _ask(diary: Diary, story: ClientStory, lives: list[Life], *, now: datetime) -> None:
    ask_disposal(diary, story, lives, Reason.PERIOD_ENDED, now=now)
