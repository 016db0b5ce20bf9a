"""An exported record through both verifiers, ours and tools/verify_export.py: the same answer to every mutation."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from azukari.journal.rules import Event, Kind, Line, Operation, build_entry
from azukari.kernel.actor import Actor, Role
from azukari.ops import exported
from azukari.seal import chain, checkpoint, commitment, witnessing
from tools import verify_export

TOOL = Path(verify_export.__file__)
OFFICE = UUID("01890000-0000-7000-8000-000000000001")
NAME = f"azukari/office/{OFFICE}"
SEEN = Event("test.thing.seen", "個人情報閲覧（一覧）", Kind.VIEW)
ACTOR = Actor(office_id=OFFICE, staff_id=None, name="青木 由美", role=Role.MANAGER, may_handle=True, client_ids=None)
AT = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
GOOD, BAD, OPEN = 0, 1, 2


def key(seed: int = 1) -> checkpoint.LogSigner:
    return checkpoint.LogSigner.from_private_bytes(NAME, bytes([seed]) * 32)


@dataclass
class Export:
    """An exported record, in parts that a test may change before it is written."""

    entries: list[bytes] = field(default_factory=list)
    texts: list[dict] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    policy: str = ""
    key: str | None = None
    kept: str | None = None

    def write(self, folder: Path) -> Path:
        folder.mkdir(exist_ok=True)
        (folder / "policy.txt").write_text(self.policy, "utf-8")
        (folder / "entries.jsonl").write_bytes(b"".join(entry + b"\n" for entry in self.entries))
        (folder / "checkpoints.jsonl").write_text("".join(json.dumps(note) + "\n" for note in self.notes), "utf-8")
        if self.texts:
            lines = (json.dumps(kept) + "\n" for kept in self.texts)
            (folder / "texts.jsonl").write_text("".join(lines), "utf-8")
        return folder


def entry(seq: int, *, label: str = "") -> tuple[bytes, dict]:
    salt = bytes([seq]) * 32
    words = {"staff": "青木 由美", "person": f"対象{seq}𠮷"}
    operation = Operation(event=SEEN if not label else Event("test.thing.seen", label, Kind.VIEW), screen='試験\u0007"')
    body = build_entry(
        actor=ACTOR, operation=operation, line=Line(), seq=seq, number=seq + 1, line_number=1,
        at=AT + timedelta(seconds=seq),
        commitments={name: commitment.commit(salt, name, value).hex() for name, value in words.items()},
    )  # fmt: skip
    return body, {"seq": seq, "salt": salt.hex(), "texts": words}


def root(entries: list[bytes], size: int | None = None) -> bytes:
    return chain.Frontier().append_many(chain.leaf_hash(body) for body in entries[:size]).root()


def sign(entries: list[bytes], size: int, *, origin: str = NAME, signer: checkpoint.LogSigner | None = None) -> str:
    return checkpoint.sign_checkpoint(signer or key(), origin, size, root(entries, size))


def good(size: int = 11) -> Export:
    made = [entry(seq) for seq in range(size)]
    entries = [body for body, _ in made]
    notes = [sign(entries, at) for at in (3, 8, size)]
    return Export(entries, [kept for _, kept in made], notes, f"log {key().verifier_key()}\nquorum none\n")


def changed(change: Callable[[Export], object]) -> Callable[[], Export]:
    def make() -> Export:
        export = good()
        change(export)
        return export

    return make


def signed_anew(export: Export, *, origin: str = NAME) -> None:
    """Sign every note again over what is there, as one does who has the key."""
    export.notes = [sign(export.entries, size, origin=origin) for size in (3, 8, len(export.entries))]


def resigned(change: Callable[[Export], object]) -> Callable[[Export], None]:
    def both(export: Export) -> None:
        change(export)
        signed_anew(export)

    return both


def put(export: Export, place: int, body: bytes) -> None:
    export.entries[place] = body


def note(export: Export, place: int, change: Callable[[str], str]) -> None:
    export.notes[place] = change(export.notes[place])


def raw_note(body: str) -> str:
    return key().sign_text(body)


def as_line(seq: int, /, **more: object) -> bytes:
    told = {**json.loads(entry(seq)[0]), **more}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()


ROOT64 = base64.b64encode(root(good().entries)).decode()
other_key = checkpoint.LogSigner(NAME, Ed25519PrivateKey.from_private_bytes(b"\7" * 32))
SIGNATURE = good().notes[-1].split("\n\n")[1]

CASES: dict[str, tuple[int, Callable[[], Export]]] = {
    "good": (GOOD, good),
    "good, one entry": (GOOD, changed(lambda e: (e.entries.__delitem__(slice(1, None)), e.texts.__delitem__(slice(1, None)), setattr(e, "notes", [sign(e.entries, 1)])))),  # noqa: E501
    "good, without names": (GOOD, changed(lambda e: e.texts.clear())),
    "good, a text erased": (GOOD, changed(lambda e: e.texts.pop(4))),
    "good, one note": (GOOD, changed(lambda e: e.notes.__delitem__(slice(0, 2)))),
    "good, second origin": (GOOD, changed(lambda e: signed_anew(e, origin=f"{NAME}/2"))),
    "good, witness beside": (GOOD, changed(lambda e: note(e, 2, lambda t: t + "— witness.example AAAAAAAA\n"))),
    "good, right fingerprint": (GOOD, changed(lambda e: setattr(e, "key", checkpoint.fingerprint(key().verifier_key())))),
    "good, right key": (GOOD, changed(lambda e: setattr(e, "key", key().verifier_key()))),
    "good, an older note kept": (GOOD, changed(lambda e: setattr(e, "kept", sign(e.entries, 5)))),
    "good, the newest note kept": (GOOD, changed(lambda e: setattr(e, "kept", e.notes[-1]))),
    # entries
    "edited": (BAD, changed(lambda e: put(e, 5, entry(5, label="別")[0]))),
    "edited, signed anew, older note kept": (BAD, changed(lambda e: (setattr(e, "kept", e.notes[1]), resigned(lambda x: put(x, 5, entry(5, label="別")[0]))(e)))),  # noqa: E501
    "dropped": (BAD, changed(lambda e: e.entries.pop(5))),
    "dropped, signed anew": (BAD, changed(resigned(lambda e: e.entries.pop(5)))),
    "inserted": (BAD, changed(lambda e: e.entries.insert(5, entry(5)[0]))),
    "reordered": (BAD, changed(lambda e: e.entries.reverse())),
    "reordered, signed anew": (BAD, changed(resigned(lambda e: e.entries.reverse()))),
    "tail cut": (BAD, changed(lambda e: (e.entries.pop(), e.texts.pop()))),
    "tail and last note cut, kept note longer": (BAD, changed(lambda e: (setattr(e, "kept", e.notes[-1]), e.entries.__delitem__(slice(8, None)), e.texts.__delitem__(slice(8, None)), e.notes.pop()))),  # noqa: E501
    "rolled back, its own older note": (GOOD, changed(lambda e: (e.entries.__delitem__(slice(8, None)), e.texts.__delitem__(slice(8, None)), e.notes.pop()))),  # noqa: E501
    "entries after the last note": (BAD, changed(lambda e: e.entries.append(entry(11)[0]))),
    "fork": (BAD, changed(lambda e: (setattr(e, "kept", e.notes[-1]), put(e, 10, entry(10, label="別")[0]), e.texts.pop(), signed_anew(e)))),  # noqa: E501
    "no entries": (BAD, changed(lambda e: (e.entries.clear(), e.texts.clear()))),
    "spaces": (BAD, changed(resigned(lambda e: put(e, 5, e.entries[5].replace(b":", b": ", 1))))),
    "key twice": (BAD, changed(resigned(lambda e: put(e, 5, e.entries[5].replace(b"{", b'{"at":"x",', 1))))),
    "keys out of order": (BAD, changed(resigned(lambda e: put(e, 5, json.dumps(dict(reversed(json.loads(e.entries[5]).items())), ensure_ascii=False, separators=(",", ":")).encode())))),  # noqa: E501
    "escaped letters": (BAD, changed(resigned(lambda e: put(e, 5, json.dumps(json.loads(e.entries[5]), separators=(",", ":")).encode())))),
    "a fraction": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, v2=1.5))))),
    "a fraction in place of the number": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, seq=5.0))))),
    "not a number": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, v2=float("nan")))))),
    "a number too large": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, v2=2**53))))),
    "the largest number": (GOOD, changed(resigned(lambda e: put(e, 5, as_line(5, v2=2**53 - 1))))),
    "more fields": (GOOD, changed(resigned(lambda e: put(e, 5, as_line(5, zeta="更に", list=[1, None, True, {"a": "b"}]))))),
    "names outside the first plane": (GOOD, changed(resigned(lambda e: put(e, 5, as_line(5, **{"｡": "ﾊ", "z": 1}))))),
    "half a letter": (BAD, changed(resigned(lambda e: put(e, 5, entry(5)[0].replace("個人".encode(), b"\\ud800", 1))))),
    "no text": (BAD, changed(resigned(lambda e: put(e, 5, b"\xff\xfe")))),
    "a list": (BAD, changed(resigned(lambda e: put(e, 5, b"[]")))),
    "nothing": (BAD, changed(resigned(lambda e: put(e, 5, b"")))),
    "deep": (BAD, changed(resigned(lambda e: put(e, 5, b"[" * 60_000)))),
    "too long": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, zeta="x" * 66_000))))),
    "version 2": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, v=2))))),
    "another office's entry": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, office=str(UUID(int=7))))))),
    "no commitments": (BAD, changed(resigned(lambda e: put(e, 5, as_line(5, commitments=None))))),
    # texts
    "a text changed": (BAD, changed(lambda e: e.texts[5]["texts"].update(person="別の人"))),
    "a text left out": (BAD, changed(lambda e: e.texts[5]["texts"].pop("person"))),
    "a text more": (BAD, changed(lambda e: e.texts[5]["texts"].update(detail="後から"))),
    "another salt": (BAD, changed(lambda e: e.texts[5].update(salt="00" * 32))),
    "a short salt": (BAD, changed(lambda e: e.texts[5].update(salt="00"))),
    "a salt in capitals": (BAD, changed(lambda e: e.texts[5].update(salt="AB" * 32))),
    "texts in another order": (BAD, changed(lambda e: e.texts.reverse())),
    "a text of no entry": (BAD, changed(lambda e: e.texts.append({**e.texts[-1], "seq": 99}))),
    "a text that is a number": (BAD, changed(lambda e: e.texts[5]["texts"].update(person=5))),
    "half a letter in a text": (BAD, changed(lambda e: e.texts[5]["texts"].update(person="\ud800"))),
    # notes and keys
    "no notes": (OPEN, changed(lambda e: e.notes.clear())),
    "notes in another order": (BAD, changed(lambda e: e.notes.reverse())),
    "a note twice": (BAD, changed(lambda e: e.notes.append(e.notes[-1]))),
    "signature changed": (BAD, changed(lambda e: note(e, 1, lambda t: t[:-20] + ("A" if t[-20] != "A" else "B") + t[-19:]))),
    "size changed": (BAD, changed(lambda e: note(e, 2, lambda t: t.replace("\n11\n", "\n12\n")))),
    "wrong key signs": (BAD, changed(lambda e: setattr(e, "notes", [*e.notes[:2], sign(e.entries, 11, signer=other_key)]))),
    "wrong key in the policy": (BAD, changed(lambda e: setattr(e, "policy", f"log {other_key.verifier_key()}\nquorum none\n"))),
    "wrong key expected": (BAD, changed(lambda e: setattr(e, "key", other_key.verifier_key()))),
    "wrong fingerprint expected": (BAD, changed(lambda e: setattr(e, "key", checkpoint.fingerprint(other_key.verifier_key())))),
    "wrong origin": (BAD, changed(lambda e: signed_anew(e, origin=f"azukari/office/{UUID(int=7)}"))),
    "an origin that only begins alike": (BAD, changed(lambda e: signed_anew(e, origin=f"{NAME}x"))),
    "an origin below, no number": (BAD, changed(lambda e: signed_anew(e, origin=f"{NAME}/x"))),
    "an origin below, 1": (BAD, changed(lambda e: signed_anew(e, origin=f"{NAME}/1"))),
    "an origin below, 02": (BAD, changed(lambda e: signed_anew(e, origin=f"{NAME}/02"))),
    "two origins": (BAD, changed(lambda e: setattr(e, "notes", [*e.notes[:2], sign(e.entries, 11, origin=f"{NAME}/2")]))),
    "kept note of another origin": (BAD, changed(lambda e: setattr(e, "kept", sign(e.entries, 5, origin=f"{NAME}/2")))),
    "kept note of another key": (BAD, changed(lambda e: setattr(e, "kept", sign(e.entries, 5, signer=other_key)))),
    "kept note is no note": (BAD, changed(lambda e: setattr(e, "kept", "hello\n"))),
    "kept note longer": (BAD, changed(lambda e: setattr(e, "kept", raw_note(f"{NAME}\n12\n{ROOT64}\n")))),
    "size 0": (BAD, changed(lambda e: setattr(e, "notes", [raw_note(f"{NAME}\n0\n{ROOT64}\n")]))),
    "size with a leading zero": (BAD, changed(lambda e: setattr(e, "notes", [raw_note(f"{NAME}\n011\n{ROOT64}\n")]))),
    "size with other digits": (BAD, changed(lambda e: setattr(e, "notes", [raw_note(f"{NAME}\n１１\n{ROOT64}\n")]))),
    "an extension line": (BAD, changed(lambda e: setattr(e, "notes", [raw_note(f"{NAME}\n11\n{ROOT64}\nmore\n")]))),
    "a line too few": (BAD, changed(lambda e: setattr(e, "notes", [raw_note(f"{NAME}\n11\n")]))),
    "root not canonical": (BAD, changed(lambda e: setattr(e, "notes", [raw_note(f"{NAME}\n11\n{ROOT64[:-2]}{chr(ord(ROOT64[-2]) + 1)}=\n")]))),  # noqa: E501
    "root too short": (BAD, changed(lambda e: setattr(e, "notes", [raw_note(f"{NAME}\n11\nAAAA\n")]))),
    "carriage returns": (BAD, changed(lambda e: note(e, 2, lambda t: t.replace("\n", "\r\n")))),
    "bytes behind": (BAD, changed(lambda e: note(e, 2, lambda t: t + "x"))),
    "a line behind": (BAD, changed(lambda e: note(e, 2, lambda t: t + "\n"))),
    "the signature twice": (BAD, changed(lambda e: note(e, 2, lambda t: t + SIGNATURE))),
    "17 signatures": (BAD, changed(lambda e: note(e, 2, lambda t: t + "".join(f"— w{n} AAAAAAAA\n" for n in range(16))))),
    "16 signatures": (GOOD, changed(lambda e: note(e, 2, lambda t: t + "".join(f"— w{n} AAAAAAAA\n" for n in range(15))))),
    "a signature of 4 bytes": (BAD, changed(lambda e: note(e, 2, lambda t: t + "— w AAAAAA==\n"))),
    "a signature that is none": (BAD, changed(lambda e: note(e, 2, lambda t: t + "— w A A\n"))),
    "a hyphen for a dash": (BAD, changed(lambda e: note(e, 2, lambda t: t.replace("—", "-")))),
    "no signature": (BAD, changed(lambda e: note(e, 2, lambda t: t.split("\n\n")[0] + "\n\n"))),
    "over 64 KiB": (BAD, changed(lambda e: note(e, 2, lambda t: t + f"— {'w' * 66_000} AAAAAAAA\n"))),
    "a note that is a number": (BAD, changed(lambda e: setattr(e, "notes", [5]))),
    "policy of another log": (OPEN, changed(lambda e: setattr(e, "policy", f"log {checkpoint.LogSigner.generate('example').verifier_key()}\nquorum none\n"))),  # noqa: E501
    "policy without a quorum": (OPEN, changed(lambda e: setattr(e, "policy", e.policy.split("\n")[0] + "\n"))),
    "policy with a witness": (OPEN, changed(lambda e: setattr(e, "policy", e.policy.replace("quorum", "witness w x\nquorum")))),
    "policy key id wrong": (OPEN, changed(lambda e: setattr(e, "policy", e.policy.replace("+", "+0", 1)))),
    "policy empty": (OPEN, changed(lambda e: setattr(e, "policy", ""))),
}  # fmt: skip


def both(folder: Path, wanted: str | None = None, kept: Path | None = None) -> tuple[int, int]:
    """Ask both verifiers; gives their exit codes."""
    with contextlib.redirect_stdout(io.StringIO()):
        ours = exported.verify_folder(str(folder), wanted, str(kept) if kept else None)
        try:
            verify_export.verify(folder, wanted, kept)
            theirs = GOOD
        except verify_export.BadError:
            theirs = BAD
        except verify_export.UndecidedError:
            theirs = OPEN
    return ours, theirs


@pytest.mark.parametrize("name", CASES)
def test_both_verifiers_give_the_right_answer(tmp_path: Path, name: str) -> None:
    expected, make = CASES[name]
    export = make()
    kept = None
    if export.kept is not None:
        kept = tmp_path / "kept"
        kept.write_text(export.kept, "utf-8")
    assert both(export.write(tmp_path / "out"), export.key, kept) == (expected, expected)


@pytest.mark.parametrize(
    ("file", "expected"),
    [("policy.txt", OPEN), ("entries.jsonl", OPEN), ("checkpoints.jsonl", OPEN), ("texts.jsonl", GOOD)],
)
def test_a_missing_file(tmp_path: Path, file: str, expected: int) -> None:
    folder = good().write(tmp_path / "out")
    (folder / file).unlink()
    assert both(folder) == (expected, expected)


@pytest.mark.parametrize("file", ["entries.jsonl", "checkpoints.jsonl", "texts.jsonl"])
def test_a_file_cut_in_the_middle_of_a_line(tmp_path: Path, file: str) -> None:
    folder = good().write(tmp_path / "out")
    data = (folder / file).read_bytes()
    (folder / file).write_bytes(data[:-9])
    assert both(folder) == (BAD, BAD)


def test_a_kept_note_that_is_not_there(tmp_path: Path) -> None:
    assert both(good().write(tmp_path / "out"), None, tmp_path / "nowhere") == (OPEN, OPEN)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_byte_changed_is_refused_by_both(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    folder = good(9).write(tmp_path_factory.mktemp("out") / "out")
    file = folder / data.draw(st.sampled_from(["entries.jsonl", "checkpoints.jsonl", "texts.jsonl"]))
    content = bytearray(file.read_bytes())
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= 1 << data.draw(st.integers(0, 7))
    file.write_bytes(content)
    ours, theirs = both(folder)
    assert ours == theirs
    # A text's file is not canonical by itself: a changed letter may stand for the same value (an escape in capitals).
    assert ours == BAD or (file.name != "entries.jsonl" and _same_meaning(file, good(9)))


def _same_meaning(file: Path, export: Export) -> bool:
    expected = export.notes if file.name == "checkpoints.jsonl" else export.texts
    return [json.loads(line) for line in file.read_bytes().split(b"\n") if line] == expected


def test_the_tool_runs_alone_and_imports_only_the_standard_library(tmp_path: Path) -> None:
    tree = ast.parse(TOOL.read_text("utf-8"))
    found = {name.name for node in ast.walk(tree) if isinstance(node, ast.Import) for name in node.names}
    found |= {str(node.module) for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in found} <= sys.stdlib_module_names
    for expected, make in (CASES["good"], CASES["edited"], CASES["no notes"]):
        folder = make().write(tmp_path / str(expected))
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(TOOL), str(folder)], capture_output=True, text=True, check=False
        )
        assert done.returncode == expected, done.stderr
        assert done.stdout.startswith(("有効", "無効", "確かめられません")[expected])


@pytest.mark.parametrize("seed", range(4))
def test_its_ed25519_agrees_with_cryptography(seed: int) -> None:
    private = Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)
    public, message = private.public_key().public_bytes_raw(), bytes(range(seed * 50))
    signature = private.sign(message)
    assert verify_export.ed25519_holds(public, message, signature)
    for place in (0, 31, 32, 63):
        broken = bytearray(signature)
        broken[place] ^= 1
        assert not verify_export.ed25519_holds(public, message, bytes(broken))
    assert not verify_export.ed25519_holds(public, message + b"x", signature)
    larger = int.from_bytes(signature[32:], "little") + verify_export._L  # the same sum, written another way
    assert not verify_export.ed25519_holds(public, message, signature[:32] + larger.to_bytes(32, "little"))
    assert not verify_export.ed25519_holds(b"\xff" * 32, message, signature)


def test_two_notes_are_compared_by_a_proof_at_the_command_line(tmp_path: Path, capsys) -> None:
    export = good()
    leaves = [chain.leaf_hash(body) for body in export.entries]

    def subtree(level: int, index: int) -> bytes:
        return chain.Frontier().append_many(leaves[index << level : (index + 1) << level]).root()

    def ask(old: str, new: str, proof: list[bytes], text: str = "") -> int:
        for name, content in (("old", old), ("new", new), ("proof", text or witnessing.write_proof(proof))):
            (tmp_path / name).write_text(content, "utf-8")
        paths = [str(tmp_path / name) for name in ("old", "new", "proof")]
        return exported.compare_notes(*paths, key().verifier_key())

    proof = chain.consistency_proof(3, 11, subtree)
    assert ask(export.notes[0], export.notes[2], proof) == GOOD
    assert ask(export.notes[2], export.notes[2], []) == GOOD
    assert ask(export.notes[2], export.notes[0], proof) == BAD
    assert ask(export.notes[0], export.notes[2], proof[:-1]) == BAD
    assert ask(export.notes[1], export.notes[2], proof) == BAD
    forged = [*export.entries[:2], entry(2, label="別")[0], *export.entries[3:]]
    assert ask(sign(forged, 3), export.notes[2], proof) == BAD
    assert ask(sign(export.entries, 3, origin=f"{NAME}/2"), export.notes[2], proof) == BAD
    for text in ("", "other\n", witnessing.TITLE, f"{witnessing.TITLE}\nAAAA\n", f"{witnessing.TITLE}\n\n"):
        assert ask(export.notes[0], export.notes[2], proof, text=text or "x") == BAD
    assert exported.compare_notes(str(tmp_path / "gone"), *["x"] * 3) == OPEN
    assert "有効：3件の記録" in capsys.readouterr().out
