"""What somebody who kept a signed head does with it: compare it with a newer one by a consistency proof.

Text form of a consistency proof: the line `azukari/consistency-proof@v1`, then one base64 hash a line.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Sequence

from azukari.seal.chain import HASH_SIZE, verify_consistency
from azukari.seal.checkpoint import Checkpoint, verify_checkpoint
from azukari.seal.errors import ProofError

TITLE = "azukari/consistency-proof@v1"
_MAX_HASHES = 128


def write_proof(hashes: Sequence[bytes]) -> str:
    """Write a consistency proof as text."""
    return "\n".join([TITLE, *(b64encode(item).decode() for item in hashes)]) + "\n"


def read_proof(text: str) -> list[bytes]:
    """Read a consistency proof. Raises: ProofError."""
    title, *lines = text.split("\n")
    if title != TITLE or not lines or lines.pop() != "" or len(lines) > _MAX_HASHES:
        raise ProofError("証明ファイルの形式が正しくありません。")
    hashes = []
    for line in lines:
        try:
            value = b64decode(line, validate=True)
        except ValueError:
            value = b""
        if len(value) != HASH_SIZE or b64encode(value).decode() != line:
            raise ProofError("証明のハッシュの書き方が正しくありません。")
        hashes.append(value)
    return hashes


def compare(old: str, new: str, proof: Sequence[bytes], verifier_key: str) -> tuple[Checkpoint, Checkpoint]:
    """Check that the head of one note continues that of another. Gives both heads.

    Raises: ProofError; FormatError when the verifier key is none.
    """
    first, second = verify_checkpoint(old, verifier_key), verify_checkpoint(new, verifier_key)
    if first.origin != second.origin:
        raise ProofError("二つの控えは、別の記録のものです。")
    if first.size > second.size:
        raise ProofError("新しい控えのほうが、記録の件数が少なくなっています。")
    verify_consistency(first.size, second.size, first.root, second.root, proof)
    return first, second
