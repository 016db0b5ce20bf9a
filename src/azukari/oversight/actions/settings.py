"""Changing what the office set for oversight."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from azukari.journal import actions as journal
from azukari.journal.rules import Line, Operation
from azukari.kernel.actor import Actor
from azukari.oversight import errors, queries
from azukari.oversight.models import Settings
from azukari.oversight.rules import events
from azukari.oversight.rules.odd import RULES, Rule
from azukari.oversight.rules.settings import OversightSettings, to_json
from azukari.tenancy import policy

SCREEN = "監督と見守りの設定"


@transaction.atomic
def change_settings(*, actor: Actor, settings: OversightSettings, version: int, now: datetime) -> None:
    """Change the settings. `version` is the one the person saw.

    Raises: PermissionNotAllowed, WatchSettingsConflictError.
    """
    policy.check_may(actor, "tenancy:settings:change")
    before, _ = queries.get_settings()
    _write(settings, version)
    journal.append(
        actor=actor,
        operation=Operation(
            event=events.SETTINGS_CHANGED, screen=SCREEN, lines=(Line(detail=_changes(before, settings)),)
        ),
        now=now,
    )


def _write(settings: OversightSettings, version: int) -> None:
    told = to_json(settings)
    if version:
        if not Settings.objects.filter(version=version).update(told=told, version=version + 1):
            raise errors.WatchSettingsConflictError
        return
    try:
        with transaction.atomic():
            Settings.objects.create(told=told, version=1)
    except IntegrityError as error:  # somebody made the first row meanwhile
        raise errors.WatchSettingsConflictError from error


def _changes(before: OversightSettings, after: OversightSettings) -> str:
    old, new = before.thresholds, after.thresholds
    changed = [RULES[rule].label for rule in Rule if old.of(rule) != new.of(rule)]
    pairs = (
        ("夜間の時間", (old.night_from, old.night_until), (new.night_from, new.night_until)),
        ("土日の扱い", old.weekends, new.weekends),
        ("休業日", old.closed_days, new.closed_days),
        ("再委託先", before.sub_processors, after.sub_processors),
        ("窓口担当者への表示", before.members_see, after.members_see),
    )
    changed += [label for label, was, is_now in pairs if was != is_now]
    return "・".join(changed) or "変更なし"
