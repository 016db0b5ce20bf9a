"""The words of a file, for the questions asked before it is sent: does it hold numbers, does it name somebody else?

`extract_text` runs a child process under limits (`extract_child.py`), the same way as `workbook.py`: the file goes in
by standard input, the text comes back by standard output; no temporary file, nothing on the command line, nothing in
an error. What cannot be read is no error: the answer says that it is not complete.

The text may hold My Numbers: no `repr` shows it, and nobody keeps it longer than the question takes.
"""

from __future__ import annotations

from dataclasses import dataclass

from azukari.press.child import run_child

KINDS = frozenset({"xlsx", "docx", "pptx", "csv", "txt", "pdf"})
MAX_BYTES = 64 * 1024 * 1024
MAX_CHARACTERS = 20_000_000
WALL_SECONDS = 30.0

# The first byte of the child's answer.
COMPLETE, PARTIAL = b"C", b"P"


@dataclass(frozen=True, slots=True, repr=False)
class Extracted:
    """The text of a file, paragraphs and cells parted by line breaks. `complete` says whether all of it was read."""

    text: str
    complete: bool

    def __repr__(self) -> str:
        return f"<Extracted {len(self.text)} characters, {'complete' if self.complete else 'partial'}>"


_NOTHING = Extracted("", complete=False)


def extract_text(data: bytes, kind: str) -> Extracted:
    """Read the words of a file of one of `KINDS`. Never raises because of the file.

    Not complete: over 64 MiB, over 20 million characters, encrypted, broken, a scanned page, a child that was stopped.
    """
    if kind not in KINDS or len(data) > MAX_BYTES:
        return _NOTHING
    return _run_child(kind, data)


def _run_child(kind: str, data: bytes, wall_seconds: float = WALL_SECONDS) -> Extracted:
    answer = run_child("azukari.press.extract_child", kind, data, wall_seconds=wall_seconds)
    if answer is None or answer[:1] not in (COMPLETE, PARTIAL):
        return _NOTHING
    text = answer[1:].decode(errors="replace")
    return Extracted(text[:MAX_CHARACTERS], complete=answer[:1] == COMPLETE and len(text) <= MAX_CHARACTERS)
