"""Classification, for programs: what is known of each field, and what a person confirms."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from django.shortcuts import get_object_or_404
from ninja import Field, Schema

from apps.catalog import models, operations
from apps.catalog.operations import Confirmation
from apps.catalog.queries.classification import class_token
from apps.kernel.permissions import Permission
from apps.web.api import request_key
from apps.web.offers import may_do

from .routing import router

LevelName = Literal["public", "internal", "confidential", "restricted"]
CategoryName = Literal["personal", "special_category", "financial", "health"]


class ClassOut(Schema):
    """A level with its categories; an empty level: nothing is known."""

    level: str
    categories: list[str]
    reason: str = ""


class FieldClassOut(Schema):
    """What is said of a field, and what counts. What lineage carries names other datasets: only for who may confirm."""

    path: str
    counts: ClassOut
    suggested: ClassOut
    carried: ClassOut
    confirmed: ClassOut
    confirmed_at: datetime | None
    seen: str


class ClassificationOut(Schema):
    """How a dataset is classified."""

    dataset: str
    level: str
    categories: list[str]
    declared: ClassOut
    fields: list[FieldClassOut]


class FieldClassIn(Schema):
    """What a person says of a field; `seen` as it was read, so that two people at once do not overwrite each other."""

    path: str = Field(min_length=1, max_length=500)
    level: LevelName
    categories: list[CategoryName] = []
    seen: str = Field("", max_length=16)


class ConfirmationsIn(Schema):
    """Several fields with one reason."""

    fields: list[FieldClassIn] = Field(min_length=1, max_length=2000)
    reason: str = Field("", max_length=4000)


def _found(request: Any, key: str) -> models.Dataset:
    return get_object_or_404(models.Dataset.objects.visible_to(request.user), key=key)


def _class(field: models.Field, name: str, with_reason: bool = True) -> dict[str, Any]:
    reason = getattr(field, f"{name}_reason") if with_reason else ""
    return {
        "level": getattr(field, f"{name}_level"), "categories": getattr(field, f"{name}_categories"), "reason": reason,
    }  # fmt: skip


class AgreementIn(Schema):
    """Why somebody agrees to a lower class."""

    reason: str


@router.get(
    "/datasets/{key}/classification",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=ClassificationOut,
    summary="How a dataset and its fields are classified, and why",
)
def classification(request: Any, key: str) -> Any:
    dataset = _found(request, key)
    may = bool(may_do(request.actor, operations.confirm_fields, dataset=dataset))
    return {
        "dataset": dataset.key,
        "level": dataset.level,
        "categories": dataset.categories,
        "declared": {
            "level": dataset.declared_level, "categories": dataset.declared_categories,
            "reason": dataset.declared_reason,
        },
        "fields": [
            {
                "path": field.path,
                "counts": {"level": field.level, "categories": field.categories},
                "suggested": _class(field, "suggested"),
                "carried": _class(field, "carried", may),
                "confirmed": _class(field, "confirmed"),
                "confirmed_at": field.confirmed_at,
                "seen": class_token(field),
            }
            for field in dataset.fields.filter(absent_since=None)
        ],
    }  # fmt: skip


@router.post(
    "/datasets/{key}/classification/agree",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response={204: None},
    summary="Agree, as a second person, that a dataset counts as less",
)
def agree_to_fall(request: Any, key: str, data: AgreementIn) -> Any:
    operations.agree_to_fall(
        actor=request.actor, dataset=_found(request, key), reason=data.reason, request_key=request_key(request)
    )
    return 204, None


@router.post(
    "/datasets/{key}/classification",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response={204: None},
    summary="Confirm how fields are classified; less than what is known of them takes a reason",
)
def classify_fields(request: Any, key: str, data: ConfirmationsIn) -> Any:
    given = [Confirmation(one.path, one.level, tuple(one.categories), one.seen) for one in data.fields]
    operations.confirm_fields(
        actor=request.actor, dataset=_found(request, key), confirmations=given, reason=data.reason,
        request_key=request_key(request),
    )  # fmt: skip
    return 204, None
