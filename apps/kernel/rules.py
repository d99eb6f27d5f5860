"""Compliance rules: one class each, with id, severity and source; the docstring is what the owner reads."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, ClassVar

from .permissions import Permission


class Severity(StrEnum):
    """How bad a finding is."""

    LOW = "low"
    MODERATE = "moderate"
    HIGH = "high"
    CRITICAL = "critical"


class Rule:
    """A requirement that a machine can check over all records at once.

    A subclass says in its docstring what is wrong, why it matters and what to do. `failing()` returns a queryset of
    the failing subjects (of the type named in `subject`), annotated with `explanation` (text) and, where it is known,
    `finding_owner` (id of a person); one statement whatever the number of records.
    """

    id: ClassVar[str]
    subject: ClassVar[str]
    severity: ClassVar[Severity]
    source: ClassVar[str]
    title: ClassVar[str]
    due_days: ClassVar[int] = 30
    waivable: ClassVar[bool] = True
    # Where no rule can see the cure (something happened), a holder of this permission settles the finding.
    settled_by: ClassVar[Permission | None] = None

    def failing(self) -> Any:
        """Return the queryset of failing subjects."""
        raise NotImplementedError


_rules: dict[str, Rule] = {}


def register(rule: type[Rule]) -> type[Rule]:
    """Add a rule to the sweep; usable as a class decorator."""
    if not (rule.__doc__ or "").strip():
        raise RuntimeError(f"The rule {rule.id} has no docstring, which its owner would read.")
    known = _rules.get(rule.id)
    if known is not None and type(known) is not rule:
        raise RuntimeError(f"The rule {rule.id} is registered twice.")
    _rules[rule.id] = rule()
    return rule


def rule_named(identifier: str) -> Rule | None:
    """Return the rule of that id, if it still exists."""
    return _rules.get(identifier)


def all_rules() -> list[Rule]:
    """Return every rule, by id."""
    return [_rules[key] for key in sorted(_rules)]
