"""Where the line of a trend stands: values over time, bounds across, and marks where the release changed."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

WIDTH, HEIGHT = 720, 260
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 26, 30
TICKS = 4
# Two values further apart than this many usual steps are not joined: nothing is known of the time between.
GAP = 4


@dataclass(frozen=True, slots=True)
class Dot:
    """A value with its place."""

    x: float
    y: float
    beyond: bool


@dataclass(frozen=True, slots=True)
class Mark:
    """A line with its words: across for a value, down for a moment."""

    at: float
    text: str
    anchor: str = "start"


@dataclass(frozen=True, slots=True)
class Trend:
    """A picture of a trend."""

    lines: tuple[str, ...]
    dots: tuple[Dot, ...]
    levels: tuple[Mark, ...]
    moments: tuple[Mark, ...]
    bounds: tuple[Mark, ...]
    releases: tuple[Mark, ...]
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    top: int = TOP
    bottom: int = HEIGHT - BOTTOM


@dataclass(frozen=True, slots=True)
class Value:
    """One value of a series."""

    at: datetime
    value: Decimal
    release: str = ""


def draw(values: Sequence[Value], bounds: Sequence[tuple[str, Decimal]]) -> Trend | None:
    """Place a series (from old to new) and its bounds, each ("above" or "below", threshold)."""
    if not values:
        return None
    least, most = _span([float(one.value) for one in values] + [float(threshold) for _side, threshold in bounds])
    first, last = values[0].at, values[-1].at
    seconds = (last - first).total_seconds() or 1.0

    def across(moment: datetime) -> float:
        if first == last:
            return (LEFT + WIDTH - RIGHT) / 2
        return round(LEFT + (moment - first).total_seconds() / seconds * (WIDTH - LEFT - RIGHT), 1)

    def down(value: float) -> float:
        return round(HEIGHT - BOTTOM - (value - least) / (most - least) * (HEIGHT - TOP - BOTTOM), 1)

    dots = [Dot(across(one.at), down(float(one.value)), _beyond(one.value, bounds)) for one in values]
    return Trend(
        lines=tuple(_joined(values, dots)),
        dots=tuple(dots if len(dots) <= 60 else [dot for dot in dots if dot.beyond]),
        levels=tuple(Mark(down(level), short(level)) for level in _levels(least, most)),
        moments=tuple(_moments(first, last, across)),
        bounds=tuple(Mark(down(float(threshold)), f"{side} {short(float(threshold))}") for side, threshold in bounds),
        releases=tuple(_releases(values, across)),
    )


def _beyond(value: Decimal, bounds: Sequence[tuple[str, Decimal]]) -> bool:
    return any(value > threshold if side == "above" else value < threshold for side, threshold in bounds)


def _span(numbers: list[float]) -> tuple[float, float]:
    """Return a range with some air; a flat line stands in the middle."""
    least, most = min(numbers), max(numbers)
    air = (most - least) * 0.08 or abs(most) * 0.1 or 1.0
    return (0.0 if 0 <= least <= air else least - air), most + air


def _levels(least: float, most: float) -> list[float]:
    """Return round numbers between two, at most a handful."""
    rough = (most - least) / TICKS
    size = 10.0 ** math.floor(math.log10(rough))
    step = next(size * factor for factor in (1, 2, 2.5, 5, 10) if size * factor >= rough)
    level = math.ceil(least / step) * step
    found = []
    while level <= most and len(found) < 2 * TICKS:
        found.append(round(level, 10))
        level += step
    return found


def short(number: float) -> str:
    """Return a number in a few characters."""
    for size, letter in ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(number) >= size:
            divisor = 1e3 if letter == "k" else size
            return f"{number / divisor:.3g}{letter}"
    return f"{number:.4g}"


def _joined(values: Sequence[Value], dots: Sequence[Dot]) -> list[str]:
    steps = sorted((b.at - a.at for a, b in itertools.pairwise(values)), key=lambda one: one.total_seconds())
    usual = steps[len(steps) // 2] if steps else timedelta(0)
    lines: list[list[str]] = [[]]
    for index, dot in enumerate(dots):
        if index and usual and values[index].at - values[index - 1].at > usual * GAP:
            lines.append([])
        lines[-1].append(f"{dot.x},{dot.y}")
    return [" ".join(line) for line in lines if len(line) > 1]


def _moments(first: datetime, last: datetime, across: object) -> list[Mark]:
    if first == last:
        return [Mark((LEFT + WIDTH - RIGHT) / 2, f"{first:%H:%M}", "middle")]
    written = "%H:%M" if last - first <= timedelta(hours=36) else "%d %b"
    found = []
    for part, anchor in ((0, "start"), (1, "middle"), (2, "middle"), (3, "end")):
        moment = first + (last - first) * part / 3
        found.append(Mark(across(moment), moment.strftime(written), anchor))  # type: ignore[operator]
    return found


def _releases(values: Sequence[Value], across: object) -> list[Mark]:
    found: list[Mark] = []
    before = values[0].release
    for one in values[1:]:
        if one.release != before:
            at = across(one.at)  # type: ignore[operator]
            # The first letters of the key are the same for all; marks too near to each other would overprint.
            room = not found or at - found[-1].at > 70
            found.append(Mark(at, one.release if room else "", "end" if at > WIDTH - 110 else "start"))
        before = one.release
    return found
