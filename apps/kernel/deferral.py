"""Work for later, by name: the port to the outbox, so that lower rooms may start what upper rooms do."""

from __future__ import annotations

from collections.abc import Callable

_installed: list[Callable[..., None]] = []


def install(writer: Callable[..., None]) -> None:
    """Make `writer(task, payload)` the one that keeps deferred work."""
    _installed[:] = [writer]


def defer(task: str, /, **payload: object) -> None:
    """Ask for a task by its name once the present transaction commits; at least once, so tasks are idempotent."""
    if not _installed:
        raise RuntimeError("No outbox is installed: apps.audit must be in INSTALLED_APPS.")
    _installed[0](task, payload)
