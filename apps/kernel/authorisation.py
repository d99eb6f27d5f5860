"""The port through which lower rooms ask about roles; `accounts` installs the answer at start."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .actors import Actor
from .decision import Decision
from .permissions import Permission


class Everywhere:
    """The whole enterprise as something that a permission may be held on."""

    reach_path = ""


EVERYWHERE = Everywhere()
Authoriser = Callable[[Actor, Permission, Any], Decision]

_installed: list[Authoriser] = []
_held: list[Callable[[Any], frozenset[str]]] = []


def install(authoriser: Authoriser, held: Callable[[Any], frozenset[str]] | None = None) -> None:
    """Make `authoriser(actor, permission, subject_or_None)` the one that answers; `held(person)` lists, once a request."""
    _installed[:] = [authoriser]
    _held[:] = [held] if held else []


def held_by(person: Any) -> frozenset[str]:
    """Return every permission a signed-in person holds anywhere; read once for each loaded person."""
    return _held[0](person) if _held and getattr(person, "is_active", False) else frozenset()


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
