"""First start: data folder, keys and databases. Repeating it changes nothing that is there."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from azukari.ops.backups.errors import RootKeyAbsentError, SignerKeyAbsentError
from azukari.seal.root import LocalRootKeys
from azukari.seal.signer import make_state


def prepare_data_folder() -> None:
    """Make the data folder with a secret key and a root key, readable by the owner alone."""
    # Before the keys exist the settings cannot load, so the two places are read here as config.settings reads them.
    data = Path(os.environ.get("AZUKARI_DATA", "data")).resolve()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    _write_once(data / "secret.key", secrets.token_urlsafe(48) + "\n")
    root = Path(os.environ.get("AZUKARI_ROOT_KEY_FILE", str(data / "root.key")))
    if _write_once(root, LocalRootKeys.generate().serialize()):
        sys.stdout.write(
            f"サーバーの鍵 {root.name} を作りました。データベースとは別の場所に、控えを保管してください。\n"
            "この鍵をなくすと、預かった個人番号は二度と開けません。\n"
        )
    if not os.environ.get("AZUKARI_SIGNER_SOCKET"):  # a signer of its own has its own setup
        prepare_signer(data)


def prepare_signer(data: Path) -> None:
    """Make the signer's key and state where there are none."""
    key = Path(os.environ.get("AZUKARI_SIGNER_KEY_FILE", str(data / "signer.key")))
    if _write_once(key, LocalRootKeys.generate().serialize()):
        sys.stdout.write(f"記録に署名する鍵 {key.name} を作りました。控えを保管してください。\n")
    make_state(Path(os.environ.get("AZUKARI_SIGNER_STATE", str(data / "signer.sqlite3"))))


def prepare_restore() -> None:
    """Make what a restore needs besides the backup. The keys are brought by the operator, never made anew.

    A signer's state that is not there begins empty: then the record goes on with a break that is stated.
    Raises: RootKeyAbsentError, SignerKeyAbsentError.
    """
    data = Path(os.environ.get("AZUKARI_DATA", "data")).resolve()
    if not Path(os.environ.get("AZUKARI_ROOT_KEY_FILE", str(data / "root.key"))).is_file():
        raise RootKeyAbsentError
    apart = bool(os.environ.get("AZUKARI_SIGNER_SOCKET"))
    if not apart and not Path(os.environ.get("AZUKARI_SIGNER_KEY_FILE", str(data / "signer.key"))).is_file():
        raise SignerKeyAbsentError
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not apart:
        prepare_signer(data)
    _write_once(data / "secret.key", secrets.token_urlsafe(48) + "\n")


def _write_once(path: Path, content: str) -> bool:
    """Write a file that must never be overwritten: created exclusively, flushed with its folder."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        return False
    with os.fdopen(handle, "w") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
    return True


def migrate() -> None:
    """Bring both databases to the present schema, and hand the signer what was signed before there was one."""
    from django.core.management import call_command

    for alias in ("default", "keys"):
        # The checks refuse a PostgreSQL role that row-level security does not bind (store.rls.check_role).
        call_command("migrate", database=alias, interactive=False, verbosity=0, skip_checks=False)
    _take_over_logs()


def _take_over_logs() -> None:
    from azukari.seal.errors import SealError
    from azukari.store.scope import office_scope
    from azukari.tenancy import queries as tenancy
    from azukari.tenancy.actions import keys

    for office_id, code, _ in tenancy.list_offices():
        with office_scope(office_id):
            try:
                keys.take_over_log_key()
            except SealError:
                sys.stdout.write(f"{code}：署名の状態がありません。azukari check-record で確かめてください。\n")
