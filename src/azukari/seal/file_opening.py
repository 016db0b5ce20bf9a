"""The read side of protected files: the one module that opens a file key that is sealed to somebody.

Only `exchange.actions` may import it (import contract). The caller has written its record before it calls.
"""

from __future__ import annotations

from azukari.seal import grants
from azukari.seal.context import Context
from azukari.seal.envelope import Format
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import VaultKey, intake_key


def open_file_key(vault_key: VaultKey, sealed: bytes, context: Context) -> Secret:
    """Open a file key that is sealed to the office. Steps G5, G6. Raises: FormatError, OpeningError."""
    return grants.open_sealed_to(Format.FILE_GRANT, intake_key(vault_key), sealed, context)


def open_own_file_key(member_key: grants.MemberKey, sealed: bytes, context: Context) -> Secret:
    """Open a file key that is sealed to one person. Steps G5, G6. Raises: FormatError, OpeningError."""
    return grants.open_sealed_to(Format.FILE_GRANT, member_key, sealed, context)
