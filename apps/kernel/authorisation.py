"""The port through which lower rooms ask about roles; `accounts` installs the answer at start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .actors import Actor
from .decision import Decision
from .permissions import Permission

Authoriser = Callable[[Actor, Permission, Any], Decision]

_installed: list[Authoriser] = []


def install(authoriser: Authoriser) -> None:
    """Make `authoriser(actor, permission, subject_or_None)` the one that answers."""
    _installed[:] = [authoriser]


def decide(actor: Actor, permission: Permission, subject: Any = None) -> Decision:
    """Answer whether the actor holds the permission on the subject, or anywhere at all when there is none."""
    if not _installed:
        raise RuntimeError("No authoriser is installed: apps.accounts must be in INSTALLED_APPS.")
    return _installed[0](actor, permission, subject)


def holds(actor: Actor, permission: Permission) -> bool:
    """Tell whether the actor holds the permission anywhere at all."""
    return bool(decide(actor, permission))


def is_installed() -> bool:
    """Tell whether somebody answers."""
    return bool(_installed)
