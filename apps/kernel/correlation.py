"""The correlation id that ties a request, its operations, its entries, its tasks and its log lines together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from .identifiers import uuid7

_current: ContextVar[str] = ContextVar("gatehouse_correlation", default="")


def current() -> str:
    """Return the id of what is going on now, or an empty string."""
    return _current.get()


@contextmanager
def correlated(identifier: str | None = None) -> Iterator[str]:
    """Carry an id (a fresh one when none is given) through everything inside."""
    token = _current.set(identifier or str(uuid7()))
    try:
        yield _current.get()
    finally:
        _current.reset(token)
