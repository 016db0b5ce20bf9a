"""Upload and download of one large file, beside other servers and the bare disk: `python -m bench files`.

Every server runs by itself in one folder of the same disk and is fed by the same client over one keep-alive
connection. Rounds are interleaved: each round asks every server once, one after the other.
"""

from __future__ import annotations

import base64
import mmap
import os
import random
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from bench.peers import Served, azukari, copyparty, nginx, seaweedfs
from bench.peers.azukari import Azukari
from bench.peers.interface import MIB, MissingError

_OURS, _LARGER, _BARE = "Azukari, 8 MiB a PATCH", "Azukari, 64 MiB a PATCH", "bare disk"
_BOTH = (_OURS, _LARGER)
_SERVERS = {_OURS: azukari, "nginx DAV": nginx, "copyparty": copyparty, "SeaweedFS": seaweedfs}
TABLE = (
    "| server | upload MB/s | ours, 8 MiB ÷ it | ours, 64 MiB ÷ it | download MB/s | ours ÷ it | peak memory |",
    "| --- | --- | --- | --- | --- | --- | --- |",
)


@dataclass
class _Times:
    up: list[float] = field(default_factory=list)
    down: list[float] = field(default_factory=list)
    peak: float = 0


def run(rounds: int, mib: int) -> tuple[list[str], list[str]]:
    """Measure; gives the rows of the table and notes."""
    notes: list[str] = []
    times: dict[str, _Times] = {_BARE: _Times()}
    with tempfile.TemporaryDirectory(prefix="azukari-bench-") as folder, ExitStack() as stack:
        data = stack.enter_context(_content(Path(folder) / "content.csv", mib))
        servers: dict[str, Served] = {}
        for name, module in _SERVERS.items():
            place = Path(folder) / module.__name__.rpartition(".")[2]
            place.mkdir()
            try:
                servers[name] = stack.enter_context(module.running(place))
            except MissingError as error:
                notes.append(f"{name}: not measured, {error}.")
                continue
            notes.append(f"{name}: {servers[name].what}")
            if isinstance(ours := servers[name], Azukari):
                servers[_LARGER] = ours.in_pieces_of(64 * MIB)
        for name in list(servers):
            try:  # once without the clock: volumes are made, files are found, code is loaded
                _ask(servers[name], data, _Times(), -1)
            except (RuntimeError, OSError) as error:
                del servers[name]
                notes.append(f"{name}: not measured, {error}.")
        times |= {name: _Times() for name in servers}
        load = [os.getloadavg()[0]]
        for turn in range(rounds):
            _bare(Path(folder) / "bare", data, times[_BARE])
            for name, server in servers.items():
                _ask(server, data, times[name], turn)
            load.append(os.getloadavg()[0])
        if _OURS in servers:
            notes += servers[_OURS].told()
    notes.append(f"files: {mib} MiB, {rounds} rounds; load average {min(load):.1f} to {max(load):.1f}.")
    return [_row(name, times, mib) for name in times], notes


def _ask(server: Served, data: mmap.mmap, times: _Times, turn: int) -> None:
    os.sync()  # what another server left to be written is not written on this one's time
    server.connect()
    server.memory.forget()
    began = time.perf_counter()
    server.put(data, turn)
    times.up.append(time.perf_counter() - began)
    times.peak = max(times.peak, server.memory.peak())
    server.settle(turn)
    os.sync()
    server.memory.forget()
    began = time.perf_counter()
    server.get(turn, len(data), None)
    times.down.append(time.perf_counter() - began)
    times.peak = max(times.peak, server.memory.peak())
    server.get(turn, len(data), data)  # without the clock: every byte compared
    server.remove(turn)


def _bare(path: Path, data: mmap.mmap, times: _Times) -> None:
    os.sync()
    view = memoryview(data)
    began = time.perf_counter()
    with path.open("wb", buffering=0) as file:
        for start in range(0, len(data), MIB):
            file.write(view[start : start + MIB])
        os.fsync(file.fileno())
    times.up.append(time.perf_counter() - began)
    buffer = bytearray(MIB)
    began = time.perf_counter()
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass
    times.down.append(time.perf_counter() - began)
    view.release()
    path.unlink()


def _content(path: Path, mib: int) -> mmap.mmap:
    """Write text that looks like a CSV and cannot be compressed much: base64 of random bytes in lines of 80 letters."""
    rng = random.Random(11)  # noqa: S311
    with path.open("wb") as file:
        for _ in range(mib):
            letters = base64.b64encode(rng.randbytes(MIB))
            lines = b"".join(letters[start : start + 39] + b"," + letters[start + 39 : start + 78] + b"\r\n"
                             for start in range(0, MIB * 78 // 81, 78))  # fmt: skip
            file.write(lines[:MIB].ljust(MIB, b"x"))
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def _row(name: str, all_times: dict[str, _Times], mib: int) -> str:
    """Give a server's row: its rates, and ours in ratio to them, each round by itself."""
    times = all_times[name]
    cells = [name, _rate(times.up, mib)]
    cells += [_ratio(all_times.get(ours), times, "up") if name not in _BOTH else "" for ours in _BOTH]
    cells += [_rate(times.down, mib), _ratio(all_times.get(_OURS), times, "down") if name not in _BOTH else ""]
    cells.append(f"{times.peak:.0f} MiB" if times.peak else "")
    return f"| {' | '.join(cells)} |"


def _rate(seconds: list[float], mib: int) -> str:
    return f"{mib * MIB / 1e6 / sorted(seconds)[len(seconds) // 2]:,.0f}"


def _ratio(ours: _Times | None, its: _Times, way: str) -> str:
    if ours is None:
        return ""
    found = sorted(that / own for own, that in zip(getattr(ours, way), getattr(its, way), strict=True))
    return f"{found[len(found) // 2]:.2f} ({found[0]:.2f} to {found[-1]:.2f})"
