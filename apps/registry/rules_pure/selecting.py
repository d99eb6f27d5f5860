"""Comparing candidates: what each costs at the stated volume, which needs it meets, and how they rank. Pure.

Unknown is never met. Only candidates that meet every must are ranked; the order in which they are named changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MILLION = Decimal(1_000_000)
CENT, TENTH = Decimal("0.01"), Decimal("0.1")
MET, NOT_MET, UNKNOWN, UNBOUND = "met", "not_met", "unknown", ""
# Criterion: whether more is better; None for those that are met or not.
DIRECTIONS: dict[str, bool | None] = {
    "quality": True, "price": False, "latency": False, "risk": False, "region": None, "terms": None,
}  # fmt: skip
MOST_WEIGHT = 5
# What is entered: of the comparison, and of a candidate.
FIELDS = (
    "title",
    "calls_a_month",
    "input_tokens",
    "output_tokens",
    "evaluation_dataset",
    "evaluation_metric",
    "currency",
)
FACTS = (
    "quality", "input_price", "output_price", "fixed_price", "latency_ms", "region", "terms", "trains_on_our_data", "risk",
    "notes", "evidence",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Need:
    """One criterion: how much it counts, its bound, and whether a candidate is out without it."""

    criterion: str
    weight: int = 0
    must: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    among: tuple[str, ...] = ()

    @property
    def bounded(self) -> bool:
        """Tell whether a candidate can meet it or fail it."""
        if self.criterion == "terms":
            return True
        return bool(self.among) if self.criterion == "region" else self.least is not None or self.most is not None


@dataclass(frozen=True, slots=True)
class Volume:
    """How much is called a month."""

    calls: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a candidate."""

    key: str
    name: str
    quality: Decimal | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    fixed_price: Decimal | None = None
    latency: int | None = None
    risk: int | None = None
    region: str = ""
    trains: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Cell:
    """A candidate's value of a criterion, and how it stands to the need."""

    value: Any
    verdict: str
    best: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A criterion with one cell for each candidate."""

    need: Need
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """How a candidate stands: its score, or the musts that it does not meet."""

    key: str
    name: str
    cost: Decimal | None
    score: Decimal | None
    fails: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    leads: bool = False

    @property
    def eligible(self) -> bool:
        """Tell whether it meets every must."""
        return not self.fails and not self.lacks


@dataclass(frozen=True, slots=True)
class Comparison:
    """The whole table."""

    rows: list[Row] = field(default_factory=list)
    standings: list[Standing] = field(default_factory=list)


def monthly_cost(facts: Facts, volume: Volume) -> Decimal | None:
    """Return what a candidate costs a month, or nothing where a part of it is not known.

    A provider's price is by tokens, our own installation's is fixed; the side that is left wholly empty counts as none.
    """
    by_token = facts.input_price is not None or facts.output_price is not None
    if not by_token:
        return facts.fixed_price
    known = (facts.input_price, facts.output_price, volume.calls, volume.input_tokens, volume.output_tokens)
    if any(value is None for value in known):
        return None
    inputs, outputs, calls, before, after = (Decimal(value) for value in known if value is not None)
    return calls * (before * inputs + after * outputs) / MILLION + (facts.fixed_price or Decimal(0))


def compare(needs: Sequence[Need], candidates: Sequence[Facts], volume: Volume) -> Comparison:
    """Return the table of candidates in the order given, with who leads."""
    costs = [monthly_cost(facts, volume) for facts in candidates]
    rows = [_row(need, candidates, costs) for need in needs]
    out = [_out(rows, place) for place in range(len(candidates))]
    inside = [place for place, (fails, lacks) in enumerate(out) if not fails and not lacks]
    scores = {place: _score(rows, place, inside) for place in inside}
    known = [score for score in scores.values() if score is not None]
    highest = max(known) if known else None
    return Comparison(
        rows,
        [
            Standing(
                facts.key,
                facts.name,
                _rounded(costs[place], CENT),
                _rounded(scores.get(place), TENTH),
                *out[place],
                leads=highest is not None and scores.get(place) == highest,
            )
            for place, facts in enumerate(candidates)
        ],
    )


def _rounded(value: Decimal | None, to: Decimal) -> Decimal | None:
    return value.quantize(to, ROUND_HALF_UP) if value is not None else None


def value_of(criterion: str, facts: Facts, cost: Decimal | None) -> Any:
    """Return a candidate's value of a criterion; nothing where it is not known."""
    if criterion == "price":
        return cost
    if criterion == "region":
        return facts.region or None
    if criterion == "terms":
        return None if facts.trains == UNKNOWN else facts.trains
    return getattr(facts, criterion)


def verdict_on(need: Need, value: Any) -> str:
    """Return how a value stands to a need."""
    if not need.bounded:
        return UNBOUND
    if value is None:
        return UNKNOWN
    if need.criterion == "terms":
        return MET if value == "no" else NOT_MET
    if need.criterion == "region":
        named = [part.strip().casefold() for part in str(value).split(",") if part.strip()]
        wanted = {part.casefold() for part in need.among}
        return MET if named and all(part in wanted for part in named) else NOT_MET
    low = need.least is None or value >= need.least
    return MET if low and (need.most is None or value <= need.most) else NOT_MET


def _row(need: Need, candidates: Sequence[Facts], costs: list[Decimal | None]) -> Row:
    values = [value_of(need.criterion, facts, cost) for facts, cost in zip(candidates, costs, strict=True)]
    direction = DIRECTIONS[need.criterion]
    known = [value for value in values if value is not None]
    best = None
    if direction is not None and len(known) > 1 and min(known) != max(known):
        best = max(known) if direction else min(known)
    cells = [Cell(v, verdict_on(need, v), best is not None and v is not None and v == best) for v in values]
    return Row(need, tuple(cells))


def _out(rows: list[Row], place: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the musts that a candidate fails, and those of which nobody knows."""
    musts = [(row.need.criterion, row.cells[place].verdict) for row in rows if row.need.must]
    fails = tuple(name for name, verdict in musts if verdict == NOT_MET)
    # A must without a bound cannot be met either.
    return fails, tuple(name for name, verdict in musts if verdict in (UNKNOWN, UNBOUND))


def _score(rows: list[Row], place: int, inside: list[int]) -> Decimal | None:
    total = sum(row.need.weight for row in rows)
    if not total:
        return None
    points = sum((row.need.weight * _points(row, place, inside) for row in rows if row.need.weight), Decimal(0))
    return points * 100 / total


def _points(row: Row, place: int, inside: list[int]) -> Decimal:
    """Return between none and all of a criterion's weight, by where the value lies among those who meet all musts."""
    cell = row.cells[place]
    if cell.value is None:
        return Decimal(0)
    direction = DIRECTIONS[row.need.criterion]
    if direction is None:
        return Decimal(cell.verdict == MET)
    values = [Decimal(row.cells[one].value) for one in inside if row.cells[one].value is not None]
    low, high = min(values), max(values)
    if low == high:
        return Decimal(1)
    share = (Decimal(cell.value) - low) / (high - low)
    return share if direction else 1 - share
