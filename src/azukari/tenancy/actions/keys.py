"""The server's half of every lock, and the keys the office signs with.

The root key comes from a file outside the databases; the app's start tells where it lies. Without it nothing
opens, and without the office's half (a grant, an unlock, the recovery sheet) neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from azukari.journal import queries as journal
from azukari.journal.actions import signing, standing
from azukari.kernel.ids import OfficeId
from azukari.seal import document_signer, grants, root
from azukari.seal.context import Context
from azukari.seal.errors import SealError
from azukari.seal.secretbytes import Secret
from azukari.seal.signer import Log
from azukari.store.scope import current_office
from azukari.tenancy import errors
from azukari.tenancy.models import Office, OfficeKeys

_SIGNER_YEARS = 20


@dataclass
class _RootKeyFile:
    path: Path | None = None


_file = _RootKeyFile()


def use_root_key_file(path: Path) -> None:
    """Tell where the root key lies. It is read at the first use."""
    _file.path = path
    root_keys.cache_clear()


@lru_cache(maxsize=1)
def root_keys() -> root.RootKeys:
    """Read the root keys. Raises: RootKeyMissingError."""
    try:
        if _file.path is None:
            raise errors.RootKeyMissingError
        return root.LocalRootKeys.parse(_file.path.read_text("ascii"))
    except (OSError, UnicodeDecodeError, SealError) as error:
        raise errors.RootKeyMissingError from error


def make_office_keys(office: Office, *, now: datetime) -> None:
    """Make an office's own keys at its opening. Its half comes later, with the first 責任者 (activation)."""
    server_half = grants.new_server_half()
    made = standing.signer().make_key(Log(office.id))
    document = document_signer.new_document_signer(
        common_name=f"{office.name} 廃棄証明書",
        organisation=office.name,
        serial=int.from_bytes(office.id.bytes) >> 1,
        not_before=now,
        not_after=now + timedelta(days=365 * _SIGNER_YEARS),
    )
    keys = root_keys()
    OfficeKeys.objects.create(
        server_half=keys.wrap(server_half.reveal(), _context("server-half", office.id)),
        log_signer=made.sealed_key,
        verifier_key=made.verifier_key,
        document_key=keys.wrap(document.private_key_der, _context("document-key", office.id)),
        document_certificate=document.certificate_der,
    )


def server_half() -> Secret:
    """Unwrap the server's half for the office in force. Raises: RootKeyMissingError, OpeningError."""
    stored = OfficeKeys.objects.values_list("server_half", flat=True).get()
    return Secret(root_keys().unwrap(bytes(stored), _context("server-half", current_office())))


def sign_record(*, now: datetime) -> signing.SignedHead:
    """Sign the head of the office in force. Raises: as `journal.actions.signing.sign_head`."""
    return signing.sign_head(sealed_key=sealed_log_key(), now=now)


def sealed_log_key() -> bytes:
    """Give the key that signs checkpoints of the office in force, sealed to the signer."""
    return bytes(OfficeKeys.objects.values_list("log_signer", flat=True).get())


def take_over_log_key() -> bool:
    """Hand the signer a key from before there was one, with the last note signed. Tells whether there was one.

    Raises: OpeningError when the key is sealed to a signer whose state is gone.
    """
    log = Log(current_office())
    if standing.signer().last(log) is not None:
        return False
    stored = OfficeKeys.objects.get()
    private = root_keys().unwrap(bytes(stored.log_signer), _context("log-signer", current_office()))
    newest = journal.newest_checkpoint()
    taken = standing.signer().take_over(log, private, newest.note if newest else None)
    OfficeKeys.objects.filter(id=stored.id).update(log_signer=taken.sealed_key)
    return True


@dataclass(frozen=True, slots=True)
class DocumentKeys:
    """What signs a certificate's PDF: PKCS#8 private key and X.509 certificate, both DER."""

    private_key_der: bytes
    certificate_der: bytes

    def __repr__(self) -> str:
        return "DocumentKeys(…)"


def document_keys() -> DocumentKeys:
    """Unwrap the key that signs documents of the office in force."""
    stored = OfficeKeys.objects.get()
    private = root_keys().unwrap(bytes(stored.document_key), _context("document-key", current_office()))
    return DocumentKeys(private_key_der=private, certificate_der=bytes(stored.document_certificate))


def intake_key() -> bytes | None:
    """Give the office's public key for protected files, None before the office has its own half."""
    stored = OfficeKeys.objects.values_list("intake_key", flat=True).get()
    return bytes(stored) if stored else None


def verifier_key() -> str:
    """Give the public key that checks this office's record (C2SP vkey)."""
    return OfficeKeys.objects.values_list("verifier_key", flat=True).get()


def _context(label: str, office_id: OfficeId | UUID) -> Context:
    return Context(label=label, office=office_id)
