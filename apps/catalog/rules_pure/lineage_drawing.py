"""Where the boxes and lines of a picture of lineage stand: columns by distance, upstream left, downstream right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

BOX_WIDTH, BOX_HEIGHT = 196, 34
COLUMN_WIDTH, ROW_HEIGHT = 244, 48
MARGIN = 12
MOST_IN_COLUMN = 10
MOST_NODES = 60
LONGEST_LABEL = 22


@dataclass(frozen=True, slots=True)
class Node:
    """A node to draw; `column` is its distance, negative upstream and 0 for where the walk began."""

    id: str
    label: str
    kind: str
    column: int
    url: str = ""
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Box:
    """A node with its place; one without id stands for those that were left out of its column."""

    node: Node
    x: int
    y: int
    text: str

    @property
    def middle(self) -> int:
        """The height of the box's middle."""
        return self.y + BOX_HEIGHT // 2

    @property
    def text_x(self) -> int:
        """Where the text begins."""
        return self.x + 10

    @property
    def text_y(self) -> int:
        """The text's base line."""
        return self.y + BOX_HEIGHT // 2 + 5


@dataclass(frozen=True, slots=True)
class Line:
    """A way from one box to another; `back` where it goes against the reading direction, as in a cycle."""

    path: str
    back: bool


@dataclass(frozen=True, slots=True)
class Drawing:
    """A picture: its size, boxes and lines."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]
    box_width: int = BOX_WIDTH
    box_height: int = BOX_HEIGHT


def chosen(nodes: Sequence[Node]) -> list[Node]:
    """Return the nodes that are drawn: the nearest ones, at most ten a column and sixty in all."""
    taken: dict[int, int] = {}
    kept = []
    for node in sorted(nodes, key=lambda one: abs(one.column)):
        if len(kept) < MOST_NODES and taken.get(node.column, 0) < MOST_IN_COLUMN:
            taken[node.column] = taken.get(node.column, 0) + 1
            kept.append(node)
    return kept


def draw(nodes: Sequence[Node], lines: Iterable[tuple[str, str]], left_out: Mapping[int, int]) -> Drawing:
    """Place nodes in columns, each near those it is joined to; `left_out` says how many a column does not show."""
    pairs = sorted(set(lines))
    columns: dict[int, list[Node]] = {}
    for node in nodes:
        columns.setdefault(node.column, []).append(node)
    for column, number in left_out.items():
        if number > 0 and column in columns:
            columns[column].append(Node("", f"+{number}", "more", column))
    order = _ordered(columns, pairs)
    tallest = max((len(rows) for rows in order.values()), default=1)
    first = min(order, default=0)
    boxes = [
        Box(node, MARGIN + (column - first) * COLUMN_WIDTH, _top(row, len(rows), tallest), short(node.label))
        for column, rows in order.items()
        for row, node in enumerate(rows)
    ]
    places = {box.node.id: box for box in boxes if box.node.id}
    drawn = [_line(places[a], places[b]) for a, b in pairs if a in places and b in places]
    width = 2 * MARGIN + (max(order, default=0) - first) * COLUMN_WIDTH + BOX_WIDTH
    return Drawing(width, 2 * MARGIN + tallest * ROW_HEIGHT, tuple(boxes), tuple(drawn))


def short(label: str) -> str:
    """Return a label that fits into a box; the end of a name tells more than its middle."""
    if len(label) <= LONGEST_LABEL:
        return label
    half = (LONGEST_LABEL - 1) // 2
    return f"{label[:half]}…{label[-half:]}"


def _top(row: int, rows: int, tallest: int) -> int:
    return MARGIN + row * ROW_HEIGHT + (tallest - rows) * ROW_HEIGHT // 2


def _ordered(columns: dict[int, list[Node]], pairs: list[tuple[str, str]]) -> dict[int, list[Node]]:
    """Order each column, from the middle outwards, by the mean place of the neighbours that stand already."""
    beside: dict[str, list[str]] = {}
    for a, b in pairs:
        beside.setdefault(a, []).append(b)
        beside.setdefault(b, []).append(a)
    place: dict[str, float] = {}
    for column in sorted(columns, key=abs):

        def wanted(node: Node) -> tuple[bool, float, str]:
            known = [place[one] for one in beside.get(node.id, []) if one in place]
            return (not node.id, sum(known) / len(known) if known else 0.5, node.label)

        columns[column].sort(key=wanted)
        rows = columns[column]
        for number, node in enumerate(rows):
            if node.id:
                place[node.id] = (number + 0.5) / len(rows)
    return dict(sorted(columns.items()))


def _line(source: Box, target: Box) -> Line:
    """Return a curve from the right side of one box to the left side of another."""
    x1, y1, x2, y2 = source.x + BOX_WIDTH, source.middle, target.x, target.middle
    bend = max(24, (x2 - x1) // 2)
    return Line(f"M{x1} {y1} C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}", back=x2 <= x1)
