"""A real mail server on this machine, and what it was handed."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller
from django.test import override_settings

from azukari.tenancy.actions import outbox


class Box:
    """Keeps what the server was handed."""

    def __init__(self) -> None:
        self.letters: list[tuple[list[str], str, str]] = []
        self.refuse = False

    async def handle_DATA(self, server, session, envelope) -> str:  # noqa: N802  (aiosmtpd's name)
        if self.refuse:
            return "451 come back later"
        letter = message_from_bytes(envelope.content, policy=policy.default)
        self.letters.append((envelope.rcpt_tos, letter["subject"], letter.get_content()))
        return "250 kept"


@contextmanager
def mail_server() -> Iterator[Box]:
    """Run a mail server, and have mail set up to use it."""
    box = Box()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port)
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    options = {"host": "127.0.0.1", "port": port, "use_tls": False, "timeout": 5}
    outbox.use_sender("azukari@example.jp")
    with override_settings(MAILERS={"default": {"BACKEND": backend, "OPTIONS": options}}):
        yield box
    outbox.use_sender("")
    controller.stop()
