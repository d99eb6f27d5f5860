"""What lineage adds to the pages of datasets and systems: the nearest neighbours, and the way to the whole walk."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import NodeKind
from apps.catalog.queries.lineage import DOWN, UP, described, walk
from apps.kernel.panels import Panel, register

from .lineage_shown import node_rows

NEIGHBOURS = 8


def _dataset(request: Any, dataset: Any) -> dict[str, Any]:
    """Show what lies one job away on both sides."""
    sides = []
    for title, direction in ((_("Comes from"), UP), (_("Goes to"), DOWN)):
        found = walk(dataset.pk, NodeKind.DATASET, direction, depth=2, most=4 * NEIGHBOURS)
        # What stands behind a job says more than the job; a job is named where nothing does.
        between = {step.via for step in found.steps}
        steps = [step for step in found.steps if step.kind != NodeKind.JOB or step.node not in between]
        rows = node_rows(described(steps[:NEIGHBOURS], request.user, direction))
        sides.append((title, rows, found.cut or len(steps) > NEIGHBOURS))
    return {"dataset": dataset, "sides": sides}


def _system(request: Any, system: Any) -> dict[str, Any]:
    """Lead to the walk."""
    return {"system": system}


def register_lineage() -> None:
    """Offer the panels."""
    lineage = gettext_lazy("Lineage")
    register(Panel("catalog.dataset", "lineage", lineage, "catalog/panels/lineage.html", _dataset, 20))
    register(Panel("inventory.system", "lineage", lineage, "catalog/panels/system_lineage.html", _system, 46))
