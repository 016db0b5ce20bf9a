"""copyparty: a file server in Python; plain PUT, nothing encrypted, nothing flushed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.interface import Served, free_port, peer_program, started, version_of


@contextmanager
def running(folder: Path) -> Iterator[Served]:
    """Serve one folder that everybody may write to and delete from."""
    program, port = peer_program("copyparty"), free_port()
    files = folder / "files"
    files.mkdir()
    command = [str(program), "-q", "-i", "127.0.0.1", "-p", str(port), "-v", f"{files}::rwmd", "--no-thumb"]
    with started([*command, "--hist", str(folder / "hist")], port, folder) as process:
        yield Served(port, process, f"{version_of('copyparty')}, PUT, plain, it hashes (SHA-512), no flush.", files)
