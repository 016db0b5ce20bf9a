"""Taking a backup. The order is the promise:

1. the run is written down, so that no protected file loses its server's copy meanwhile (exchange.actions.protection);
2. the main database, then the key store: keys stand before the records that need them, so no record lacks its key;
3. parts of files that are not there yet; each has its place for ever, so none is written twice;
4. the list of disposals, after everything it must know of;
5. checked, then named: keys first, so that a backup of the main database never stands without its keys;
6. old ones go, and only now: whatever failed before this line leaves every earlier backup where it was.
"""

from __future__ import annotations

import logging
import shutil
import sqlite3
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

from azukari.exchange import queries as exchange
from azukari.kernel.clock import utc_now
from azukari.ops.backups import dumps, manifest, places, rotation
from azukari.ops.backups.errors import BackupDamagedError, BackupFailedError
from azukari.ops.backups.manifest import DISPOSALS, Manifest, Part
from azukari.ops.backups.places import FILES, KEYS, MAIN
from azukari.store import blobs, disposals
from azukari.store.blobs import BlobMissingError, StorageUnavailableError
from azukari.store.disposals import Disposed, Kind
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import backups
from azukari.vault import queries as vault

_log = logging.getLogger("azukari.backups")
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How long backups stay: of keys in days, of the main database in number."""

    key_days: int
    main_kept: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What one run did. `copied` counts new parts of files, None where they lie in a bucket; `missing` those not found."""

    stamp: str
    size: int
    copied: int | None
    missing: int
    removed_keys: list[str]
    removed_main: list[str]


def take(place: Path, rules: Rules, *, now: datetime) -> Taken:
    """Take a backup into a folder that was checked. Raises: BackupRunningError, BackupFailedError."""
    with places.held(place):
        run_id = backups.begin(now=now)
        try:
            stamp, size, files = _write(place, now=now)
        except BaseException:
            backups.give_up(run_id)
            raise
        backups.finish(run_id, size=size, now=utc_now())
        removed_keys = rotation.drop_old_keys(place, days=rules.key_days, now=now)
        removed_main = rotation.drop_old_main(place, kept=rules.main_kept)
        _drop_shredded(place)
    _log.info("backup %s taken, %d bytes", stamp, size)
    return Taken(
        stamp=stamp,
        size=size,
        copied=files.copied if files else None,
        missing=files.missing if files else 0,
        removed_keys=removed_keys,
        removed_main=removed_main,
    )


@dataclass(kw_only=True)
class _Files:
    """How many parts there are, were copied now, and were not found."""

    count: int = 0
    copied: int = 0
    missing: int = 0


def _write(place: Path, *, now: datetime) -> tuple[str, int, _Files | None]:
    stamp = places.stamp_of(now)
    try:
        catch_up()
        main, keys = places.begin(place / MAIN, stamp), places.begin(place / KEYS, stamp)
        snapshots = {
            alias: dumps.dump(alias, folder / dumps.file_name(alias))
            for alias, folder in (("default", main), ("keys", keys))
        }
        files = _copy_files(place)
        taken = manifest.list_backups(place / MAIN) + manifest.list_backups(place / KEYS)
        number = 1 + max((number for number, _ in taken), default=0)
        size = 0
        for alias, folder in (("default", main), ("keys", keys)):
            _copy_disposals(folder)
            told = _describe(alias, folder, snapshots[alias], number=number, files=files, now=now)
            told.write(folder)
            size += told.size
        for folder in (keys, main):
            manifest.check(places.publish(folder))
    except disposals.DamagedListError as error:
        why = f"廃棄の一覧（{disposals.path()}）の{error.number}行目が読めません。別の場所へ移すと、次の控えで作り直します。"
        raise BackupFailedError(why=why) from error
    except (OSError, sqlite3.Error, StorageUnavailableError, BackupDamagedError) as error:
        why = getattr(error, "strerror", None) or getattr(error, "reason", None) or str(error)
        raise BackupFailedError(why=f"{why}。".replace("。。", "。")) from error
    return stamp, size, files


def _describe(
    alias: str, folder: Path, snapshot: dumps.Snapshot, *, number: int, files: _Files | None, now: datetime
) -> Manifest:
    names = (dumps.file_name(alias), DISPOSALS)
    parts: dict[str, Part] = {name: manifest.measure(folder / name) for name in names}
    return Manifest(
        number=number,
        taken_at=now,
        version=version("azukari"),
        database=dumps.kind_of(alias),
        dump=dumps.file_name(alias),
        parts=parts,
        migrations=snapshot.migrations,
        heads=snapshot.heads,
        files=files.count if files and alias == "default" else None,
    )


def catch_up() -> int:
    """Write into the list what the database knows and the list does not: it was lost, or is younger than its disposals.

    Another machine that serves the same database has a list of its own; this makes one out of them. Gives how many.
    """
    known = {(line.kind, line.id) for line in disposals.read(disposals.path())}
    missing: list[Disposed] = []
    for office_id, _, _ in tenancy.list_offices():
        with office_scope(office_id):
            gone = [(Kind.NUMBER, at, record) for record, at in vault.list_destroyed()]
            gone += [(Kind.FILE, at, file) for file, at in exchange.list_shredded()]
        missing += [Disposed(at, office_id, kind, thing) for kind, at, thing in gone if (kind, thing) not in known]
    disposals.write(missing)
    return len(missing)


def _copy_disposals(folder: Path) -> None:
    target = folder / DISPOSALS
    target.touch(mode=0o600)
    if disposals.path().exists():
        shutil.copyfile(disposals.path(), target)


def _copy_files(place: Path) -> _Files | None:
    """Copy parts of files that the backup does not have yet. None for a bucket: its operator copies that."""
    source = blobs.blobs()
    if not isinstance(source, blobs.Folder):
        return None
    target = blobs.Folder(place / FILES, reserve=0)
    have = {facts.key for facts in target.list()}
    files = _Files()
    for office_id, _, _ in tenancy.list_offices():
        with office_scope(office_id):
            for key in exchange.list_blobs():
                files.count += 1
                if key not in have:
                    _copy(files, source, target, key)
    return files


def _copy(files: _Files, source: blobs.Blobs, target: blobs.Blobs, key: str) -> None:
    try:
        with source.open(key) as reader, target.create(key) as writer:
            while piece := reader.read(_BLOCK):
                writer.write(piece)
            writer.commit()
    except BlobMissingError:
        files.missing += key in set(exchange.list_blobs())  # not one that was destroyed since the row was read
    else:
        files.copied += 1


def _drop_shredded(place: Path) -> int:
    """Remove parts of files that were destroyed: without their key they are of no use to anybody. Gives how many."""
    gone = {line.id.hex for line in disposals.read(disposals.path()) if line.kind is Kind.FILE}
    target = blobs.Folder(place / FILES, reserve=0)
    count = 0
    for facts in list(target.list()):
        if facts.key.split("/")[2] in gone:
            target.delete(facts.key)
            count += 1
    return count
