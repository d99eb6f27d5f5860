"""Walking the lineage: what lies upstream and downstream of a node, narrowed to what a person may know of."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog.models import Dataset, Job, LineageEdge, NodeKind
from apps.inventory.models import AISystem

DEEPEST = 24
USUAL_DEPTH = 12
MOST = 1000
UP, DOWN = "up", "down"
WALK = "SELECT node, kind, distance, via FROM catalog_walk(%s, %s, %s, %s, %s, %s, %s)"
# The lines by which nodes were reached, looked up one by one in the index.
LINES = """
SELECT e.source_id, e.target_id, e.standing, e.first_seen, e.last_seen, e.ended_at
FROM unnest(%s::uuid[], %s::uuid[]) AS w(source, target)
JOIN catalog_lineageedge AS e ON e.source_id = w.source AND e.target_id = w.target
"""


@dataclass(frozen=True, slots=True)
class Step:
    """A node that was reached, how far away it is, and the node before it."""

    node: UUID
    kind: str
    distance: int
    via: UUID


@dataclass(frozen=True, slots=True)
class Walk:
    """What lies in one direction of a node; `cut` where nodes were left out, `deeper` where lines go on."""

    direction: str
    steps: list[Step]
    cut: bool = False
    deeper: bool = False

    def nodes(self, kind: str) -> list[UUID]:
        """Return the nodes of one kind, nearest first."""
        return [step.node for step in self.steps if step.kind == kind]

    def counts(self) -> dict[str, int]:
        """Return how many nodes of each kind were reached."""
        found: dict[str, int] = {}
        for step in self.steps:
            found[step.kind] = found.get(step.kind, 0) + 1
        return found


@dataclass(slots=True)
class Row:
    """A node as a person may see it; a hidden one has neither name nor key nor class."""

    step: Step
    label: str
    url: str = ""
    hidden: bool = False
    record: Any = None
    level: str = ""
    categories: list[str] = field(default_factory=list)
    standing: str = ""
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    ended_at: datetime | None = None


def walk(
    start: UUID,
    kind: str,
    direction: str,
    *,
    depth: int = USUAL_DEPTH,
    most: int = MOST,
    as_of: datetime | None = None,
    ended: bool = False,
) -> Walk:
    """Return the nodes up or down from one, each once at its shortest distance; one statement, bounded."""
    deepest = max(1, min(depth, DEEPEST))
    steps, cut, deeper = [], False, False
    with connection.cursor() as cursor:
        cursor.execute(WALK, [start, kind, direction == DOWN, deepest, most, as_of, ended])
        for node, node_kind, distance, via in cursor.fetchall():
            if node is None:
                cut, deeper = cut or node_kind == "more", deeper or node_kind == "deeper"
            else:
                steps.append(Step(node, node_kind, distance, via))
    return Walk(direction, steps, cut, deeper)


def described(steps: Sequence[Step], person: Any, direction: str) -> list[Row]:
    """Return nodes with names and classes as far as the person may know of them; five statements whatever their number."""
    records = _records(steps, person)
    times = _times(steps, direction)
    rows = []
    for step in steps:
        record = records.get(step.node)
        row = Row(step, hidden_label(step.kind), hidden=True) if record is None else _row(step, record)
        seen = times.get((step.node, step.via))
        if seen is not None and not row.hidden:
            row.standing, row.first_seen, row.last_seen, row.ended_at = seen
        rows.append(row)
    return rows


def hidden_label(kind: str) -> str:
    """Return what is said of a node that a person may not know of."""
    return {
        NodeKind.DATASET: _("A dataset you may not see"),
        NodeKind.SYSTEM: _("A system you may not see"),
        NodeKind.JOB: _("A job you may not see"),
    }.get(NodeKind(kind), _("A model you may not see"))


def _row(step: Step, record: Any) -> Row:
    if step.kind == NodeKind.DATASET:
        return Row(
            step, str(record), reverse("catalog:dataset", args=[record.key]), record=record, level=record.level,
            categories=record.categories,
        )  # fmt: skip
    if step.kind == NodeKind.JOB:
        return Row(step, record.name, reverse("catalog:job", args=[record.pk]), record=record)
    return Row(step, str(record), reverse("inventory:system", args=[record.key]), record=record)


def _records(steps: Iterable[Step], person: Any) -> dict[UUID, Any]:
    """Return the records behind the nodes that the person may know of."""
    by_kind: dict[str, list[UUID]] = {}
    for step in steps:
        by_kind.setdefault(step.kind, []).append(step.node)
    models = {
        NodeKind.DATASET: Dataset.objects.visible_to(person).only("key", "title", "level", "categories"),
        NodeKind.JOB: Job.objects.visible_to(person).only("name", "integration"),
        NodeKind.SYSTEM: AISystem.objects.visible_to(person).only("key", "name", "stage", "tier"),
    }
    found: dict[UUID, Any] = {}
    for kind, rows in models.items():
        if kind in by_kind:
            found |= {record.pk: record for record in rows.filter(pk__in=by_kind[kind])}
    return found


def _times(steps: Sequence[Step], direction: str) -> dict[tuple[UUID, UUID], tuple[Any, ...]]:
    """Return, for a node and the one before it, what is known of the line between them."""
    if not steps:
        return {}
    near, far = [step.via for step in steps], [step.node for step in steps]
    sources, targets = (near, far) if direction == DOWN else (far, near)
    with connection.cursor() as cursor:
        cursor.execute(LINES, [sources, targets])
        rows = cursor.fetchall()
    return {((t, s) if direction == DOWN else (s, t)): tuple(rest) for s, t, *rest in rows}


def lines_between(nodes: Sequence[UUID], *, ended: bool = False) -> list[tuple[UUID, UUID]]:
    """Return the lines among some nodes, those that a job's system implies as well."""
    lines = LineageEdge.objects.filter(source_id__in=nodes, target_id__in=nodes)
    if not ended:
        lines = lines.filter(ended_at=None)
    drawn = list(lines.values_list("source_id", "target_id")[:600])
    return drawn + list(Job.objects.filter(pk__in=nodes, system_id__in=nodes).values_list("pk", "system_id"))
