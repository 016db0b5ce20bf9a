"""What a ciphertext belongs to, as bytes: the associated data of docs/seal-format.md 2.

One context binds both layers, the wrapped record key and the value. The encoding is canonical and injective:
a fixed number of parts, each with its length before it. It is never JSON.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from uuid import UUID

from azukari.seal.errors import FormatError

_HEAD = b"azukari/context\x01"
_OFFICE_LENGTH = b"\x00\x10"
_NOTHING = b"\x00\x00"


def length_prefixed(part: bytes) -> bytes:
    """Put the 16-bit length before a part: lp() of docs/seal-format.md.

    Raises: FormatError when the part has more than 65,535 bytes.
    """
    if len(part) > 0xFFFF:
        raise FormatError("項目が長すぎます。")
    return len(part).to_bytes(2) + part


def utf8(text: str) -> bytes:
    """Encode text exactly as it is, not normalised.

    Raises: FormatError on a lone surrogate, which is no text.
    """
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise FormatError("文字として扱えない符号が含まれています。") from None


@lru_cache(maxsize=1024)
def _text_part(text: str) -> bytes:
    return length_prefixed(utf8(text))


@lru_cache(maxsize=1024)
def _purposes_part(purposes: tuple[str, ...]) -> bytes:
    if not purposes:
        return _NOTHING
    return length_prefixed(sha256(b"azukari/purposes/1" + b"".join(map(_text_part, purposes))).digest())


def _id_part(value: UUID | None) -> bytes:
    return _NOTHING if value is None else _OFFICE_LENGTH + value.bytes


@dataclass(frozen=True, slots=True)
class Context:
    """Label (what kind of thing), then where it belongs. Purposes are a set and are kept sorted."""

    label: str
    office: UUID
    client: UUID | None = None
    person: UUID | None = None
    record: UUID | None = None
    field: str = ""
    purposes: tuple[str, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        if not self.label or not 1 <= self.version < 1 << 64:
            raise FormatError("封印の対象を表す名前か版が正しくありません。")
        if self.purposes:
            # A string is a sequence of strings too: it would become a set of letters.
            if isinstance(self.purposes, str):
                raise FormatError("利用目的は一覧で渡してください。")
            object.__setattr__(self, "purposes", tuple(sorted(set(self.purposes))))

    def encode(self) -> bytes:
        """Build the canonical bytes.

        Raises: FormatError when a part is too long or is no text.
        """
        return b"".join(
            (
                _HEAD,
                _text_part(self.label),
                _OFFICE_LENGTH,
                self.office.bytes,
                _id_part(self.client),
                _id_part(self.person),
                _id_part(self.record),
                _text_part(self.field),
                _purposes_part(self.purposes),
                self.version.to_bytes(8),
            )
        )
