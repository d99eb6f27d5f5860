"""Platforms, for programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.catalog import operations
from apps.catalog.models import Platform
from apps.inventory.api.schemas import find_person
from apps.inventory.api.systems import find_department
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .routing import router

LISTS = ("tags", "synonyms", "categories")
NULLABLE = (
    "key_rotated_on", "transport_encrypted", "fresh_within_minutes", "nullable", "master_entity", "owner", "steward",
)  # fmt: skip


class PlatformFacts(Schema):
    """What may be written about a platform; what is left out stays as it is. `owner` is an e-mail address."""

    name: str | None = None
    kind: str | None = None
    description: str | None = None
    owner: str | None = None
    location: str | None = None
    region: str | None = None
    criticality: str | None = None
    encryption: str | None = None
    key_reference: str | None = None
    key_rotated_on: date | None = None
    transport_encrypted: bool | None = None


class PlatformIn(PlatformFacts):
    """A new platform; `namespace` as tools name it, `department` by its path of codes."""

    name: str
    namespace: str
    department: str


class PlatformEdit(PlatformFacts):
    """Changes; with `version` a change by somebody else is a conflict."""

    version: int | None = None


class PlatformOut(Schema):
    """A platform."""

    key: str
    name: str
    kind: str
    namespace: str
    description: str
    department: str
    owner: str
    location: str
    region: str
    criticality: str
    encryption: str
    key_reference: str
    key_rotated_on: date | None
    transport_encrypted: bool | None
    standing: str
    version: int

    @staticmethod
    def resolve_department(row: Any) -> str:
        return row.department.path if row.department else ""

    @staticmethod
    def resolve_owner(row: Any) -> str:
        return row.owner.email if row.owner else ""


def facts_of(data: Schema, *people: str) -> dict[str, Any]:
    """Return what was sent, with people in place of their e-mail addresses."""
    sent = data.dict(exclude_unset=True, exclude={"version", "department", "namespace", "platform", "fields", "terms"})
    for name in people:
        if name in sent:
            sent[name] = find_person(name, sent[name] or "")
    # Where the record knows no "nothing", null means empty.
    empty = {
        name: [] if name in LISTS else "" for name, value in sent.items() if value is None and name not in NULLABLE
    }
    return sent | empty


def find_platform(request: Any, key: str) -> Platform:
    """Return a platform that the caller may know of."""
    return get_object_or_404(Platform.objects.visible_to(request.user).select_related("department", "owner"), key=key)


@router.get(
    "/platforms",
    permission=Permission.CATALOG_DATASET_BROWSE,
    response=Page[PlatformOut],
    summary="List data platforms",
)
def platforms(request: Any, kind: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = Platform.objects.visible_to(request.user).select_related("department", "owner")
    return cursor_page(request, rows.filter(kind=kind) if kind else rows, PlatformOut, order=("key",))


@router.get(
    "/platforms/{key}", permission=Permission.CATALOG_DATASET_BROWSE, response=PlatformOut, summary="A data platform"
)
def platform(request: Any, key: str) -> Any:
    return find_platform(request, key)


@router.post(
    "/platforms",
    permission=Permission.CATALOG_PLATFORM_EDIT,
    response={201: PlatformOut},
    summary="Register a data platform",
)
def register_platform(request: Any, data: PlatformIn) -> Any:
    made = operations.register_platform(
        actor=request.actor,
        namespace=data.namespace,
        department=find_department(data.department),
        request_key=request_key(request),
        **facts_of(data, "owner"),
    )
    return 201, made


@router.patch(
    "/platforms/{key}",
    permission=Permission.CATALOG_PLATFORM_EDIT,
    response=PlatformOut,
    summary="Change facts of a data platform",
)
def edit_platform(request: Any, key: str, data: PlatformEdit) -> Any:
    return operations.edit_platform(
        actor=request.actor,
        platform=find_platform(request, key),
        changes=facts_of(data, "owner"),
        version=data.version,
        request_key=request_key(request),
    )
