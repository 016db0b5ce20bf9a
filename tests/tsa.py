"""A real time-stamping authority: OpenSSL's `ts` behind a small HTTP server, with a root and a key of its own."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

OPENSSL = shutil.which("openssl")

_CONFIG = """
[req]
distinguished_name = name
prompt = no
[name]
CN = {name}
[root]
basicConstraints = critical,CA:true
keyUsage = critical,keyCertSign
[authority]
extendedKeyUsage = critical,timeStamping
[tsa]
default_tsa = one
[one]
serial = {folder}/serial
crypto_device = builtin
signer_cert = {folder}/tsa.pem
signer_key = {folder}/tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
ess_cert_id_alg = sha256
"""


@dataclass
class Authority:
    """A running authority. `seen` holds the headers of each request; `answer` replaces the true answer."""

    folder: Path
    port: int = 0
    seen: list[dict[str, str]] = field(default_factory=list)
    answer: tuple[int, bytes] | None = None

    @property
    def address(self) -> str:
        return f"http://clerk:p%40ss@127.0.0.1:{self.port}/stamp?policy=1"

    @property
    def root(self) -> bytes:
        return (self.folder / "root.pem").read_bytes()

    def reply(self, request: bytes) -> bytes:
        """Answer a request as an authority does."""
        (self.folder / "asked.tsq").write_bytes(request)
        _openssl(
            self.folder, "ts", "-reply", "-queryfile", "asked.tsq", "-out", "reply.tsr", "-config", "conf", "-section",
            "one",
        )  # fmt: skip
        return (self.folder / "reply.tsr").read_bytes()


def make(folder: Path) -> Authority:
    """Make root and authority in a folder."""
    folder.mkdir(parents=True)
    (folder / "serial").write_text("01")
    for name, title in (("root", "試験の認証局"), ("tsa", "試験の時刻認証局")):
        (folder / f"{name}.cnf").write_text(_CONFIG.format(folder=folder, name=title), encoding="utf-8")
    (folder / "conf").write_text(_CONFIG.format(folder=folder, name="x"))
    key = ("-newkey", "rsa:2048", "-nodes", "-utf8", "-days", "3650")
    _openssl(
        folder,
        "req",
        "-x509",
        *key,
        "-keyout",
        "root.key",
        "-out",
        "root.pem",
        "-config",
        "root.cnf",
        "-extensions",
        "root",
    )
    _openssl(
        folder, "req", "-x509", *key, "-keyout", "tsa.key", "-out", "tsa.pem", "-config", "tsa.cnf", "-extensions",
        "authority", "-CA", "root.pem", "-CAkey", "root.key",
    )  # fmt: skip
    return Authority(folder)


@contextmanager
def running(folder: Path) -> Iterator[Authority]:
    """Run an authority on a port of its own."""
    authority = make(folder)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            request = self.rfile.read(int(self.headers["Content-Length"]))
            authority.seen.append({"path": self.path, **dict(self.headers)})
            status, body = authority.answer or (200, authority.reply(request))
            self.send_response(status)
            self.send_header("Content-Type", "application/timestamp-reply")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    authority.port = server.server_port
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield authority
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _openssl(folder: Path, *arguments: str) -> None:
    assert OPENSSL is not None
    subprocess.run([OPENSSL, *arguments], cwd=folder, check=True, capture_output=True)
