"""First start: data folder, keys and databases. Repeating it changes nothing that is there."""

from __future__ import annotations

import os
import secrets
import sys
from pathlib import Path

from azukari.ops.backups.errors import RootKeyAbsentError
from azukari.seal.root import LocalRootKeys


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


def prepare_restore() -> None:
    """Make what a restore needs besides the backup. The root key is brought by the operator, never made anew.

    Raises: RootKeyAbsentError.
    """
    data = Path(os.environ.get("AZUKARI_DATA", "data")).resolve()
    if not Path(os.environ.get("AZUKARI_ROOT_KEY_FILE", str(data / "root.key"))).is_file():
        raise RootKeyAbsentError
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
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
    """Bring both databases to the present schema."""
    from django.core.management import call_command

    for alias in ("default", "keys"):
        # The checks refuse a PostgreSQL role that row-level security does not bind (store.rls.check_role).
        call_command("migrate", database=alias, interactive=False, verbosity=0, skip_checks=False)
