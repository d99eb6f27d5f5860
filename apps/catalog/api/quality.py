"""Quality, for programs: what tools report, and how a dataset stands."""

from __future__ import annotations

from typing import Any, Literal

from django.shortcuts import get_object_or_404
from ninja import Field, Schema
from pydantic import AwareDatetime

from apps.catalog import operations
from apps.catalog.models import Dataset
from apps.catalog.operations.quality import Report
from apps.catalog.queries.quality import quality_of, verdicts_on
from apps.inventory.models import UseCase
from apps.kernel.permissions import Permission
from apps.web.api import request_key

from .routing import router


class ResultIn(Schema):
    """One run of one check; times carry their zone."""

    check: str = Field(min_length=1, max_length=500)
    at: AwareDatetime
    outcome: Literal["passed", "warned", "failed", "error", "skipped"]
    name: str = Field("", max_length=300)
    kind: str = Field("", max_length=120)
    field: str = Field("", max_length=500)
    run: str = Field("", max_length=200)
    observed: dict[str, Any] = {}
    expectation: dict[str, Any] = {}


class ResultsIn(Schema):
    """Results of one source, at most a thousand."""

    source: str = Field("api", min_length=1, max_length=60)
    results: list[ResultIn] = Field(max_length=1000)


class LoadIn(Schema):
    """A load of a dataset."""

    at: AwareDatetime
    rows: int | None = Field(None, ge=0, lt=2**63)


class CheckOut(Schema):
    """A check and its newest outcome."""

    check: str
    name: str
    field: str
    source: str
    outcome: str
    outcome_at: AwareDatetime | None


class VerdictOut(Schema):
    """Whether it is good enough for a use case."""

    use_case: str
    fit: bool
    reasons: list[str]


class QualityOut(Schema):
    """How a dataset stands."""

    score: int | None
    fresh: bool | None
    last_loaded_at: AwareDatetime | None
    trend: list[float]
    checks: list[CheckOut]
    fitness: list[VerdictOut]


def _found(request: Any, key: str) -> Dataset:
    return get_object_or_404(Dataset.objects.visible_to(request.user), key=key)


@router.get(
    "/datasets/{key}/quality",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=QualityOut,
    summary="How good a dataset is, and for which uses",
)
def quality(request: Any, key: str) -> Any:
    dataset = _found(request, key)
    found = quality_of(dataset)
    seen = set(UseCase.objects.visible_to(request.user).filter(fitness__dataset=dataset).values_list("pk", flat=True))
    return {
        "score": found.score,
        "fresh": found.fresh,
        "last_loaded_at": dataset.last_loaded_at,
        "trend": found.trend,
        "checks": [
            {
                "check": one.external_id,
                "name": one.name,
                "field": one.field.path if one.field else "",
                "source": one.source,
                "outcome": one.outcome,
                "outcome_at": one.outcome_at,
            }
            for one in found.checks
        ],
        "fitness": [
            {"use_case": one.fitness.use_case.key, "fit": one.fit, "reasons": one.reasons}
            for one in verdicts_on(dataset, found)
            if one.fitness.use_case_id in seen
        ],
    }


@router.post(
    "/datasets/{key}/quality/results",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    response={204: None},
    summary="Report what checks found; the same run again changes nothing",
)
def report_results(request: Any, key: str, data: ResultsIn) -> Any:
    results = [Report(**one.dict()) for one in data.results]
    operations.report_results(
        actor=request.actor, dataset=_found(request, key), source=data.source, results=results,
        request_key=request_key(request),
    )  # fmt: skip
    return 204, None


@router.post(
    "/datasets/{key}/loads",
    permission=Permission.INTEGRATIONS_INTAKE_SEND,
    response={204: None},
    summary="Report a load",
)
def report_load(request: Any, key: str, data: LoadIn) -> Any:
    operations.report_load(
        actor=request.actor, dataset=_found(request, key), at=data.at, rows=data.rows, request_key=request_key(request)
    )
    return 204, None
