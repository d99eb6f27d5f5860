"""The catalog's part of the dossier: which data a system works with, and how confidential that is."""

from __future__ import annotations

from typing import Any

from apps.kernel.dossier import register

from .models import DatasetUse


def part(system: Any) -> dict[str, Any]:
    """Return the declared uses of data of a system; the same uses are the same text, in whatever order they were said."""
    uses = DatasetUse.objects.filter(system=system, ended_at=None).select_related("dataset", "use_case")
    return {
        "uses": sorted((_use(use) for use in uses), key=lambda one: (one["dataset"], one["action"], one["use_case"]))
    }


def _use(use: DatasetUse) -> dict[str, Any]:
    return {
        "dataset": use.dataset.key,
        "name": use.dataset.title,
        "level": use.dataset.level,
        "categories": sorted(use.dataset.categories),
        "action": use.action,
        "use_case": use.use_case.key if use.use_case else "",
    }


def register_all() -> None:
    """Contribute to every dossier."""
    register("data", part)
