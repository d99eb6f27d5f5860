"""What holds for as long as one request lasts: who reads a page, and what was found out about them already."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from . import clock, correlation

_reader: ContextVar[Any] = ContextVar("reader", default=None)


@contextmanager
def only_reading(person: Any) -> Iterator[None]:
    """While it lasts, a request that changes nothing is answered for this person: what is known of them stands."""
    token = _reader.set(person)
    try:
        yield
    finally:
        _reader.reset(token)


def reader(key: Any) -> Any:
    """Return the person that a reading request is answered for, when it is the one with this key."""
    person = _reader.get()
    return person if person is not None and str(person.pk) == str(key) else None


def once[Found](person: Any, name: str, find: Callable[[], Found]) -> Found:
    """Find something about a person once in a request (or operation); outside of one, each time."""
    scope = (correlation.current(), clock.moved_to())
    if not scope[0]:
        return find()
    known_scope, kept = person.__dict__.get("_found_once", (None, {}))
    if known_scope != scope:
        kept = {}
        person.__dict__["_found_once"] = (scope, kept)
    if name not in kept:
        kept[name] = find()
    return kept[name]


def forget(person: Any) -> None:
    """Find everything about this person anew: what was found out before may no longer hold."""
    person.__dict__.pop("_found_once", None)
