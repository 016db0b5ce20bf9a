"""Commitments: one field can be shown alone, and nothing else follows from it."""

from __future__ import annotations

import pytest

from azukari.seal import commitment
from azukari.seal.errors import FormatError, ProofError

SALT = b"\x11" * 32


def test_a_field_is_disclosed_alone() -> None:
    made = commitment.commit(SALT, "person_name", "山田 花子")
    disclosed = commitment.field_salt(SALT, "person_name")
    commitment.verify_commitment(made, disclosed, "person_name", "山田 花子")
    assert commitment.field_salt(SALT, "reason") != disclosed


@pytest.mark.parametrize(
    ("salt", "field", "value"),
    [
        (SALT, "person_name", "山田 花子 "),
        (SALT, "person_name", ""),
        (SALT, "person_names", "山田 花子"),
        (b"\x12" * 32, "person_name", "山田 花子"),
    ],
)
def test_anything_else_is_refused(salt: bytes, field: str, value: str) -> None:
    made = commitment.commit(SALT, "person_name", "山田 花子")
    with pytest.raises(ProofError):
        commitment.verify_commitment(made, commitment.field_salt(salt, field), field, value)


def test_the_entry_salt_is_no_field_salt() -> None:
    with pytest.raises(ProofError):
        commitment.verify_commitment(commitment.commit(SALT, "a", "b"), SALT, "a", "b")


def test_field_and_value_do_not_run_into_each_other() -> None:
    salt = b"\x22" * 32
    assert commitment.commit_disclosed(salt, "ab", "c") != commitment.commit_disclosed(salt, "a", "bc")


def test_equal_values_under_other_salts_look_unrelated() -> None:
    made = {commitment.commit(commitment.new_salt(), "name", "同じ名前") for _ in range(50)}
    assert len(made) == 50


@pytest.mark.parametrize("salt", [b"", b"x" * 31, b"x" * 33])
def test_a_salt_has_32_bytes(salt: bytes) -> None:
    with pytest.raises(FormatError):
        commitment.commit(salt, "a", "b")
    with pytest.raises(FormatError):
        commitment.commit_disclosed(salt, "a", "b")
