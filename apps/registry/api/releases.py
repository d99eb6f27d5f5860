"""Releases and artefacts, for programs: pipelines register prompts, compose releases and ask what differs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema
from pydantic import Field

from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Release
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import Artefact
from apps.registry.operations.composing import warnings_about
from apps.registry.queries import known
from apps.registry.queries import releases as queries
from apps.web.api import Page, cursor_page, request_key

from .routing import router


class PartOut(Schema):
    """A part, as it is frozen."""

    kind: str
    name: str
    version: str
    digest: str
    subject_type: str
    subject_id: str


class PartIn(Schema):
    """A part that is on record nowhere, such as a container image."""

    kind: str = Field(min_length=1, max_length=300)
    name: str = Field(min_length=1, max_length=300)
    version: str = Field("", max_length=300)
    digest: str = Field("", max_length=300)


class CoveredOut(Schema):
    """Whether a gate lets a release run in an environment now, and until when."""

    environment: str
    authorisation: str
    until: datetime | None


class ReleaseOut(Schema):
    """A release: the exact set of parts of a system."""

    key: str
    system: str
    number: int
    name: str
    notes: str
    digest: str
    frozen_at: datetime
    withdrawn_at: datetime | None
    items: list[PartOut]

    @staticmethod
    def resolve_system(row: Any) -> str:
        return str(row.system.key)


class OneReleaseOut(ReleaseOut):
    """A release, where it may run now, and what one should know of its parts."""

    covered: list[CoveredOut]
    warnings: list[str]

    @staticmethod
    def resolve_covered(row: Any) -> list[dict[str, Any]]:
        return [
            {"environment": str(where), "authorisation": by.key if by else "", "until": by.valid_until if by else None}
            for where, by in queries.covered(row)
        ]

    @staticmethod
    def resolve_warnings(row: Any) -> list[str]:
        return warnings_about(queries.models_in(row))


class ComposeIn(Schema):
    """Versions by key (MDV-0001), alias (MDL-0001@champion) and artefact (ART-0001/2; without a number the newest)."""

    models: list[str] = Field([], max_length=200)
    artefacts: list[str] = Field([], max_length=200)
    others: list[PartIn] = Field([], max_length=200)
    name: str = Field("", max_length=120)
    notes: str = ""


class ReasonIn(Schema):
    """Why."""

    reason: str


class LineOut(Schema):
    """A line of text that went, came, or stands around one that did."""

    kind: str
    text: str


class ValueOut(Schema):
    """A place of a JSON document that differs."""

    place: str
    before: str
    after: str


class MetricOut(Schema):
    """A measure in both versions."""

    name: str
    unit: str
    before: float | None
    after: float | None
    change: float | None


class ChangeOut(Schema):
    """A part in two versions, with what differs inside."""

    kind: str
    name: str
    before: PartOut
    after: PartOut
    lines: list[LineOut]
    values: list[ValueOut]
    metrics: list[MetricOut]


class DifferenceOut(Schema):
    """What differs from one release to another."""

    before: str
    after: str
    added: list[PartOut]
    removed: list[PartOut]
    changed: list[ChangeOut]

    @staticmethod
    def resolve_before(row: Any) -> str:
        return str(row.before.key)

    @staticmethod
    def resolve_after(row: Any) -> str:
        return str(row.after.key)


class ArtefactIn(Schema):
    """A prompt, retrieval index, guardrail or parameter set."""

    kind: str
    name: str = Field(max_length=200)
    purpose: str = Field("", max_length=300)


class ArtefactOut(ArtefactIn):
    """An artefact on record."""

    key: str
    system: str

    @staticmethod
    def resolve_system(row: Any) -> str:
        return str(row.system.key)


class VersionIn(Schema):
    """A version's content: text, or JSON as text for parameters and indexes."""

    content: str
    notes: str = Field("", max_length=500)


class VersionOut(VersionIn):
    """A version on record."""

    number: int
    digest: str
    made_at: datetime


def _system(request: Any, key: str) -> AISystem:
    rows = known.systems(request.actor, request.user, Permission.INVENTORY_RELEASE_FREEZE)
    return get_object_or_404(rows, key=key)


def _release(request: Any, key: str) -> Release:
    return get_object_or_404(Release.objects.visible_to(request.user).select_related("system"), key=key)


def _artefact(request: Any, key: str) -> Artefact:
    return get_object_or_404(Artefact.objects.visible_to(request.user).select_related("system"), key=key)


@router.get("/releases", permission=Permission.INVENTORY_CATALOG_BROWSE, response=Page[ReleaseOut])
def releases(request: Any, system: str = "", cursor: str = "", limit: int = 50) -> Any:
    """List releases, of one system where it is named."""
    rows = Release.objects.visible_to(request.user).select_related("system")
    return cursor_page(request, rows.filter(system__key=system) if system else rows, ReleaseOut)


@router.get("/releases/{key}", permission=None, response=OneReleaseOut)
def release(request: Any, key: str) -> Any:
    """Return a release, its parts and where it may run now."""
    return _release(request, key)


@router.get("/releases/{key}/against/{other}", permission=None, response=DifferenceOut)
def release_difference(request: Any, key: str, other: str) -> Any:
    """Say what differs from one release to another, the first one being the older."""
    return queries.differences(_release(request, key), _release(request, other), person=request.user)


@router.post("/systems/{key}/releases", permission=Permission.INVENTORY_RELEASE_FREEZE, response={201: OneReleaseOut})
def compose_release(request: Any, key: str, data: ComposeIn) -> Any:
    """Compose and freeze a release; the same set of parts again is the same release."""
    system = _system(request, key)
    versions, unknown = queries.resolve_models(known.versions(request.actor, request.user), data.models)
    artefacts, absent = queries.resolve_artefacts(system, data.artefacts)
    for field, names in (("models", unknown), ("artefacts", absent)):
        if names:
            raise Invalid({field: [f"There is no {names[0]}."]})
    return 201, operations.compose_release(
        actor=request.actor, system=system, model_versions=versions, artefact_versions=artefacts,
        others=[part.dict() for part in data.others], name=data.name, notes=data.notes, request_key=request_key(request),
    )  # fmt: skip


@router.post("/releases/{key}/withdraw", permission=Permission.INVENTORY_RELEASE_FREEZE, response=OneReleaseOut)
def withdraw_release(request: Any, key: str, data: ReasonIn) -> Any:
    """Take a release back: nothing new may be decided or deployed of it."""
    return inventory.withdraw_release(
        actor=request.actor, release=_release(request, key), reason=data.reason, request_key=request_key(request)
    )


@router.get("/systems/{key}/artefacts", permission=None, response=Page[ArtefactOut])
def artefacts_of(request: Any, key: str, cursor: str = "", limit: int = 50) -> Any:
    """List what is versioned beside the models of a system."""
    return cursor_page(request, _system(request, key).artefacts.select_related("system"), ArtefactOut)


@router.post("/systems/{key}/artefacts", permission=Permission.INVENTORY_RELEASE_FREEZE, response={201: ArtefactOut})
def register_artefact(request: Any, key: str, data: ArtefactIn) -> Any:
    """Put an artefact of a system on record; the same name again is the same one."""
    return 201, operations.register_artefact(
        actor=request.actor, system=_system(request, key), request_key=request_key(request), **data.dict()
    )


@router.get("/artefacts/{key}/versions", permission=None, response=Page[VersionOut])
def artefact_versions(request: Any, key: str, cursor: str = "", limit: int = 50) -> Any:
    """List the versions of an artefact."""
    return cursor_page(request, _artefact(request, key).versions.all(), VersionOut)


@router.post("/artefacts/{key}/versions", permission=Permission.INVENTORY_RELEASE_FREEZE, response={201: VersionOut})
def add_artefact_version(request: Any, key: str, data: VersionIn) -> Any:
    """Add a version; the same content again is the same version."""
    return 201, operations.add_artefact_version(
        actor=request.actor, artefact=_artefact(request, key), request_key=request_key(request), **data.dict()
    )
