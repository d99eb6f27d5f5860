"""Outgoing events: CloudEvents 1.0 in structured mode, signed as Standard Webhooks."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from typing import Any

PATTERN = re.compile(r"[a-z_]+(\.[a-z_]+)*(\.\*)?\Z|\*\Z")
PREFIX = "whsec_"
# Seconds until the next attempt after the first, second, … that failed; then it is given up.
PAUSES = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)


def matches(patterns: list[str], event: str) -> bool:
    """Tell whether an event's name is one of the patterns: a name, `registry.rollback.*`, or `*`."""
    return any(
        pattern in ("*", event) or (pattern.endswith(".*") and event.startswith(pattern[:-1])) for pattern in patterns
    )


def identifier(*words: str) -> str:
    """Return the id of an event that stands in no ledger entry of its own: the same words, the same id."""
    return "evt_" + hashlib.sha256("\x1f".join(words).encode()).hexdigest()[:40]


def envelope(
    *, identity: str, source: str, event: str, subject_type: str, subject_id: str, key: str, data: dict[str, Any],
    at: str,
) -> dict[str, Any]:  # fmt: skip
    """Return an event in the form of CloudEvents."""
    return {
        "specversion": "1.0",
        "id": identity,
        "source": source,
        "type": event,
        "subject": key or f"{subject_type}/{subject_id}",
        "time": at,
        "datacontenttype": "application/json",
        "data": {"subject_type": subject_type, "subject_id": subject_id, "key": key, **data},
    }


def signature(secret: str, identity: str, stamp: int, body: bytes) -> str:
    """Return the header `webhook-signature` for a message."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = hmac.new(key, f"{identity}.{stamp}.".encode() + body, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(signed).decode()}"


def pause_after(attempts: int) -> int | None:
    """Return the seconds to wait after so many attempts failed; None: it is given up."""
    return PAUSES[attempts - 1] if attempts <= len(PAUSES) else None
