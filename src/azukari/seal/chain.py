"""The Merkle tree of RFC 6962 (SHA-256): leaf and node hashes, the frontier, proofs and their verification.

Own code, because it is small and has two oracles in the tests (the recursive definition and pymerkle). No
clever tail: an entry is in the tree or it is not. `verify_…` give nothing back and raise ProofError; the
steps are those of docs/seal-format.md 7.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from hmac import compare_digest

from azukari.seal.errors import FormatError, ProofError

HASH_SIZE = 32
TILE_WIDTH = 256
EMPTY_ROOT = sha256(b"").digest()
MAX_SIZE = 1 << 63

type Subtree = Callable[[int, int], bytes]
"""(level, index) → hash of the complete subtree over leaves index·2^level up to (index+1)·2^level."""


def leaf_hash(data: bytes) -> bytes:
    """Hash an entry as a leaf (RFC 6962, 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two subtrees into their parent (RFC 6962, 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def tile_hash(leaves: Sequence[bytes]) -> bytes:
    """Hash a full tile of 256 hashes into the one hash above it (C2SP tlog-tiles).

    Raises: FormatError when there are not exactly 256.
    """
    if len(leaves) != TILE_WIDTH:
        raise FormatError("タイルのハッシュは 256 個でなければなりません。")
    row = list(leaves)
    while len(row) > 1:
        row = [node_hash(row[place], row[place + 1]) for place in range(0, len(row), 2)]
    return row[0]


@dataclass(frozen=True, slots=True)
class Frontier:
    """All that an append needs: the size and the complete subtrees at the right edge, the largest first."""

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Frontier:
        """Append one leaf hash."""
        return self.append_many((leaf,))

    def append_many(self, leaves: Iterable[bytes]) -> Frontier:
        """Append leaf hashes in order."""
        size, edge = self.size, list(self.hashes)
        for leaf in leaves:
            current, rest = leaf, size
            while rest & 1:
                current = node_hash(edge.pop(), current)
                rest >>= 1
            edge.append(current)
            size += 1
        return Frontier(size, tuple(edge))

    def root(self) -> bytes:
        """Compute the root hash of the tree."""
        return _fold(self.hashes) if self.hashes else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Write format byte, size and hashes."""
        return b"\x01" + self.size.to_bytes(8) + b"".join(self.hashes)

    @classmethod
    def from_bytes(cls, data: bytes) -> Frontier:
        """Read what `to_bytes` wrote.

        Raises: FormatError when the length does not fit the size.
        """
        if len(data) < 9 or data[0] != 1:
            raise FormatError("記録の木の状態を読み取れません。")
        size, body = int.from_bytes(data[1:9]), data[9:]
        if size >= MAX_SIZE or len(body) != size.bit_count() * HASH_SIZE:
            raise FormatError("記録の木の状態の長さが正しくありません。")
        return cls(size, tuple(body[start : start + HASH_SIZE] for start in range(0, len(body), HASH_SIZE)))


def root_of(size: int, subtree: Subtree) -> bytes:
    """Compute the root of the first `size` leaves from complete subtrees."""
    return _range_hash(0, size, subtree) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Build the inclusion proof of a leaf, leaf's sibling first (RFC 6962, 2.1.1).

    Raises: FormatError when the index is not in the tree.
    """
    if not 0 <= index < size:
        raise FormatError("記録の番号が木の大きさを超えています。")
    low, high, path = 0, size, []
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range_hash(middle, high, subtree))
            high = middle
        else:
            path.append(_range_hash(low, middle, subtree))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, subtree: Subtree) -> list[bytes]:
    """Build the proof that the tree of size `new` extends that of size `old` (RFC 6962, 2.1.2).

    Empty when old is 0 or equals new.

    Raises: FormatError when old is larger than new.
    """
    if not 0 <= old <= new:
        raise FormatError("記録の木の大きさの順序が正しくありません。")
    if old in (0, new):
        return []
    low, high, path = 0, new, []
    while old < high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range_hash(middle, high, subtree))
            high = middle
        else:
            path.append(_range_hash(low, middle, subtree))
            low = middle
    if low:
        path.append(_range_hash(low, high, subtree))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Verify that the leaf hash stands at `index` in the tree of `size` with `root` (RFC 9162, 2.1.3.2).

    Raises: ProofError.
    """
    if not 0 <= index < size < MAX_SIZE:  # T1
        raise ProofError("記録の番号が木の大きさの範囲にありません。")
    _check_hashes(leaf, root, *proof)
    node, last, current = index, size - 1, leaf
    for step in proof:
        if last == 0:  # T2: longer than the tree is high
            raise ProofError("証明のハッシュの数が多すぎます。")
        if node & 1 or node == last:
            current = node_hash(step, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, step)
        node, last = node >> 1, last >> 1
    if last != 0:  # T2: shorter
        raise ProofError("証明のハッシュの数が足りません。")
    _check_root(current, root)  # T3


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Verify that the tree of size `new` extends the tree of size `old` (RFC 9162, 2.1.4.2).

    Raises: ProofError.
    """
    if not 0 <= old <= new < MAX_SIZE:  # T4
        raise ProofError("記録の木の大きさの順序が正しくありません。")
    _check_hashes(old_root, new_root, *proof)
    if old in (0, new):  # T5
        if proof:
            raise ProofError("証明のハッシュの数が多すぎます。")
        _check_root(EMPTY_ROOT if old == 0 else new_root, old_root)
        return
    if not proof:  # T6
        raise ProofError("証明のハッシュの数が足りません。")
    # A size that is a power of two is itself a complete subtree: its root begins the path.
    _climb(old, new, [old_root, *proof] if old.bit_count() == 1 else proof, old_root, new_root)


def _climb(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old_current = new_current = path[0]
    for step in path[1:]:
        if last == 0:  # T6: too long
            raise ProofError("証明のハッシュの数が多すぎます。")
        if node & 1 or node == last:
            old_current = node_hash(step, old_current)
            new_current = node_hash(step, new_current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            new_current = node_hash(new_current, step)
        node, last = node >> 1, last >> 1
    if last != 0:  # T6: too short
        raise ProofError("証明のハッシュの数が足りません。")
    _check_root(old_current, old_root)  # T7
    _check_root(new_current, new_root)


def _split(width: int) -> int:
    # The largest power of two smaller than the width.
    return 1 << (width - 1).bit_length() - 1


def _range_hash(start: int, end: int, subtree: Subtree) -> bytes:
    # `start` is a multiple of a power of two not smaller than the range: the splits of RFC 6962 see to it.
    parts = []
    while start < end:
        level = (end - start).bit_length() - 1
        parts.append(subtree(level, start >> level))
        start += 1 << level
    return _fold(parts)


def _fold(parts: Sequence[bytes]) -> bytes:
    current = parts[-1]
    for part in reversed(parts[:-1]):
        current = node_hash(part, current)
    return current


def _check_hashes(*hashes: bytes) -> None:
    if any(type(item) is not bytes or len(item) != HASH_SIZE for item in hashes):  # T1, T4
        raise ProofError("ハッシュの長さが正しくありません。")


def _check_root(computed: bytes, root: bytes) -> None:
    if not compare_digest(computed, root):
        raise ProofError("計算したルートハッシュが一致しません。")
