"""Starts the web server (granian, WSGI) with the one application, or the signer as a process of its own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from azukari.ops import setup
from azukari.seal import signer_socket
from azukari.seal.signer import FileSigner


def serve(*, host: str, port: int, workers: int) -> int:
    """Replace this process by the server. Many threads: a slow upload must not hold the others up."""
    server = Path(sys.executable).parent / "granian"
    command = [
        str(server),
        "--interface", "wsgi",
        "--host", host,
        "--port", str(port),
        "--workers", str(workers),
        "--blocking-threads", "32",
        "--workers-kill-timeout", "10",
        "--no-ws",
        "--log-level", "warning",
        "azukari.config.wsgi:application",
    ]  # fmt: skip
    os.execv(server, command)  # noqa: S606  (no shell is wanted)


def serve_signer(data: str, path: str) -> int:
    """Serve the signer on a Unix socket until it is ended. Key and state are made at the first start."""
    folder = Path(data)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    setup.prepare_signer(folder)
    signer_socket.serve(FileSigner(folder / "signer.key", folder / "signer.sqlite3"), Path(path))
    return 0
