"""The port through which lower rooms record refusals, exports, sign-ins and sensitive reads; `audit` installs it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .actors import Actor

_installed: list[Callable[..., int]] = []


def install(recorder: Callable[..., int]) -> None:
    """Make `recorder(event=, actor=, subject=, details=, reason=)` the one that writes entries."""
    _installed[:] = [recorder]


def record(
    *, event: str, actor: Actor, subject: Any = None, details: dict[str, str] | None = None, reason: str = ""
) -> int:
    """Write one entry that is no change of a row, and return its number."""
    if not _installed:
        raise RuntimeError("No recorder is installed: apps.audit must be in INSTALLED_APPS.")
    return _installed[0](event=event, actor=actor, subject=subject, details=details or {}, reason=reason)


def is_installed() -> bool:
    """Tell whether somebody records."""
    return bool(_installed)
