"""What differs between two sets of parts, and inside a part. Pure."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

Item = dict[str, Any]
# Lines shown around a change.
AROUND = 3
MOST_LINES = 2_000


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text difference: same, added, removed or skipped."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Value:
    """One place of a JSON document with what stood there and what stands there."""

    place: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changed:
    """A part that is in both sets, in two versions."""

    before: Item
    after: Item


@dataclass(frozen=True, slots=True)
class Parts:
    """What two sets of parts have not in common."""

    added: list[Item] = field(default_factory=list)
    removed: list[Item] = field(default_factory=list)
    changed: list[Changed] = field(default_factory=list)
    same: list[Item] = field(default_factory=list)


def compare(before: Iterable[Item], after: Iterable[Item]) -> Parts:
    """Compare two sets of parts by kind and name, in whatever order they were named."""
    old = {(item["kind"], item["name"]): item for item in before}
    new = {(item["kind"], item["name"]): item for item in after}
    both = sorted(set(old) & set(new))
    return Parts(
        added=[new[place] for place in sorted(set(new) - set(old))],
        removed=[old[place] for place in sorted(set(old) - set(new))],
        changed=[Changed(old[place], new[place]) for place in both if old[place] != new[place]],
        same=[new[place] for place in both if old[place] == new[place]],
    )


def text_lines(before: str, after: str) -> list[Line]:
    """Return the lines of two texts that differ, with a few around them."""
    found: list[Line] = []
    old, new = before.splitlines(), after.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=len(old) + len(new) > MOST_LINES)
    for number, group in enumerate(matcher.get_grouped_opcodes(AROUND)):
        if number or group[0][1]:
            found.append(Line("skipped", f"{group[0][1] + 1}"))
        for kind, i1, i2, j1, j2 in group:
            if kind == "equal":
                found += [Line("same", text) for text in old[i1:i2]]
                continue
            found += [Line("removed", text) for text in old[i1:i2]]
            found += [Line("added", text) for text in new[j1:j2]]
    return found


def json_values(before: str, after: str) -> list[Value]:
    """Return the places of two JSON documents that differ."""
    old, new = _flat(json.loads(before)), _flat(json.loads(after))
    places = sorted(set(old) | set(new))
    return [
        Value(place, old.get(place, ""), new.get(place, "")) for place in places if old.get(place) != new.get(place)
    ]


def _flat(value: Any, place: str = "") -> dict[str, str]:
    if isinstance(value, dict) and value:
        found: dict[str, str] = {}
        for name, item in value.items():
            found |= _flat(item, f"{place}.{name}" if place else str(name))
        return found
    if isinstance(value, list) and value:
        found = {}
        for number, item in enumerate(value):
            found |= _flat(item, f"{place}[{number}]")
        return found
    return {place: json.dumps(value, ensure_ascii=False)}
