"""Starts the web server (granian, WSGI) with the one application."""

from __future__ import annotations

import os
import sys
from pathlib import Path


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
