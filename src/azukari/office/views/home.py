"""ホーム: what is to be done, in the order of its date."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from azukari.entrance.requests import actor_of, now_of
from azukari.exchange import queries as exchange
from azukari.intake import queries as intake
from azukari.journal import queries as journal
from azukari.journal.queries import takeouts
from azukari.journal.rules import KIND_LABELS, Kind
from azukari.kernel.actor import Actor, Role
from azukari.kernel.clock import jst_day
from azukari.office.access import page
from azukari.oversight import queries as oversight
from azukari.roster import queries as roster
from azukari.tenancy import policy
from azukari.tenancy import queries as tenancy
from azukari.vault import queries as vault
from azukari.vault.queries.due import Due, due_rows, list_due
from azukari.vault.rules.disposal import Reason, State

_SOON = timedelta(days=30)
_MOST_TASKS = 30
_NEAR_TAKE_OUTS, _MOST_READ = timedelta(days=3), 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One line of 未処理: what kind, when, whose, what, and where it is done. `days_left` is negative when late."""

    kind: str
    icon: str
    due_on: date | None
    days_left: int | None
    near: int
    client_id: UUID | None
    client_name: str
    title: str
    action: str
    url: str

    @property
    def days_over(self) -> int:
        """Days past the date."""
        return -self.days_left if self.days_left is not None else 0


@page("tenancy:home:see")
def home(request: HttpRequest) -> HttpResponse:
    actor, today = actor_of(request), jst_day(now_of(request))
    handles, works = policy.may(actor, "vault:number:register"), policy.may(actor, "roster:person:see")
    due = list_due(actor, until=today + _SOON) if handles else []
    waiting = intake.list_imports(actor, waiting=True) if handles else []
    open_disposals = vault.list_disposals(actor, [State.REQUESTED]) if handles else []
    names = tenancy.find_clients(
        actor,
        [row.client_id for row in waiting] + [row.client_id for row in open_disposals] + [row.client_id for row in due],
    )
    recovery = tenancy.find_recovery_sheet()
    tasks = [
        *(_import_task(row, names, today) for row in waiting),
        *(_disposal_task(row, names, actor) for row in open_disposals),
        *_due_tasks(due, names, today),
        *(_take_out_tasks(actor, today) if policy.may(actor, "journal:takeout:close") else ()),
        *_account_tasks(actor, recovery),
        *(_exchange_tasks(actor, today, now_of(request)) if policy.may(actor, "exchange:file:see") else ()),
    ]
    tasks.sort(key=lambda task: (task.due_on is not None, task.due_on or today))
    context = {
        "today": today,
        "handles": handles,
        "tasks": tasks[:_MOST_TASKS],
        "task_count": len(tasks) + max(0, _single(due) - _MOST_TASKS),
        "counts": {
            "imports": len(waiting),
            "disposals": len(open_disposals),
            "due": len({row.person_id for row in due}),
            "late": len({row.person_id for row in due if row.due_on < today}),
            "missing": roster.count_missing(actor) if works else 0,
        },
        # 監査 reads the record behind its password only.
        "recent": _recent(actor) if works and policy.may(actor, "journal:record:see") else [],
        "record_size": journal.tree_size(),
        "key_holders": tenancy.count_key_holders(),
        "recovery": recovery,
    }
    return render(request, "office/home.html", context)


def _recent(actor: Actor) -> list[journal.EntryRow]:
    """The newest handlings of numbers: log-ins, unlocks and files that came and went stand in the record itself."""
    rows = journal.list_entries(actor, journal.Filter(), size=60, counted=False).rows
    others = {KIND_LABELS[kind] for kind in (Kind.ACCESS, Kind.RECEIVE, Kind.SEND)}
    return [row for row in rows if row.kind not in others][:8]


def _import_task(row: intake.ImportRow, names: dict[UUID, tenancy.ClientRow], today: date) -> Task:
    return Task(
        kind="番号確認",
        icon="sheet",
        due_on=jst_day(row.made_at) + timedelta(days=7),
        days_left=(jst_day(row.made_at) + timedelta(days=7) - today).days,
        near=3,
        client_id=row.client_id,
        client_name=names[row.client_id].name,
        title=f"登録シートの確認（{row.people}名）" if row.people else "登録シートの列の確認",
        action="確認",
        url=reverse("office:import", args=[row.id]),
    )


def _disposal_task(row: vault.DisposalRow, names: dict[UUID, tenancy.ClientRow], actor: Actor) -> Task:
    approves = policy.may(actor, "vault:disposal:approve") and row.requested_by != actor.staff_id
    return Task(
        kind="廃棄",
        icon="dispose",
        due_on=None,
        days_left=None,
        near=3,
        client_id=row.client_id,
        client_name=names[row.client_id].name,
        title=f"個人番号の廃棄（{row.first_name}{f'さん ほか{row.count - 1}件' if row.count > 1 else 'さん'}）",
        action=("承認" if approves else "開く") if row.two_persons else "廃棄",
        url=reverse("office:disposal", args=[row.id]),
    )


def _take_out_tasks(actor: Actor, today: date) -> list[Task]:
    """What a person took out and should end; a 責任者 also sees what others left out past its day."""
    leads = actor.role is Role.MANAGER
    found = takeouts.list_open(actor, own=not leads, until=today + _NEAR_TAKE_OUTS, size=_MOST_READ)
    rows = [row for row in found if row.staff_id == actor.staff_id or row.days_over(today) > 0]
    return [
        Task(
            kind="持ち出し",
            icon="card",
            due_on=row.due_on,
            days_left=-row.days_over(today),
            near=3,
            client_id=row.client_id,
            client_name=row.client,
            title=f"NO {row.number} の持ち出し（{row.kind}{'・' + row.person + 'さん' if row.person else ''}）",
            action="終わりを記録",
            url=f"{reverse('office:takeouts-close')}?takeout={row.id}",
        )
        for row in rows[:_MOST_TASKS]
    ]


def _exchange_tasks(actor: Actor, today: date, now: datetime) -> Iterator[Task]:
    """What client companies handed in: files nobody has opened, and items that wait for a look."""
    for row in exchange.list_requests(actor):
        if row.to_check:
            yield _task_of_client(row.client_id, row.client, "お願い", "todo", row.due_on, today)(
                f"「{row.title}」の確認（{row.to_check}件）", "確認", reverse("office:request", args=[row.id])
            )
        elif row.left and row.due_on < today:
            yield _task_of_client(row.client_id, row.client, "お願い", "todo", row.due_on, today)(
                f"「{row.title}」が届いていません（残り{row.left}件）", "督促", reverse("office:request", args=[row.id])
            )
    for line in exchange.list_waiting(actor, now=now, size=10):
        yield _task_of_client(line.client_id, line.client, "ファイル", "inbox", None, today)(
            f"{line.name}{'（保護）' if line.protected else ''}", "開く", reverse("office:file", args=[line.id])
        )


def _task_of_client(
    client_id: UUID, name: str, kind: str, icon: str, due_on: date | None, today: date
) -> Callable[[str, str, str], Task]:
    def make(title: str, action: str, url: str) -> Task:
        return Task(
            kind=kind,
            icon=icon,
            due_on=due_on,
            days_left=(due_on - today).days if due_on else None,
            near=3,
            client_id=client_id,
            client_name=name,
            title=title,
            action=action,
            url=url,
        )

    return make


def _account_tasks(actor: Actor, recovery: tenancy.SheetState | None) -> list[Task]:
    """What waits for a 責任者: rights to give, passwords to reset, odd uses to look into, the 鍵の控え."""
    tasks = []
    if policy.may(actor, "tenancy:staff:manage"):
        for row in tenancy.list_staff_who_wait():
            url = reverse("office:staff-member", args=[row.id])
            if row.standing.reset_asked_at is not None:
                tasks.append(_account_task(f"パスワード再設定の依頼（{row.name}さん）", url))
            if row.waits_for_grant:
                tasks.append(_account_task(f"個人番号の権限の付与待ち（{row.name}さん）", url))
    if policy.may(actor, "tenancy:client:manage"):
        for user in tenancy.list_users_asking_reset(actor):
            client_id, client_name, _ = user.memberships[0]
            url = reverse("office:user", args=[user.id])
            title = f"パスワード再設定の依頼（{user.name}さん）"
            tasks.append(_account_task(title, url, client_id=client_id, client_name=client_name))
    if policy.may(actor, "oversight:odd_use:review") and (odd := oversight.count_waiting()):
        tasks.append(_account_task(f"いつもと違う利用（{odd}件）", reverse("office:odd-uses"), kind="見守り"))
    if policy.may(actor, "tenancy:recovery:issue") and not (recovery and recovery.some_confirmed):
        title = "鍵の控えの確認" if recovery else "鍵の控えの印刷"
        tasks.append(_account_task(title, reverse("office:recovery"), kind="鍵の控え"))
    return tasks


def _account_task(
    title: str, url: str, *, kind: str = "アカウント", client_id: UUID | None = None, client_name: str = ""
) -> Task:
    return Task(
        kind=kind,
        icon="key",
        due_on=None,
        days_left=None,
        near=3,
        client_id=client_id,
        client_name=client_name,
        title=title,
        action="開く",
        url=url,
    )


def _single(due: list[Due]) -> int:
    return sum(row.reason is not Reason.CONTRACT_ENDED for row in due)


def _due_tasks(due: list[Due], names: dict[UUID, tenancy.ClientRow], today: date) -> list[Task]:
    """One line a person, but one a client whose contract ended: everything of it goes as a whole."""
    ended = [row for row in due if row.reason is Reason.CONTRACT_ENDED]
    others = [row for row in due if row.reason is not Reason.CONTRACT_ENDED]
    tasks = []
    for client_id in dict.fromkeys(row.client_id for row in ended):
        count = sum(row.client_id == client_id for row in ended)
        first = next(row for row in ended if row.client_id == client_id)
        url = reverse("office:disposal-client", args=[client_id])
        tasks.append(_due_task(first, names, today, f"契約の終わりに伴う廃棄（{count}件）", url))
    # The list is cut to the earliest ones: nobody else's name is needed.
    for found in due_rows(others[:_MOST_TASKS], today=today):
        why = "変更前の番号" if found.due.former else "保存期間の終わり"
        url = reverse("office:person", args=[found.person.id])
        tasks.append(_due_task(found.due, names, today, f"{why}（{found.person.name}さん）", url))
    return tasks


def _due_task(due: Due, names: dict[UUID, tenancy.ClientRow], today: date, title: str, url: str) -> Task:
    return Task(
        kind="廃棄",
        icon="dispose",
        due_on=due.due_on,
        days_left=(due.due_on - today).days,
        near=_SOON.days,
        client_id=due.client_id,
        client_name=names[due.client_id].name,
        title=title,
        action="廃棄" if due.due_on < today else "開く",
        url=url,
    )
