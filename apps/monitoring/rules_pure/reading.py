"""Reading what was pushed: rows become points, or say column by column what is wrong with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

LARGEST_BATCH = 1_000
MOST = Decimal(10) ** 15
PLACES = Decimal(1).scaleb(-10)
MOST_OBSERVATIONS = 10**15
LONGEST_WINDOW = timedelta(days=31)
OLDEST = timedelta(days=3660)
AHEAD = timedelta(minutes=5)
LONGEST = {"name": 120, "slice": 120, "source": 120, "unit": 40}
KINDS = ("quality", "latency", "drift", "cost", "usage")
HIGHER_IS = ("better", "worse", "neither")
COLUMNS = frozenset(
    ("name", "kind", "unit", "higher_is", "value", "window_start", "window_end", "count", "slice", "source", "release", "correction")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Read:
    """One row that can be taken."""

    row: int
    name: str
    value: Decimal
    window_start: datetime
    window_end: datetime
    count: int = 1
    slice: str = ""
    source: str = ""
    kind: str = ""
    unit: str = ""
    higher_is: str = ""
    release: str = ""
    correction: bool = False

    @property
    def place(self) -> tuple[str, datetime, str, str]:
        """What makes it this point and no other."""
        return self.name, self.window_start, self.slice, self.source


@dataclass(slots=True)
class Reading:
    """What became of a batch: the rows that can be taken, and problems as (row, column, sentence)."""

    rows: list[Read] = field(default_factory=list)
    problems: list[tuple[int, str, str]] = field(default_factory=list)


def read(points: Sequence[Any], now: datetime) -> Reading:
    """Read the rows of a batch; the number of a row counts from 1."""
    found = Reading()
    seen: dict[tuple[str, datetime, str, str], int] = {}
    for number, point in enumerate(points, start=1):
        problems: list[tuple[str, str]] = []
        row = _row(number, point, now, problems)
        if row is not None and row.place in seen:
            problems.append(("window_start", f"Row {seen[row.place]} is about the same window."))
        if problems or row is None:
            found.problems += [(number, column, text) for column, text in problems]
        else:
            seen[row.place] = number
            found.rows.append(row)
    return found


def _row(number: int, point: Any, now: datetime, problems: list[tuple[str, str]]) -> Read | None:
    if not isinstance(point, Mapping):
        problems.append(("", "This is no object."))
        return None
    problems += [(str(name)[:60], "There is no such column.") for name in sorted(set(map(str, point)) - COLUMNS)]
    texts = {
        name: _text(point, name, problems)
        for name in ("name", "kind", "unit", "higher_is", "slice", "source", "release")
    }
    if not texts["name"]:
        problems.append(("name", "Name the metric."))
    if texts["kind"] and texts["kind"] not in KINDS:
        problems.append(("kind", f"Write one of {', '.join(KINDS)}."))
    if texts["higher_is"] and texts["higher_is"] not in HIGHER_IS:
        problems.append(("higher_is", f"Write one of {', '.join(HIGHER_IS)}."))
    value = _value(point.get("value"), problems)
    start, end = _window(point, now, problems)
    count = _count(point.get("count", 1), problems)
    correction = point.get("correction", False)
    if not isinstance(correction, bool):
        problems.append(("correction", "Write true or false."))
    if problems or value is None or start is None or end is None:
        return None
    return Read(
        row=number, value=value, window_start=start, window_end=end, count=count, correction=correction, **texts
    )


def _text(point: Mapping[str, Any], name: str, problems: list[tuple[str, str]]) -> str:
    given = point.get(name)
    if given is None:
        return ""
    if not isinstance(given, str) or "\x00" in given:
        problems.append((name, "Write a text."))
        return ""
    given = given.strip()
    if len(given) > LONGEST.get(name, 120):
        problems.append((name, f"At most {LONGEST.get(name, 120)} characters."))
    return given


def _value(given: Any, problems: list[tuple[str, str]]) -> Decimal | None:
    if given is None or given == "":
        problems.append(("value", "Give a number."))
        return None
    number = None
    if not isinstance(given, bool) and isinstance(given, int | float | str | Decimal) and len(str(given)) <= 60:
        try:
            number = Decimal(str(given).strip())
        except InvalidOperation:
            number = None
    if number is None or not number.is_finite():
        problems.append(("value", "This is no number; infinity and “not a number” are none."))
        return None
    if abs(number) > MOST:
        problems.append(("value", "This number is too large."))
        return None
    return number.quantize(PLACES)


def _count(given: Any, problems: list[tuple[str, str]]) -> int:
    if isinstance(given, bool) or not isinstance(given, int) or not 1 <= given <= MOST_OBSERVATIONS:
        problems.append(("count", "Give a whole number from 1 on."))
        return 1
    return given


def _window(
    point: Mapping[str, Any], now: datetime, problems: list[tuple[str, str]]
) -> tuple[datetime | None, datetime | None]:
    start = _moment(point.get("window_start"), "window_start", problems)
    end = _moment(point["window_end"], "window_end", problems) if point.get("window_end") is not None else start
    if start is None or end is None:
        return None, None
    if start > now + AHEAD:
        problems.append(("window_start", "Nothing is measured in the future."))
    elif end > now + AHEAD:
        problems.append(("window_end", "This window is not over yet."))
    if start < now - OLDEST:
        problems.append(("window_start", "This is older than ten years."))
    if end < start:
        problems.append(("window_end", "A window ends after it starts."))
    elif end - start > LONGEST_WINDOW:
        problems.append(("window_end", "A window lasts 31 days at most."))
    return start, end


def _moment(given: Any, name: str, problems: list[tuple[str, str]]) -> datetime | None:
    found = given if isinstance(given, datetime) else None
    if isinstance(given, str) and len(given) <= 40:
        try:
            found = datetime.fromisoformat(given)
        except ValueError:
            found = None
    if found is None:
        problems.append((name, "Write a moment such as 2026-11-23T10:00:00Z."))
        return None
    if found.tzinfo is None:
        problems.append((name, "Write the moment with its zone, such as 2026-11-23T10:00:00Z."))
        return None
    try:
        return found.astimezone(UTC)
    except (OverflowError, ValueError):
        problems.append((name, "Write a moment such as 2026-11-23T10:00:00Z."))
        return None


def digest(rows: Iterable[Read]) -> str:
    """Return the SHA-256 of what was taken, the same for the same rows in any order."""
    lines = sorted(
        json.dumps([one.name, one.window_start.isoformat(), one.slice, one.source, str(one.value), one.count])
        for one in rows
    )
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()
