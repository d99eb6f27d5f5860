"""The one clock. Domain code asks it; only demo databases and tests ever move it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

_moved: ContextVar[datetime | None] = ContextVar("gatehouse_clock", default=None)


def now() -> datetime:
    """Return the present moment with its zone (UTC)."""
    return _moved.get() or datetime.now(UTC)


def today() -> date:
    """Return the present date (UTC)."""
    return now().date()


def moved_to() -> datetime | None:
    """Return the moment that the demo clock stands at, or None when time is real."""
    return _moved.get()


@contextmanager
def travel(moment: datetime) -> Iterator[None]:
    """Let the code inside live at another moment; the database honours it only where it was marked as demo."""
    if moment.tzinfo is None:
        raise ValueError("The demo clock needs a moment with its zone.")
    token = _moved.set(moment)
    try:
        yield
    finally:
        _moved.reset(token)


def days_from_now(days: int) -> datetime:
    """Return the moment that many days ahead."""
    return now() + timedelta(days=days)
