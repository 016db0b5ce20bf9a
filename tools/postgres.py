"""A throw-away PostgreSQL for tests and benchmarks, in a temporary folder, as a role that row-level security binds."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def find_programs() -> Path | None:
    """Find the folder with initdb and pg_ctl: on the PATH, or where Debian keeps them."""
    folders = [Path(found).resolve().parent for name in ("initdb",) if (found := shutil.which(name))]
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((folder for folder in folders if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@contextmanager
def running(*, durable: bool = False) -> Iterator[tuple[str, Path]]:
    """Run a server until the block ends. Gives its address without a database name, and its folder.

    `durable` keeps fsync on: for benchmarks, not for tests that only kill our own process.
    """
    programs = find_programs()
    assert programs is not None
    folder = Path(tempfile.mkdtemp(prefix="azukari-pg-"))
    user = _server_user()
    port = _free_port()

    def run(*command: str) -> None:
        subprocess.run(command, check=True, user=user, stdout=subprocess.DEVNULL, env=_environment(), cwd="/")

    try:
        if user is not None:
            shutil.chown(folder, user)
        data = folder / "data"
        run(str(programs / "initdb"), "-D", str(data), "-U", "root_of_tests", "-A", "trust", "-E", "UTF8", "--locale=C")
        options = f"-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories={folder}"
        if not durable:
            options += (
                " -c fsync=off -c max_wal_size=96MB -c min_wal_size=32MB"  # the canary scan reads the log afterwards
            )
        run(str(programs / "pg_ctl"), "-D", str(data), "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            psql = [str(programs / "psql"), "-h", str(folder), "-p", str(port), "-U", "root_of_tests", "-d", "postgres"]
            run(*psql, "-c", "CREATE ROLE azukari LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS")
            run(*psql, "-c", "CREATE ROLE azukari_backup LOGIN BYPASSRLS IN ROLE pg_read_all_data")
            for name in ("azukari", "azukari_keys"):
                run(*psql, "-c", f"CREATE DATABASE {name} OWNER azukari")
            yield f"postgresql://azukari@127.0.0.1:{port}", folder
        finally:
            run(str(programs / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _server_user() -> str | None:
    """PostgreSQL refuses to run as root; the machine's own unprivileged user does."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _environment() -> dict[str, str]:
    return {"PATH": os.environ["PATH"], "LC_ALL": "C", "HOME": "/"}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
