"""What every signed paper carries beside its page: where it stands in the handling record, and the proof of it.

The facts have a name of their own per document; entry and proof are called the same everywhere, so that an
outside verifier finds them.
"""

from __future__ import annotations

from dataclasses import dataclass

ENTRY_NAME = "entry.json"
PROOF_NAME = "proof.tlog-proof"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReference:
    """Where the act stands in the handling record (取扱記録), and the key that vouches for it.

    `verifier_key` is the C2SP note verifier key; `verifier_key_fingerprint` is how people compare it: eight
    groups of four characters, as `seal` writes them. `index` is the entry's place in the tree, from 0.
    """

    origin: str
    verifier_key: str
    verifier_key_fingerprint: str
    index: int
    operation_no: str


def grouped(hexadecimal: str) -> str:
    """Write a hash for paper in groups of four: readable aloud, and never twelve digits in a row on the page."""
    return " ".join(hexadecimal[place : place + 4] for place in range(0, len(hexadecimal), 4))
