"""Files: their keys, and the parts they are kept in (docs/seal-format.md 11).

A file has one random key. Each part that arrives is a message of its own (Cobblestone-256, C2SP
chunked-encryption) with a fresh salt: a part sent again after a crash may hold other bytes, and never meets a
used nonce. The context binds a part to its office, file and place, so parts cannot be swapped.

The file key is wrapped under the server's half of the office (ordinary files), or sealed to public keys and
nowhere else (保護ファイル). `opening` opens the latter.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from uuid import UUID

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from azukari.seal import grants
from azukari.seal.context import Context
from azukari.seal.envelope import (
    KEY_SIZE,
    OVERHEAD,
    Format,
    build_header,
    check_key,
    check_unversioned,
    derive,
    open_box,
    read_header,
    seal_box,
)
from azukari.seal.errors import FormatError, OpeningError
from azukari.seal.secretbytes import Secret

# Cobblestone-256: 24 bytes of salt and 32 of commitment in front, a 16-byte tag after each 16 KiB.
CHUNK = 16 * 1024
_HEAD, _TAG = 56, 16
_SERVER_LABEL = b"azukari/file-keys/1"
_FACTS_LABEL = b"azukari/file-facts/1"


def new_file_key() -> Secret:
    """Make the key of one file: 32 random bytes."""
    return Secret.random(KEY_SIZE)


def sealed_size(length: int) -> int:
    """Tell the bytes a part of `length` bytes takes when sealed. Source: C2SP chunked-encryption."""
    # The last chunk is always shorter than the others, so a whole number of chunks is followed by an empty one.
    return _HEAD + length + (length // CHUNK + 1) * _TAG


def wrap_file_key(server_half: Secret, file_key: Secret, context: Context) -> bytes:
    """Wrap a file key under the server's half alone (64 bytes). Raises: FormatError."""
    check_key(file_key.reveal())
    return seal_box(
        _cipher(server_half, _SERVER_LABEL), build_header(Format.FILE_KEY), file_key.reveal(), context.encode()
    )


def unwrap_file_key(server_half: Secret, wrapped: bytes, context: Context) -> Secret:
    """Unwrap a file key. Steps B1 to B6. Raises: FormatError, OpeningError."""
    _, version = read_header(wrapped, (Format.FILE_KEY,), OVERHEAD + KEY_SIZE)
    check_unversioned(version)
    return Secret(open_box(_cipher(server_half, _SERVER_LABEL), wrapped, context.encode()))


def grant_file_key(file_key: Secret, public_key: bytes, context: Context) -> bytes:
    """Seal a file key to a public key (1172 bytes), by HPKE. Raises: FormatError when the public key is none."""
    return grants.seal_to(Format.FILE_GRANT, file_key, public_key, context)


def seal_facts(server_half: Secret, facts: bytes, context: Context) -> bytes:
    """Seal what is known of a file (its SHA-256) under the server's half. Raises: FormatError."""
    return seal_box(_cipher(server_half, _FACTS_LABEL), build_header(Format.FILE_FACTS), facts, context.encode())


def open_facts(server_half: Secret, sealed: bytes, context: Context) -> bytes:
    """Open what is known of a file. Raises: FormatError, OpeningError."""
    _, version = read_header(sealed, (Format.FILE_FACTS,))
    check_unversioned(version)
    return open_box(_cipher(server_half, _FACTS_LABEL), sealed, context.encode())


def part_context(office: UUID, file: UUID, number: int) -> bytes:
    """Build what a part is bound to: office, file, and its place in the file (the first is 0).

    Its length needs no binding: a Cobblestone message cannot be cut or extended.
    """
    return Context(label="file-part", office=office, record=file, version=number + 1).encode()


class PartSealer:
    """Seals one part while it arrives."""

    def __init__(self, file_key: Secret, context: bytes) -> None:
        check_key(file_key.reveal())
        self._encryptor = Cobblestone256Encryptor(file_key.reveal(), context)

    def update(self, data: bytes | memoryview) -> bytes:
        """Seal more bytes; gives what can be written."""
        return self._encryptor.update(data)

    def finish(self) -> bytes:
        """End the part; gives the rest to write."""
        return self._encryptor.finalize()


def open_part(file_key: Secret, sealed: Iterable[bytes], context: bytes, length: int) -> Iterator[bytes]:
    """Open a part piece by piece. Every piece is authentic when it comes out; that none is missing shows at the end.

    Raises: OpeningError for a changed, moved or cut part, also when its length is another.
    """
    decryptor = Cobblestone256Decryptor(file_key.reveal(), context)
    given = 0
    try:
        for piece in sealed:
            opened = decryptor.update(piece)
            given += len(opened)
            if opened:
                yield opened
        opened = decryptor.finalize()
    except (InvalidTag, ValueError) as error:
        raise OpeningError from error
    given += len(opened)
    if given != length:
        raise OpeningError
    if opened:
        yield opened


def _cipher(server_half: Secret, label: bytes) -> AESGCM:
    half = server_half.reveal()
    if len(half) != KEY_SIZE:
        raise FormatError("鍵の長さが正しくありません。")
    return AESGCM(derive(half, label))
