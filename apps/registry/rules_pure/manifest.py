"""What a manifest must look like: the published schema, checked with the place of everything that is wrong. Pure.

Understood is what `manifest.schema.json` uses of JSON Schema; a test holds the answers equal to a full implementation's.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

FORMAT = "gatehouse-manifest/1"
SCHEMA: dict[str, Any] = json.loads((Path(__file__).parent / "manifest.schema.json").read_text(encoding="utf-8"))
MOST_PROBLEMS = 50
DEEPEST = 20
KINDS: dict[str, Any] = {"object": dict, "array": list, "string": str, "number": (int, float)}
NAMES = {"object": "an object", "array": "a list", "string": "text", "number": "a number"}

Found = tuple[str, str]


def pointer(*parts: Any) -> str:
    """Return the place of a value as a JSON pointer (RFC 6901)."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def problems(document: Any) -> dict[str, list[str]]:
    """Return what is wrong with a document, by JSON pointer; nothing: it is a manifest."""
    found: dict[str, list[str]] = {}
    for number, (place, sentence) in enumerate(_plain(document, "", 0) or _check(document, SCHEMA, "")):
        if number >= MOST_PROBLEMS:
            break
        found.setdefault(place, []).append(sentence)
    return found or _beyond(document)


def identity(version: dict[str, Any]) -> tuple[str, str]:
    """Return what makes a version this one and no other."""
    return version.get("artefact_digest", "").strip().lower(), version.get("snapshot", "").strip()


def _beyond(document: dict[str, Any]) -> dict[str, list[str]]:
    """Check what a schema cannot say: names that stand twice, versions that are nothing, a system that is nobody."""
    found: dict[str, list[str]] = {}
    system = document.get("system")
    if system is not None and not {"key", "name"} & set(system):
        found["/system"] = ["Name the system, or give its key."]
    for place, rows, names in _lists(document):
        seen = set()
        for number, row in enumerate(rows):
            name = tuple(str(row.get(one, "")).strip() for one in names)
            if name in seen:
                found[pointer(*place, number)] = [f"“{name[-1][:60]}” stands in it twice."]
            seen.add(name)
    for number, model in enumerate(document.get("models", [])):
        for place, version in enumerate(model.get("versions", [])):
            if not any(identity(version)):
                where = pointer("models", number, "versions", place)
                found[where] = ["Give the digest of the artefact, or the provider's dated snapshot."]
    if system is None and (document.get("artefacts") or "release" in document):
        found["/system"] = ["Artefacts and releases belong to a system: name it."]
    return found


def _lists(document: dict[str, Any]) -> Iterator[tuple[tuple[Any, ...], list[Any], tuple[str, ...]]]:
    yield ("models",), document.get("models", []), ("provider", "name")
    yield ("artefacts",), document.get("artefacts", []), ("kind", "name")
    for number, model in enumerate(document.get("models", [])):
        yield ("models", number, "versions"), model.get("versions", []), ("name",)


def _plain(value: Any, place: str, depth: int) -> list[Found]:
    """Refuse what no record can hold: NUL, halves of characters, numbers without end, nests without end."""
    if depth > DEEPEST:
        return [(place, "This is nested too deeply.")]
    if isinstance(value, str):
        bad = "\x00" in value or any("\ud800" <= one <= "\udfff" for one in value)
        return [(place, "This text holds a character that cannot be kept.")] if bad else []
    if isinstance(value, float) and not math.isfinite(value):
        return [(place, "This is no number.")]
    rows = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    found: list[Found] = []
    for name, one in rows:
        found += _plain(name, place, depth) if isinstance(name, str) else []
        found += _plain(one, place + pointer(name), depth + 1)
    return found


def _check(value: Any, schema: dict[str, Any], place: str) -> Iterator[Found]:
    if "$ref" in schema:
        schema = SCHEMA["$defs"][schema["$ref"].removeprefix("#/$defs/")]
    kinds = schema.get("type", [])
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if kinds and (isinstance(value, bool) or not isinstance(value, tuple(KINDS[kind] for kind in kinds))):
        yield place, f"This must be {' or '.join(NAMES[kind] for kind in kinds)}."
    elif "enum" in schema and value not in schema["enum"]:
        yield place, f"One of: {', '.join(schema['enum'])}."
    elif isinstance(value, dict):
        yield from _check_object(value, schema, place)
    elif isinstance(value, list):
        yield from _check_list(value, schema, place)
    elif isinstance(value, str):
        yield from ((place, sentence) for sentence in _check_text(value, schema))


def _check_object(value: dict[str, Any], schema: dict[str, Any], place: str) -> Iterator[Found]:
    known, others = schema.get("properties", {}), schema.get("additionalProperties", True)
    for name in schema.get("required", ()):
        if name not in value:
            yield place, f"“{name}” is missing."
    for name, one in value.items():
        if name in known:
            yield from _check(one, known[name], place + pointer(name))
        elif isinstance(others, dict):
            yield from _check(one, others, place + pointer(name))
        elif others is False:
            yield place + pointer(name), _unknown(name)


def _unknown(name: str) -> str:
    if name.endswith("_from"):
        return "The portal has no files of yours: docs/gatehouse.py puts them in, from JSON and TOML."
    return "There is no such field."


def _check_list(value: list[Any], schema: dict[str, Any], place: str) -> Iterator[Found]:
    if len(value) > schema.get("maxItems", len(value)):
        yield place, f"At most {schema['maxItems']}."
        return
    for number, one in enumerate(value):
        yield from _check(one, schema.get("items", {}), f"{place}/{number}")


def _check_text(value: str, schema: dict[str, Any]) -> Iterator[str]:
    if len(value) < schema.get("minLength", 0):
        yield "This is empty."
    elif len(value) > schema.get("maxLength", len(value)):
        yield f"At most {schema['maxLength']} characters."
    elif "pattern" in schema and not re.search(schema["pattern"], value):
        yield "A digest is written sha256: and 64 hexadecimal digits."
    elif schema.get("format") == "date" and not _is_date(value):
        yield "Write the day as 2026-12-31."
    elif schema.get("format") == "date-time" and not _is_moment(value):
        yield "Write the time as 2026-12-31T14:00:00Z, with its zone."


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_moment(text: str) -> bool:
    try:
        return "T" in text and datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False
