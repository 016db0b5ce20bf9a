"""`azukari verify FOLDER`: checks an exported record with nothing but the folder (docs/seal-format.md 10).

tools/verify_export.py does the same without a line of ours; both must always agree.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, NoReturn
from uuid import UUID

import rfc8785

from azukari.journal import rules
from azukari.kernel.clock import jst_minute
from azukari.kernel.errors import AzukariError
from azukari.seal import chain, checkpoint, commitment, time_stamps, witnessing
from azukari.seal.checkpoint import Checkpoint
from azukari.seal.errors import SealError
from azukari.seal.time_stamps import Stamp

POLICY, ENTRIES, TEXTS, CHECKPOINTS = "policy.txt", "entries.jsonl", "texts.jsonl", "checkpoints.jsonl"
STAMPS = "stamps"
_MAX_LINE = 4 * 1024 * 1024
_BATCH = 1_000


class ExportInvalidError(AzukariError):
    """An exported record that does not hold."""

    code = "ops.invalid_export"
    happened = "この記録は、署名された内容と一致しません。"
    cause = "{why}"
    remedy = "書き出した事務所に問い合わせてください。"


class UndecidedError(AzukariError):
    """Something is missing or unreadable, so nothing can be said."""

    code = "ops.undecided"
    happened = "確かめられません。"
    cause = "{why}"
    remedy = "ファイルがそろっているか確かめてください。"


@dataclass(frozen=True, slots=True)
class Checked:
    """An exported record that holds."""

    origin: str
    size: int
    root: bytes
    names: int
    fingerprint: str


def verify_folder(folder: str, key: str | None = None, kept: str | None = None, tsa_root: str | None = None) -> int:
    """Verify an exported record and say the result. `kept` is a file with a note somebody kept.

    With `tsa_root` (a file, PEM) the time stamps of its notes too; without, nothing is said of them.
    Exit codes: 0 good, 1 bad, 2 cannot be decided.
    """
    try:
        checked = verify(Path(folder), key, _read(Path(kept)) if kept else None)
        stamps = _stamps(Path(folder), tsa_root) if tsa_root else []
    except UndecidedError as error:
        sys.stdout.write(f"確かめられません：{error.reason}\n")
        return 2
    except (ExportInvalidError, SealError) as error:
        sys.stdout.write(f"無効：{error.reason}\n")
        return 1
    sys.stdout.write(
        f"有効：{checked.origin} の記録 {checked.size}件（氏名などの文字 {checked.names}件）\n"
        f"  ルート：{checked.root.hex()}\n"
        f"  鍵の指紋：{checked.fingerprint}\n"
    )
    if tsa_root and not stamps:
        sys.stdout.write("  時刻の証明は付いていません。\n")
    for size, stamp in stamps[-1:]:
        sys.stdout.write(
            f"  時刻の証明：{len(stamps)}件。最新は {jst_minute(stamp.at)} に{size}件の記録があったこと（{stamp.authority}）。\n"
        )
    if key is None:
        sys.stdout.write("  事務所から別に受け取った鍵の指紋と、上の指紋が同じことを確かめてください（--key）。\n")
    return 0


def verify(folder: Path, key: str | None = None, kept: str | None = None) -> Checked:
    """Verify an exported record, steps X1 to X6. Raises: UndecidedError, ExportInvalidError, SealError."""
    verifier_key, name, office = _policy(folder)  # X1
    if key is not None and _bare(key) not in {_bare(checkpoint.fingerprint(verifier_key)), _bare(verifier_key)}:
        raise ExportInvalidError(why="指定された鍵とは別の鍵の記録です。")
    with ExitStack() as stack:
        notes = _Notes(_lines(stack, folder / CHECKPOINTS), verifier_key, name)
        texts = _Texts(_lines(stack, folder / TEXTS) if (folder / TEXTS).exists() else iter(()))
        wanted = checkpoint.verify_checkpoint(kept, verifier_key) if kept is not None else None
        frontier, leaves, matched = chain.Frontier(), [], wanted is None
        for seq, line in enumerate(_lines(stack, folder / ENTRIES)):
            told = _entry(line, seq, office)  # X2
            texts.check(seq, told)  # X5
            leaves.append(chain.leaf_hash(line))
            size = seq + 1
            if size == notes.size or (wanted and size == wanted.size) or len(leaves) == _BATCH:
                frontier, leaves = frontier.append_many(leaves), []
            if size == notes.size:
                notes.check(frontier.root())  # X3, X4
            if wanted and size == wanted.size:
                _same(wanted.root, frontier.root(), "お手元の控えと、記録の内容が一致しません。")  # X6
                matched = True
        frontier = frontier.append_many(leaves)
    last = notes.end(frontier.size)
    if wanted and wanted.origin != last.origin:
        raise ExportInvalidError(why="お手元の控えは、別の記録のものです。")
    if not matched:
        raise ExportInvalidError(why="お手元の控えより、記録の件数が少なくなっています。")
    texts.end()
    return Checked(last.origin, last.size, last.root, texts.count, checkpoint.fingerprint(verifier_key))


def _stamps(folder: Path, tsa_root: str) -> list[tuple[int, Stamp]]:
    """Check the time stamp of each stamped note of a record that holds. Raises: UndecidedError, ExportInvalidError."""
    roots = time_stamps.read_roots(_read(Path(tsa_root)).encode())
    found = []
    with ExitStack() as stack:
        for line in _lines(stack, folder / CHECKPOINTS):
            note = _json(line, CHECKPOINTS)
            size = checkpoint.read_unverified(note).size
            token = folder / STAMPS / f"{size}.tst"
            if token.is_file():
                found.append((size, time_stamps.read_token(token.read_bytes(), note.encode(), roots)))
    return found


def _policy(folder: Path) -> tuple[str, str, str]:
    lines = _read(folder / POLICY).split("\n")
    if len(lines) != 3 or not lines[0].startswith("log ") or lines[1:] != ["quorum none", ""]:
        raise UndecidedError(why=f"{POLICY} の形式が正しくありません。")
    verifier_key = lines[0].removeprefix("log ")
    try:
        name = checkpoint.parse_verifier_key(verifier_key).name
        office = str(UUID(name.removeprefix("azukari/office/")))
    except (SealError, ValueError):
        raise UndecidedError(why=f"{POLICY} の検証鍵を読めません。") from None
    if name != f"azukari/office/{office}":
        raise UndecidedError(why=f"{POLICY} の検証鍵を読めません。")
    return verifier_key, name, office


class _Notes:
    """The signed notes, in order; the next one waits for the tree to reach its size."""

    def __init__(self, lines: Iterator[bytes], verifier_key: str, name: str) -> None:
        self._lines, self._key, self._name = lines, verifier_key, name
        self._last: Checkpoint | None = None
        self._waiting = self._next()

    @property
    def size(self) -> int:
        return self._waiting.size if self._waiting else 0

    def check(self, root: bytes) -> None:
        assert self._waiting is not None
        _same(self._waiting.root, root, f"{self._waiting.size}件までの記録が、署名された内容と一致しません。")
        self._last = self._waiting
        self._waiting = self._next()

    def end(self, size: int) -> Checkpoint:
        if self._waiting is not None:
            raise ExportInvalidError(
                why=f"{self._waiting.size}件まで署名されていますが、記録は{size}件しかありません。"
            )
        if self._last is None:
            raise UndecidedError(why="署名された控えがありません。")
        if self._last.size != size:
            raise ExportInvalidError(why="最後の署名より後の記録があります。")
        return self._last

    def _next(self) -> Checkpoint | None:
        line = next(self._lines, None)
        if line is None:
            return None
        note = _json(line, CHECKPOINTS)
        if not isinstance(note, str):
            raise ExportInvalidError(why=f"{CHECKPOINTS} に、控えでない行があります。")
        head = checkpoint.verify_checkpoint(note, self._key)
        rest = head.origin.removeprefix(self._name)
        if rest and not re.fullmatch(r"/([2-9]|[1-9][0-9]{1,3})", rest, re.ASCII):
            raise ExportInvalidError(why="控えは、別の記録のものです。")
        before = self._last
        if before is not None and (head.origin != before.origin or head.size <= before.size):
            raise ExportInvalidError(why="控えの順番が正しくありません。")
        return head


class _Texts:
    """Names and free text beside the entries, where they were exported and not erased."""

    def __init__(self, lines: Iterator[bytes]) -> None:
        self._lines = lines
        self._waiting: dict[str, Any] | None = None
        self.count = 0
        self._next(-1)

    def check(self, seq: int, told: dict[str, Any]) -> None:
        if self._waiting is None or self._waiting["seq"] != seq:
            return
        salt, texts = bytes.fromhex(self._waiting["salt"]), self._waiting["texts"]
        shown = {name: commitment.commit(salt, name, value).hex() for name, value in texts.items()}
        if shown != told["commitments"]:
            raise ExportInvalidError(why=f"{seq}番目の記録の文字が書き換えられています。")
        self.count += 1
        self._next(seq)

    def end(self) -> None:
        if self._waiting is not None:
            raise ExportInvalidError(why="記録のない文字があります。")

    def _next(self, after: int) -> None:
        line = next(self._lines, None)
        self._waiting = None
        if line is None:
            return
        kept = _json(line, TEXTS)
        if (
            not isinstance(kept, dict)
            or set(kept) != {"seq", "salt", "texts"}
            or type(kept["seq"]) is not int
            or kept["seq"] <= after
            or not isinstance(kept["salt"], str)
            or not re.fullmatch("[0-9a-f]{64}", kept["salt"])
            or not isinstance(kept["texts"], dict)
            or not all(isinstance(value, str) for value in kept["texts"].values())
        ):
            raise ExportInvalidError(why=f"{TEXTS} の形式が正しくありません。")
        self._waiting = kept


def _entry(line: bytes, seq: int, office: str) -> dict[str, Any]:
    if len(line) > rules.MAX_ENTRY_BYTES:
        raise ExportInvalidError(why=f"{seq}番目の記録が長すぎます。")
    told = _json(line, ENTRIES)
    try:
        canonical = rfc8785.dumps(told) == line
    except (ValueError, RecursionError):
        canonical = False
    if not canonical or not isinstance(told, dict) or not isinstance(told.get("commitments"), dict):
        raise ExportInvalidError(why=f"{seq}番目の記録の書き方が正しくありません。")
    if (told.get("v"), told.get("seq"), told.get("office")) != (rules.ENTRY_VERSION, seq, office):
        raise ExportInvalidError(why=f"{seq}番目に、別の場所の記録があります。")
    return told


def _json(line: bytes, name: str) -> Any:
    try:
        return json.loads(line.decode(), parse_float=_no_number, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise ExportInvalidError(why=f"{name} に読めない行があります。") from None


def _no_number(text: str) -> NoReturn:
    raise ValueError("only whole numbers stand in a record")


def _lines(stack: ExitStack, path: Path) -> Iterator[bytes]:
    try:
        file = stack.enter_context(path.open("rb"))
    except OSError:
        raise UndecidedError(why=f"{path.name} を読めません。") from None
    return _each(file, path.name)


def _each(file: BinaryIO, name: str) -> Iterator[bytes]:
    while line := file.readline(_MAX_LINE):
        if not line.endswith(b"\n"):
            raise ExportInvalidError(why=f"{name} の最後の行が途中で切れています。")
        yield line[:-1]


def _read(path: Path) -> str:
    try:
        data = path.read_bytes()
        return data.decode() if len(data) <= checkpoint.MAX_NOTE else _too_long(path)
    except (OSError, UnicodeDecodeError):
        raise UndecidedError(why=f"{path.name} を読めません。") from None


def _too_long(path: Path) -> NoReturn:
    raise UndecidedError(why=f"{path.name} が大きすぎます。")


def _same(expected: bytes, found: bytes, why: str) -> None:
    if expected != found:
        raise ExportInvalidError(why=why)


def _bare(text: str) -> str:
    return "".join(character for character in text.upper() if character.isalnum())


def compare_notes(old: str, new: str, proof: str, key: str) -> int:
    """`azukari verify --checkpoint OLD NEW --proof FILE --key VKEY`: does the newer note continue the older one?

    Exit codes: 0 it does, 1 it does not, 2 a file cannot be read.
    """
    try:
        texts = [_read(Path(path)) for path in (old, new, proof)]
        verifier_key = _read(Path(key)).strip() if Path(key).is_file() else key
        first, second = witnessing.compare(texts[0], texts[1], witnessing.read_proof(texts[2]), verifier_key)
    except UndecidedError as error:
        sys.stdout.write(f"確かめられません：{error.reason}\n")
        return 2
    except SealError as error:
        sys.stdout.write(f"無効：{error.reason}\n")
        return 1
    sys.stdout.write(f"有効：{first.size}件の記録は、そのまま{second.size}件の記録に続いています。\n")
    return 0
