"""Panels that rooms add to the page of another room's record, and to everybody's own page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

HOME = "home"


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a record's page.

    `subject` is the record's type, "*" for every type, or HOME for the reader's own page, where the record is the reader.
    `context(request, obj)` returns the template's context, or None where the person shall not see the panel.
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
    wanted = (subject,) if subject == HOME else (subject, "*")
    found = [panel for (name, _), panel in _panels.items() if name in wanted]
    return sorted(found, key=lambda panel: (panel.order, panel.name))
