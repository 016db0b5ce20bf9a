"""A child process for files of others: bytes in, bytes out, limits around it, nothing on disk or the command line."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import azukari


def run_child(module: str, word: str, data: bytes, *, wall_seconds: float) -> bytes | None:
    """Run `python -m module word` on bytes. Gives what it wrote, None when it failed, was stopped or took too long.

    The child gets the path of the package and nothing else of this process: no keys, no settings.
    """
    environment = {"PYTHONPATH": str(Path(azukari.__file__).resolve().parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        # S603: the program and its arguments are our own; nothing of the file or its name is among them.
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-P", "-s", "-m", module, word],
            input=data, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment,
            timeout=wall_seconds, check=False,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError):
        # Swallowed on purpose: the exception carries what the child had written so far.
        return None
    return done.stdout if done.returncode == 0 else None


def limit(*, memory: int, cpu_seconds: int) -> None:
    """Give up memory, time, files and core dumps. A system without a limit (macOS has no RLIMIT_AS) goes on."""
    for kind, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        try:
            resource.setrlimit(kind, (value, value))
        except (ValueError, OSError):
            continue
