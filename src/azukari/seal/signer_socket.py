"""The signer behind a Unix socket: the same code in a process, and under a user, of its own.

One JSON line asks, one answers; bytes are hex. The socket's file permissions say who may ask: whoever may can get a
continuation of a record signed, never a key and never a second history.
"""

from __future__ import annotations

import json
import os
import socket
import socketserver
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from azukari.seal.checkpoint import Checkpoint
from azukari.seal.errors import SealError, SignerMissingError, SignerRefusedError
from azukari.seal.signer import FileSigner, Log, NewKey, Signer

_MAX_LINE = 64 * 1024
_WAIT_SECONDS = 20


class RemoteSigner:
    """Asks a signer process. Every failure to reach it is a SignerMissingError."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def make_key(self, log: Log) -> NewKey:
        """As `Signer`."""
        return _new_key(self._ask("make_key", log))

    def take_over(self, log: Log, private: bytes, note: str | None) -> NewKey:
        """As `Signer`."""
        return _new_key(self._ask("take_over", log, private=private.hex(), note=note))

    def last(self, log: Log) -> Checkpoint | None:
        """As `Signer`."""
        told = self._ask("last", log)
        return Checkpoint(log.origin, told["size"], bytes.fromhex(told["root"])) if told else None

    def sign(self, log: Log, size: int, root: bytes, proof: Sequence[bytes]) -> str:
        """As `Signer`."""
        note: str = self._ask("sign", log, size=size, root=root.hex(), proof=[item.hex() for item in proof])
        return note

    def restart(self, log: Log) -> int:
        """As `Signer`."""
        return int(self._ask("restart", log))

    def _ask(self, what: str, log: Log, **rest: Any) -> Any:
        question = {"do": what, "office": str(log.office), "key": log.sealed_key.hex(), "number": log.number, **rest}
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
                line.settimeout(_WAIT_SECONDS)
                line.connect(str(self._path))
                line.sendall(json.dumps(question).encode() + b"\n")
                with line.makefile("rb") as file:
                    told = json.loads(file.readline(_MAX_LINE))
        except (OSError, ValueError) as error:
            raise SignerMissingError from error
        if "refused" in told:
            raise SignerRefusedError(why=told["refused"])
        if "done" not in told:
            raise SignerMissingError
        return told["done"]


def serve(signer: FileSigner, path: Path) -> None:
    """Answer questions on a socket until the process is ended. The socket's group may ask (0660)."""
    path.unlink(missing_ok=True)
    before = os.umask(0o117)
    try:
        server = _Server(str(path), _Handler)
    finally:
        os.umask(before)
    server.signer = signer
    with server:
        server.serve_forever()


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    signer: Signer


class _Handler(socketserver.StreamRequestHandler):
    timeout = _WAIT_SECONDS

    def handle(self) -> None:
        asked = self.rfile.readline(_MAX_LINE)
        if not asked:  # somebody only looked whether we are here
            return
        try:
            told = {"done": answer(self.server.signer, json.loads(asked))}  # type: ignore[attr-defined]
        except SignerRefusedError as error:
            told = {"refused": error.reason}
        except (SealError, ValueError, KeyError, TypeError):
            told = {"failed": True}
        self.wfile.write(json.dumps(told).encode() + b"\n")


def answer(signer: Signer, asked: dict[str, Any]) -> Any:
    """Answer one question. Raises: SealError; ValueError, KeyError, TypeError on a question that is none."""
    log = Log(UUID(asked["office"]), bytes.fromhex(asked["key"]), int(asked["number"]))
    match asked["do"]:
        case "make_key":
            return _told(signer.make_key(log))
        case "take_over":
            return _told(signer.take_over(log, bytes.fromhex(asked["private"]), asked["note"]))
        case "last":
            last = signer.last(log)
            return {"size": last.size, "root": last.root.hex()} if last else None
        case "sign":
            proof = [bytes.fromhex(item) for item in asked["proof"]]
            return signer.sign(log, int(asked["size"]), bytes.fromhex(asked["root"]), proof)
        case "restart":
            return signer.restart(log)
    raise ValueError("unknown question")


def _told(key: NewKey) -> dict[str, str]:
    return {"key": key.sealed_key.hex(), "verifier_key": key.verifier_key}


def _new_key(told: dict[str, str]) -> NewKey:
    return NewKey(bytes.fromhex(told["key"]), told["verifier_key"])
