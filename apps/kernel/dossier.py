"""The dossier of a system: what every room contributes to the content that a gate freezes, hashes and decides on.

Values are strings, integers, booleans, None, lists and mappings of those; decimals and times are strings; lists are
sorted by a declared key; text is NFC. The canonical form is RFC 8785, prefixed with `PREFIX`.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import rfc8785

PREFIX = b"gatehouse-dossier-v1\n"

Part = Callable[[Any], dict[str, Any]]
_parts: dict[str, Part] = {}


def register(name: str, part: Part) -> None:
    """Let a room contribute `part(system)` under its name."""
    _parts[name] = part


def assemble(system: Any) -> dict[str, Any]:
    """Return the whole dossier of a system, every part under its room's name."""
    return {name: plain(_parts[name](system)) for name in sorted(_parts)}


def plain(value: Any) -> Any:
    """Turn a value into what the canonical form allows; a float is refused, since its text is not stable."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        raise TypeError("A dossier holds no floats: give decimals as strings.")
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal | UUID):
        return str(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    raise TypeError(f"A dossier cannot hold {type(value).__name__}.")


def canonical_bytes(content: dict[str, Any]) -> bytes:
    """Return the bytes that are stored, hashed and never rebuilt to check an old hash."""
    return PREFIX + rfc8785.dumps(content)


def content_hash(stored: bytes) -> str:
    """Return the SHA-256 of stored dossier bytes, in hexadecimal."""
    return hashlib.sha256(stored).hexdigest()
