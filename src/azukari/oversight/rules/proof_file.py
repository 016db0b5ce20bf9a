"""検証用ファイル: one line of the record with everything that proves it, for a reader who trusts nothing of the server.

A JSON file (RFC 8785) with the entry's canonical bytes as text, the names and texts it commits to with their salt, the
inclusion proof with its signed head (C2SP tlog-proof), and the key that signed. `verify` needs nothing but the file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import rfc8785

from azukari.journal.rules import Result
from azukari.seal import chain, checkpoint, commitment
from azukari.seal.errors import SealError

FORMAT = "azukari-record-line-1"


class NotAProofFileError(ValueError):
    """Not a file of ours, or one that was changed. `args[0]` says what does not hold, in Japanese."""


@dataclass(frozen=True, slots=True)
class ProvedLine:
    """A line that holds: what the record says, the names, and the key that vouches for it."""

    told: Mapping[str, Any]
    texts: Mapping[str, str]
    size: int
    fingerprint: str

    @property
    def number(self) -> str:
        """Give the NO as people read it."""
        return f"{self.told['operation']}-{self.told['line']}"


def build(*, entry: bytes, salt: bytes, texts: Mapping[str, str], proof: str, verifier_key: str) -> bytes:
    """Write a proof file. `texts` may be a part of the entry's; each is opened by a salt of its own."""
    opened = {name: [commitment.field_salt(salt, name).hex(), value] for name, value in sorted(texts.items())}
    return rfc8785.dumps(
        {
            "format": FORMAT,
            "entry": entry.decode("utf-8"),
            "texts": opened,
            "proof": proof,
            "verifier_key": verifier_key,
        }
    )


def is_proof_file(data: bytes) -> bool:
    """Tell whether some bytes look like a proof file at all."""
    return data.lstrip()[:1] == b"{" and FORMAT.encode() in data


def verify(data: bytes, fingerprint: str | None = None) -> ProvedLine:
    """Check a proof file: names against the entry, the entry against the head, the head against the key.

    `fingerprint` is that of the office's key, had by another way. Raises: NotAProofFileError.
    """
    try:
        body = json.loads(data)
        entry, proof, key = body["entry"].encode(), body["proof"], body["verifier_key"]
        told = json.loads(entry)
        texts = {name: (bytes.fromhex(salt), value) for name, (salt, value) in body["texts"].items()}
        if body["format"] != FORMAT or rfc8785.dumps(told) != entry:
            raise NotAProofFileError("検証用ファイルの形が正しくありません。")
        committed = {name: bytes.fromhex(value) for name, value in told["commitments"].items()}
        place, origin = told["seq"], f"azukari/office/{told['office']}"
        whole = all(isinstance(told[name], str) for name in ("label", "purpose", "result")) and all(
            isinstance(value, str) for _, value in texts.values()
        )
        if not whole or type(told["operation"]) is not int or type(told["line"]) is not int:
            raise NotAProofFileError("検証用ファイルの形が正しくありません。")
        Result(told["result"])
        datetime.fromisoformat(told["at"])
    except NotAProofFileError:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise NotAProofFileError("検証用ファイルを読めません。") from error
    try:
        for name, (salt, value) in texts.items():
            if name not in committed:
                raise NotAProofFileError("記録にない文字が付いています。")
            commitment.verify_commitment(committed[name], salt, name, value)
        if checkpoint.parse_proof(proof).index != place:
            raise NotAProofFileError("証明が、別の場所の記録を指しています。")
        head = checkpoint.verify_proof(proof, chain.leaf_hash(entry), key, origin)
        found = checkpoint.fingerprint(key)
    except SealError as error:
        raise NotAProofFileError(error.reason or error.event) from error
    if fingerprint is not None and _bare(found) != _bare(fingerprint):
        raise NotAProofFileError("指定された鍵（事務所から受け取った指紋）とは別の鍵で署名されています。")
    return ProvedLine(told, {name: value for name, (_, value) in texts.items()}, head.size, found)


def _bare(fingerprint: str) -> str:
    return "".join(character for character in fingerprint.upper() if character.isalnum())
