"""Quality checks and what they found."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import CheckOutcome, Dataset, Field, Fitness, QualityCheck, QualityResult
from apps.inventory.models import UseCase
from apps.inventory.operations.checks import check_fields
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .datasets import look_again

BROKEN = (CheckOutcome.FAILED, CheckOutcome.ERROR)


@dataclass(frozen=True, slots=True)
class Report:
    """What a tool says of one run of one check."""

    check: str
    at: datetime
    outcome: str
    name: str = ""
    kind: str = ""
    field: str = ""
    run: str = ""
    observed: dict[str, Any] = dataclasses.field(default_factory=dict)
    expectation: dict[str, Any] = dataclasses.field(default_factory=dict)


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
        if outcome in BROKEN and check.outcome not in BROKEN:
            defer("catalog.alert_breach", check=str(check.pk), at=at.isoformat())
        check.outcome, check.outcome_at = outcome, at
        check.save(update_fields=["outcome", "outcome_at"])
        look_again(check.dataset)
    return check


@operation(
    Event.CHECKS_REPORTED,
    needs=Permission.INTEGRATIONS_INTAKE_SEND,
    subject="dataset",
    may=permissions.may_know_dataset,
)
def report_results(*, actor: Actor, dataset: Dataset, source: str, results: Sequence[Report]) -> Dataset:
    """Take over what a tool found: each check comes into being with its first result."""
    for report in results:
        check = define_check(
            actor=actor,
            dataset=dataset,
            source=source,
            external_id=report.check,
            name=report.name or report.check,
            kind=report.kind,
            field=report.field,
            expectation=report.expectation,
        )
        report_result(
            actor=actor,
            check=check,
            at=report.at,
            outcome=report.outcome,
            observed=report.observed,
            run_reference=report.run,
        )
    return dataset


@operation(
    Event.LOAD_REPORTED, needs=Permission.INTEGRATIONS_INTAKE_SEND, subject="dataset", may=permissions.may_know_dataset
)
def report_load(*, actor: Actor, dataset: Dataset, at: datetime, rows: int | None = None) -> Dataset:
    """Remember that a dataset was loaded; an older load than the newest known one changes nothing."""
    if dataset.last_loaded_at is not None and at <= dataset.last_loaded_at:
        return dataset
    dataset.last_loaded_at = at
    if rows is not None:
        dataset.row_count, dataset.counted_as_of = rows, at
    dataset.save(update_fields=["last_loaded_at", "row_count", "counted_as_of"])
    look_again(dataset)
    return dataset


@operation(Event.FITNESS_SET, needs=None, subject="dataset", may=permissions.may_set_fitness)
def set_fitness(
    *,
    actor: Actor,
    dataset: Dataset,
    use_case: UseCase,
    least_score: int,
    fresh_within_minutes: int | None = None,
    needed_checks: Iterable[QualityCheck] = (),
) -> Fitness:
    """Say what a use case needs of a dataset: the least score of 100, how fresh, and which checks must pass."""
    checks = list(needed_checks)
    if not 0 <= least_score <= 100:
        raise Invalid({"least_score": [_("Give a number from 0 to 100.")]})
    if any(check.dataset_id != dataset.pk for check in checks):
        raise Invalid({"needed_checks": [_("These are checks of another dataset.")]})
    values = {"least_score": least_score, "fresh_within_minutes": fresh_within_minutes}
    check_fields(Fitness, values)
    fitness, _made = Fitness.objects.update_or_create(dataset=dataset, use_case=use_case, defaults=values)
    fitness.needed_checks.set(checks)
    defer("compliance.evaluate", subject_type="inventory.use_case", subject_id=str(use_case.pk))
    return fitness
