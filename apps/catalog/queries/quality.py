"""How good a dataset is now, how that went over time, for whom it is good enough, and whom a breach concerns."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Case, Count, Exists, F, FloatField, OuterRef, Q, Subquery, Sum, Value, When
from django.db.models.expressions import RawSQL
from django.db.models.functions import TruncDate

from apps.catalog.models import CheckOutcome, Dataset, DatasetUse, Fitness, QualityCheck, QualityResult
from apps.catalog.rules_pure import scoring
from apps.inventory.models import AISystem
from apps.kernel import clock

TREND_DAYS = 30
COUNTED = [CheckOutcome.PASSED, CheckOutcome.WARNED, CheckOutcome.FAILED, CheckOutcome.ERROR]
BROKEN = [CheckOutcome.FAILED, CheckOutcome.ERROR]
# Everything downstream of a dataset that is an AI system, at most six jobs away.
SYSTEMS_DOWNSTREAM = """
WITH RECURSIVE flow(node, kind, steps) AS (
    SELECT %s::uuid, 'dataset'::varchar, 0
    UNION
    SELECT edge.target_id, edge.target_kind, flow.steps + 1
    FROM flow JOIN catalog_lineageedge AS edge ON edge.source_id = flow.node
    WHERE flow.steps < 12 AND edge.ended_at IS NULL
)
SELECT node FROM flow WHERE kind = 'system'
UNION SELECT job.system_id FROM flow JOIN catalog_job AS job ON job.id = flow.node WHERE job.system_id IS NOT NULL
"""


@dataclass(frozen=True, slots=True)
class Quality:
    """How a dataset stands."""

    score: int | None
    checks: list[QualityCheck]
    fresh: bool | None
    trend: list[float]


def quality_of(dataset: Dataset) -> Quality:
    """Return score, checks, freshness and trend of a dataset; two statements."""
    checks = list(QualityCheck.objects.filter(dataset=dataset).select_related("field").order_by("name"))
    return Quality(
        score=scoring.score((check.outcome, check.weight) for check in checks),
        checks=checks,
        fresh=scoring.is_fresh(dataset.last_loaded_at, dataset.fresh_within_minutes, clock.now()),
        trend=[share for _day, share in trend_of(dataset)],
    )


def trend_of(dataset: Dataset) -> list[tuple[Any, float]]:
    """Return, for each of the last days with results, the share of them that passed, in percent."""
    since = clock.now() - timedelta(days=TREND_DAYS)
    results = QualityResult.objects.filter(check_made__dataset=dataset, at__gte=since, outcome__in=COUNTED)
    days = (
        results.annotate(day=TruncDate("at"))
        .values("day")
        .annotate(passed=Count("pk", filter=Q(outcome=CheckOutcome.PASSED)), counted=Count("pk"))
        .order_by("day")
    )
    return [(row["day"], round(100 * row["passed"] / row["counted"], 1)) for row in days]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a dataset is good enough for a use case."""

    fitness: Fitness
    reasons: list[str]

    @property
    def fit(self) -> bool:
        """Tell whether nothing speaks against it."""
        return not self.reasons


def verdicts_on(dataset: Dataset, found: Quality) -> list[Verdict]:
    """Return the verdict for each use case that said what it needs; two statements whatever their number."""
    state = scoring.State(found.score, dataset.last_loaded_at, {c.name: c.outcome for c in found.checks})
    uses = Fitness.objects.filter(dataset=dataset).select_related("use_case").prefetch_related("needed_checks")
    made = []
    for use in uses.order_by("use_case__key"):
        names = tuple(check.name for check in use.needed_checks.all())
        need = scoring.Need(use.least_score, use.fresh_within_minutes, names)
        made.append(Verdict(use, scoring.unfit_because(need, state, clock.now())))
    return made


def _score() -> Any:
    """Return the score of the outer fitness's dataset, as `scoring.score` counts it."""
    credit = Case(
        When(outcome="passed", then=1.0), When(outcome="warned", then=0.5), default=0.0, output_field=FloatField()
    )
    counted = QualityCheck.objects.filter(dataset_id=OuterRef("dataset_id"), outcome__in=COUNTED, weight__gt=0)
    shares = (
        counted.order_by()
        .values("dataset_id")
        .annotate(
            share=100.0
            * Sum(credit * F("weight"), output_field=FloatField())
            / Sum("weight", output_field=FloatField())
        )
    )
    return Subquery(shares.values("share")[:1], output_field=FloatField())


def unfit() -> Any:
    """Return what use cases need and do not get, as rows of `Fitness`."""
    late = Q(fresh_within_minutes__isnull=False) & (
        Q(dataset__last_loaded_at=None)
        | Q(dataset__last_loaded_at__lt=Value(clock.now()) - F("fresh_within_minutes") * Value(timedelta(minutes=1)))
    )
    missed = Fitness.needed_checks.through.objects.filter(fitness_id=OuterRef("pk")).exclude(
        qualitycheck__outcome__in=["passed", "warned"]
    )
    return Fitness.objects.annotate(share=_score()).filter(
        Q(share=None) | Q(share__lt=F("least_score")) | late | Q(Exists(missed))
    )


def stale() -> Any:
    """Return datasets whose promise of freshness is broken."""
    promise = F("fresh_within_minutes") * Value(timedelta(minutes=1))
    late = Q(last_loaded_at=None) | Q(last_loaded_at__lt=Value(clock.now()) - promise)
    return Dataset.objects.current().filter(late, fresh_within_minutes__isnull=False)


def systems_concerned(dataset: Dataset) -> Any:
    """Return the current systems that work with a dataset, as declared or as lineage tells."""
    declared = DatasetUse.objects.filter(dataset=dataset, ended_at=None).values("system_id")
    observed = RawSQL(SYSTEMS_DOWNSTREAM, [dataset.pk])  # noqa: S611 - fixed text
    return AISystem.objects.current().filter(Q(pk__in=declared) | Q(pk__in=observed))
