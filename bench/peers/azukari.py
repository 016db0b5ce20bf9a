"""Azukari as `azukari serve` runs it: tus, every PATCH encrypted and durable before it is answered."""

from __future__ import annotations

import base64
import copy
import html.parser
import json
import mmap
import re
import sqlite3
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib.metadata import version
from pathlib import Path

from bench.peers.interface import MIB, Served, free_port, started
from bench.places import clean_environment

_USER = "nonaka"


class Azukari(Served):
    """Our server, at the client companies' door; `piece` is how much one PATCH carries."""

    def __init__(self, port: int, process: subprocess.Popen[bytes], what: str, folder: Path) -> None:
        super().__init__(port, process, what, folder)
        self.piece = 8 * MIB
        self._cookies: dict[str, str] = {}
        self._database = folder / "azukari.sqlite3"
        self._token = ""
        self._lines: dict[int, str] = {}
        self._examined: list[tuple[float, float]] = []

    def in_pieces_of(self, piece: int) -> Azukari:
        """Give the same server, fed in other pieces."""
        other = copy.copy(self)
        other.piece, other._lines, other._examined = piece, {}, self._examined
        return other

    def log_in(self) -> None:
        """Log in as an invented person of a client company; trial mode shows the code."""
        logins = json.loads((self.folder / "demo-logins.json").read_text("utf-8"))
        login = next(found for found in logins if found["login_id"] == _USER)
        with closing(sqlite3.connect(self._database, timeout=20)) as database, database:
            database.execute("UPDATE tenancy_totpdevice SET last_counter = 0")
            database.execute("UPDATE tenancy_office SET file_limit_mb = 5120")
        self._post("/p/login/", {name: login[name] for name in ("office_code", "login_id", "password")})
        shown = re.search(r"data-trial-code>(\d+)<", self._page("/p/login/code/"))
        if shown is None:
            raise RuntimeError("the login shows no code")
        self._post("/p/login/code/", {"code": shown[1]})
        self._page("/p/files/")

    def put(self, data: mmap.mmap, turn: int) -> None:
        """Begin an upload and send its parts; each answer says how much is durable."""
        told = {"filename": f"content-{turn}.csv", "stamp": f"{turn}"}
        metadata = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in told.items())
        headers = {**self._headers(), "Upload-Length": str(len(data)), "Upload-Metadata": metadata}
        begun = self.send("POST", "/p/files/uploads/", data, 0, 0, headers)
        place = begun.headers["Location"]
        sent = 0
        while sent < len(data):
            headers = {
                **self._headers(),
                "Upload-Offset": str(sent),
                "Content-Type": "application/offset+octet-stream",
            }
            answer = self.send("PATCH", place, data, sent, min(sent + self.piece, len(data)), headers)
            sent = int(answer.headers["Upload-Offset"])
        self._lines[turn] = place.rstrip("/").rpartition("/")[2]

    def settle(self, turn: int) -> None:
        """Wait for the examination; from then on there is a line to download from."""
        self.memory.forget()
        began = time.perf_counter()
        file = self._lines[turn].replace("-", "")
        with closing(sqlite3.connect(f"file:{self._database}?mode=ro", uri=True, timeout=20)) as database:
            for _ in range(6000):
                found = database.execute(
                    "SELECT id, state FROM exchange_delivery WHERE file_id = ?", (file,)
                ).fetchone()
                if found and found[1] == "READY":
                    break
                time.sleep(0.02)
            else:
                raise RuntimeError(f"the file was not accepted: {found}")
        self._examined.append((time.perf_counter() - began, self.memory.peak()))
        raw = found[0]
        self._lines[turn] = f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"

    def get(self, turn: int, size: int, expected: mmap.mmap | None) -> None:
        """Download from the ledger; the opening is recorded as anybody's."""
        self.receive(f"/p/files/{self._lines[turn]}/download/", size, expected, self._headers())

    def remove(self, turn: int) -> None:
        """Leave it: a file that was handed in stays until it expires."""

    def told(self) -> list[str]:
        """Tell how long the examination took, which begins when the last part is answered."""
        seconds = sorted(found for found, _ in self._examined)
        peak = max(found for _, found in self._examined)
        when = f"{seconds[len(seconds) // 2]:.1f} s after the last part (not in the upload's time)"
        return [f"Azukari: examined {when}, peak {peak:.0f} MiB meanwhile."]

    def _headers(self) -> dict[str, str]:
        cookies = "; ".join(f"{name}={value}" for name, value in self._cookies.items())
        return {"Cookie": cookies, "X-CSRFToken": self._token, "Tus-Resumable": "1.0.0"}

    def _page(self, path: str) -> str:
        self._connection.request("GET", path, headers=self._headers())
        return self._read(path)

    def _post(self, path: str, fields: dict[str, str]) -> None:
        self._page(path)
        body = urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": self._token})
        headers = {**self._headers(), "Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", path, body=body, headers=headers)
        self._read(path)

    def _read(self, path: str) -> str:
        answer = self._connection.getresponse()
        page = answer.read().decode()
        if answer.status >= 400:
            raise RuntimeError(f"{path} was answered with {answer.status}")
        for header in answer.headers.get_all("Set-Cookie", []):
            name, _, value = header.partition(";")[0].partition("=")
            self._cookies[name] = value
        found = _Token()
        found.feed(page)
        self._token = found.value or self._token
        return page


class _Token(html.parser.HTMLParser):
    """Finds the form's token in a page."""

    value = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at one input."""
        told = dict(attrs)
        if tag == "input" and told.get("name") == "csrfmiddlewaretoken":
            self.value = told.get("value") or ""


@contextmanager
def running(folder: Path) -> Iterator[Azukari]:
    """Set up with the small demo data, whose people one can log in as, and serve."""
    data, port = folder / "data", free_port()
    environment = {**clean_environment(), "AZUKARI_DATA": str(data), "AZUKARI_TRIAL": "1"}
    command = [sys.executable, "-m", "azukari"]
    for arguments in (["setup"], ["demo-data", "--size", "small"]):
        subprocess.run([*command, *arguments], env=environment, check=True, stdout=subprocess.DEVNULL)
    with started([*command, "serve", "--port", str(port)], port, folder, environment) as process:
        what = (
            f"each PATCH encrypted and durable when answered; SQLite, granian {version('granian')}, "
            f"cryptography {version('cryptography')}."
        )
        served = Azukari(port, process, what, data)
        served.log_in()
        yield served
