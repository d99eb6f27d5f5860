"""Which actions a page offers: allowed ones as links, refused ones with the reason, foreign ones not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from apps.kernel import authorisation
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, first_denial


@dataclass(frozen=True, slots=True)
class Offer:
    """A button: where it leads, and whether it may be used now."""

    label: Any
    url: str
    decision: Decision
    danger: bool = False
    primary: bool = False


def may_do(actor: Actor, operation: Callable[..., Any], **arguments: Any) -> Decision:
    """Ask what an operation itself would ask, without doing it."""
    declared = operation.operation  # type: ignore[attr-defined]
    about = declared.subject or declared.within_reach_of
    role = (
        authorisation.decide(actor, declared.needs, arguments.get(about) if about else None)
        if declared.needs
        else Allowed()
    )
    return first_denial(role, declared.may(actor=actor, **arguments) if declared.may and role else Allowed())


def holds_role(actor: Actor, operation: Callable[..., Any], subject: Any) -> bool:
    """Tell whether a person's role would allow the operation, so that a refusal is worth explaining."""
    needs = operation.operation.needs  # type: ignore[attr-defined]
    return bool(needs) and bool(authorisation.decide(actor, needs, subject))
