"""nginx with its own DAV module: PUT into a folder, sendfile out of it; plain, nothing flushed."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.peers.interface import MissingError, Served, free_port, started, system_program

_CONFIGURATION = """
{user}
daemon off;
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 64; }}
http {{
  access_log off;
  sendfile on;
  client_max_body_size 0;
  client_body_buffer_size 1m;
  client_body_temp_path {folder}/body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {folder}/files;
    location / {{ dav_methods PUT DELETE; }}
  }}
}}
"""


@contextmanager
def running(folder: Path) -> Iterator[Served]:
    """Serve one folder with one worker."""
    program, port = system_program("nginx"), free_port()
    told = subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stderr
    if "--with-http_dav_module" not in told:
        raise MissingError("this nginx has no DAV module")
    (folder / "files").mkdir()
    user = "user root;" if os.geteuid() == 0 else ""
    configuration = folder / "nginx.conf"
    configuration.write_text(_CONFIGURATION.format(folder=folder, port=port, user=user), encoding="utf-8")
    with started([str(program), "-p", str(folder), "-c", str(configuration)], port, folder) as process:
        version = told.partition("nginx/")[2].split()[0]
        yield Served(port, process, f"{version}, PUT, plain, no flush; sendfile.", folder)
