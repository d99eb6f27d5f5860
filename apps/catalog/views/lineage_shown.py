"""What a walk looks like on a page: the choices in the address, the table's rows, the picture."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import NodeKind, Standing
from apps.catalog.queries.lineage import DOWN, UP, USUAL_DEPTH, Row, Walk, described, lines_between, walk
from apps.catalog.rules_pure.lineage_drawing import Drawing, Node, chosen, draw
from apps.catalog.tables.datasets import category_badges, level_badge
from apps.web.templatetags.gatehouse import badge, moment

DEPTHS = (2, 4, 6, 12, 24)
SHOWN = 100
KIND_LABELS = dict(NodeKind.choices)
DIRECTIONS = (
    ("up", gettext_lazy("Where it comes from")),
    ("down", gettext_lazy("Where it goes")),
    ("both", gettext_lazy("Both")),
)


@dataclass(frozen=True, slots=True)
class LineageChoices:
    """What the reader chose; anything that cannot be read is the usual choice."""

    direction: str = "both"
    depth: int = USUAL_DEPTH
    kind: str = ""
    on: date | None = None
    ended: bool = False
    everything: bool = False

    @classmethod
    def read(cls, sent: QueryDict) -> LineageChoices:
        """Read the choices from an address."""
        direction, depth, kind = sent.get("direction", ""), sent.get("depth", ""), sent.get("kind", "")
        return cls(
            direction if direction in (UP, DOWN) else "both",
            int(depth) if depth in {str(one) for one in DEPTHS} else USUAL_DEPTH,
            kind if kind in NodeKind.values else "",
            read_day(sent.get("on", "")),
            sent.get("ended") == "yes",
            sent.get("rows") == "all",
        )

    @property
    def as_of(self) -> datetime | None:
        """The end of the chosen day."""
        return datetime.combine(self.on, time.max, UTC) if self.on else None

    def address(self, **changes: Any) -> str:
        """Return the query string with some choices changed."""
        values = {
            "direction": self.direction, "depth": self.depth, "kind": self.kind,
            "on": self.on.isoformat() if self.on else "", "ended": "yes" if self.ended else "",
        } | changes  # fmt: skip
        return "?" + urlencode({name: value for name, value in values.items() if value not in ("", None)})


def read_day(text: str) -> date | None:
    """Read a day such as 2026-11-23."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def shown_walk(request: HttpRequest, start: UUID, kind: str, name: str, choices: LineageChoices) -> dict[str, Any]:
    """Return the table and the picture of what lies around a node, as the reader may know of it."""
    directions = (UP, DOWN) if choices.direction == "both" else (choices.direction,)
    parts, walked = [], []
    for direction in directions:
        found = walk(start, kind, direction, depth=choices.depth, as_of=choices.as_of, ended=choices.ended)
        steps = [step for step in found.steps if choices.kind in ("", step.kind)]
        limit = len(steps) if choices.everything else SHOWN
        rows = described(steps[:limit], request.user, direction)
        parts.append(_part(direction, found, node_rows(rows), len(steps)))
        near = rows if not choices.kind else described(found.steps[:SHOWN], request.user, direction)
        walked.append((direction, found, near))
    return {
        "parts": parts,
        "choices": choices,
        "tabs": [
            {"label": label, "url": choices.address(direction=one), "current": one == choices.direction}
            for one, label in DIRECTIONS
        ],
        "depths": DEPTHS,
        "kinds": [(value, label) for value, label in NodeKind.choices if value != NodeKind.MODEL],
        "all_url": choices.address(rows="all"),
        "drawing": picture(str(start), kind, name, walked, choices.ended),
    }


def _part(direction: str, found: Walk, rows: list[dict[str, Any]], number: int) -> dict[str, Any]:
    counts = [(KIND_LABELS[kind], count) for kind, count in sorted(found.counts().items())]
    return {
        "direction": direction,
        "title": _("Where it comes from") if direction == UP else _("Where it goes"),
        "rows": rows,
        "number": number,
        "counts": counts,
        "reached": len(found.steps),
        "cut": found.cut,
        "deeper": found.deeper,
        "left": max(0, number - len(rows)),
        "hidden": sum(1 for row in rows if row["hidden"]),
    }


def _known_by(standing: str) -> Any:
    """Say in a badge who knows of a line: somebody declared it, or a tool saw data flow."""
    if standing == Standing.OBSERVED:
        return badge(_("A tool"), "info")
    return badge(_("A person"), "neutral") if standing else "–"


def node_rows(rows: list[Row]) -> list[dict[str, Any]]:
    """Return rows as a table shows them; what is the same in many rows is written once."""
    level, known_by, day = cache(level_badge), cache(_known_by), cache(moment)
    classes = cache(lambda names: category_badges(list(names)))
    return [
        {
            "distance": row.step.distance,
            "kind": KIND_LABELS[row.step.kind],
            "label": row.label,
            "url": row.url,
            "hidden": row.hidden,
            "level": level(row.level) if row.step.kind == NodeKind.DATASET and not row.hidden else "–",
            "categories": classes(tuple(row.categories)),
            "standing": known_by(row.standing),
            "first_seen": day(row.first_seen.date()) if row.first_seen else "–",
            "last_seen": day(row.last_seen.date()) if row.last_seen else "–",
            "ended": day(row.ended_at.date()) if row.ended_at else "",
        }
        for row in rows
    ]


def picture(
    start: str, kind: str, name: str, walked: list[tuple[str, Walk, list[Row]]], ended: bool = False
) -> Drawing | None:
    """Draw the nearest nodes; None where nothing lies around the node."""
    nodes, left_out = [Node(start, name, kind, 0)], {}
    for direction, found, rows in walked:
        sign = -1 if direction == UP else 1
        for step in found.steps:
            left_out[sign * step.distance] = left_out.get(sign * step.distance, 0) + 1
        nodes += [
            Node(str(row.step.node), row.label, row.step.kind, sign * row.step.distance, row.url, row.hidden)
            for row in rows
        ]
    # A node that lies both ways, as in a cycle, is drawn once, where it comes from.
    once: dict[str, Node] = {}
    for node in nodes:
        once.setdefault(node.id, node)
    if len(once) == 1:
        return None
    kept = chosen(list(once.values()))
    for node in kept:
        left_out[node.column] = left_out.get(node.column, 0) - 1
    lines = lines_between([UUID(node.id) for node in kept], ended=ended)
    return draw(kept, [(str(a), str(b)) for a, b in lines], left_out)
