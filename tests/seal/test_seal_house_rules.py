"""Rules about the package itself: sentences of errors, and what it may import."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import azukari.seal
from azukari.kernel.errors import AzukariError, InvalidError, UnavailableError
from azukari.seal import errors, grants

FOLDER = Path(azukari.seal.__path__[0])
ALLOWED = {
    *(
        "__future__",
        "base64",
        "binascii",
        "collections",
        "contextlib",
        "dataclasses",
        "datetime",
        "enum",
        "functools",
        "hashlib",
        "itertools",
    ),
    *("hmac", "json", "os", "re", "typing", "unicodedata", "uuid", "cryptography", "fido2", "pyotp"),
    *("rfc3161_client", "azukari"),
}
# The signer remembers what it signed and may be a process of its own (docs/adr/0023): a file, a socket, one lock.
MORE_FOR = {
    "signer.py": {"sqlite3", "pathlib", "open"},
    "signer_socket.py": {"socket", "socketserver", "pathlib"},
}
ERRORS = [
    errors.SealError(),
    errors.OpeningError(),
    errors.FormatError("長さが正しくありません。"),
    errors.WrongPasswordError(),
    errors.RecoveryCodeError("3 番目のまとまり", group=3),
    errors.MistypedCodeError("3 番目のまとまり", group=3),
    errors.PasskeyRefusedError(),
    errors.ProofError("署名が正しくありません。"),
    errors.KeyMissingError(2),
    errors.TimeStampError("時刻の証明を読めません。"),
    errors.SignerRefusedError(why="前の署名と続いていません。"),
    errors.SignerMissingError(),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_every_error_has_its_three_sentences(error: AzukariError) -> None:
    assert isinstance(error, errors.SealError)
    assert error.code.startswith("seal.")
    for sentence in (error.event, error.reason, error.advice):
        assert sentence.endswith("。")
        assert "することができ" not in sentence
        assert "{" not in sentence


def test_every_error_class_is_in_the_list_above_and_has_its_own_code() -> None:
    classes = {value for value in vars(errors).values() if isinstance(value, type) and issubclass(value, AzukariError)}
    assert classes - {AzukariError, InvalidError, UnavailableError} == {type(error) for error in ERRORS}
    assert len({error.code for error in ERRORS}) == len(ERRORS)


def imports(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module or "")
    return found


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.py")), ids=lambda path: path.name)
def test_a_module_imports_only_what_the_core_may(path: Path) -> None:
    more = MORE_FOR.get(path.name, set())
    for name in imports(path):
        assert name.partition(".")[0] in ALLOWED | more
        assert not name.startswith("azukari") or name.startswith(("azukari.seal", "azukari.kernel"))
        assert not name.startswith("azukari.seal.opening"), "only the vault and the exchange may open"
    used = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not used & ({"environ", "getenv", "open", "now", "today"} - more)
    calls = {node.id for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Name)}
    assert not calls & {"print", "open", "input", "exec", "eval"}


def test_it_runs_without_django() -> None:
    names = ", ".join(f"azukari.seal.{path.stem}" for path in FOLDER.glob("*.py") if path.stem != "__init__")
    code = f"import sys; sys.modules['django'] = None; import {names}; assert 'azukari.store' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(FOLDER.parents[1])})


def test_every_name_the_grants_module_gives_out_is_there() -> None:
    assert all(hasattr(grants, name) for name in grants.__all__)
