"""Who answers questions at run time, by the type of resource that is asked about; rooms register themselves."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .permissions import Permission


@dataclass(frozen=True, slots=True)
class Decider:
    """How one type of resource is decided on.

    `answer(actor=, document=, request_id=, about_all=)` returns the answer in the form of AuthZEN and the row that the
    access log keeps of it; it raises `Malformed` for what cannot be understood. `permission` lets ask about anybody.
    """

    permission: Permission
    answer: Callable[..., tuple[dict[str, Any], dict[str, Any]]]


_deciders: dict[str, Decider] = {}


def register(resource_type: str, decider: Decider) -> None:
    """Let a room answer for a type of resource."""
    _deciders[resource_type] = decider


def decider_of(document: Any) -> Decider | None:
    """Return who answers for the resource of a question; None: nobody registered for its type."""
    resource = document.get("resource") if isinstance(document, dict) else None
    kind = resource.get("type") if isinstance(resource, dict) else None
    return _deciders.get(kind) if isinstance(kind, str) else None
