"""A server that files are sent to, the client all of them are fed by, and how their memory is read."""

from __future__ import annotations

import http.client
import mmap
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

MIB = 1024 * 1024
_VENV = Path(__file__).resolve().parent.parent / ".venv"


class MissingError(Exception):
    """This server is not there; the message says what is missing."""


class Served:
    """One running server, by HTTP PUT and GET of a path; ours differs."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], what: str, folder: Path) -> None:
        self.what = what
        self.folder = folder
        self.memory = Memory(process.pid)
        self._port = port
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=600, blocksize=MIB)

    def connect(self) -> None:
        """Begin a new connection: servers close those that were idle while another one was measured."""
        self._connection.close()
        self._connection.connect()

    def put(self, data: mmap.mmap, turn: int) -> None:
        """Upload everything as one file."""
        self.send("PUT", self.path(turn), data, 0, len(data), {})

    def get(self, turn: int, size: int, expected: mmap.mmap | None) -> None:
        """Download it; with `expected` every byte is compared."""
        self.receive(self.path(turn), size, expected, {})

    def settle(self, turn: int) -> None:
        """Wait until nothing more happens to the file."""

    def remove(self, turn: int) -> None:
        """Take the file away again."""
        self.finish("DELETE", self.path(turn), {})

    def told(self) -> list[str]:
        """Give what else is to be said of the measurement."""
        return []

    def path(self, turn: int) -> str:
        """Give the address of a round's file; no name is used twice."""
        return f"/content-{turn}.csv"

    def send(
        self, method: str, path: str, data: mmap.mmap, start: int, end: int, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        """Send bytes as a request's body, a MiB at a time, and read the whole answer."""
        connection = self._connection
        connection.putrequest(method, path)
        for name, value in {"Content-Length": str(end - start), **headers}.items():
            connection.putheader(name, value)
        connection.endheaders()
        with memoryview(data) as view:
            for place in range(start, end, MIB):
                connection.send(view[place : min(place + MIB, end)])
        return self._answer(path)

    def finish(self, method: str, path: str, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        """Send a request without a body."""
        self._connection.request(method, path, headers=dict(headers))
        return self._answer(path)

    def receive(self, path: str, size: int, expected: mmap.mmap | None, headers: Mapping[str, str]) -> None:
        """Read an answer's body into one buffer."""
        self._connection.request("GET", path, headers=dict(headers))
        answer = self._connection.getresponse()
        _check(answer, path)
        buffer, place = bytearray(MIB), 0
        with memoryview(buffer) as view:
            while got := answer.readinto(view):
                if expected is not None and view[:got] != expected[place : place + got]:
                    raise RuntimeError(f"other bytes came back behind {place}")
                place += got
        if place != size:
            raise RuntimeError(f"{place} of {size} bytes came back")

    def _answer(self, path: str) -> http.client.HTTPResponse:
        answer = self._connection.getresponse()
        told = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{path} was answered with {answer.status}: {told[:200].decode(errors='replace')}")
        return answer


def _check(answer: http.client.HTTPResponse, path: str) -> None:
    if answer.status != 200:
        raise RuntimeError(f"{path} was answered with {answer.status}")


class Memory:
    """The memory of a process and all below it (Linux; elsewhere nothing is told)."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def forget(self) -> None:
        """Let the peaks begin anew."""
        for pid in self._tree():
            with suppress(OSError):
                Path(f"/proc/{pid}/clear_refs").write_text("5")

    def peak(self) -> float:
        """Give the sum of their peaks in MiB; pages they share are counted in each."""
        total = 0
        for pid in self._tree():
            with suppress(OSError, IndexError):
                status = Path(f"/proc/{pid}/status").read_text("ascii", "replace")
                total += int(status.partition("VmHWM:")[2].split()[0])
        return total / 1024

    def _tree(self) -> list[int]:
        parents: dict[int, int] = {}
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError, ValueError, IndexError):
                parents[int(entry.parent.name)] = int(entry.read_text("ascii", "replace").rpartition(")")[2].split()[1])
        tree = [self._pid]
        for pid in tree:
            tree += [child for child, parent in parents.items() if parent == pid]
        return tree


@contextmanager
def started(
    command: list[str], port: int, folder: Path, environment: Mapping[str, str] | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a server until the block ends; it is ready when its port answers."""
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=folder, env=dict(environment or os.environ), stdin=subprocess.DEVNULL, stdout=log, stderr=log
        )
        try:
            _wait_for(port, process, folder)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_for(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    for _ in range(300):
        if process.poll() is not None:
            break
        with suppress(OSError):
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        time.sleep(0.1)
    last = (folder / "server.log").read_text("utf-8", "replace").strip().rpartition("\n")[2]
    raise MissingError(f"it did not start ({last[:200]})")


def free_port(below: int = 0) -> int:
    """Give a free port. `below`: so much above it must still be a port (SeaweedFS adds 10,000 for gRPC)."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port: int = probe.getsockname()[1]
        if not below or port + below < 65_536:
            return port


def peer_program(name: str) -> Path:
    """Find a peer's program in bench/.venv, which is made when it is not there. Raises: MissingError."""
    program = _VENV / "bin" / name
    wanted = (_VENV.parent / "requirements.txt").read_text("utf-8")
    stamp = _VENV / "requirements.stamp"
    if not stamp.exists() or stamp.read_text("utf-8") != wanted:
        commands = (
            [sys.executable, "-m", "venv", str(_VENV)],
            [str(_VENV / "bin" / "python"), "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "-r", str(_VENV.parent / "requirements.txt")],
        )  # fmt: skip
        for command in commands:
            if subprocess.run(command, check=False, stdout=subprocess.DEVNULL).returncode:
                raise MissingError("its package could not be installed")
        stamp.write_text(wanted, encoding="utf-8")
    if not program.exists():
        raise MissingError(f"no {name} in bench/.venv")
    return program


def version_of(package: str) -> str:
    """Tell the pinned version of a peer."""
    wanted = (_VENV.parent / "requirements.txt").read_text("utf-8")
    return wanted.partition(f"{package}==")[2].split()[0]


def system_program(name: str) -> Path:
    """Find a program of the system. Raises: MissingError."""
    found = shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin")
    if found is None:
        raise MissingError(f"no {name} on this machine")
    return Path(found)
