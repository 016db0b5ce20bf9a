"""Values that must not slip out by printing, logging, pickling, copying or JSON."""

from __future__ import annotations

import copy
import json
import logging
import pickle
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid5

import pytest

from azukari.seal.access_codes import ActivationCode, BackupCodes
from azukari.seal.checkpoint import LogSigner
from azukari.seal.document_signer import new_document_signer
from azukari.seal.grants import MemberKey
from azukari.seal.opening import OpenedNumber
from azukari.seal.recovery import RecoveryCode
from azukari.seal.root import LocalRootKeys
from azukari.seal.secretbytes import Secret
from azukari.seal.vaultkey import derive_vault_key


def an_id(name: str) -> UUID:
    return uuid5(UUID("0190a000-0000-7000-8000-000000000001"), name)


KEY = b"\xabSECRETSECRETSECRETSECRETSECRETS"
NUMBER = "123456789018"
GUARDED = {
    "Secret": Secret(KEY),
    "VaultKey": derive_vault_key(Secret(KEY), Secret(KEY), an_id("office")),
    "LocalRootKeys": LocalRootKeys({1: KEY}),
    "MemberKey": MemberKey(KEY * 3),
    "RecoveryCode": RecoveryCode(Secret(KEY)),
    "ActivationCode": ActivationCode(Secret(KEY[:15])),
    "BackupCodes": BackupCodes(("SECRETSECR",)),
    "OpenedNumber": OpenedNumber(NUMBER),
    "LogSigner": LogSigner.from_private_bytes("azukari.example", KEY),
}
every = pytest.mark.parametrize("value", GUARDED.values(), ids=GUARDED.keys())


@dataclass
class Holder:
    value: Any


@every
def test_shown_in_any_way_it_is_masked(value: Any, caplog: pytest.LogCaptureFixture) -> None:
    logging.getLogger("t").warning("%s %r", value, {"a": [value]})
    shown = [
        repr(value),
        str(value),
        f"{value}",
        f"{value:>40}",
        f"{value!r}",
        "{}".format(value),  # noqa: UP032
        repr(Holder(value)),
    ]
    shown += [json.dumps(value, default=str), caplog.text, repr([value]), f"{(value,)}"]
    for text in shown:
        assert "••••" in text or "\\u2022" in text
        assert "SECRET" not in text
        assert NUMBER not in text
        assert KEY.hex() not in text


@every
@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_it_cannot_be_pickled(value: Any, protocol: int) -> None:
    with pytest.raises(TypeError):
        pickle.dumps(value, protocol)


@every
def test_it_cannot_be_copied_or_put_into_json(value: Any) -> None:
    for way in (copy.copy, copy.deepcopy, json.dumps, vars, bytes, list, iter, len, int, float, dict):
        with pytest.raises(TypeError):
            way(value)
    with pytest.raises(TypeError):
        asdict(Holder(value))
    with pytest.raises(TypeError):
        value + "x"


def test_it_cannot_be_kept_as_a_key_of_a_dictionary() -> None:
    for value in (Secret(KEY), OpenedNumber(NUMBER), RecoveryCode(Secret(KEY))):
        with pytest.raises(TypeError):
            hash(value)


def test_secrets_compare_by_value_and_only_with_secrets() -> None:
    assert Secret(KEY) == Secret(KEY)
    assert Secret(KEY) != Secret(KEY[:-1])
    assert Secret(KEY) != KEY
    assert Secret.random() != Secret.random()


@pytest.mark.parametrize("value", [b"", "text", bytearray(32), None])
def test_a_secret_is_made_of_bytes(value: Any) -> None:
    with pytest.raises(TypeError):
        Secret(value)


def test_an_opened_number_compares_in_constant_time_and_never_with_text() -> None:
    number = OpenedNumber(NUMBER)
    assert number.digits() == NUMBER
    assert number.same_as(NUMBER)
    assert number == OpenedNumber(NUMBER)
    assert not number.same_as("123456789019")
    assert not number.same_as("")
    assert not number.same_as("１２\ud800")
    assert number != NUMBER
    assert number != OpenedNumber("123456789019")


def test_a_document_signer_does_not_show_its_key() -> None:
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    assert repr(new_document_signer("署名", "事務所", 1, start, end)) == "DocumentSigner()"
