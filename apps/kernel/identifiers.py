"""Identifiers: time-ordered UUIDs for rows, short keys for people."""

from __future__ import annotations

import os
import time
import uuid


def uuid7() -> uuid.UUID:
    """Return a time-ordered UUID (RFC 9562, version 7)."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (milliseconds & 0xFFFFFFFFFFFF) << 80
    value |= 0x7 << 76
    value |= ((random >> 62) & 0xFFF) << 64
    value |= 0b10 << 62
    value |= random & 0x3FFFFFFFFFFFFFFF
    return uuid.UUID(int=value)


def next_key(prefix: str) -> str:
    """Return the next human key of a prefix, such as "AIS-0001"; the sequence is made by `Numbered(prefix)`."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence_name(prefix)])
        number = cursor.fetchone()[0]
    return f"{prefix}-{number:04d}"


def sequence_name(prefix: str) -> str:
    """Name the database sequence behind a key prefix."""
    return f"gatehouse_{prefix.lower()}_number"
