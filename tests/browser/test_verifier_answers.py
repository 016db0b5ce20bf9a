"""Known answers for the arithmetic of the verifying page, asked of its own functions in a real browser."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from playwright.sync_api import Page

from azukari.press.dates import long_day, long_moment
from azukari.seal import chain, checkpoint
from tests.browser.papers import Desk

VECTORS = json.loads((Path(__file__).parents[1] / "vectors" / "log.json").read_text())

# RFC 8032, 7.1: TEST 1, 2, 3 and SHA(abc): public key, message, signature.
ED25519 = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
    (
        "ec172b93ad5e563bf4932c70e1245034c35467ef2efd4d64ebf819683467e2bf",
        "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f",
        "dc2a4459e7369633a52b1bf277839a00201009a3efbf3ecb69bea2186c26b58909351fc9ac90b3ecfdfbc7c66431e0303dca179c138ac17ad9bef1177331a704",
    ),
]
BY_BOTH = """async (all) => Promise.all(all.map((row) => row.map(fromHex)).flatMap(
    (row) => [verifyEd25519Here(...row), verifyEd25519(...row)]))"""


def by_us(key: str, message: str, signature: str) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(key)).verify(bytes.fromhex(signature), bytes.fromhex(message))
    except InvalidSignature:
        return False
    return True


def test_ed25519_gives_the_answers_of_rfc_8032(opened: Page) -> None:
    assert opened.evaluate(BY_BOTH, ED25519) == [True] * 8


def test_ed25519_refuses_what_the_program_refuses(opened: Page) -> None:
    order = 2**252 + 27742317777372353535851937790883648493
    key, message, signature = (bytes.fromhex(item) for item in ED25519[2])
    again = (int.from_bytes(signature[32:], "little") + order).to_bytes(32, "little")
    bad = [
        (key, message, signature[:32] + again),  # s is not smaller than the order (RFC 8032, 5.1.7)
        (key, message, signature[:-1]),
        (key, message, signature + b"\0"),
        (key, message + b"\0", signature),
        (key, message, bytes(64)),
        (bytes.fromhex("ee" + "ff" * 30 + "7f"), message, signature),  # y is not smaller than p
        (bytes.fromhex("02" + "00" * 31), message, signature),  # no point of the curve
        *[(key[:n] + bytes([key[n] ^ 1]) + key[n + 1 :], message, signature) for n in (0, 31)],
        *[(key, message, signature[:n] + bytes([signature[n] ^ 1]) + signature[n + 1 :]) for n in (0, 31, 32, 63)],
    ]
    told = [[item.hex() for item in row] for row in bad]
    assert [by_us(*row) for row in told] == [False] * len(bad)
    assert opened.evaluate(BY_BOTH, told) == [False] * 2 * len(bad)


def test_ed25519_agrees_on_chance_keys(opened: Page) -> None:
    rows = []
    for length in (0, 1, 63, 64, 65, 127, 128, 300):
        key = Ed25519PrivateKey.generate()
        message = bytes(length)
        rows.append((key.public_key().public_bytes_raw().hex(), message.hex(), key.sign(message).hex()))
    assert opened.evaluate(BY_BOTH, rows) == [True] * 16


def test_sha256_in_pieces_of_any_size(opened: Page) -> None:
    data = bytes(range(256)) * 2
    lengths = [0, 1, 3, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128, 129, 512]
    told = opened.evaluate(
        """(lengths) => lengths.map((length) => {
            const data = Uint8Array.from({length}, (_, n) => n & 255);
            return [1, 7, 64, 65, 512].map((step) => {
                const hash = new Sha256();
                for (let at = 0; at < length; at += step) hash.update(data.subarray(at, at + step));
                return hex(hash.digest());
            });
        })""",
        lengths,
    )
    assert told == [[sha256(data[:length]).hexdigest()] * 5 for length in lengths]


def test_the_tree_gives_the_answers_of_rfc_6962(opened: Page) -> None:
    """Every place in every size of the reference tree; and nothing next to it."""
    tree = VECTORS["tree"]
    leaves = [chain.leaf_hash(bytes.fromhex(data)) for data in tree["inputs"]]
    rows = []
    for size in range(1, 9):
        for index in range(size):

            def subtree(level: int, place: int) -> bytes:
                return chain.Frontier().append_many(leaves[place << level : (place + 1) << level]).root()

            path = [item.hex() for item in chain.inclusion_proof(index, size, subtree)]
            rows.append([tree["inputs"][index], str(index), str(size), path, tree["roots"][size]])
    one = tree["inclusion"][0]
    rows.append(
        [tree["inputs"][one["index"]], str(one["index"]), str(one["size"]), one["proof"], tree["roots"][one["size"]]]
    )
    holds = opened.evaluate(
        """(rows) => rows.map(([data, index, size, path, root]) => {
            const holds = (index, size, path) => {
                const hashes = path.map(fromHex);
                try { verifyInclusion(leafHash(fromHex(data)), BigInt(index), BigInt(size), hashes, fromHex(root)); return true; }
                catch (error) { if (!(error instanceof Invalid)) throw error; return false; }
            };
            return [holds(index, size, path), holds(index, size, [...path, root]), holds(index, size, path.slice(1)) && path.length > 0,
                    holds(BigInt(index) + 1n, size, path), holds(index, 1n << 63n, path)];
        })""",
        rows,
    )
    assert holds == [[True, False, False, False, False]] * len(rows)


def test_the_note_of_the_specification_verifies(opened: Page, desk: Desk) -> None:
    note = VECTORS["note"]
    told = [f"{note['text']}\n{note['signatures']}", note["verifier_key"]]
    assert opened.evaluate("([text, key]) => verifyNote(text, parseVerifierKey(key))", told) == note["text"]
    key = desk.log.signer.verifier_key()
    assert opened.evaluate("(key) => fingerprintOf(key)", key) == checkpoint.fingerprint(key)


def test_days_and_moments_are_written_as_on_the_paper(opened: Page) -> None:
    days = [
        date(2019, 4, 30),
        date(2019, 5, 1),
        date(1989, 1, 7),
        date(1989, 1, 8),
        date(1926, 12, 24),
        date(1926, 12, 25),
    ]
    days += [date(1912, 7, 29), date(1912, 7, 30), date(1873, 1, 1), date(2026, 12, 31), date(2024, 2, 29)]
    assert opened.evaluate("(days) => days.map(longDay)", [day.isoformat() for day in days]) == [
        long_day(day) for day in days
    ]
    moments = [datetime(2026, 10, 20, 14, 59, 59, tzinfo=UTC) + timedelta(seconds=n) for n in (0, 1, 3661)]
    told = [moment.isoformat().replace("+00:00", "Z") for moment in moments]
    assert opened.evaluate("(moments) => moments.map(longMoment)", told) == [long_moment(moment) for moment in moments]
