"""Selections, for programs: read what was compared and chosen, fill a comparison with measured values."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from apps.catalog.models import Dataset
from apps.inventory.models import UseCase
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import Candidate, ModelVersion, Selection
from apps.registry.queries import selections as queries
from apps.web.api import Page, cursor_page, request_key

from .routing import router

EDIT = Permission.REGISTRY_SELECTION_EDIT


class NeedData(Schema):
    """One criterion: its weight from 0 to 5, its bound, and whether a candidate is out without it."""

    criterion: Literal["quality", "price", "latency", "risk", "region", "terms"]
    weight: int = Field(0, ge=0, le=5)
    must: bool = False
    least: Decimal | None = None
    most: Decimal | None = None
    among: list[str] = []


class WhatCounts(Schema):
    """What is chosen, at which volume, and what counts."""

    title: str = Field(max_length=200)
    needs: list[NeedData] = Field([], max_length=6)
    calls_a_month: int | None = Field(None, ge=0, le=10**15)
    input_tokens: int | None = Field(None, ge=0, le=10**9)
    output_tokens: int | None = Field(None, ge=0, le=10**9)
    evaluation_dataset: str = ""
    evaluation_metric: str = Field("", max_length=200)
    currency: str = "EUR"


class OpenIn(WhatCounts):
    """A new comparison for a use case."""

    use_case: str


class NeedsIn(WhatCounts):
    """What counts from now on; an older version conflicts."""

    version: int


class FactsIn(Schema):
    """What is known of a candidate; what is left out is not known."""

    name: str = Field(max_length=200)
    quality: Decimal | None = None
    input_price: Decimal | None = None
    output_price: Decimal | None = None
    fixed_price: Decimal | None = None
    latency_ms: int | None = Field(None, ge=0, le=10**9)
    region: str = Field("", max_length=40)
    terms: str = ""
    trains_on_our_data: Literal["yes", "no", "unknown"] = "unknown"
    risk: int | None = Field(None, ge=1, le=5)
    notes: str = ""
    evidence: str = Field("", max_length=500)


class CandidateIn(FactsIn):
    """A new candidate, by the key of its version where it is on record."""

    model_version: str = ""


class CandidateOut(FactsIn):
    """A candidate."""

    id: UUID
    model_version: str

    @staticmethod
    def resolve_model_version(row: Any) -> str:
        return str(row.model_version.key) if row.model_version else ""


class SelectionOut(Schema):
    """A comparison."""

    key: str
    title: str
    use_case: str
    status: str
    chosen: str
    reason: str
    version: int
    opened_at: datetime
    decided_at: datetime | None

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        return str(row.use_case.key)

    @staticmethod
    def resolve_chosen(row: Any) -> str:
        return row.chosen.name if row.chosen else ""


class DissentOut(Schema):
    """Somebody's other view."""

    person: str
    preferred: str
    text: str
    said_at: datetime

    @staticmethod
    def resolve_person(row: Any) -> str:
        return str(row.person)

    @staticmethod
    def resolve_preferred(row: Any) -> str:
        return row.preferred.name if row.preferred else ""


class OneSelectionOut(SelectionOut):
    """A comparison with its table: frozen where it was decided, else as it stands now."""

    table: dict[str, Any]
    dissents: list[DissentOut]

    @staticmethod
    def resolve_table(row: Any) -> dict[str, Any]:
        return row.frozen or queries.as_data(row, queries.comparison(row))

    @staticmethod
    def resolve_dissents(row: Any) -> list[Any]:
        return list(row.dissents.select_related("person", "preferred"))


class DecideIn(Schema):
    """The choice."""

    candidate: UUID
    reason: str


class DissentIn(Schema):
    """Another view."""

    text: str
    preferred: UUID | None = None


class ReasonIn(Schema):
    """Why."""

    reason: str


def _selection(request: Any, key: str) -> Selection:
    rows = Selection.objects.visible_to(request.user).select_related("use_case__department", "chosen")
    return get_object_or_404(rows, key=key)


def _candidate(selection: Selection, pk: Any) -> Candidate:
    return get_object_or_404(selection.candidates.select_related("model_version"), pk=pk)


def _fields(request: Any, data: WhatCounts) -> dict[str, Any]:
    fields = data.dict(exclude={"use_case", "needs", "version"})
    key = fields.pop("evaluation_dataset")
    dataset = Dataset.objects.visible_to(request.user).filter(key=key).first() if key else None
    if key and dataset is None:
        raise Invalid({"evaluation_dataset": [f"There is no dataset {key}."]})
    return {**fields, "evaluation_dataset": dataset}


@router.get("/selections", permission=Permission.INVENTORY_CATALOG_BROWSE, response=Page[SelectionOut])
def selections(request: Any, cursor: str = "", limit: int = 50) -> Any:
    """List comparisons."""
    rows = Selection.objects.visible_to(request.user).select_related("use_case", "chosen")
    return cursor_page(request, rows, SelectionOut)


@router.post("/selections", permission=EDIT, response={201: OneSelectionOut})
def open_selection(request: Any, data: OpenIn) -> Any:
    """Begin a comparison for a use case."""
    use_case = get_object_or_404(UseCase.objects.visible_to(request.user), key=data.use_case)
    return 201, operations.open_selection(
        actor=request.actor, use_case=use_case, needs=[need.dict() for need in data.needs],
        request_key=request_key(request), **_fields(request, data),
    )  # fmt: skip


@router.get("/selections/{key}", permission=None, response=OneSelectionOut)
def selection(request: Any, key: str) -> Any:
    """Return a comparison with its table and the views on it."""
    return _selection(request, key)


@router.put("/selections/{key}/needs", permission=EDIT, response=OneSelectionOut)
def selection_needs(request: Any, key: str, data: NeedsIn) -> Any:
    """Say anew what counts, and at which volume."""
    return operations.edit_needs(
        actor=request.actor, selection=_selection(request, key), needs=[need.dict() for need in data.needs],
        changes=_fields(request, data), version=data.version, request_key=request_key(request),
    )  # fmt: skip


@router.post("/selections/{key}/candidates", permission=EDIT, response={201: CandidateOut})
def selection_candidate_add(request: Any, key: str, data: CandidateIn) -> Any:
    """Add a candidate; terms and risk that are left out are read from the terms of its model's provider."""
    facts = data.dict(exclude={"model_version"})
    rows = ModelVersion.objects.visible_to(request.user).select_related("ai_model")
    version = rows.filter(key=data.model_version).first() if data.model_version else None
    if data.model_version and version is None:
        raise Invalid({"model_version": [f"There is no version {data.model_version}."]})
    return 201, operations.add_candidate(
        actor=request.actor, selection=_selection(request, key), model_version=version, request_key=request_key(request),
        **facts,
    )  # fmt: skip


@router.put("/selections/{key}/candidates/{uuid:candidate_id}", permission=EDIT, response=CandidateOut)
def selection_candidate_edit(request: Any, key: str, candidate_id: UUID, data: FactsIn) -> Any:
    """Change what is known of a candidate."""
    found = _selection(request, key)
    return operations.edit_candidate(
        actor=request.actor, selection=found, candidate=_candidate(found, candidate_id), changes=data.dict(),
        request_key=request_key(request),
    )  # fmt: skip


@router.delete("/selections/{key}/candidates/{uuid:candidate_id}", permission=EDIT, response=OneSelectionOut)
def selection_candidate_remove(request: Any, key: str, candidate_id: UUID) -> Any:
    """Take a candidate out of the comparison."""
    found = _selection(request, key)
    return operations.remove_candidate(
        actor=request.actor,
        selection=found,
        candidate=_candidate(found, candidate_id),
        request_key=request_key(request),
    )


@router.post("/selections/{key}/decision", permission=None, response=OneSelectionOut)
def selection_decide(request: Any, key: str, data: DecideIn) -> Any:
    """Choose a candidate, with the reason."""
    found = _selection(request, key)
    return operations.decide_selection(
        actor=request.actor, selection=found, candidate=_candidate(found, data.candidate), reason=data.reason,
        request_key=request_key(request),
    )  # fmt: skip


@router.post("/selections/{key}/dissents", permission=None, response={201: DissentOut})
def selection_dissent(request: Any, key: str, data: DissentIn) -> Any:
    """Say what one sees differently; it stays said."""
    found = _selection(request, key)
    return 201, operations.dissent(
        actor=request.actor, selection=found, text=data.text, request_key=request_key(request),
        preferred=_candidate(found, data.preferred) if data.preferred else None,
    )  # fmt: skip


@router.post("/selections/{key}/abandon", permission=EDIT, response=OneSelectionOut)
def selection_abandon(request: Any, key: str, data: ReasonIn) -> Any:
    """End a comparison without a choice."""
    return operations.abandon_selection(
        actor=request.actor, selection=_selection(request, key), reason=data.reason, request_key=request_key(request)
    )
