"""What changed between two dossiers, place by place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Difference:
    """One place of the dossier with what stood there and what stands there."""

    path: tuple[str, ...]
    before: Any
    after: Any

    @property
    def place(self) -> str:
        """The path in one line."""
        return " › ".join(self.path)


def differences(before: Any, after: Any, path: tuple[str, ...] = ()) -> list[Difference]:
    """Compare two dossiers; list items are matched by their key or name where they have one, else by position."""
    if isinstance(before, dict) and isinstance(after, dict):
        found: list[Difference] = []
        for name in sorted(set(before) | set(after)):
            found += differences(before.get(name), after.get(name), (*path, str(name)))
        return found
    lists = isinstance(before, list) and isinstance(after, list)
    if lists and all(isinstance(item, dict) for item in [*before, *after]):
        return differences(_named(before), _named(after), path)
    return [] if before == after else [Difference(path, before, after)]


def _named(items: list[dict[str, Any]]) -> dict[str, Any]:
    named: dict[str, Any] = {}
    for position, item in enumerate(items):
        name = str(item.get("key") or item.get("id") or item.get("name") or item.get("question") or position)
        named[name if name not in named else f"{name} {position}"] = item
    return named
