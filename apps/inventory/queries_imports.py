"""What an import comes to: its numbers, which add up, and its problems as a list."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, Value
from django.db.models.functions import Coalesce, NullIf

from .importing.sentences import say
from .models import Import, ImportRow, Outcome


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """The rows read, and what became of them (or would become): the parts add up to the whole."""

    rows: int
    counts: dict[str, int]
    possible_duplicates: int

    @property
    def adds_up(self) -> bool:
        """Tell whether every row read is accounted for."""
        return self.rows == sum(self.counts.values())


def reconcile(batch: Import) -> Reconciliation:
    """Count the rows of an import by what became of them, or what the check foresees."""
    result = Coalesce(NullIf(F("outcome"), Value("")), F("planned"))
    counted = batch.lines.annotate(result_now=result).order_by().values_list("result_now").annotate(number=Count("pk"))
    counts = {str(outcome): 0 for outcome in Outcome.values}
    for outcome, number in counted:
        counts[outcome] = counts.get(outcome, 0) + number
    waiting = Q(match__isnull=False, decision="") & (
        Q(outcome=Outcome.CREATED) | Q(outcome="", planned=Outcome.CREATED)
    )
    return Reconciliation(batch.rows, counts, batch.lines.filter(waiting).count())


def with_result(lines: Any) -> Any:
    """Give each row `result_now`: what became of it, or what the check foresees."""
    return lines.annotate(result_now=Coalesce(NullIf(F("outcome"), Value("")), F("planned")))


def problems(lines: Iterable[ImportRow]) -> Iterator[dict[str, Any]]:
    """Return the reasons of rows, one by one, as sentences."""
    for line in lines:
        for reason in line.reasons:
            yield {
                "row": line.row_number,
                "name": line.name,
                "column": reason.get("column", ""),
                "level": reason["level"],
                "code": reason["code"],
                "text": say(str(reason["code"]), reason.get("values") or {}),
            }
