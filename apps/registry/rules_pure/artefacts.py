"""What the content of an artefact must be: text as it is, or JSON in one spelling. Pure."""

from __future__ import annotations

import hashlib
import json
from typing import Any

AS_JSON = ("parameters", "retrieval_index")
LARGEST = 1_000_000


class BadContent(ValueError):
    """The content cannot be kept; the message names the place."""


def normalised(kind: str, content: str) -> str:
    """Return a content in its one spelling: text with its lines ended alike, JSON with sorted keys."""
    if len(content) > LARGEST:
        raise BadContent(f"This is longer than {LARGEST} characters; keep it elsewhere and describe it here.")
    if "\x00" in content:
        raise BadContent("This holds a character that cannot be kept.")
    if kind not in AS_JSON:
        text = content.replace("\r\n", "\n").replace("\r", "\n")
        if not text.strip():
            raise BadContent("A version says something.")
        return text
    try:
        found = json.loads(content, object_pairs_hook=_once, parse_constant=_no_number)
    except json.JSONDecodeError as problem:
        raise BadContent(f"Line {problem.lineno}, column {problem.colno}: {problem.msg}.") from problem
    except RecursionError as problem:
        raise BadContent("This is nested too deeply.") from problem
    if not isinstance(found, dict) or not found:
        raise BadContent('Line 1: write a JSON object with at least one name, such as {"temperature": 0.2}.')
    return json.dumps(found, sort_keys=True, indent=2, ensure_ascii=False)


def digest(content: str) -> str:
    """Return the digest of a normalised content."""
    # A lone surrogate, which JSON may spell, is no UTF-8.
    try:
        return f"sha256:{hashlib.sha256(content.encode()).hexdigest()}"
    except UnicodeEncodeError as problem:
        raise BadContent(f"Character {problem.start + 1} is half of one; it cannot be kept.") from problem


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    seen: dict[str, Any] = {}
    for name, value in pairs:
        if name in seen:
            raise BadContent(f"“{name}” stands twice in one object.")
        if "\x00" in name or (isinstance(value, str) and "\x00" in value):
            raise BadContent(f"“{name.replace(chr(0), '')}” holds a character that cannot be kept.")
        seen[name] = value
    return seen


def _no_number(word: str) -> Any:
    raise BadContent(f"{word} is no number of JSON.")
