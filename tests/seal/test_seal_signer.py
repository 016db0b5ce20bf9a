"""The signer signs a continuation of what it signed last, and nothing else; in the process and behind a socket."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest

from azukari.seal import chain, checkpoint, signer_socket
from azukari.seal.errors import OpeningError, ProofError, SignerMissingError, SignerRefusedError
from azukari.seal.root import LocalRootKeys
from azukari.seal.signer import FileSigner, Log, NewKey, Signer, make_state

OFFICE = UUID("01890000-0000-7000-8000-000000000001")


class Tree:
    """A log in memory: sizes, roots and proofs."""

    def __init__(self, leaves: int, seed: bytes = b"a") -> None:
        self.leaves = [chain.leaf_hash(seed + bytes([n % 251])) for n in range(leaves)]

    def root(self, size: int) -> bytes:
        return chain.Frontier().append_many(self.leaves[:size]).root()

    def proof(self, old: int, new: int) -> list[bytes]:
        def subtree(level: int, index: int) -> bytes:
            part = self.leaves[index << level : (index + 1) << level]
            return chain.Frontier().append_many(part).root()

        return chain.consistency_proof(old, new, subtree)


@pytest.fixture
def files(tmp_path: Path) -> FileSigner:
    (tmp_path / "signer.key").write_text(LocalRootKeys.generate().serialize())
    make_state(tmp_path / "state.sqlite3")
    return FileSigner(tmp_path / "signer.key", tmp_path / "state.sqlite3")


def wait_for(path: Path) -> None:
    """Until somebody answers there: the file of a socket is there a moment before."""
    until = time.monotonic() + 5
    with socket.socket(socket.AF_UNIX) as line:
        while line.connect_ex(str(path)) and time.monotonic() < until:
            time.sleep(0.01)


@pytest.fixture(params=["in the process", "behind a socket"])
def signer(request: pytest.FixtureRequest, files: FileSigner, tmp_path: Path) -> Iterator[Signer]:
    if request.param == "in the process":
        yield files
        return
    path = tmp_path / "socket"
    threading.Thread(target=signer_socket.serve, args=(files, path), daemon=True).start()
    wait_for(path)
    assert path.stat().st_mode & 0o777 == 0o660
    yield signer_socket.RemoteSigner(path)


def made(signer: Signer) -> tuple[Log, NewKey]:
    key = signer.make_key(Log(OFFICE))
    return Log(OFFICE, key.sealed_key), key


def test_it_signs_what_continues(signer: Signer) -> None:
    log, key = made(signer)
    tree, before = Tree(300), 0
    for size in (1, 2, 3, 64, 65, 299, 299, 300):
        note = signer.sign(log, size, tree.root(size), tree.proof(before, size))
        assert checkpoint.verify_checkpoint(note, key.verifier_key, log.origin).size == size
        assert signer.last(log) == checkpoint.Checkpoint(log.origin, size, tree.root(size))
        before = size


tree, other = Tree(20), Tree(20, b"b")
REFUSED: dict[str, tuple[int, bytes, list[bytes]]] = {
    "smaller": (9, tree.root(9), []),
    "smaller, with a proof the other way": (9, tree.root(9), tree.proof(9, 10)),
    "same size, other root": (10, other.root(10), []),
    "longer, other history": (15, other.root(15), other.proof(10, 15)),
    "longer, no proof": (15, tree.root(15), []),
    "longer, proof from another size": (15, tree.root(15), tree.proof(9, 15)),
    "longer, a hash too many": (15, tree.root(15), [*tree.proof(10, 15), bytes(32)]),
    "longer, a hash too few": (15, tree.root(15), tree.proof(10, 15)[:-1]),
    "longer, root of another size": (15, tree.root(14), tree.proof(10, 15)),
}


@pytest.mark.parametrize("name", REFUSED)
def test_it_refuses_what_does_not(signer: Signer, name: str) -> None:
    log, _ = made(signer)
    signer.sign(log, 10, tree.root(10), [])
    with pytest.raises(SignerRefusedError):
        signer.sign(log, *REFUSED[name])
    last = signer.last(log)
    assert last is not None
    assert last.size == 10
    signer.sign(log, 15, tree.root(15), tree.proof(10, 15))


def test_a_log_without_state_is_not_signed_and_no_state_is_made_by_itself(files: FileSigner, tmp_path: Path) -> None:
    log, _ = made(files)
    stranger = Log(UUID(int=7), log.sealed_key)
    assert files.last(stranger) is None
    with pytest.raises(OpeningError):  # a key sealed for another office
        files.sign(stranger, 1, tree.root(1), [])
    (tmp_path / "state.sqlite3").unlink()
    with pytest.raises(SignerMissingError):
        files.sign(log, 1, tree.root(1), [])
    assert not (tmp_path / "state.sqlite3").exists()
    make_state(tmp_path / "state.sqlite3")
    with pytest.raises(SignerRefusedError):
        files.sign(log, 1, tree.root(1), [])


def test_an_older_installation_is_taken_over_once_with_its_last_note(signer: Signer) -> None:
    log = Log(OFFICE)
    old = checkpoint.LogSigner.generate(log.name)
    note = checkpoint.sign_checkpoint(old, log.origin, 10, tree.root(10))
    with pytest.raises((ProofError, SignerMissingError)):
        signer.take_over(log, old.private_bytes(), note.replace("\n10\n", "\n11\n"))
    key = signer.take_over(log, old.private_bytes(), note)
    assert key.verifier_key == old.verifier_key()  # what is printed on paper stays true
    with pytest.raises(SignerRefusedError):
        signer.take_over(log, old.private_bytes(), None)
    sealed = Log(OFFICE, key.sealed_key)
    with pytest.raises(SignerRefusedError):
        signer.sign(sealed, 9, tree.root(9), [])
    signer.sign(sealed, 15, tree.root(15), tree.proof(10, 15))


def test_after_a_restart_the_old_origin_is_closed_and_the_new_one_begins(signer: Signer) -> None:
    log, key = made(signer)
    signer.sign(log, 10, tree.root(10), [])
    assert signer.restart(log) == 2
    assert signer.restart(log) == 2
    with pytest.raises(SignerRefusedError):
        signer.sign(log, 15, tree.root(15), tree.proof(10, 15))
    following = Log(OFFICE, log.sealed_key, 2)
    note = signer.sign(following, 3, other.root(3), [])
    assert checkpoint.verify_checkpoint(note, key.verifier_key).origin == f"{log.name}/2"
    assert signer.restart(log) == 3  # a database from before the first restart comes back: /2 was signed
    assert signer.restart(Log(OFFICE, log.sealed_key, 3)) == 4
    assert signer.restart(log) == 4  # /3 was closed unsigned


def test_of_many_that_sign_at_once_the_state_is_one_history(files: FileSigner) -> None:
    log, _ = made(files)

    def try_one(n: int) -> str | None:
        mine = tree if n % 2 else other
        try:
            return files.sign(log, 20, mine.root(20), [])
        except SignerRefusedError:
            return None

    with ThreadPoolExecutor(8) as pool:
        notes = set(pool.map(try_one, range(40))) - {None}
    assert len(notes) == 1


def _killing(monkeypatch: pytest.MonkeyPatch, at: int) -> None:
    """Kill this process before the statement number `at` on the state."""
    count, connect = 0, sqlite3.connect

    class Counting(sqlite3.Connection):
        def execute(self, *arguments: object) -> sqlite3.Cursor:  # type: ignore[override]
            nonlocal count
            count += 1
            if count == at:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().execute(*arguments)  # type: ignore[arg-type]

    def counting(*arguments: object, **options: object) -> sqlite3.Connection:
        return connect(*arguments, **options, factory=Counting)  # type: ignore[call-overload]

    monkeypatch.setattr(sqlite3, "connect", counting)


def _in_child(work: Callable[[], None]) -> int:
    pid = os.fork()
    if pid == 0:
        try:
            work()
        finally:
            os._exit(0)
    return os.WTERMSIG(os.waitpid(pid, 0)[1])


def test_killed_at_every_step_of_signing_no_second_history_can_be_signed(
    files: FileSigner, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Whatever note got out, the state knows of it: a note leaves only after its state is on the disk."""
    log, _ = made(files)
    files.sign(log, 10, tree.root(10), [])
    killed = 0
    for at in range(1, 11):
        out = tmp_path / f"note-{at}"

        def work(at: int = at, out: Path = out) -> None:
            _killing(monkeypatch, at)
            last = files.last(log)
            assert last is not None
            out.write_text(files.sign(log, 15, tree.root(15), tree.proof(last.size, 15)))

        killed += _in_child(work) == signal.SIGKILL
        last = files.last(log)
        assert last is not None
        assert last.size in {10, 15}
        if out.exists():
            assert last.size == 15
            with pytest.raises(SignerRefusedError):
                files.sign(log, 15, other.root(15), other.proof(10, 15))
    assert killed == 9
    assert (tmp_path / "note-10").exists()
