"""Panels that upper rooms add to the page of a lower room's record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a record's page.

    `subject` is the record's type, or "*" for every type. `context(request, obj)` returns the template's context, or
    None where the person shall not see the panel.
    """

    subject: str
    name: str
    title: str
    template: str
    context: Callable[[Any, Any], dict[str, Any] | None]
    order: int = 100


_panels: dict[tuple[str, str], Panel] = {}


def register(panel: Panel) -> None:
    """Add a panel to the pages of its subject type."""
    _panels[(panel.subject, panel.name)] = panel


def panels_for(subject: str) -> list[Panel]:
    """Return the panels of a subject type in their order."""
    found = [panel for (name, _), panel in _panels.items() if name in (subject, "*")]
    return sorted(found, key=lambda panel: (panel.order, panel.name))
