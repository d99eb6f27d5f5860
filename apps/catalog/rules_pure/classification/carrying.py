"""How classes flow along the lines between fields: a least fixed point, so that circles carry nothing by themselves."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from .counting import NOTHING, Class, Said, counting, lowered

PATH_SHOWN = 6


@dataclass(frozen=True, slots=True)
class Line:
    """Values of one field flow into another; `job` names what moves them."""

    source: Any
    target: Any
    kind: str = "DIRECT"
    subtype: str = ""
    masking: bool = False
    job: str = ""

    @property
    def lowers(self) -> str:
        """Return why less arrives than left: masked, aggregated, or nothing."""
        if self.masking:
            return "masked"
        return "aggregated" if self.subtype == "AGGREGATION" else ""

    def carry(self, one: Class) -> Class:
        """Return what arrives."""
        if self.kind != "DIRECT" or not one.known:
            return NOTHING
        return lowered(one) if self.lowers else one


@dataclass(frozen=True, slots=True)
class Arrived:
    """What lineage carries into a field, and by which line the highest of it came."""

    carried: Class
    line: Line | None = None


def carry(said: Mapping[Any, Said], lines: Iterable[Line], outside: Mapping[Any, Class], now: datetime) -> dict:
    """Return for each field of `said` what arrives; `outside` holds the classes of sources that are not among them.

    Begins with nothing carried and follows the lines until nothing grows.
    """
    leaving: dict[Any, list[Line]] = defaultdict(list)
    arrived = {field: Arrived(NOTHING) for field in said}
    waiting: deque[Any] = deque()
    for line in lines:
        leaving[line.source].append(line)
    counted = dict(outside)
    for field, one in said.items():
        counted[field] = counting(replace(one, carried=NOTHING))
    waiting.extend(counted)
    queued = set(counted)
    while waiting:
        source = waiting.popleft()
        queued.discard(source)
        for line in leaving[source]:
            if line.target not in arrived or not _arrives(arrived, line, counted[source]):
                continue
            before = counted[line.target]
            after = counting(_with(said[line.target], arrived[line.target].carried, now))
            counted[line.target] = after
            if after != before and line.target not in queued:
                waiting.append(line.target)
                queued.add(line.target)
    return arrived


def _arrives(arrived: dict[Any, Arrived], line: Line, one: Class) -> bool:
    """Add what a line brings; tell whether it was new."""
    brought, known = line.carry(one), arrived[line.target]
    if known.carried.covers(brought):
        return False
    grown = known.carried | brought
    first = known.line is None or grown.level != known.carried.level
    arrived[line.target] = Arrived(grown, line if first else known.line)
    return True


def _with(said: Said, carried: Class, now: datetime) -> Said:
    return replace(said, carried=carried, carried_at=risen_at(said, carried, now))


def risen_at(said: Said, carried: Class, now: datetime) -> datetime | None:
    """Return since when upstream is as high as it is: now, if it is higher than what was carried until now."""
    return said.carried_at if said.carried.covers(carried) else now


def path_of(arrived: Mapping[Any, Arrived], field: Any) -> list[Line]:
    """Return the lines by which a field got what it carries, from the first source on."""
    path: list[Line] = []
    seen = {field}
    while (found := arrived.get(field)) is not None and found.line is not None:
        path.insert(0, found.line)
        field = found.line.source
        if field in seen:
            break
        seen.add(field)
    return path


def reason_of(path: list[Line], names: Mapping[Any, str]) -> str:
    """Say where a class comes from: “From A by way of B; masked in job X: one level lower.”"""
    if not path:
        return ""
    text = f"From {names.get(path[0].source, '?')}"
    through = [names.get(line.source, "?") for line in path[1:]]
    if through:
        shown = through if len(through) <= PATH_SHOWN else [*through[:2], f"{len(through) - 4} more", *through[-2:]]
        text += f" by way of {', '.join(shown)}"
    for line in path:
        if line.lowers:
            job = f" in job {line.job}" if line.job else ""
            text += f"; {line.lowers}{job}: one level lower"
    return f"{text}."
