"""The router that every module of the intakes adds to, and how their bodies are read."""

from __future__ import annotations

import json
import math
import zlib
from typing import Any

from ninja.errors import HttpError

from apps.web.api import Router, insist_on_text

router = Router(tags=["Intakes"])
# What an unpacked body may hold: a thousandfold bomb ends here.
LARGEST = 16 * 1024 * 1024
DEEPEST = 64


def json_body(request: Any) -> Any:
    """Return the JSON document of a body, gzip or plain; a body that is too large or no JSON is told so."""
    content = request.body
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding == "gzip":
        content = _unpacked(content)
    elif encoding not in ("", "identity"):
        raise HttpError(415, "Only gzip is understood as Content-Encoding.")
    try:
        document = json.loads(content, parse_constant=_refused, parse_float=_finite)
    except (ValueError, RecursionError):
        raise HttpError(400, "The body is no JSON.") from None
    _insist_on_depth(document)
    insist_on_text(document)
    return document


def _refused(name: str) -> Any:
    """Refuse NaN and Infinity: JSON has no such numbers (RFC 8259)."""
    raise ValueError(name)


def _finite(digits: str) -> float:
    value = float(digits)
    if not math.isfinite(value):
        raise ValueError(digits)
    return value


def _insist_on_depth(document: Any) -> None:
    """Refuse what is nested more deeply than any record of a tool; level by level, so that depth itself costs nothing."""
    level = [document]
    for _depth in range(DEEPEST):
        level = [
            inner
            for one in level
            if isinstance(one, dict | list)
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
        if not level:
            return
    raise HttpError(400, f"The body is nested more than {DEEPEST} levels deep.")


def _unpacked(content: bytes) -> bytes:
    """Unpack as far as the limit, and no further."""
    found = b""
    while content:
        # A gzip body may have several members (RFC 1952): each is unpacked as far as the limit leaves room.
        unpacker = zlib.decompressobj(wbits=31)
        try:
            found += unpacker.decompress(content, LARGEST + 1 - len(found))
        except zlib.error:
            raise HttpError(400, "The body is no gzip.") from None
        if len(found) > LARGEST:
            raise HttpError(413, f"The body unpacks to more than {LARGEST // 2**20} MB.")
        if not unpacker.eof:
            raise HttpError(400, "The gzip body ends too early.")
        content = unpacker.unused_data
    return found
