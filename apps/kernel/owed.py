"""What people owe: every room says what waits for whom; `work` shows it as one list."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class OwedItem:
    """One thing a person owes: what, about what, why, by when, and the page where it is done.

    `group` is "waiting" (for me), "due", "mentioned" or "others" (I wait for somebody else).
    """

    kind: str
    title: str
    url: str
    why: str
    about: str = ""
    due: datetime | None = None
    group: str = "waiting"
    action: str = ""


Provider = Callable[[Any], Iterable[OwedItem]]
_providers: dict[str, Provider] = {}
_counters: dict[str, Callable[[Any], int]] = {}


def register(name: str, provider: Provider, counter: Callable[[Any], int] | None = None) -> None:
    """Let a room list what a person owes; `counter(person)` is a cheaper count for the badge."""
    _providers[name] = provider
    if counter:
        _counters[name] = counter


def owed_by(person: Any) -> list[OwedItem]:
    """Return everything a person owes, the earliest due first, what has no date last."""
    items = [item for provider in _providers.values() for item in provider(person)]
    return sorted(items, key=lambda item: (item.due is None, item.due, item.title))


def count_owed(person: Any) -> int:
    """Return how many things a person owes."""
    total = 0
    for name, provider in _providers.items():
        counter = _counters.get(name)
        total += counter(person) if counter else sum(1 for item in provider(person) if item.group != "others")
    return total
