"""Looking the record through: what a sweep finds, once, growing with the day; reviews; the daily mail."""

from __future__ import annotations

from datetime import timedelta

import pytest

from azukari.journal import actions as journal
from azukari.journal import queries as record
from azukari.journal.rules import Line, Operation, Result
from azukari.kernel.actor import Role
from azukari.oversight import errors, queries
from azukari.oversight.actions import odd
from azukari.oversight.actions import settings as settings_actions
from azukari.oversight.models import OddUse, Watch
from azukari.oversight.rules.odd import Rule, Threshold, Thresholds
from azukari.oversight.rules.settings import OversightSettings
from azukari.tenancy.actions import outbox
from azukari.tenancy.errors import PermissionNotAllowed
from azukari.tenancy.models import Account, OutboxMail
from azukari.tenancy.rules.events import Events
from azukari.vault.rules import events as vault_events
from tests.cast import NOW, Office, number_of

NIGHT = NOW + timedelta(hours=14)  # 00:00 on a Wednesday in Japan


def use(office: Office, login: str = "saeki", person: str = "takahashi", client: str = "aoba", *, at=NIGHT, times=1):
    for _ in range(times):
        journal.append(
            actor=office.actor(login),
            operation=Operation(
                event=vault_events.REVEALED,
                screen="個人番号台帳",
                lines=(
                    Line(
                        client_id=office.clients[client],
                        client_name="株式会社あおば製作所",
                        person_id=office.people[person],
                        person_name="髙橋 誠",
                    ),
                ),
            ),
            now=at,
        )


def rules_found() -> dict[str, int]:
    return dict(OddUse.objects.values_list("rule", "count"))


def test_a_use_at_night_is_found_once_however_often_one_looks(minato: Office) -> None:
    use(minato)
    assert odd.sweep(now=NIGHT) == 2
    assert rules_found() == {"NIGHT": 1, "UNASSIGNED": 1}  # あおば is in Ono's care
    assert odd.sweep(now=NIGHT) == 0
    (night,) = [row for row in queries.list_odd(waiting=True).rows if row.label == "夜間・休日"]
    assert night.says == "佐伯 舞さんが、11月25日（水）00:00に、夜間か休日に、番号を1件使いました。"
    (line,) = queries.lines_of(night)
    assert (line.staff, line.person, line.label) == ("佐伯 舞", "髙橋 誠", "マイナンバー閲覧")


def test_by_day_by_the_one_in_charge_nothing_is_found(minato: Office) -> None:
    use(minato, "ono", at=NOW)
    assert odd.sweep(now=NOW) == 0
    assert queries.count_waiting() == 0


def test_a_person_who_left_long_ago(minato: Office) -> None:
    use(minato, "ono", "ishihara", at=NOW)
    odd.sweep(now=NOW)
    assert rules_found() == {"RETIRED": 1}


def test_many_in_an_hour_grow_over_several_sweeps(minato: Office) -> None:
    use(minato, "ono", at=NOW, times=29)
    assert odd.sweep(now=NOW) == 0
    use(minato, "ono", at=NOW + timedelta(minutes=1))
    assert odd.sweep(now=NOW) == 1
    use(minato, "ono", at=NOW + timedelta(minutes=2))
    assert odd.sweep(now=NOW) == 1
    assert rules_found() == {"MANY_HOUR": 31}


def test_failures_to_unlock(minato: Office) -> None:
    for _ in range(5):
        journal.append(
            actor=minato.actor("ono"),
            operation=Operation(event=Events.UNLOCKED, screen="利用認証", lines=(Line(result=Result.FAILURE),)),
            now=NOW,
        )
    odd.sweep(now=NOW)
    assert rules_found() == {"FAILED_UNLOCKS": 5}


def test_a_first_look_goes_back_a_month_and_not_to_the_first_day(minato: Office) -> None:
    use(minato, at=NIGHT)
    odd.sweep(now=NIGHT + timedelta(days=40))
    assert rules_found() == {}
    assert Watch.objects.get().looked == record.tree_size()


def test_what_is_new_is_walked_in_batches(minato: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(odd, "_BATCH", 3)
    use(minato, times=7)
    sweeps = -(-record.tree_size() // 3) // odd._BATCHES + 1
    for _ in range(sweeps):
        odd.sweep(now=NIGHT)
    assert rules_found()["NIGHT"] == 7
    assert Watch.objects.get().looked == record.tree_size()


def test_a_review_takes_a_word_and_stands_in_the_record(minato: Office) -> None:
    use(minato)
    odd.sweep(now=NIGHT)
    row = queries.list_odd(waiting=True).rows[0]
    word = f"本人に確認した（{number_of(3)}）"
    odd.review(actor=minato.actor("aoki"), odd_id=row.id, word=word, now=NIGHT)
    done = queries.get_odd(row.id)
    assert (done.reviewed_by, number_of(3) in done.word) == ("青木 由美", False)
    last = record.list_entries(minato.actor("aoki"), record.Filter(), size=1).rows[0]
    assert last.label == "いつもと違う利用の確認"
    assert "本人に確認した" in last.detail
    assert number_of(3) not in last.detail
    assert queries.count_waiting() == 1
    assert [found.id for found in queries.list_odd(waiting=False).rows] == [row.id]


def test_a_reviewed_find_that_grows_waits_again(minato: Office) -> None:
    use(minato)
    odd.sweep(now=NIGHT)
    for row in queries.list_odd(waiting=True).rows:
        odd.review(actor=minato.actor("aoki"), odd_id=row.id, word="確認", now=NIGHT)
    assert queries.count_waiting() == 0
    use(minato)
    odd.sweep(now=NIGHT)
    assert queries.count_waiting() == 2


@pytest.mark.parametrize("login", ["saeki", "miyake", "kanno"])
def test_only_a_manager_reviews(minato: Office, login: str) -> None:
    use(minato)
    odd.sweep(now=NIGHT)
    row = queries.list_odd(waiting=True).rows[0]
    with pytest.raises(PermissionNotAllowed):
        odd.review(actor=minato.actor(login), odd_id=row.id, word="確認", now=NIGHT)
    assert queries.get_odd(row.id).reviewed_at is None


def test_the_offices_own_thresholds_count(minato: Office) -> None:
    rules = {rule: Threshold(rule is Rule.MANY_DAY, 2) for rule in Rule}
    given = OversightSettings(thresholds=Thresholds(rules=rules))
    settings_actions.change_settings(actor=minato.actor("aoki"), settings=given, version=0, now=NOW)
    use(minato, times=2)
    odd.sweep(now=NIGHT)
    assert rules_found() == {"MANY_DAY": 2}


def test_two_who_change_the_settings_at_once_do_not_overwrite_each_other(minato: Office) -> None:
    manager = minato.actor("aoki")
    settings_actions.change_settings(actor=manager, settings=OversightSettings(members_see=True), version=0, now=NOW)
    for stale in (0, 7):
        with pytest.raises(errors.WatchSettingsConflictError):
            settings_actions.change_settings(actor=manager, settings=OversightSettings(), version=stale, now=NOW)
    assert queries.get_settings() == (OversightSettings(members_see=True), 1)
    last = record.list_entries(manager, record.Filter(), size=1).rows[0]
    assert (last.label, last.detail) == ("監督と見守りの設定の変更", "窓口担当者への表示")


MORNING = NOW - timedelta(hours=2) + timedelta(days=1)  # 08:00 in Japan, the next day


def test_managers_are_told_once_a_day_and_only_of_something(minato: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_sender", {"address": "azukari@example.jp"})
    Account.objects.filter(username="minato/aoki").update(email="aoki@example.jp")
    odd.sweep(now=NOW)
    assert odd.send_daily(now=MORNING) == 0
    use(minato)
    odd.sweep(now=NIGHT)
    assert odd.send_daily(now=MORNING) == 0  # told today already that there is nothing
    next_day = MORNING + timedelta(days=1)
    assert odd.send_daily(now=next_day - timedelta(minutes=1)) == 0
    assert odd.send_daily(now=next_day) == 1
    assert odd.send_daily(now=next_day + timedelta(hours=3)) == 0
    assert OutboxMail.objects.count() == 1


def test_managers_alone_are_told(minato: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_sender", {"address": "azukari@example.jp"})
    Account.objects.update(email="x@example.jp")
    use(minato)
    odd.sweep(now=NIGHT)
    managers = sum(row.role is Role.MANAGER for row in odd.tenancy.list_staff(active=True))
    assert odd.send_daily(now=MORNING) == managers
