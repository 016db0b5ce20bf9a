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
from bench.peers.interface import MIB, MissingError

_SERVERS = {"Azukari": azukari, "nginx DAV": nginx, "copyparty": copyparty, "SeaweedFS": seaweedfs}
_OURS, _BARE = "Azukari", "bare disk"
TABLE = (
    "| server | upload MB/s | Azukari ÷ it: median (lowest to highest) | download MB/s | Azukari ÷ it | peak memory |",
    "| --- | --- | --- | --- | --- | --- |",
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
            times[name] = _Times()
            notes.append(f"{name}: {servers[name].what}")
        load = [os.getloadavg()[0]]
        for turn in range(rounds):
            _bare(Path(folder) / "bare", data, times[_BARE])
            for name, server in servers.items():
                _ask(server, data, times[name], turn)
            load.append(os.getloadavg()[0])
        if _OURS in servers:
            notes += servers[_OURS].told()
    notes.append(f"{mib} MiB, {rounds} rounds; load average {min(load):.1f} to {max(load):.1f}.")
    ours = times.get(_OURS, _Times())
    return [_row(name, found, ours, mib) for name, found in times.items()], notes


def _ask(server: Served, data: mmap.mmap, times: _Times, turn: int) -> None:
    os.sync()  # what another server left to be written is not written on this one's time
    server.connect()
    server.memory.forget()
    began = time.perf_counter()
    server.put(data, turn)
    times.up.append(time.perf_counter() - began)
    server.settle(turn)
    os.sync()
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


def _row(name: str, times: _Times, ours: _Times, mib: int) -> str:
    peak = f"{times.peak:.0f} MiB" if times.peak else ""
    cells = [name]
    for mine, its in ((ours.up, times.up), (ours.down, times.down)):
        rates = sorted(mib * MIB / 1e6 / seconds for seconds in its)
        ratios = sorted(theirs / own for own, theirs in zip(mine, its, strict=True)) if mine else []
        cells.append(f"{rates[len(rates) // 2]:,.0f}")
        same = name == _OURS or not ratios
        cells.append("" if same else f"{ratios[len(ratios) // 2]:.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})")
    return f"| {' | '.join([*cells, peak])} |"
