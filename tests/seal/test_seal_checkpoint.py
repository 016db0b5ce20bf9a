"""Checkpoints and proof files: what verifies, and a table of what is refused."""

from __future__ import annotations

import time
from base64 import b64encode

import pytest

from azukari.seal import chain, checkpoint
from azukari.seal.checkpoint import Checkpoint, LogSigner
from azukari.seal.errors import FormatError, ProofError

NAME = "azukari.example/office-7"
SIGNER = LogSigner.from_private_bytes(NAME, b"k" * 32)
KEY = SIGNER.verifier_key()
LEAVES = [chain.leaf_hash(bytes([number])) for number in range(7)]
ROOT = chain.Frontier().append_many(LEAVES).root()
NOTE = checkpoint.sign_checkpoint(SIGNER, NAME, 7, ROOT)
BODY, SIGNATURE = NOTE.split("\n\n")
WITNESS = LogSigner.from_private_bytes("witness.example", b"w" * 32)


def subtree(level: int, index: int) -> bytes:
    return chain.Frontier().append_many(LEAVES[index << level : index + 1 << level]).root()


HASHES = chain.inclusion_proof(3, 7, subtree)
PROOF = checkpoint.build_proof(3, HASHES, NOTE)


def signed(body: str, signer: LogSigner = SIGNER) -> str:
    return signer.sign_text(body)


def line_of(note: str) -> str:
    return note.rpartition("\n\n")[2]


def test_a_checkpoint_verifies() -> None:
    assert checkpoint.verify_checkpoint(NOTE, KEY) == Checkpoint(NAME, 7, ROOT)
    assert checkpoint.verify_checkpoint(NOTE, KEY, origin=NAME).size == 7
    assert NOTE.split("\n")[:4] == [NAME, "7", b64encode(ROOT).decode(), ""]


def test_lines_of_unknown_keys_are_skipped() -> None:
    witness = line_of(signed(BODY + "\n", WITNESS))
    for note in (NOTE + witness, f"{BODY}\n\n{witness}{SIGNATURE}"):
        assert checkpoint.verify_checkpoint(note, KEY).size == 7
    longer = "— future.example " + b64encode(b"\0" * 2424).decode() + "\n"  # a post-quantum signature
    assert checkpoint.verify_checkpoint(NOTE + longer, KEY).size == 7
    # The same name with another id, and the same id with another name, are other keys.
    other = line_of(signed(BODY + "\n", LogSigner.from_private_bytes(NAME, b"x" * 32)))
    renamed = SIGNATURE.replace(NAME, "other.example")
    assert checkpoint.verify_checkpoint(NOTE + other + renamed, KEY).size == 7


def test_sixteen_signatures_are_allowed_and_no_more() -> None:
    lines = [line_of(signed(BODY + "\n", LogSigner.generate(f"w{number}.example"))) for number in range(16)]
    assert checkpoint.verify_checkpoint(NOTE + "".join(lines[:15]), KEY).size == 7
    with pytest.raises(ProofError, match="多すぎます"):
        checkpoint.verify_checkpoint(NOTE + "".join(lines), KEY)


def test_the_origin_is_the_callers() -> None:
    one_signer = LogSigner.from_private_bytes("azukari.example", b"k" * 32)
    note = checkpoint.sign_checkpoint(one_signer, "azukari.example/office-7", 7, ROOT)
    assert checkpoint.verify_checkpoint(note, one_signer.verifier_key()).origin == "azukari.example/office-7"
    with pytest.raises(ProofError, match="別の記録"):
        checkpoint.verify_checkpoint(note, one_signer.verifier_key(), origin="azukari.example/office-8")
    for origin in ("azukari.example.evil", "azukari.exampl", "other.example"):
        stray = checkpoint.sign_checkpoint(one_signer, origin, 7, ROOT)
        with pytest.raises(ProofError, match="別の記録"):
            checkpoint.verify_checkpoint(stray, one_signer.verifier_key())
        assert checkpoint.verify_checkpoint(stray, one_signer.verifier_key(), origin=origin).size == 7


ROOT64 = b64encode(ROOT).decode()
ENCODED = SIGNATURE.split(" ")[2].strip()
BAD_NOTES = {
    "empty": "",
    "newline": "\n",
    "only text": BODY + "\n",
    "no signature line": BODY + "\n\n",
    "no last newline": NOTE[:-1],
    "newline too many": NOTE + "\n",
    "trailing text": NOTE + "x",
    "trailing line": NOTE + "x\n",
    "carriage returns": NOTE.replace("\n", "\r\n"),
    "one carriage return": NOTE.replace("7\n", "7\r\n"),
    "tab": NOTE.replace("— ", "—\t"),
    "null byte": NOTE.replace("7\n", "7\0\n"),
    "escape": NOTE.replace("office", "off\x1bice"),
    "no empty line": f"{BODY}\n{SIGNATURE}",
    "two empty lines": f"{BODY}\n\n\n{SIGNATURE}",
    "hyphen for dash": NOTE.replace("—", "-"),
    "en dash": NOTE.replace("—", "–"),
    "two spaces": NOTE.replace(f"{NAME} ", f"{NAME}  "),
    "no name": NOTE.replace(f"— {NAME} ", "— "),
    "empty name": NOTE.replace(f"— {NAME} ", "—  "),
    "plus in name": NOTE.replace(f"— {NAME}", "— a+b"),
    "wide space in name": NOTE.replace(f"— {NAME}", "— a\u3000b"),
    "fourth word": NOTE[:-1] + " x\n",
    "no base64": NOTE.replace(ENCODED, "***"),
    "url base64": NOTE.replace(ENCODED, ENCODED.replace("/", "_").replace("+", "-") + "_"),
    "no padding": NOTE.replace(ENCODED, ENCODED.rstrip("=")),
    "padding twice": NOTE.replace(ENCODED, ENCODED + "===="),
    "spare bits": NOTE.replace(ENCODED, ENCODED[:-2] + chr(ord(ENCODED[-2]) + 1) + "="),
    "only a key id": NOTE.replace(ENCODED, b64encode(b"abcd").decode()),
    "signature cut": NOTE.replace(ENCODED, b64encode(b"\0" * 6).decode()),
    "signed twice": NOTE + SIGNATURE,
    "other name": NOTE.replace(f"— {NAME}", "— other.example"),
    "signed by another": signed(BODY + "\n", WITNESS),
    "same name, another key": signed(BODY + "\n", LogSigner.from_private_bytes(NAME, b"x" * 32)),
    "text changed": NOTE.replace("\n7\n", "\n8\n"),
    "root changed": NOTE.replace(ROOT64, b64encode(bytes(32)).decode()),
    "size 0": signed(f"{NAME}\n0\n{ROOT64}\n"),
    "size with leading zero": signed(f"{NAME}\n07\n{ROOT64}\n"),
    "size with sign": signed(f"{NAME}\n+7\n{ROOT64}\n"),
    "size negative": signed(f"{NAME}\n-7\n{ROOT64}\n"),
    "size with space": signed(f"{NAME}\n 7\n{ROOT64}\n"),
    "size in wide digits": signed(f"{NAME}\n７\n{ROOT64}\n"),
    "size in hex": signed(f"{NAME}\n0x7\n{ROOT64}\n"),
    "size with underscore": signed(f"{NAME}\n1_0\n{ROOT64}\n"),
    "size 2^63": signed(f"{NAME}\n{1 << 63}\n{ROOT64}\n"),
    "size of a thousand digits": signed(f"{NAME}\n{'9' * 1000}\n{ROOT64}\n"),
    "size missing": signed(f"{NAME}\n\n{ROOT64}\n"),
    "root short": signed(f"{NAME}\n7\n{b64encode(ROOT[:31]).decode()}\n"),
    "root long": signed(f"{NAME}\n7\n{b64encode(ROOT + b'x').decode()}\n"),
    "root without padding": signed(f"{NAME}\n7\n{ROOT64.rstrip('=')}\n"),
    "root missing": signed(f"{NAME}\n7\n"),
    "extension line": signed(f"{NAME}\n7\n{ROOT64}\nextra\n"),
    "origin empty": signed(f"\n7\n{ROOT64}\n"),
    "no lines": signed("\n"),
    "another log": signed(f"other.example\n7\n{ROOT64}\n"),
    "over 64 KiB": NOTE + "— w.example " + b64encode(bytes(49152)).decode() + "\n",
    "lone surrogate": NOTE + "— \ud800 AAAAAAAA\n",
}


@pytest.mark.parametrize("note", BAD_NOTES.values(), ids=BAD_NOTES.keys())
def test_a_bad_note_is_refused(note: str) -> None:
    with pytest.raises(ProofError) as caught:
        checkpoint.verify_checkpoint(note, KEY)
    assert caught.value.why.endswith("。")


def test_every_flipped_bit_of_a_note_is_refused() -> None:
    data = NOTE.encode()
    for bit in range(len(data) * 8):
        changed = bytearray(data)
        changed[bit >> 3] ^= 1 << (bit & 7)
        try:
            text = changed.decode()
        except UnicodeDecodeError:
            continue
        with pytest.raises(ProofError):
            checkpoint.verify_checkpoint(text, KEY)


def test_a_proof_verifies() -> None:
    assert PROOF.startswith("c2sp.org/tlog-proof@v1\nindex 3\n")
    parsed = checkpoint.parse_proof(PROOF)
    assert (parsed.index, list(parsed.hashes), parsed.checkpoint) == (3, HASHES, NOTE)
    assert checkpoint.verify_proof(PROOF, LEAVES[3], KEY) == Checkpoint(NAME, 7, ROOT)


def test_a_proof_of_a_tree_of_one_has_no_hashes() -> None:
    note = checkpoint.sign_checkpoint(SIGNER, NAME, 1, LEAVES[0])
    proof = checkpoint.build_proof(0, [], note)
    assert checkpoint.verify_proof(proof, LEAVES[0], KEY).size == 1


HASH64 = b64encode(HASHES[0]).decode()
BAD_PROOFS = {
    "empty": "",
    "title only": "c2sp.org/tlog-proof@v1\n",
    "other version": PROOF.replace("@v1", "@v2"),
    "no title": PROOF.partition("\n")[2],
    "text before": "\n" + PROOF,
    "byte order mark": "\ufeff" + PROOF,
    "extra line": PROOF.replace("\nindex", "\nextra AAAA\nindex"),
    "no index": PROOF.replace("index 3\n", ""),
    "index twice": PROOF.replace("index 3\n", "index 3\nindex 3\n"),
    "index without number": PROOF.replace("index 3", "index "),
    "index with leading zero": PROOF.replace("index 3", "index 03"),
    "index negative": PROOF.replace("index 3", "index -3"),
    "index with spaces": PROOF.replace("index 3", "index  3"),
    "index in wide digits": PROOF.replace("index 3", "index ３"),
    "index too large": PROOF.replace("index 3", "index 7"),
    "index 2^63": PROOF.replace("index 3", f"index {1 << 63}"),
    "another index": PROOF.replace("index 3", "index 2"),
    "hash missing": PROOF.replace(HASH64 + "\n", "", 1),
    "hash twice": PROOF.replace(HASH64 + "\n", f"{HASH64}\n{HASH64}\n", 1),
    "hash changed": PROOF.replace(HASH64, b64encode(bytes(32)).decode(), 1),
    "hash short": PROOF.replace(HASH64, b64encode(bytes(31)).decode(), 1),
    "hash not canonical": PROOF.replace(HASH64, HASH64[:-2] + chr(ord(HASH64[-2]) + 1) + "=", 1),
    "hash with space": PROOF.replace(HASH64, HASH64 + " ", 1),
    "64 hashes": PROOF.replace("index 3\n", "index 3\n" + (HASH64 + "\n") * 61),
    "no empty line": PROOF.replace("\n\n", "\n", 1),
    "two empty lines": PROOF.replace("\n\n", "\n\n\n", 1),
    "carriage returns": PROOF.replace("\n", "\r\n"),
    "no checkpoint": PROOF.partition("\n\n")[0] + "\n\n",
    "trailing text": PROOF + "x\n",
    "no last newline": PROOF[:-1],
    "over 64 KiB": PROOF + "x" * 65536 + "\n",
    "checkpoint of another size": checkpoint.build_proof(3, HASHES, checkpoint.sign_checkpoint(SIGNER, NAME, 9, ROOT)),
}


@pytest.mark.parametrize("proof", BAD_PROOFS.values(), ids=BAD_PROOFS.keys())
def test_a_bad_proof_is_refused(proof: str) -> None:
    with pytest.raises(ProofError):
        checkpoint.verify_proof(proof, LEAVES[3], KEY)


def test_a_good_proof_of_another_leaf_is_refused() -> None:
    for leaf in (LEAVES[2], ROOT, b""):
        with pytest.raises(ProofError):
            checkpoint.verify_proof(PROOF, leaf, KEY)


BAD_KEYS = {
    "empty": "",
    "name only": NAME,
    "other id": KEY.replace(KEY.split("+")[1], "00000000"),
    "upper-case id": "+".join([NAME, KEY.split("+")[1].upper(), KEY.split("+", 2)[2]]),
    "other name": KEY.replace(NAME, "other.example"),
    "space in name": KEY.replace(NAME, "a b"),
    "url base64": KEY.replace("/", "_") + "_",
    "cosignature type": f"{NAME}+00000000+" + b64encode(b"\x04" + bytes(32)).decode(),
    "short": KEY[:-8],
    "newline after": KEY + "\n",
}


@pytest.mark.parametrize("key", BAD_KEYS.values(), ids=BAD_KEYS.keys())
def test_what_is_no_verifier_key_is_refused(key: str) -> None:
    for act in (lambda: checkpoint.verify_checkpoint(NOTE, key), lambda: checkpoint.fingerprint(key)):
        with pytest.raises(FormatError):
            act()


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\nb", "a\u3000b", "a\tb", "a\x01"])
def test_a_signers_name_has_no_spaces_or_plus(name: str) -> None:
    with pytest.raises(FormatError):
        LogSigner.generate(name)


def test_only_what_can_be_verified_is_signed() -> None:
    for origin, size, root in [
        ("", 1, ROOT),
        ("a\nb", 1, ROOT),
        (NAME, 0, ROOT),
        (NAME, 1 << 63, ROOT),
        (NAME, 1, b""),
    ]:
        with pytest.raises(FormatError):
            checkpoint.sign_checkpoint(SIGNER, origin, size, root)


def test_a_signer_is_restored_from_its_bytes() -> None:
    fresh = LogSigner.generate(NAME)
    assert LogSigner.from_private_bytes(NAME, fresh.private_bytes()).verifier_key() == fresh.verifier_key()
    with pytest.raises(FormatError):
        LogSigner.from_private_bytes(NAME, b"short")


def test_a_fingerprint_is_for_paper() -> None:
    shown = checkpoint.fingerprint(KEY)
    assert [len(group) for group in shown.split(" ")] == [4] * 8
    assert shown != checkpoint.fingerprint(WITNESS.verifier_key())


def test_refusing_a_huge_note_is_quick() -> None:
    start = time.perf_counter()
    for note in (
        "\n" * 60000,
        "— a b\n" * 10000,
        "\n\n".join("a" * 30000),
        BODY + "\n\n" + "— " * 20000 + "\n",
    ):
        with pytest.raises(ProofError):
            checkpoint.verify_checkpoint(note, KEY)
    assert time.perf_counter() - start < 0.2
