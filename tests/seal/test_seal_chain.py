"""The tree against its recursive definition and against pymerkle; proofs for all small sizes; mutations."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from functools import cache
from typing import Any

import pymerkle  # type: ignore[import-untyped]
import pytest

from azukari.seal.chain import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    tile_hash,
    verify_consistency,
    verify_inclusion,
)
from azukari.seal.errors import FormatError, ProofError

ENTRIES = [f"entry {number}".encode() for number in range(1200)]
LEAVES = [leaf_hash(entry) for entry in ENTRIES]


@cache
def recursive_root(start: int, end: int) -> bytes:
    """MTH of RFC 6962, 2.1, word for word."""
    if end - start == 0:
        return EMPTY_ROOT
    if end - start == 1:
        return LEAVES[start]
    k = 1
    while k * 2 < end - start:
        k *= 2
    return node_hash(recursive_root(start, start + k), recursive_root(start + k, end))


def recursive_path(index: int, start: int, end: int) -> list[bytes]:
    """PATH of RFC 6962, 2.1.1."""
    if end - start == 1:
        return []
    k = 1
    while k * 2 < end - start:
        k *= 2
    if index < k:
        return [*recursive_path(index, start, start + k), recursive_root(start + k, end)]
    return [*recursive_path(index - k, start + k, end), recursive_root(start, start + k)]


def recursive_subproof(old: int, start: int, end: int, complete: bool) -> list[bytes]:
    """SUBPROOF of RFC 6962, 2.1.2."""
    if old == end - start:
        return [] if complete else [recursive_root(start, end)]
    k = 1
    while k * 2 < end - start:
        k *= 2
    if old <= k:
        return [*recursive_subproof(old, start, start + k, complete), recursive_root(start + k, end)]
    return [*recursive_subproof(old - k, start + k, end, False), recursive_root(start, start + k)]


def root_at(size: int) -> bytes:
    return Frontier().append_many(LEAVES[:size]).root()


def subtree(level: int, index: int) -> bytes:
    return recursive_root(index << level, index + 1 << level)


def test_frontier_roots_are_those_of_the_definition_and_of_pymerkle() -> None:
    frontier, other = Frontier(), pymerkle.InmemoryTree(algorithm="sha256")
    assert frontier.root() == EMPTY_ROOT == other.get_root()
    for size in range(1, 301):
        frontier = frontier.append(LEAVES[size - 1])
        other.append_entry(ENTRIES[size - 1])
        assert frontier.size == size
        assert frontier.root() == recursive_root(0, size) == other.get_root()
        assert Frontier.from_bytes(frontier.to_bytes()) == frontier


@pytest.mark.parametrize("cut", [0, 1, 255, 256, 257, 700])
def test_many_at_once_is_the_same_as_one_by_one(cut: int) -> None:
    frontier = Frontier().append_many(LEAVES[:cut]).append_many(iter(LEAVES[cut:]))
    assert (frontier.size, frontier.root()) == (1200, recursive_root(0, 1200))


def test_a_tile_is_the_complete_subtree_of_256() -> None:
    assert tile_hash(LEAVES[256:512]) == subtree(8, 1)
    for wrong in (LEAVES[:255], LEAVES[:257], []):
        with pytest.raises(FormatError):
            tile_hash(wrong)


def test_inclusion_for_all_sizes_to_130_and_all_indices() -> None:
    for size in range(131):
        root = recursive_root(0, size)
        for index in range(size):
            proof = inclusion_proof(index, size, subtree)
            assert proof == recursive_path(index, 0, size)
            verify_inclusion(LEAVES[index], index, size, proof, root)
        with pytest.raises(FormatError):
            inclusion_proof(size, size, subtree)


def test_consistency_for_all_pairs_to_64() -> None:
    for new in range(65):
        for old in range(new + 1):
            proof = consistency_proof(old, new, subtree)
            assert proof == (recursive_subproof(old, 0, new, True) if old else [])
            verify_consistency(old, new, recursive_root(0, old), recursive_root(0, new), proof)


def test_proofs_agree_with_pymerkle() -> None:
    other = pymerkle.InmemoryTree(algorithm="sha256")
    other.append_entries(ENTRIES[:130])
    for size in (1, 2, 3, 7, 8, 64, 100, 129, 130):
        for index in range(size):
            known = other.prove_inclusion(index + 1, size)
            assert known.path[1:] == inclusion_proof(index, size, subtree)
        for old in range(1, size + 1):
            # pymerkle's consistency proofs have another form than RFC 6962: its verdict on our roots counts.
            proof = other.prove_consistency(old, size)
            pymerkle.verify_consistency(root_at(old), root_at(size), proof, old, size)


def test_random_large_trees() -> None:
    """Sizes to 2^40 with a made-up tree: the subtree hash is any function that is consistent with itself."""
    chance = random.Random(6962)  # noqa: S311 - sizes of trees, no secrets
    for _ in range(60):
        size = chance.randrange(2, 1 << chance.randrange(2, 41))
        index, old = chance.randrange(size), chance.randrange(1, size)
        tree = equal_leaves()
        proof, root = inclusion_proof(index, size, tree), root_of(size, tree)
        verify_inclusion(tree(0, index), index, size, proof, root)
        verify_consistency(old, size, root_of(old, tree), root, consistency_proof(old, size, tree))


def equal_leaves() -> Callable[[int, int], bytes]:
    """A tree of any size whose leaves are all the same."""
    levels = [LEAVES[0]]
    for _ in range(63):
        levels.append(node_hash(levels[-1], levels[-1]))
    return lambda level, _index: levels[level]


def root_of(size: int, tree: Callable[[int, int], bytes]) -> bytes:
    edge = tuple(tree(level, 0) for level in reversed(range(64)) if size >> level & 1)
    return Frontier(size, edge).root()


# --- refused
# -------------------------------------------------------------------------------------------------

GARBAGE = b"\x5a" * 32


def flipped(value: bytes) -> bytes:
    return bytes([value[0] ^ 1]) + value[1:]


def refused(what: str, verify: Callable[..., None], arguments: tuple[Any, ...]) -> None:
    try:
        verify(*arguments)
    except ProofError:
        return
    pytest.fail(f"accepted: {what}")


def mutated_lists(proof: list[bytes]) -> dict[str, list[bytes]]:
    out = {
        "garbage after": [*proof, GARBAGE],
        "garbage before": [GARBAGE, *proof],
        "empty after": [*proof, b""],
    }
    for place, item in enumerate(proof):
        rest = proof[:place], proof[place + 1 :]
        out[f"dropped {place}"] = [*rest[0], *rest[1]]
        out[f"doubled {place}"] = [*rest[0], item, item, *rest[1]]
        out[f"inserted {place}"] = [*rest[0], GARBAGE, item, *rest[1]]
        out[f"flipped {place}"] = [*rest[0], flipped(item), *rest[1]]
        out[f"short {place}"] = [*rest[0], item[:-1], *rest[1]]
    if proof:
        out["truncated"], out["reversed"] = [], proof[::-1] if len(proof) > 1 else [GARBAGE]
    return out


def test_mutated_inclusion_proofs_are_refused() -> None:
    kinds = set()
    for size in (1, 2, 3, 5, 8, 13, 32, 33, 100, 128, 130):
        root = recursive_root(0, size)
        for index in {0, size // 3, size // 2, size - 1}:
            leaf, proof = LEAVES[index], inclusion_proof(index, size, subtree)
            bad = {
                f"proof {name}": (leaf, index, size, changed, root) for name, changed in mutated_lists(proof).items()
            }
            for name, at in {
                "+1": index + 1,
                "-1": index - 1,
                "xor 1": index ^ 1,
                "xor 2": index ^ 2,
            }.items():
                bad[f"index {name}"] = (leaf, at, size, proof, root)
            if size > 1:
                bad["size doubled"] = (leaf, index, size * 2, proof, root)
                bad["size halved"] = (leaf, index, size // 2, proof, root)
            bad["size 0"] = (leaf, index, 0, proof, root)
            bad["size huge"] = (leaf, index, 1 << 63, proof, root)
            bad["other leaf"] = (LEAVES[index + 1], index, size, proof, root)
            bad["leaf flipped"] = (flipped(leaf), index, size, proof, root)
            bad["leaf is root"] = (root if size > 1 else GARBAGE, index, size, proof, root)
            bad["root flipped"] = (leaf, index, size, proof, flipped(root))
            bad["root empty"] = (leaf, index, size, proof, b"")
            bad["root of the empty tree"] = (leaf, index, size, proof, EMPTY_ROOT)
            bad["root of another size"] = (leaf, index, size, proof, recursive_root(0, size + 1))
            for name, arguments in bad.items():
                refused(f"{name}: index {index} of {size}", verify_inclusion, arguments)
            kinds |= {name.rstrip("0123456789 ") for name in bad}
    assert len(kinds) >= 15


def test_a_size_that_does_not_change_the_shape_still_needs_the_root() -> None:
    """A larger size may ask for as many hashes; the root is the one the caller trusts."""
    proof = inclusion_proof(0, 5, subtree)
    with pytest.raises(ProofError):
        verify_inclusion(LEAVES[0], 0, 10, proof, recursive_root(0, 5))


def test_a_deeper_leaf_does_not_pass_for_one_of_a_smaller_tree() -> None:
    """The path is true for the root, but not for the size: a step too many is refused for itself."""
    with pytest.raises(ProofError, match="多すぎます"):
        verify_inclusion(LEAVES[3], 1, 2, [LEAVES[2], subtree(1, 0)], root_at(4))
    path = [*consistency_proof(3, 4, subtree), GARBAGE]
    with pytest.raises(ProofError, match="多すぎます"):
        verify_consistency(3, 4, node_hash(GARBAGE, root_at(3)), node_hash(GARBAGE, root_at(4)), path)


def test_a_path_too_short_is_refused_for_itself() -> None:
    with pytest.raises(ProofError, match="足りません"):
        verify_inclusion(LEAVES[0], 0, 4, [LEAVES[1]], subtree(1, 0))
    for old, new, proof in [(3, 8, consistency_proof(3, 4, subtree)), (2, 8, [subtree(1, 1)]), (2, 8, [])]:
        with pytest.raises(ProofError, match="足りません"):
            verify_consistency(old, new, root_at(old), root_at(4), proof)


@pytest.mark.parametrize("wrong", [b"", b"x" * 31, b"x" * 64, bytearray(32), "x" * 32, None], ids=repr)
def test_what_is_no_hash_is_refused_before_anything_is_computed(wrong: Any) -> None:
    proof = inclusion_proof(2, 7, subtree)
    for arguments in [(wrong, 2, 7, proof, root_at(7)), (LEAVES[2], 2, 7, proof, wrong)]:
        with pytest.raises(ProofError, match="長さ"):
            verify_inclusion(*arguments)
    with pytest.raises(ProofError, match="長さ"):
        verify_inclusion(LEAVES[2], 2, 7, [*proof[:-1], wrong], root_at(7))
    path = consistency_proof(3, 7, subtree)
    for roots, steps in [
        ((wrong, root_at(7)), path),
        ((root_at(3), wrong), path),
        ((root_at(3), root_at(7)), [wrong, *path[1:]]),
    ]:
        with pytest.raises(ProofError, match="長さ"):
            verify_consistency(3, 7, *roots, steps)


def test_mutated_consistency_proofs_are_refused() -> None:
    for new in (1, 2, 3, 6, 8, 13, 32, 33, 64):
        for old in range(new + 1):
            roots = recursive_root(0, old), recursive_root(0, new)
            proof = consistency_proof(old, new, subtree)
            bad = {name: (old, new, *roots, changed) for name, changed in mutated_lists(proof).items()}
            bad["roots flipped"] = (old, new, flipped(roots[0]), roots[1], proof)
            bad["negative"] = (-1, new, *roots, proof)
            bad["huge"] = (old, 1 << 63, *roots, proof)
            bad["short root"] = (old, new, roots[0], roots[1][:-1], proof)
            if old:
                bad["new root flipped"] = (old, new, roots[0], flipped(roots[1]), proof)
                bad["old larger"] = (new + 1, new, *roots, proof)
            if 0 < old < new:
                bad["roots swapped"] = (old, new, roots[1], roots[0], proof)
                bad["sizes swapped"] = (new, old, *roots, proof)
                bad["old + 1"] = (old + 1, new, *roots, proof)
                bad["said to be equal"] = (new, new, *roots, [])
            for name, arguments in bad.items():
                refused(f"{name}: {old} to {new}", verify_consistency, arguments)


def test_a_fork_is_not_consistent() -> None:
    """The same sizes, one old entry exchanged: no proof of the new tree fits the old root."""
    forged = [*LEAVES[:3], leaf_hash(b"forged"), *LEAVES[4:8]]

    def forged_subtree(level: int, index: int) -> bytes:
        return Frontier().append_many(forged[index << level : index + 1 << level]).root()

    proof = consistency_proof(5, 8, forged_subtree)
    new_root = Frontier().append_many(forged).root()
    with pytest.raises(ProofError):
        verify_consistency(5, 8, recursive_root(0, 5), new_root, proof)


@pytest.mark.parametrize(("old", "new"), [(-1, 5), (6, 5)])
def test_impossible_sizes_are_refused(old: int, new: int) -> None:
    with pytest.raises(FormatError):
        consistency_proof(old, new, subtree)


def test_bytes_that_are_no_frontier_are_refused() -> None:
    good = Frontier().append_many(LEAVES[:7]).to_bytes()
    for bad in (
        b"",
        good[:-1],
        good + b"\0",
        b"\2" + good[1:],
        good[:8] + b"\6" + good[9:],
        b"\1" + b"\xff" * 8,
    ):
        with pytest.raises(FormatError):
            Frontier.from_bytes(bad)
    with pytest.raises(FormatError):
        Frontier.from_bytes(b"\1" + (1 << 63).to_bytes(8) + bytes(32))
    assert Frontier.from_bytes(Frontier().to_bytes()) == Frontier()


def test_thirty_thousand_leaves_are_appended_quickly() -> None:
    start = time.perf_counter()
    frontier = Frontier().append_many(LEAVES[0] for _ in range(30000))
    assert frontier.root() == root_of(30000, equal_leaves())
    assert time.perf_counter() - start < 0.5  # measured 0.02 s
