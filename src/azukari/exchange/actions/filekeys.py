"""Keys of files: under the server's half in the key store, or sealed to the office and to people and nowhere else.

Every file begins with a key under the server's half. 保護 seals that key to those who may open and then destroys
the server's copy: what was sealed in parts need not be sealed anew. Destroying every copy is the disposal.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction

from azukari.exchange.errors.files import FileKeyMissingError, NoIntakeKeyError, OwnKeyNotAllowed
from azukari.exchange.models import FileGrant, FileKey, StoredFile
from azukari.seal import file_opening, files
from azukari.seal.context import Context
from azukari.seal.errors import OpeningError
from azukari.seal.grants import MemberKey
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey
from azukari.store.erasure import press_out
from azukari.store.router import KEY_STORE
from azukari.store.scope import current_office
from azukari.tenancy.actions import keys as office_keys
from azukari.tenancy.actions.looks import Confirmed

# Longer than the moment between a key and its row; and longer than a machine is off over any holiday.
_ORPHAN_AGE = timedelta(hours=1)
_ORPHAN_WINDOW = timedelta(days=40)


def make_key(file_id: UUID, *, now: datetime) -> Secret:
    """Make the key of a new file and keep it under the server's half, durably, before the file's row."""
    key = files.new_file_key()
    wrapped = files.wrap_file_key(office_keys.server_half(), key, _key_context(file_id))
    with transaction.atomic(using=KEY_STORE):
        FileKey.objects.create(id=file_id, wrapped=wrapped, made_at=now)
    return key


def restore_key(file_id: UUID, key: Secret, *, now: datetime) -> None:
    """Put a key back under the server's half: a file is no longer 保護."""
    wrapped = files.wrap_file_key(office_keys.server_half(), key, _key_context(file_id))
    with transaction.atomic(using=KEY_STORE):
        FileKey.objects.update_or_create(id=file_id, defaults={"wrapped": wrapped, "made_at": now})


def server_key(file_id: UUID) -> Secret:
    """Unwrap the key of an ordinary file, or of one still being examined. Raises: FileKeyMissingError."""
    found = FileKey.objects.filter(id=file_id).values_list("wrapped", flat=True).first()
    if found is None:
        raise FileKeyMissingError
    return files.unwrap_file_key(office_keys.server_half(), bytes(found), _key_context(file_id))


def delete_server_keys(file_ids: Sequence[UUID]) -> None:
    """Delete server copies; `press_out_server_keys` follows. Repeating does no harm."""
    with transaction.atomic(using=KEY_STORE):
        for start in range(0, len(file_ids), 500):
            FileKey.objects.filter(id__in=file_ids[start : start + 500]).delete()


def press_out_server_keys() -> bool:
    """Press deleted copies out of table and log. Gives False when the sweeper must repeat it."""
    return press_out(FileKey)


def sweep_orphans(*, due: Confirmed) -> int:
    """Destroy keys, an hour old at `due`, of files that were never committed. Gives how many."""
    old = FileKey.objects.filter(made_at__gt=due - _ORPHAN_WINDOW, made_at__lt=due - _ORPHAN_AGE)
    ids = list(old.values_list("id", flat=True))
    orphans: list[UUID] = []
    for start in range(0, len(ids), 500):
        part = ids[start : start + 500]
        orphans.extend(set(part) - set(StoredFile.objects.filter(id__in=part).values_list("id", flat=True)))
    if orphans:
        delete_server_keys(orphans)
        press_out_server_keys()
    return len(orphans)


def grant_to_office(file_id: UUID, key: Secret, *, now: datetime) -> None:
    """Seal a file key to the office: only staff with 従業員利用認証 open it. Raises: NoIntakeKeyError."""
    public_key = office_keys.intake_key()
    if public_key is None:
        raise NoIntakeKeyError
    _grant(file_id, None, key, public_key, now=now)


def grant_to_people(file_id: UUID, key: Secret, people: Iterable[tuple[UUID, bytes]], *, now: datetime) -> int:
    """Seal a file key to people (id, public key) of a client company. Gives how many."""
    count = 0
    for user_id, public_key in people:
        _grant(file_id, user_id, key, public_key, now=now)
        count += 1
    return count


def _grant(file_id: UUID, user_id: UUID | None, key: Secret, public_key: bytes, *, now: datetime) -> None:
    sealed = files.grant_file_key(key, public_key, _grant_context(file_id, user_id))
    FileGrant.objects.update_or_create(file_id=file_id, user_id=user_id, defaults={"sealed": sealed, "made_at": now})


def office_key(file_id: UUID, vault_key: VaultKey) -> Secret:
    """Open the key of a protected file with the office's unlock. The record stands already.

    Raises: FileKeyMissingError, OpeningError.
    """
    sealed = FileGrant.objects.filter(file_id=file_id, user_id=None).values_list("sealed", flat=True).first()
    if sealed is None:
        raise FileKeyMissingError
    return file_opening.open_file_key(vault_key, bytes(sealed), _grant_context(file_id, None))


def check_own_key(file_id: UUID, user_id: UUID) -> None:
    """Refuse early where nothing is sealed to a person. Raises: OwnKeyNotAllowed."""
    if not FileGrant.objects.filter(file_id=file_id, user_id=user_id).exists():
        raise OwnKeyNotAllowed


def own_key(file_id: UUID, user_id: UUID, member_key: MemberKey) -> Secret:
    """Open the key of a protected file with a person's own key. The record stands already. Raises: OwnKeyNotAllowed."""
    sealed = FileGrant.objects.filter(file_id=file_id, user_id=user_id).values_list("sealed", flat=True).first()
    if sealed is None:
        raise OwnKeyNotAllowed
    try:
        return file_opening.open_own_file_key(member_key, bytes(sealed), _grant_context(file_id, user_id))
    except OpeningError as error:
        raise OwnKeyNotAllowed from error


def seal_facts(label: str, row_id: UUID, facts: bytes) -> bytes:
    """Seal what is known of a file (SHA-256, receipt) for its row."""
    return files.seal_facts(office_keys.server_half(), facts, _facts_context(label, row_id))


def open_facts(label: str, row_id: UUID, sealed: bytes) -> bytes:
    """Open what `seal_facts` sealed. Raises: OpeningError."""
    return files.open_facts(office_keys.server_half(), sealed, _facts_context(label, row_id))


def _key_context(file_id: UUID) -> Context:
    return Context(label="file-key", office=current_office(), record=file_id)


def _grant_context(file_id: UUID, user_id: UUID | None) -> Context:
    return Context(label="file-grant", office=current_office(), person=user_id, record=file_id)


def _facts_context(label: str, row_id: UUID) -> Context:
    return Context(label=label, office=current_office(), record=row_id)
