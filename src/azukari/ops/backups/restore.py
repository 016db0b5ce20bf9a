"""Restoring = replaying. What comes back is closed until every later disposal has been done again and was looked for.

SQLite is restored beside its place and gets its name last. PostgreSQL is restored in its place, with a table that says
so; no process of the product starts while that table is there. Whatever stops a restore, the next one begins anew.
"""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from uuid import UUID

from django.db import connections
from django.db.migrations.loader import MigrationLoader

from azukari.exchange import queries as exchange
from azukari.exchange.actions import replay as exchange_replay
from azukari.journal.actions import signing
from azukari.kernel.clock import jst_minute
from azukari.ops import setup
from azukari.ops.backups import dumps, errors, manifest, places
from azukari.ops.backups.manifest import DISPOSALS, HeadFacts, Manifest
from azukari.ops.backups.places import FILES, KEYS, MAIN, moment_of
from azukari.seal.errors import SealError
from azukari.store import blobs, disposals
from azukari.store.blobs import BlobExistsError, BlobMissingError
from azukari.store.disposals import Disposed, Kind
from azukari.store.scope import office_scope
from azukari.tenancy import queries as tenancy
from azukari.tenancy.actions import backups
from azukari.tenancy.actions import keys as office_keys
from azukari.tenancy.errors import RootKeyMissingError
from azukari.vault.actions import replay as vault_replay

_log = logging.getLogger("azukari.backups")
_ALIASES = ("keys", "default")
_UNFINISHED = ".restoring"
_MARK = "azukari_restoring"
_BLOCK = 1024 * 1024


@dataclass(kw_only=True)
class Restored:
    """What a restore did. `shorter`: by how many entries the record of an office (its code) fell back.

    `restarted`: the name under which the record of an office goes on, where more had been signed than came back.
    `numbers_without_key`: numbers whose key the key store does not have; they are there and do not open.
    """

    taken_at: datetime
    keys_at: datetime
    numbers_again: int = 0
    files_again: int = 0
    files_copied: int = 0
    files_missing: int = 0
    numbers_without_key: int = 0
    migrated: bool = False
    shorter: dict[str, int] = field(default_factory=dict)
    restarted: dict[str, str] = field(default_factory=dict)


def restore(place: Path, *, at: str, lists: Sequence[Path], key_days: int, now: datetime) -> Restored:
    """Restore the backup of a moment (the newest without one) into empty databases.

    `lists`: further lists of disposals, from other machines that served the same databases.
    Raises: the errors of this folder; until it returns nothing of the product starts.
    """
    if not (place / MAIN).is_dir():
        raise errors.NoBackupError(why=f"{place} に控えがありません。")
    with places.held(place):
        main, keys = _choose(place, at, key_days=key_days, now=now)
        told, told_keys = manifest.check(place / MAIN / main), manifest.check(place / KEYS / keys)
        _check_fits(told)
        disposed = _read_lists(place, lists)
        done = Restored(taken_at=told.taken_at, keys_at=told_keys.taken_at)
        with _closed():
            dumps.load("keys", place / KEYS / keys / told_keys.dump)
            dumps.load("default", place / MAIN / main / told.dump)
            done.migrated = _migrate(told)
            _check_root_key()
            disposals.write(disposed - set(disposals.read(disposals.path())))
            _replay(done, disposed, _newest_heads(place), now=now)
            _prove(disposed)
            _copy_files(done, place)
    _log.info("backup %s restored, %d disposals repeated", main, done.numbers_again + done.files_again)
    return done


def _choose(place: Path, at: str, *, key_days: int, now: datetime) -> tuple[str, str]:
    """Choose the backup of the main database, and of the key store the one that went with it, or the next after it.

    Not the newest: an earlier restore to another day may have taken keys out of those that followed it.
    """
    mains = {stamp: number for number, stamp in manifest.list_backups(place / MAIN)}
    main = at or next(reversed(mains), "")
    if main not in mains:
        raise errors.NoBackupError(why=f"{at} の控えはありません。" if at else "使える控えが1つもありません。")
    found = [stamp for number, stamp in manifest.list_backups(place / KEYS) if number >= mains[main]]
    if not found:
        raise errors.NoBackupError(why=f"{main} と同じか、より新しい鍵の保管庫の控えがありません。")
    in_time = [stamp for stamp in found if now - moment_of(stamp) <= timedelta(days=key_days)]
    if not in_time:
        raise errors.KeyBackupTooOldError(taken=jst_minute(moment_of(found[-1])), days=key_days)
    return main, in_time[0]


def _check_fits(told: Manifest) -> None:
    """Check that this version and these databases can take the backup at all."""
    if told.database != dumps.kind_of("default"):
        raise errors.NoBackupError(why=f"この控えは {told.database} のもので、今の設定のデータベースと種類が違います。")
    known = {f"{app}.{name}" for app, name in MigrationLoader(None, ignore_no_migrations=True).disk_migrations}
    if set(told.migrations) - known:
        raise errors.NewerBackupError(version=told.version)


def _read_lists(place: Path, lists: Sequence[Path]) -> set[Disposed]:
    """Read every list of disposals there is. A line is true wherever it stands. Raises: DisposalsDamagedError."""
    found: set[Disposed] = set()
    sources = [disposals.path(), *lists]
    for folder in (place / MAIN, place / KEYS):
        stamps = [stamp for _, stamp in manifest.list_backups(folder)]
        if stamps:
            manifest.check(folder / stamps[-1])
        sources += [folder / stamp / DISPOSALS for stamp in stamps]
    for source in lists:
        if not source.is_file():
            raise errors.NoBackupError(why=f"{source} がありません。")
    try:
        for source in sources:
            found.update(disposals.read(source))
    except disposals.DamagedListError as error:
        raise errors.DisposalsDamagedError(number=error.number) from error
    return found


@contextmanager
def _closed() -> Iterator[None]:
    """Empty databases that nobody else opens; open to all only when the block ends well."""
    if dumps.kind_of("default") == dumps.SQLITE:
        with _beside():
            yield
        return
    for alias in _ALIASES:
        _mark(alias)
    yield
    for alias in _ALIASES:
        with connections[alias].cursor() as cursor:
            cursor.execute(f"DROP TABLE {_MARK}")


@contextmanager
def _beside() -> Iterator[None]:
    """SQLite: work on files beside the databases' places, and give them their names last, the main database's last."""
    finals = {alias: Path(connections[alias].settings_dict["NAME"]) for alias in _ALIASES}
    if not unfinished(finals["default"]).exists():
        for alias, table in (("default", "tenancy_office"), ("keys", "vault_recordkey")):
            _check_empty(finals[alias], table)
    unfinished(finals["default"]).touch(mode=0o600)
    try:
        for alias, final in finals.items():
            for path in _with_logs(unfinished(final)):
                path.unlink(missing_ok=True)
            _point(alias, unfinished(final))
        unfinished(finals["default"]).touch(mode=0o600)
        yield
    except BaseException:
        for alias, final in finals.items():
            _point(alias, final)
            for path in _with_logs(unfinished(final)):
                path.unlink(missing_ok=True)
        raise
    for alias, final in finals.items():
        _point(alias, final)
        for path in _with_logs(final):
            path.unlink(missing_ok=True)
        places.sync(unfinished(final))
        os.replace(unfinished(final), final)  # noqa: PTH105 - renames over what is there
        places.sync(final.parent)


def unfinished(final: Path) -> Path:
    """Give where an SQLite database lies until its restore is over."""
    return final.with_name(final.name + _UNFINISHED)


def _with_logs(path: Path) -> list[Path]:
    return [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]


def _point(alias: str, path: Path) -> None:
    """Let an alias stand for another file. Closing the last connection empties the log into the database."""
    connections[alias].close()
    connections[alias].settings_dict["NAME"] = path


def _check_empty(path: Path, table: str) -> None:
    if not path.exists():
        return
    with closing(sqlite3.connect(path)) as connection, suppress(sqlite3.OperationalError):  # no such table: empty
        if connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone():
            raise errors.TargetNotEmptyError(what=path.name)


def _mark(alias: str) -> None:
    """PostgreSQL: take an empty database, or what is left of a restore that stopped, and say that it is closed."""
    connection = connections[alias]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND backend_type = 'client backend'"
        )
        if cursor.fetchone():
            raise errors.InUseError
        tables = connection.introspection.table_names(cursor)
        if tables and _MARK not in tables:
            raise errors.TargetNotEmptyError(what=str(connection.settings_dict["NAME"]))
        for table in tables:
            cursor.execute(f"DROP TABLE {connection.ops.quote_name(table)} CASCADE")
        cursor.execute(f"CREATE TABLE {_MARK} (begun timestamptz DEFAULT now())")


def check_finished() -> None:
    """Refuse to start on a restore that was not finished. Raises: RestoreUnfinishedError."""
    connection = connections["default"]
    if connection.vendor != "postgresql":
        if unfinished(Path(connection.settings_dict["NAME"])).exists():
            raise errors.RestoreUnfinishedError
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [_MARK])
        row = cursor.fetchone()
        if row is not None and row[0] is not None:
            raise errors.RestoreUnfinishedError


def _migrate(told: Manifest) -> bool:
    """Bring both databases to this version. Tells whether there was anything to do."""
    setup.migrate()
    known = {f"{app}.{name}" for app, name in MigrationLoader(connections["default"]).disk_migrations}
    return bool(known - set(told.migrations)) or told.version != version("azukari")


def _check_root_key() -> None:
    for office_id, _, _ in tenancy.list_offices():
        with office_scope(office_id):
            try:
                office_keys.server_half()
            except (RootKeyMissingError, SealError) as error:
                raise errors.WrongRootKeyError from error


def _newest_heads(place: Path) -> dict[str, HeadFacts]:
    """Tell how long each record was in the newest backup."""
    _, newest = manifest.list_backups(place / MAIN)[-1]
    return manifest.read(place / MAIN / newest).heads


def _replay(done: Restored, disposed: set[Disposed], newest: dict[str, HeadFacts], *, now: datetime) -> None:
    for office_id, code, _ in tenancy.list_offices():
        own = [line for line in disposed if line.office_id == office_id]
        with office_scope(office_id):
            standing = signing.tell_standing()
            known = newest[str(office_id)].size if str(office_id) in newest else 0
            if (lost := max(known, standing.signed or 0) - standing.size) > 0:
                done.shorter[code] = lost
            if name := backups.continue_record(done.taken_at, now=now):
                done.restarted[code] = name
            numbers = vault_replay.dispose_again(_ids(own, Kind.NUMBER), _ids(own, Kind.PARCEL), now=now)
            files = exchange_replay.shred_again(_ids(own, Kind.FILE), now=now)
            # The key store is the younger one: what it has for records that this database never saw.
            vault_replay.drop_strangers()
            exchange_replay.drop_strangers()
            done.numbers_without_key += vault_replay.count_without_key()
            backups.record_restored(done.taken_at, again=numbers + files, shorter=done.shorter.get(code, 0), now=now)
            done.numbers_again += numbers
            done.files_again += files


def _prove(disposed: set[Disposed]) -> None:
    """Try to open what was disposed of. Raises: DisposedOpensError."""
    count = 0
    for office_id, _, _ in tenancy.list_offices():
        own = [line for line in disposed if line.office_id == office_id]
        with office_scope(office_id):
            count += vault_replay.count_openable(_ids(own, Kind.NUMBER), _ids(own, Kind.PARCEL))
            count += exchange_replay.count_openable(_ids(own, Kind.FILE))
    if count:
        raise errors.DisposedOpensError(count=count)


def _ids(lines: Sequence[Disposed], kind: Kind) -> list[UUID]:
    return sorted({line.id for line in lines if line.kind is kind})


def _copy_files(done: Restored, place: Path) -> None:
    """Bring back the parts of files that are not where they belong. A bucket is its operator's to restore."""
    target = blobs.blobs()
    if not isinstance(target, blobs.Folder):
        return
    source = blobs.Folder(place / FILES, reserve=0)
    there = {facts.key for facts in target.list()}
    for office_id, _, _ in tenancy.list_offices():
        with office_scope(office_id):
            for key in exchange.list_blobs():
                if key not in there:
                    _copy(done, source, target, key)


def _copy(done: Restored, source: blobs.Blobs, target: blobs.Blobs, key: str) -> None:
    try:
        with source.open(key) as reader, target.create(key) as writer:
            while piece := reader.read(_BLOCK):
                writer.write(piece)
            writer.commit()
    except BlobMissingError:
        done.files_missing += 1
    except BlobExistsError:
        pass
    else:
        done.files_copied += 1
