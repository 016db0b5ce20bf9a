"""Typed reading of the environment. A missing secret stops the start with a sentence on what to do."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NoReturn
from urllib.parse import unquote, urlsplit


def text(name: str, default: str) -> str:
    """Read a text setting."""
    return os.environ.get(name, default)


def number(name: str, default: int, *, most: int | None = None) -> int:
    """Read a whole number. Stops the start on anything else, and on one above `most`."""
    raw = os.environ.get(name, str(default))
    if not raw.isdecimal():
        stop(f"{name} は整数で指定してください（今の値：{raw}）。")
    if most is not None and int(raw) > most:
        stop(f"{name} は {most} 以下で指定してください（今の値：{raw}）。")
    return int(raw)


def flag(name: str, default: str = "") -> bool:
    """Read a switch: 1 or true is on, 0, false or empty is off. Stops the start on anything else."""
    raw = os.environ.get(name, default).lower()
    if raw not in {"", "0", "1", "true", "false"}:
        stop(f"{name} は 1 か 0 で指定してください（今の値：{raw}）。")
    return raw in {"1", "true"}


def words(name: str, default: str) -> list[str]:
    """Read a comma-separated list."""
    return [word.strip() for word in os.environ.get(name, default).split(",") if word.strip()]


def secret(path: Path) -> str:
    """Read a secret from its file. Stops the start when the file is not there: no secret has a default."""
    try:
        return path.read_text("utf-8").strip()
    except OSError:
        stop(f"{path} を読めません。先に azukari setup を実行してください。")


def database(name: str, sqlite_file: Path) -> dict[str, object]:
    """Read a database address (postgresql://user:password@host:port/name); without one, an SQLite file."""
    address = os.environ.get(name, "")
    if not address:
        return {
            "ENGINE": "django.db.backends.sqlite3",
            "NAME": sqlite_file,
            "OPTIONS": {
                # IMMEDIATE: a reader that turns writer would fail with SQLITE_BUSY in the middle of an act.
                "transaction_mode": "IMMEDIATE",
                "timeout": 20,
                # FULL: an answered request is on the disk. secure_delete: a destroyed key leaves no bytes behind.
                "init_command": (
                    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON; PRAGMA foreign_keys=ON"
                ),
            },
        }
    parts = urlsplit(address)
    if parts.scheme not in {"postgresql", "postgres"}:
        stop(f"{name} は postgresql:// で始まる接続先を指定してください。")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or "",
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


def stop(sentence: str) -> NoReturn:
    """End the start with one sentence for the operator."""
    sys.exit(f"azukari: {sentence}")
