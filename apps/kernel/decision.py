"""Decisions as values: yes, or no with the sentence that says why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """An answer to "may this happen?"; truthy when it may."""

    allowed: bool
    reason: str = ""

    def __bool__(self) -> bool:
        return self.allowed


def Allowed(reason: str = "") -> Decision:  # noqa: N802 - reads as the value it returns
    """Say yes."""
    return Decision(True, reason)


def Denied(reason: str) -> Decision:  # noqa: N802 - reads as the value it returns
    """Say no, with a whole sentence for the person who asked."""
    return Decision(False, str(reason))


def first_denial(*decisions: Decision) -> Decision:
    """Return the first no among the decisions, or yes when there is none."""
    for decision in decisions:
        if not decision:
            return decision
    return Allowed()
