"""A real `clamd` in a temporary folder, with two signatures of our own: EICAR and a word of ours."""

from __future__ import annotations

import hashlib
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# Two halves, put together at run time: neither this file nor its bytecode is to be taken for a virus.
# Source: https://www.eicar.org/download-anti-malware-testfile/
_HALVES = ("X5O!P%@AP[4\\PZX54(P^)7CC)7}", "$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*")
EICAR = "".join(_HALVES).encode()
# The signature of ours: this word anywhere in a file.
MARKER = b"azukari test signature, no virus 6d1f"

LARGEST_STREAM = 4 * 1024 * 1024
LARGEST_SCAN = 3 * 1024 * 1024

_SETTINGS = f"""
Foreground yes
LogTime no
AlertExceedsMax yes
AlertEncrypted yes
StreamMaxLength {LARGEST_STREAM}
MaxFileSize {LARGEST_SCAN}
MaxScanSize {LARGEST_SCAN}
MaxRecursion 5
ReadTimeout 60
Bytecode no
"""


@dataclass(frozen=True)
class Clamd:
    """A running scanner."""

    process: subprocess.Popen[bytes]
    path: Path

    @property
    def address(self) -> str:
        """How `scanner.configure` names it."""
        return f"unix:{self.path}"

    def kill(self) -> None:
        """End it without warning."""
        self.process.kill()
        self.process.wait()

    def halt(self) -> None:
        """Stop it where it is: connections stay open, nothing is answered."""
        self.process.send_signal(signal.SIGSTOP)


def find_program() -> str | None:
    """Where `clamd` is (Debian: clamav-daemon), or None."""
    return shutil.which("clamd") or shutil.which("/usr/sbin/clamd")


@contextmanager
def running(folder: Path) -> Iterator[Clamd]:
    """Start `clamd` in a folder whose path is short enough for a socket, and end it."""
    found = find_program()
    assert found is not None
    # AppArmor confines the installed path to the system's own folders; a copy may read ours.
    program = shutil.copy(found, folder / "clamd")
    signatures, temporary, path = folder / "signatures", folder / "temporary", folder / "clamd.ctl"
    signatures.mkdir()
    temporary.mkdir()
    digest = hashlib.md5(EICAR, usedforsecurity=False).hexdigest()
    (signatures / "local.hdb").write_text(f"{digest}:{len(EICAR)}:Eicar-Test-Signature\n")
    (signatures / "local.ndb").write_text(f"Azukari.Marker:0:*:{MARKER.hex()}\n")
    settings = folder / "clamd.conf"
    settings.write_text(
        f"{_SETTINGS}\nDatabaseDirectory {signatures}\nTemporaryDirectory {temporary}\nLocalSocket {path}\n"
    )
    log = (folder / "log").open("wb")
    process = subprocess.Popen([program, "--config-file", str(settings)], stdout=log, stderr=subprocess.STDOUT)
    try:
        _wait(process, path, folder / "log")
        yield Clamd(process, path)
    finally:
        process.kill()
        process.wait()
        log.close()


def _wait(process: subprocess.Popen[bytes], path: Path, log: Path) -> None:
    for _ in range(600):
        assert process.poll() is None, log.read_text()
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
                connection.connect(str(path))
                connection.sendall(b"zPING\0")
                assert connection.recv(16) == b"PONG\0"
                return
        except OSError:
            time.sleep(0.05)
    raise AssertionError(log.read_text())
