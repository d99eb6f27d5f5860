"""Search across rooms: every room offers a provider that narrows by what the person may see."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Hit:
    """One search result."""

    kind: str
    key: str
    title: str
    url: str
    detail: str = ""


Provider = Callable[[Any, str, int], Iterable[Hit]]
_providers: dict[str, tuple[str, Provider]] = {}


def register(name: str, title: str, provider: Provider) -> None:
    """Let a room answer `provider(person, text, limit)`."""
    _providers[name] = (title, provider)


def search(person: Any, text: str, limit: int = 8) -> list[tuple[str, list[Hit]]]:
    """Return the hits of every room under its title, rooms without a hit left out."""
    found = [(title, list(provider(person, text, limit))) for title, provider in _providers.values()]
    return [(title, hits) for title, hits in found if hits]
