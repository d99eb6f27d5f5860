"""Datasets and what their fields mean, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.catalog import operations
from apps.catalog.models import Dataset
from apps.catalog.queries.finding import datasets_matching
from apps.inventory.api.systems import find_department
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .glossary import find_entity, find_terms
from .platforms import facts_of, find_platform
from .routing import router

AROUND = ("platform", "container", "department", "owner", "steward", "master_entity")


class DatasetFacts(Schema):
    """What may be written about a dataset; what is left out stays as it is. People are e-mail addresses."""

    title: str | None = None
    description: str | None = None
    owner: str | None = None
    steward: str | None = None
    region: str | None = None
    criticality: str | None = None
    tags: list[str] | None = None
    master_entity: str | None = None
    fresh_within_minutes: int | None = None
    terms: list[str] | None = None


class FieldIn(Schema):
    """A field of a new dataset."""

    path: str
    data_type: str = ""
    description: str = ""
    nullable: bool | None = None
    primary_key: bool = False


class FieldEdit(Schema):
    """What a field means; terms by name or synonym."""

    path: str
    data_type: str | None = None
    description: str | None = None
    nullable: bool | None = None
    primary_key: bool = False
    tags: list[str] | None = None
    master_entity: str | None = None
    terms: list[str] | None = None


class DatasetIn(DatasetFacts):
    """A new dataset; `platform` by its key, `name` as tools call it there, `department` by its path of codes."""

    platform: str
    name: str
    department: str
    fields: list[FieldIn] = []


class DatasetEdit(DatasetFacts):
    """Changes; with `version` a change by somebody else is a conflict."""

    version: int | None = None


class DropIn(Schema):
    """Why."""

    reason: str


class FieldOut(Schema):
    """A field with what it means and what class counts."""

    path: str
    position: int
    data_type: str
    description: str
    nullable: bool | None
    primary_key: bool
    tags: list[str]
    level: str
    categories: list[str]
    master_entity: str
    terms: list[str]
    absent_since: datetime | None

    @staticmethod
    def resolve_master_entity(row: Any) -> str:
        return row.master_entity.name if row.master_entity else ""

    @staticmethod
    def resolve_terms(row: Any) -> list[str]:
        return sorted(term.name for term in row.terms.all())


class DatasetOut(Schema):
    """A dataset; `level` is empty while nobody classified it, which counts as restricted."""

    key: str
    title: str
    name: str
    namespace: str
    platform: str
    container: str
    description: str
    department: str
    owner: str
    steward: str
    region: str
    criticality: str
    standing: str
    level: str
    categories: list[str]
    tags: list[str]
    master_entity: str
    fresh_within_minutes: int | None
    last_loaded_at: datetime | None
    row_count: int | None
    dropped_at: datetime | None
    version: int
    updated_at: datetime

    @staticmethod
    def resolve_platform(row: Any) -> str:
        return row.platform.key

    @staticmethod
    def resolve_container(row: Any) -> str:
        return row.container.name if row.container else ""

    @staticmethod
    def resolve_department(row: Any) -> str:
        return row.department.path if row.department else ""

    @staticmethod
    def resolve_owner(row: Any) -> str:
        return row.owner.email if row.owner else ""

    @staticmethod
    def resolve_steward(row: Any) -> str:
        return row.steward.email if row.steward else ""

    @staticmethod
    def resolve_region(row: Any) -> str:
        return row.effective_region

    @staticmethod
    def resolve_master_entity(row: Any) -> str:
        return row.master_entity.name if row.master_entity else ""


class DatasetDetail(DatasetOut):
    """A dataset with its terms and fields."""

    terms: list[str]
    fields: list[FieldOut]

    @staticmethod
    def resolve_terms(row: Any) -> list[str]:
        return sorted(term.name for term in row.terms.all())

    @staticmethod
    def resolve_fields(row: Any) -> Any:
        return row.fields.select_related("master_entity").prefetch_related("terms")


def find_dataset(request: Any, key: str) -> Dataset:
    """Return a dataset that the caller may know of."""
    return get_object_or_404(Dataset.objects.visible_to(request.user).select_related(*AROUND), key=key)


def _facts(data: Schema) -> dict[str, Any]:
    sent = facts_of(data, *(name for name in ("owner", "steward") if hasattr(data, name)))
    if "master_entity" in sent:
        sent["master_entity"] = find_entity(sent["master_entity"])
    return sent


def _terms(data: Any) -> Any:
    return None if data.terms is None else find_terms(data.terms)


@router.get(
    "/datasets",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=Page[DatasetOut],
    summary="List datasets that you may know of",
)
def datasets(request: Any, platform: str = "", level: str = "", q: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = datasets_matching(Dataset.objects.visible_to(request.user).current(), q).select_related(*AROUND)
    rows = rows.filter(platform__key=platform) if platform else rows
    rows = rows.filter(level="" if level == "none" else level) if level else rows
    return cursor_page(request, rows, DatasetOut, order=("key",))


@router.get(
    "/datasets/{key}", permission=Permission.CATALOG_DATASET_BROWSE, response=DatasetDetail, summary="A dataset"
)
def dataset(request: Any, key: str) -> Any:
    return find_dataset(request, key)


@router.post(
    "/datasets",
    permission=Permission.CATALOG_DATASET_REGISTER,
    response={201: DatasetDetail},
    summary="Register a dataset with its fields",
)
def dataset_register(request: Any, data: DatasetIn) -> Any:
    terms = _terms(data)
    made = operations.register_dataset(
        actor=request.actor,
        platform=find_platform(request, data.platform),
        department=find_department(data.department),
        fields=[field.dict() for field in data.fields],
        request_key=request_key(request),
        **_facts(data),
    )
    if terms is not None and data.terms:
        operations.edit_dataset(actor=request.actor, dataset=made, changes={}, terms=terms)
        made.refresh_from_db()
    return 201, made


@router.patch(
    "/datasets/{key}",
    permission=Permission.CATALOG_DATASET_EDIT,
    response=DatasetDetail,
    summary="Change facts of a dataset",
)
def dataset_edit(request: Any, key: str, data: DatasetEdit) -> Any:
    return operations.edit_dataset(
        actor=request.actor,
        dataset=find_dataset(request, key),
        changes=_facts(data),
        terms=_terms(data),
        version=data.version,
        request_key=request_key(request),
    )


@router.patch(
    "/datasets/{key}/fields",
    permission=Permission.CATALOG_DATASET_EDIT,
    response=DatasetDetail,
    summary="Say what fields mean, several at once",
)
def dataset_fields(request: Any, key: str, data: list[FieldEdit]) -> Any:
    changes: dict[str, dict[str, Any]] = {}
    for field in data:
        sent = _facts(field)
        path = sent.pop("path")
        changes[path] = sent | ({"terms": find_terms(field.terms)} if field.terms is not None else {})
    found = find_dataset(request, key)
    return operations.edit_fields(actor=request.actor, dataset=found, changes=changes, request_key=request_key(request))


@router.post(
    "/datasets/{key}/drop",
    permission=Permission.CATALOG_DATASET_EDIT,
    response=DatasetDetail,
    summary="Say that a dataset is gone from its platform",
)
def dataset_drop(request: Any, key: str, data: DropIn) -> Any:
    found = find_dataset(request, key)
    return operations.drop_dataset(
        actor=request.actor, dataset=found, reason=data.reason, request_key=request_key(request)
    )
