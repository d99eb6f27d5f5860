"""The router that every module of the intakes adds to, and how their bodies are read."""

from __future__ import annotations

import json
import zlib
from typing import Any

from ninja.errors import HttpError

from apps.web.api import Router, insist_on_text

router = Router(tags=["Intakes"])
# What an unpacked body may hold: a thousandfold bomb ends here.
LARGEST = 16 * 1024 * 1024


def json_body(request: Any) -> Any:
    """Return the JSON document of a body, gzip or plain; a body that is too large or no JSON is told so."""
    content = request.body
    encoding = request.headers.get("Content-Encoding", "").strip().lower()
    if encoding == "gzip":
        content = _unpacked(content)
    elif encoding not in ("", "identity"):
        raise HttpError(415, "Only gzip is understood as Content-Encoding.")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError):
        raise HttpError(400, "The body is no JSON.") from None
    insist_on_text(document)
    return document


def _unpacked(content: bytes) -> bytes:
    """Unpack as far as the limit, and no further."""
    unpacker = zlib.decompressobj(wbits=31)
    try:
        found = unpacker.decompress(content, LARGEST)
    except zlib.error:
        raise HttpError(400, "The body is no gzip.") from None
    if unpacker.unconsumed_tail:
        raise HttpError(413, f"The body unpacks to more than {LARGEST // 2**20} MB.")
    if not unpacker.eof:
        raise HttpError(400, "The gzip body ends too early.")
    return found
