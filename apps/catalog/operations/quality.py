"""Quality checks and what they found."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import CheckOutcome, Dataset, Field, QualityCheck, QualityResult
from apps.kernel.actors import Actor

from .datasets import look_again


@operation(Event.CHECK_DEFINED, needs=None, subject="dataset", may=permissions.may_edit_dataset)
def define_check(
    *,
    actor: Actor,
    dataset: Dataset,
    source: str,
    external_id: str,
    name: str,
    kind: str = "",
    field: str = "",
    expectation: dict[str, Any] | None = None,
) -> QualityCheck:
    """Return the check that a source calls so; what is said of it is brought up to date."""
    column = Field.objects.filter(dataset=dataset, path=field[:500]).first() if field else None
    values = {"name": name[:300], "kind": kind[:120], "field": column, "expectation": expectation or {}}
    check, made = QualityCheck.objects.get_or_create(
        dataset=dataset, source=source[:60], external_id=external_id[:500], defaults=values
    )
    different = [] if made else [key for key, value in values.items() if getattr(check, key) != value]
    for key in different:
        setattr(check, key, values[key])
    if different:
        check.save(update_fields=different)
    return check


@operation(Event.CHECK_REPORTED, needs=None, subject="check", may=permissions.may_observe)
def report_result(
    *,
    actor: Actor,
    check: QualityCheck,
    at: datetime,
    outcome: str,
    observed: dict[str, Any] | None = None,
    run_reference: str = "",
) -> QualityCheck:
    """Keep what one run of a check found; the same run again changes nothing, an older one is not the newest."""
    _result, made = QualityResult.objects.get_or_create(
        check_made=check,
        at=at,
        run_reference=run_reference[:200],
        defaults={"outcome": CheckOutcome(outcome), "observed": observed or {}},
    )
    if made and (check.outcome_at is None or at >= check.outcome_at):
        check.outcome, check.outcome_at = outcome, at
        check.save(update_fields=["outcome", "outcome_at"])
        look_again(check.dataset)
    return check
