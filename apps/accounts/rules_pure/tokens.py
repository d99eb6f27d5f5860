"""The text of an API token: recognisable to secret scanners, its prefix public, its secret not."""

from __future__ import annotations

import re

MARK = "gatehouse"
PREFIX_ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"
# The pattern that secret scanners are given.
PATTERN = re.compile(r"gatehouse_([a-z2-9]{8})_([A-Za-z0-9_-]{43})")


def compose(prefix: str, secret: str) -> str:
    """Return the text that the holder keeps."""
    return f"{MARK}_{prefix}_{secret}"


def split(text: str) -> tuple[str, str] | None:
    """Return prefix and secret of a token's text, or None when it is none."""
    match = PATTERN.fullmatch(text)
    return (match[1], match[2]) if match else None
