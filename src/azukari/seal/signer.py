"""The signer of the record: it signs a head only after a proof that it continues the last head it signed.

Key and state are two files of its own, outside the database and the key store: a database that was rolled back or
rewritten gets no signature. The state is written before the signature leaves (C2SP tlog-witness: check and persist
are one step). Whoever holds the key file itself can sign anything: docs/adr/0023.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol
from uuid import UUID

from azukari.seal import checkpoint
from azukari.seal.chain import EMPTY_ROOT, verify_consistency
from azukari.seal.checkpoint import Checkpoint, LogSigner
from azukari.seal.context import Context
from azukari.seal.errors import ProofError, SealError, SignerMissingError, SignerRefusedError
from azukari.seal.root import LocalRootKeys

_TABLE = """
CREATE TABLE IF NOT EXISTS head (
  origin TEXT PRIMARY KEY, size INTEGER NOT NULL, root BLOB NOT NULL, closed INTEGER NOT NULL DEFAULT 0
) STRICT
"""
_WAIT_SECONDS = 20


@dataclass(frozen=True, slots=True)
class Log:
    """One office's record as the signer knows it: whose it is, which origin is in force, its sealed private key."""

    office: UUID
    sealed_key: bytes = b""
    number: int = 1

    @property
    def name(self) -> str:
        """The name of the key; it stays when an origin is closed."""
        return f"azukari/office/{self.office}"

    @property
    def origin(self) -> str:
        """The name of the tree in checkpoints: after a break `…/2`, `…/3`."""
        return self.name if self.number == 1 else f"{self.name}/{self.number}"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key made by the signer: sealed to it, and the public key as C2SP vkey."""

    sealed_key: bytes
    verifier_key: str


class Signer(Protocol):
    """What the journal asks of a signer, in this process or behind a socket."""

    def make_key(self, log: Log) -> NewKey:
        """Make the key of a new log, whose state begins with the empty tree."""
        ...

    def take_over(self, log: Log, private: bytes, note: str | None) -> NewKey:
        """Take over a key from before there was a signer, and the last note signed with it as first state."""
        ...

    def last(self, log: Log) -> Checkpoint | None:
        """Tell the last head signed for the origin in force; size 0 before the first; None where it has no state."""
        ...

    def sign(self, log: Log, size: int, root: bytes, proof: Sequence[bytes]) -> str:
        """Sign a head that continues the last one by the proof given. Raises: SignerRefusedError."""
        ...

    def restart(self, log: Log) -> int:
        """Close the origin in force for ever and begin the next free one with the empty tree. Gives its number."""
        ...


class FileSigner:
    """The signer itself: a key file (seal.root's form) and a state file (SQLite)."""

    def __init__(self, key_file: Path, state_file: Path) -> None:
        self._key_file, self._state_file = key_file, state_file
        self._loaded: LocalRootKeys | None = None

    def make_key(self, log: Log) -> NewKey:
        """As `Signer`. Raises: SignerMissingError; SignerRefusedError when the log has a state already."""
        key = LogSigner.generate(log.name)
        self._begin(log.origin, 0, EMPTY_ROOT)
        return self._seal(log, key)

    def take_over(self, log: Log, private: bytes, note: str | None) -> NewKey:
        """As `Signer`. Raises: SignerMissingError; ProofError; SignerRefusedError when the log has a state already."""
        key = LogSigner.from_private_bytes(log.name, private)
        size, root = 0, EMPTY_ROOT
        if note is not None:
            signed = checkpoint.verify_checkpoint(note, key.verifier_key(), log.origin)
            size, root = signed.size, signed.root
        self._begin(log.origin, size, root)
        return self._seal(log, key)

    def last(self, log: Log) -> Checkpoint | None:
        """As `Signer`. Raises: SignerMissingError."""
        with self._state() as state:
            row = state.execute("SELECT size, root FROM head WHERE origin = ?", [log.origin]).fetchone()
        return Checkpoint(log.origin, row[0], row[1]) if row else None

    def sign(self, log: Log, size: int, root: bytes, proof: Sequence[bytes]) -> str:
        """As `Signer`. Raises: SignerRefusedError, SignerMissingError, OpeningError."""
        key = LogSigner.from_private_bytes(log.name, self._keys().unwrap(log.sealed_key, _context(log)))
        note = checkpoint.sign_checkpoint(key, log.origin, size, root)
        with self._state() as state:
            row = state.execute("SELECT size, root, closed FROM head WHERE origin = ?", [log.origin]).fetchone()
            if row is None:
                raise SignerRefusedError(why="署名の状態に、この記録がありません。")
            last_size, last_root, closed = row
            if closed:
                raise SignerRefusedError(why="この記録は閉じられています。")
            if size < last_size:
                raise SignerRefusedError(why="最後に署名したときより短くなっています。")
            try:
                verify_consistency(last_size, size, last_root, root, proof)
            except ProofError as error:
                raise SignerRefusedError(why="最後に署名した記録の続きになっていません。") from error
            # Compare-and-swap: another process may have signed since the row was read.
            swapped = state.execute(
                "UPDATE head SET size = ?, root = ? WHERE origin = ? AND size = ? AND root = ? AND closed = 0",
                [size, root, log.origin, last_size, last_root],
            )
            if swapped.rowcount != 1:
                raise SignerRefusedError(why="ほかの署名が先に行われました。")
        return note  # only now: the state is on the disk

    def restart(self, log: Log) -> int:
        """As `Signer`. Raises: SignerMissingError. Repeating it does no harm.

        A database older than an earlier restart does not know of that one's origin: whatever was signed is passed over.
        """
        with self._state() as state:
            state.execute("UPDATE head SET closed = 1 WHERE origin = ?", [log.origin])
            for number in itertools.count(log.number + 1):
                following = Log(log.office, log.sealed_key, number).origin
                state.execute(
                    "INSERT INTO head (origin, size, root) VALUES (?, 0, ?) ON CONFLICT DO NOTHING",
                    [following, EMPTY_ROOT],
                )
                used = state.execute(
                    "UPDATE head SET closed = 1 WHERE origin = ? AND (size > 0 OR closed = 1)", [following]
                )
                if not used.rowcount:
                    return number
        raise AssertionError

    def _begin(self, origin: str, size: int, root: bytes) -> None:
        with self._state() as state:
            done = state.execute(
                "INSERT INTO head (origin, size, root) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", [origin, size, root]
            )
            if done.rowcount != 1:
                raise SignerRefusedError(why="この記録の署名は、すでに始まっています。")

    def _seal(self, log: Log, key: LogSigner) -> NewKey:
        return NewKey(self._keys().wrap(key.private_bytes(), _context(log)), key.verifier_key())

    def _keys(self) -> LocalRootKeys:
        if self._loaded is None:
            try:
                self._loaded = LocalRootKeys.parse(self._key_file.read_text("ascii"))
            except (OSError, UnicodeDecodeError, SealError) as error:
                raise SignerMissingError from error
        return self._loaded

    @contextmanager
    def _state(self) -> Iterator[sqlite3.Connection]:
        """Open the state in one immediate transaction, durable at its end.

        A state file that is not there is not made anew: only `make_state` does that, when an installation begins.
        """
        try:
            state = sqlite3.connect(
                f"file:{self._state_file}?mode=rw", uri=True, timeout=_WAIT_SECONDS, isolation_level=None
            )
        except sqlite3.Error as error:
            raise SignerMissingError from error
        try:
            # EXTRA: the folder is flushed too after the rollback journal is gone.
            state.execute("PRAGMA synchronous=EXTRA")
            state.execute("BEGIN IMMEDIATE")
            try:
                yield state
            except BaseException:
                state.execute("ROLLBACK")
                raise
            state.execute("COMMIT")
        except sqlite3.Error as error:
            raise SignerMissingError from error
        finally:
            state.close()


def make_state(path: Path) -> bool:
    """Make the state file of a new installation, readable by its owner alone. Tells whether it was made now."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        made = True
    except FileExistsError:
        made = False
    state = sqlite3.connect(path)
    try:
        state.execute("PRAGMA synchronous=EXTRA")
        state.execute(_TABLE)
    finally:
        state.close()
    return made


def _context(log: Log) -> Context:
    return Context(label="log-signer", office=log.office)
