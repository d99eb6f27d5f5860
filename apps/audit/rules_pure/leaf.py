"""The bytes of a leaf: what of an entry is hashed, and how it is written down. Version 1, frozen.

A leaf is the line ``gatehouse-entry-v1`` followed by the entry as RFC 8785 canonical JSON: one flat object, its keys
sorted, every value a string (``request_key`` may be null). Moments are UTC with six digits of a second. ``changes`` and
``details`` are strings that hold JSON in the form in which PostgreSQL prints jsonb (`jsonb_text` repeats it), so that
the text that was hashed is the text that is exported and nothing has to be serialised again to check it.

A change of this format would need a second version beside this one; the golden tests refuse any other change.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

FORMAT = "gatehouse-entry-v1"
PREFIX = FORMAT.encode() + b"\n"
LEAF_PREFIX = b"\x00" + PREFIX

# Sorted: this is also the order of the keys in the text and of the columns in `COPY`.
FIELDS = (
    "actor_id",
    "actor_kind",
    "changes",
    "cluster",
    "correlation_id",
    "database_user",
    "details",
    "event",
    "id",
    "kind",
    "occurred_at",
    "origin",
    "reason_commitment",
    "recorded_at",
    "request_key",
    "subject_id",
    "subject_type",
    "xid",
)
MOMENTS = frozenset({"occurred_at", "recorded_at"})
NULLABLE = frozenset({"request_key"})

_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def canonical_text(values: Mapping[str, str | None]) -> str:
    """Write an entry, all values as text already, as the canonical line of its leaf."""
    for name in FIELDS:
        if not isinstance(values[name], str) and not (values[name] is None and name in NULLABLE):
            raise TypeError(f"{name} must be text.")
    return _encode({name: values[name] for name in FIELDS})


def leaf_hash(line: bytes) -> bytes:
    """Hash the canonical line of an entry as a leaf of the tree (RFC 9162)."""
    return sha256(LEAF_PREFIX + line).digest()


def moment_text(moment: datetime) -> str:
    """Write a moment as the leaf does: UTC, always six digits of a second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def jsonb_text(value: Any) -> str:
    """Write JSON as PostgreSQL prints jsonb: keys by length, then bytes; a space after comma and colon."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: (len(key.encode()), key.encode()))
        return "{" + ", ".join(f"{_encode(key)}: {jsonb_text(value[key])}" for key in keys) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(jsonb_text(item) for item in value) + "]"
    return _encode(value)


def commitment(salt: str, text: str) -> str:
    """Commit to a personal text: whoever has text and salt can check it, nobody can guess it without the salt."""
    return sha256((salt + text).encode()).hexdigest()


# What follows reads the entries' columns, in the order of FIELDS, from COPY's text format with the time zone UTC.
# Its escapes (\\ \n \r \t \b \f) are those of JSON, so that most lines become canonical by escaping the quotes.

_TEMPLATE = ("{" + ",".join(f'"{name}":%b' if name in NULLABLE else f'"{name}":"%b"' for name in FIELDS) + "}").encode()
_OCCURRED, _RECORDED, _KEY = (FIELDS.index(name) for name in ("occurred_at", "recorded_at", "request_key"))
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)
_ESCAPES = {b"b": b"\b", b"f": b"\f", b"n": b"\n", b"r": b"\r", b"t": b"\t", b"v": b"\v"}


def line_from_copy(row: bytes) -> bytes:
    """Turn a row of COPY text into the canonical line, fast; exact unless the row holds rare control characters.

    For those the result is no JSON and so nobody's leaf; `exact_line_from_copy` then has the last word.
    """
    fields = row.replace(b'"', b'\\"').split(b"\t")
    fields[_OCCURRED] = _moment_from_copy(fields[_OCCURRED])
    fields[_RECORDED] = _moment_from_copy(fields[_RECORDED])
    key = fields[_KEY]
    fields[_KEY] = b"null" if key == b"\\N" else b'"%b"' % key
    return _TEMPLATE % tuple(fields)


def exact_line_from_copy(row: bytes) -> bytes:
    """Turn a row of COPY text into the canonical line, whatever characters it holds."""
    values: dict[str, str | None] = {}
    for name, field in zip(FIELDS, row.split(b"\t"), strict=True):
        if field == b"\\N":
            values[name] = None
        elif name in MOMENTS:
            values[name] = _moment_from_copy(field).decode()
        else:
            values[name] = _ESCAPE.sub(lambda found: _ESCAPES.get(found[1], found[1]), field).decode()
    return canonical_text(values).encode()


def _moment_from_copy(field: bytes) -> bytes:
    """Turn 2026-11-23 01:18:55.5+00 into 2026-11-23T01:18:55.500000Z."""
    if len(field) != 29:
        field = b"%b.%b+00" % (field[:19], field[20:-3].ljust(6, b"0"))
    return b"%bT%bZ" % (field[:10], field[11:26])
