"""Frozen dataclasses to canonical JSON (RFC 8785) and strictly back.

For facts that are hashed, signed and read again years later. What comes back must be exactly what went out:
`from_canonical` builds the value and then compares its own bytes with those given, so unknown keys, other
spellings of a date, duplicate keys or spaces are all refused by the one comparison.

A field with a default is left out while it holds it: what a later version adds changes no older bytes.
"""

from __future__ import annotations

import functools
import json
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum
from typing import Any, Union, get_args, get_origin, get_type_hints

import rfc8785


class NotCanonicalError(ValueError):
    """The bytes are not the canonical form of the expected value."""


def to_canonical(value: Any, *, format_name: str) -> bytes:
    """Write a dataclass as canonical JSON with its format name.

    Raises: ValueError on what JSON cannot hold.
    """
    body = _packed(value)
    body["format"] = format_name
    return rfc8785.dumps(body)


def from_canonical[T](kind: type[T], data: bytes, *, format_name: str) -> T:
    """Read a dataclass back. Raises: NotCanonicalError unless the bytes are exactly what would be written."""
    try:
        body = json.loads(data.decode("utf-8"))
        if not isinstance(body, dict) or body.pop("format", None) != format_name:
            body = None
        value = _unpacked(kind, body)
        same = to_canonical(value, format_name=format_name) == data
    except NotCanonicalError:
        raise
    except (ValueError, TypeError, KeyError, RecursionError, OverflowError) as error:
        raise NotCanonicalError("unreadable") from error
    if not same:
        raise NotCanonicalError("not canonical")
    result: T = value
    return result


def _packed(value: Any) -> Any:
    if is_dataclass(value) and not isinstance(value, type):
        return {
            field.name: _packed(getattr(value, field.name))
            for field in fields(value)
            if not _may_miss(field) or getattr(value, field.name) != field.default
        }
    if isinstance(value, tuple):
        return [_packed(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"
    if isinstance(value, date):
        return value.isoformat()
    return value


def _unpacked(kind: Any, value: Any) -> Any:
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        (inner,) = [option for option in get_args(kind) if option is not type(None)]
        return None if value is None else _unpacked(inner, value)
    if origin is tuple:
        if not isinstance(value, list):
            raise NotCanonicalError("a list was expected")
        return tuple(_unpacked(get_args(kind)[0], item) for item in value)
    if is_dataclass(kind):
        return _unpacked_fields(kind, value)
    if issubclass(kind, Enum):
        return kind(value)
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if type(value) is not kind:
        raise NotCanonicalError(f"{kind.__name__} was expected")
    return value


def _unpacked_fields(kind: Any, value: Any) -> Any:
    if not isinstance(value, Mapping):
        raise NotCanonicalError("an object was expected")
    hints = _hints(kind)
    names = {field.name: _may_miss(field) for field in fields(kind)}
    if not set(value) <= set(names) or any(name not in value for name, may_miss in names.items() if not may_miss):
        raise NotCanonicalError("unknown or missing keys")
    return kind(**{name: _unpacked(hints[name], item) for name, item in value.items()})


def _may_miss(field: Field[Any]) -> bool:
    return field.default is not MISSING


@functools.cache
def _hints(kind: Any) -> dict[str, Any]:
    return get_type_hints(kind)
