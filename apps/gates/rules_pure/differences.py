"""What changed between two dossiers, as readable lines."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of the dossier with what stood there and what stands there."""

    place: str
    before: str
    after: str


def differences(before: Any, after: Any, place: str = "") -> list[Difference]:
    """Compare two dossiers; list items are matched by their key or name where they have one, else by position."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[Difference] = []
        for name in sorted(set(before) | set(after)):
            found += differences(before.get(name), after.get(name), f"{place} › {name}" if place else str(name))
        return found
    if isinstance(before, list) and isinstance(after, list):
        return differences(_named(before), _named(after), place)
    return [] if before == after else [Difference(place.replace("_", " "), _text(before), _text(after))]


def _named(items: list[Any]) -> dict[str, Any]:
    named = {}
    for position, item in enumerate(items):
        name = item.get("key") or item.get("name") or item.get("question") if isinstance(item, dict) else str(item)
        named[str(name or position)] = item if isinstance(item, dict) else "yes"
    return named


def _text(value: Any) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{name}: {_text(item)}" for name, item in value.items())
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value) or "–"
    return str(value)
