"""Checks an exported handling record of Azukari. One file, Python's standard library alone, no line shared with Azukari.

    python3 verify_export.py FOLDER [--key FINGERPRINT-OR-KEY] [--checkpoint KEPT-NOTE]

Exit codes: 0 good, 1 bad, 2 cannot be decided. What is checked stands in docs/seal-format.md 10 (steps X1 to X6):
RFC 8785 bytes, RFC 6962 tree, C2SP signed notes with Ed25519 (RFC 8032), salted commitments.
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import sys
import uuid
from pathlib import Path

# --- Ed25519 verification, RFC 8032 5.1.7, in extended coordinates -------------------------------------------------

_P = 2**255 - 19
_L = 2**252 + 27742317777372353535851937790883648493
_D = -121665 * pow(121666, -1, _P) % _P


def _point_add(p, q):
    a, b = (p[1] - p[0]) * (q[1] - q[0]) % _P, (p[1] + p[0]) * (q[1] + q[0]) % _P
    c, d = 2 * p[3] * q[3] * _D % _P, 2 * p[2] * q[2] % _P
    e, f, g, h = b - a, d - c, d + c, b + a
    return e * f % _P, g * h % _P, f * g % _P, e * h % _P


def _point_times(scalar, point):
    result = (0, 1, 1, 0)
    while scalar:
        if scalar & 1:
            result = _point_add(result, point)
        point = _point_add(point, point)
        scalar >>= 1
    return result


def _point_from(data):
    y = int.from_bytes(data, "little")
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= _P:
        return None
    square = (y * y - 1) * pow(_D * y * y + 1, -1, _P) % _P
    x = pow(square, (_P + 3) // 8, _P)
    if (x * x - square) % _P:
        x = x * pow(2, (_P - 1) // 4, _P) % _P
    if (x * x - square) % _P or (x == 0 and sign):
        return None
    x = _P - x if x & 1 != sign else x
    return x, y, 1, x * y % _P


_BASE = _point_from((4 * pow(5, -1, _P) % _P).to_bytes(32, "little"))


def ed25519_holds(public, message, signature):
    """Tell whether a signature holds."""
    if len(public) != 32 or len(signature) != 64:
        return False
    key, r, s = _point_from(public), _point_from(signature[:32]), int.from_bytes(signature[32:], "little")
    if key is None or r is None or s >= _L:
        return False
    challenge = int.from_bytes(hashlib.sha512(signature[:32] + public + message).digest(), "little") % _L
    left, right = _point_times(s, _BASE), _point_add(r, _point_times(challenge, key))
    return all((left[axis] * right[2] - right[axis] * left[2]) % _P == 0 for axis in (0, 1))


# --- Canonical JSON, Merkle tree, notes ------------------------------------------------------------------------------


class BadError(Exception):
    """The record does not hold."""


class UndecidedError(Exception):
    """Something is missing or cannot be read."""


def _refuse(text):
    raise ValueError(text)


def parse_json(line, where):
    """Read one line of JSON in which all numbers are whole."""
    try:
        return json.loads(line.decode("utf-8"), parse_float=_refuse, parse_constant=_refuse)
    except (ValueError, RecursionError):
        raise BadError(f"{where} に読めない行があります。") from None


def canonical(value):
    """Write a value as RFC 8785 does; without fractions."""
    if isinstance(value, dict):
        # Names are ordered by their UTF-16 code units.
        keys = sorted(value, key=lambda name: name.encode("utf-16-be"))
        return "{" + ",".join(canonical(name) + ":" + canonical(value[name]) for name in keys) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(canonical, value)) + "]"
    if type(value) is int and abs(value) >= 2**53:
        raise ValueError("too large")
    return json.dumps(value, ensure_ascii=False)


class Tree:
    """The right edge of an RFC 6962 tree: complete subtrees, the largest first."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, data):
        """Add one entry."""
        current, rest = hashlib.sha256(b"\0" + data).digest(), self.size
        while rest & 1:
            current, rest = hashlib.sha256(b"\1" + self.edge.pop() + current).digest(), rest >> 1
        self.edge.append(current)
        self.size += 1

    def root(self):
        """Give the root hash."""
        current = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            current = hashlib.sha256(b"\1" + left + current).digest()
        return current


def from_base64(text):
    """Decode base64 that is written in the one right way; anything else gives None."""
    try:
        value = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return value if value and base64.b64encode(value).decode() == text else None


def open_key(vkey):
    """Take a C2SP verifier key apart: name, key id, public key. None when it is none."""
    parts = vkey.split("+", 2)
    public = from_base64(parts[2]) if len(parts) == 3 else None
    if public is None or len(public) != 33 or public[0] != 1 or not re.fullmatch(r"[^\s+]+", parts[0]):
        return None
    key_id = hashlib.sha256(parts[0].encode() + b"\n" + public).digest()[:4]
    return (parts[0], key_id, public[1:]) if key_id.hex() == parts[1] else None


def open_note(text, key):
    """Verify a signed checkpoint. Gives origin, size and root."""
    name, key_id, public = key
    if len(text.encode("utf-8", "surrogatepass")) > 65536 or not text.endswith("\n"):
        raise BadError("控えの形式が正しくありません。")
    if re.search(r"[\x00-\x09\x0b-\x1f\ud800-\udfff]", text) or "\n\n" not in text:
        raise BadError("控えの形式が正しくありません。")
    body, _, signatures = text.rpartition("\n\n")
    found = read_signatures(signatures)
    signature = found.get((name, key_id))
    if signature is None or not ed25519_holds(public, body.encode() + b"\n", signature):
        raise BadError("控えに、この鍵の正しい署名がありません。")
    told = body.split("\n")
    if len(told) != 3 or not re.fullmatch(r"[1-9][0-9]{0,18}", told[1], re.ASCII) or int(told[1]) >= 2**63:
        raise BadError("控えの内容の形式が正しくありません。")
    root = from_base64(told[2])
    if root is None or len(root) != 32:
        raise BadError("控えのルートの形式が正しくありません。")
    number = re.fullmatch(re.escape(name) + r"(/([2-9]|[1-9][0-9]{1,3}))?", told[0], re.ASCII)
    if not number:
        raise BadError("控えは、別の記録のものです。")
    return told[0], int(told[1]), root


def read_signatures(text):
    """Read the signature lines of a note: (name, key id) to signature."""
    lines, found = text[:-1].split("\n") if text else [], {}
    if not 1 <= len(lines) <= 16:
        raise BadError("控えの署名の数が正しくありません。")
    for line in lines:
        parts = line.split(" ")
        value = from_base64(parts[2]) if len(parts) == 3 else None
        if value is None or len(value) < 5 or parts[0] != "—" or not re.fullmatch(r"[^\s+]+", parts[1]):
            raise BadError("控えの署名の行が正しくありません。")
        if (parts[1], value[:4]) in found:
            raise BadError("同じ鍵の署名が二つあります。")
        found[parts[1], value[:4]] = value[4:]
    return found


def fingerprint(vkey):
    """Write the fingerprint of a key as it is printed on paper."""
    digest = hashlib.sha256(b"azukari/fingerprint/1" + vkey.encode()).digest()[:20]
    number = int.from_bytes(digest, "big")
    text = "".join("0123456789ABCDEFGHJKMNPQRSTVWXYZ"[number >> 5 * place & 31] for place in reversed(range(32)))
    return " ".join(text[start : start + 4] for start in range(0, 32, 4))


def commit(salt, field, value):
    """Compute the commitment to one text."""
    own = hmac.digest(salt, b"azukari/field-salt/1" + field.encode(), "sha256")
    name = field.encode()
    return hashlib.sha256(
        b"azukari/commitment/1" + own + len(name).to_bytes(2, "big") + name + value.encode()
    ).hexdigest()


# --- The folder ------------------------------------------------------------------------------------------------------


def lines_of(path):
    """Give the lines of a file, one at a time."""
    try:
        file = path.open("rb")
    except OSError:
        raise UndecidedError(f"{path.name} を読めません。") from None
    with file:
        while line := file.readline(4 * 1024 * 1024):
            if not line.endswith(b"\n"):
                raise BadError(f"{path.name} の最後の行が途中で切れています。")
            yield line[:-1]


def read_small(path):
    """Read a small text file."""
    try:
        with path.open("rb") as file:
            data = file.read(65537)
        text = data.decode("utf-8")
    except (OSError, UnicodeDecodeError):
        raise UndecidedError(f"{path.name} を読めません。") from None
    if len(data) > 65536:
        raise UndecidedError(f"{path.name} が大きすぎます。")
    return text


def read_policy(folder):
    """X1: the verifier key, taken apart, and the office it names."""
    lines = read_small(folder / "policy.txt").split("\n")
    if len(lines) != 3 or not lines[0].startswith("log ") or lines[1:] != ["quorum none", ""]:
        raise UndecidedError("policy.txt の形式が正しくありません。")
    vkey = lines[0][4:]
    key = open_key(vkey)
    try:
        office = str(uuid.UUID(key[0][len("azukari/office/") :])) if key else ""
    except ValueError:
        office = ""
    if not office or key[0] != f"azukari/office/{office}":
        raise UndecidedError("policy.txt の検証鍵を読めません。")
    return vkey, key, office


def read_entry(line, seq, office):
    """X2: one entry."""
    told = parse_json(line, "entries.jsonl")
    try:
        good = len(line) <= 65535 and isinstance(told, dict) and canonical(told).encode("utf-8") == line
    except (ValueError, RecursionError):
        good = False
    if not good or not isinstance(told.get("commitments"), dict):
        raise BadError(f"{seq}番目の記録の書き方が正しくありません。")
    if [told.get("v"), told.get("seq"), told.get("office")] != [1, seq, office]:
        raise BadError(f"{seq}番目に、別の場所の記録があります。")
    return told


def read_texts(folder):
    """X5: the texts, in order: place and commitments."""
    path, before = folder / "texts.jsonl", -1
    if not path.exists():
        return
    for line in lines_of(path):
        kept = parse_json(line, "texts.jsonl")
        good = isinstance(kept, dict) and set(kept) == {"seq", "salt", "texts"} and type(kept["seq"]) is int
        good = good and kept["seq"] > before and isinstance(kept["salt"], str) and isinstance(kept["texts"], dict)
        good = good and re.fullmatch("[0-9a-f]{64}", kept["salt"])
        if not good or not all(isinstance(value, str) for value in kept["texts"].values()):
            raise BadError("texts.jsonl の形式が正しくありません。")
        before, salt = kept["seq"], bytes.fromhex(kept["salt"])
        try:
            yield before, {name: commit(salt, name, value) for name, value in kept["texts"].items()}
        except UnicodeEncodeError:
            raise BadError("texts.jsonl に文字でない符号があります。") from None


def read_notes(folder, key):
    """X4: the signed notes, in order."""
    before = None
    for line in lines_of(folder / "checkpoints.jsonl"):
        text = parse_json(line, "checkpoints.jsonl")
        if not isinstance(text, str):
            raise BadError("checkpoints.jsonl に、控えでない行があります。")
        note = open_note(text, key)
        if before and (note[0] != before[0] or note[1] <= before[1]):
            raise BadError("控えの順番が正しくありません。")
        before = note
        yield note


def verify(folder, key_wanted=None, kept=None):
    """Verify a folder, X1 to X6. Gives origin, size, root and fingerprint."""
    kept_text = read_small(kept) if kept else None
    vkey, key, office = read_policy(folder)
    if key_wanted is not None and _bare(key_wanted) not in {_bare(fingerprint(vkey)), _bare(vkey)}:
        raise BadError("指定された鍵とは別の鍵の記録です。")
    wanted = open_note(kept_text, key) if kept else None
    tree, last = Tree(), None
    notes, texts = read_notes(folder, key), read_texts(folder)
    note, text = next(notes, None), next(texts, None)
    for seq, line in enumerate(lines_of(folder / "entries.jsonl")):
        told = read_entry(line, seq, office)
        if text and text[0] == seq:
            if text[1] != told["commitments"]:
                raise BadError(f"{seq}番目の記録の文字が書き換えられています。")
            text = next(texts, None)
        tree.add(line)
        if wanted and wanted[1] == tree.size:
            check_root(wanted[2], tree, "お手元の控え")
        if note and note[1] == tree.size:
            check_root(note[2], tree, "署名された内容")
            last, note = note, next(notes, None)
    if note:
        raise BadError(f"{note[1]}件まで署名されていますが、記録は{tree.size}件しかありません。")
    check_end(tree, last, wanted)
    if text:
        raise BadError("記録のない文字があります。")
    return last[0], tree.size, last[2], fingerprint(vkey)


def check_root(root, tree, what):
    """X3: a signed root against the tree so far."""
    if tree.root() != root:
        raise BadError(f"{tree.size}件までの記録が、{what}と一致しません。")


def check_end(tree, last, wanted):
    """X3, X6: the last note speaks for the whole, and a kept one for a part of it."""
    if last is None:
        raise UndecidedError("署名された控えがありません。")
    if last[1] != tree.size:
        raise BadError("最後の署名より後の記録があります。")
    if wanted and wanted[0] != last[0]:
        raise BadError("お手元の控えは、別の記録のものです。")
    if wanted and wanted[1] > tree.size:
        raise BadError("お手元の控えより、記録の件数が少なくなっています。")


def _bare(text):
    return "".join(character for character in text.upper() if character.isalnum())


def main():
    """Run at the command line."""
    parser = argparse.ArgumentParser(description="あずかりから書き出した取扱いの記録を確かめます")
    parser.add_argument("folder", type=Path, help="azukari export-record で書き出したフォルダー")
    parser.add_argument("--key", help="事務所から別に受け取った鍵の指紋、または検証鍵")
    parser.add_argument("--checkpoint", type=Path, help="手元に保管していた記録の控え（ファイル）")
    options = parser.parse_args()
    try:
        origin, size, root, printed = verify(options.folder, options.key, options.checkpoint)
    except UndecidedError as error:
        print(f"確かめられません：{error}")
        return 2
    except BadError as error:
        print(f"無効：{error}")
        return 1
    print(f"有効：{origin} の記録 {size}件\n  ルート：{root.hex()}\n  鍵の指紋：{printed}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
