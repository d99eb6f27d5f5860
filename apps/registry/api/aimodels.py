"""Models and versions, for programs."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.accounts.models import Department, Person
from apps.accounts.reach import reach
from apps.catalog.models import Dataset
from apps.inventory.models import Vendor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import AIModel, ModelVersion
from apps.registry.queries.downstream import what_breaks
from apps.registry.rules_pure.hugging_face import read_hugging_face
from apps.registry.rules_pure.plain_text import Unreadable
from apps.web.api import Page, cursor_page, request_key

from .routing import router

VIEW, EDIT = Permission.REGISTRY_MODEL_VIEW, Permission.REGISTRY_MODEL_EDIT


class ModelIn(Schema):
    """A model; `provider` is a vendor's name (empty: we are), `department` its name, `owner` an e-mail address."""

    name: str
    summary: str = ""
    provider: str = ""
    department: str = ""
    owner: str = ""
    task: str = ""
    architecture: str = ""
    base: str = ""
    base_name: str = ""
    derivation: str = "unknown"
    licence: str = ""
    hosting: str = "unknown"
    modalities_in: list[str] = []
    modalities_out: list[str] = []


class ModelOut(Schema):
    """A model."""

    key: str
    name: str
    summary: str
    provider: str
    owner: str
    task: str
    derivation: str
    base: str
    licence: str
    hosting: str
    aliases: dict[str, str]

    @staticmethod
    def resolve_provider(row: Any) -> str:
        return row.provider.name if row.provider else ""

    @staticmethod
    def resolve_owner(row: Any) -> str:
        return row.owner.email if row.owner else ""

    @staticmethod
    def resolve_base(row: Any) -> str:
        return row.base.key if row.base else row.base_name

    @staticmethod
    def resolve_aliases(row: Any) -> dict[str, str]:
        return {one.name: one.model_version.key for one in row.aliases.all() if one.ended_at is None}


class DataIn(Schema):
    """A dataset (its key), and what it was for: training, validation or evaluation."""

    dataset: str
    role: str = "training"
    digest: str = ""
    notes: str = ""


class MetricIn(Schema):
    """A measured value."""

    name: str
    value: Decimal
    unit: str = ""
    data_slice: str = ""
    source: str = ""
    measured_at: datetime | None = None


class VersionIn(Schema):
    """An immutable version: the digest of its artefact, or the provider's dated snapshot."""

    name: str
    artefact_digest: str = ""
    snapshot: str = ""
    source: str = ""
    licence: str = ""
    released_on: date | None = None
    parameters: dict[str, Any] = {}
    data: list[DataIn] = []
    metrics: list[MetricIn] = []


class VersionOut(Schema):
    """A version."""

    key: str
    model: str
    name: str
    identity: str
    stage: str
    source: str
    licence: str
    retires_on: date | None
    replaced_by: str

    @staticmethod
    def resolve_model(row: Any) -> str:
        return row.ai_model.key

    @staticmethod
    def resolve_replaced_by(row: Any) -> str:
        return row.replaced_by.key if row.replaced_by else ""


class MetricsIn(Schema):
    """Measured values."""

    metrics: list[MetricIn]


class CardIn(Schema):
    """A card: sections by name, texts or lists of texts."""

    content: dict[str, Any]


class ReadmeIn(Schema):
    """The text of a README.md."""

    text: str


class AliasIn(Schema):
    """Where an alias points: the key of a version; nothing ends it."""

    name: str
    version: str = ""


class ReasonIn(Schema):
    """Why."""

    reason: str


class DeprecationIn(ReasonIn):
    """From when on a version is gone, and which one takes its place."""

    retires_on: date
    replaced_by: str = ""


def _model(request: Any, key: str) -> AIModel:
    return get_object_or_404(AIModel.objects.visible_to(request.user).select_related("department"), key=key)


def _version(request: Any, key: str) -> ModelVersion:
    rows = ModelVersion.objects.visible_to(request.user).select_related("ai_model__department", "replaced_by")
    return get_object_or_404(rows, key=key)


def _dataset(request: Any, key: str) -> Dataset:
    found = Dataset.objects.visible_to(request.user).filter(key=key).first()
    if found is None:
        raise Invalid({"data": [f"You see no dataset called {key[:60]}."]})
    return found


@router.get("/models", permission=VIEW, response=Page[ModelOut], summary="List models")
def models(request: Any, name: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = AIModel.objects.visible_to(request.user).select_related("provider", "owner", "base")
    rows = rows.filter(name=name) if name else rows
    return cursor_page(request, rows.prefetch_related("aliases__model_version"), ModelOut, order=("key",))


@router.post("/models", permission=EDIT, response={201: ModelOut}, summary="Register a model")
def model_register(request: Any, data: ModelIn) -> Any:
    given = data.dict()
    given["provider"] = _named(Vendor.objects.all(), "provider", data.provider, name=data.provider)
    seen = Department.objects.filter(reach(request.user, EDIT, "pk"))
    given["department"] = _named(seen, "department", data.department, name=data.department)
    given["owner"] = _named(Person.objects.active(), "owner", data.owner, email=data.owner.lower())
    given["base"] = _named(AIModel.objects.visible_to(request.user), "base", data.base, key=data.base)
    return 201, operations.register_model(actor=request.actor, request_key=request_key(request), **given)


def _named(rows: Any, field: str, value: str, **by: Any) -> Any:
    if not value:
        return None
    found = rows.filter(**by).first()
    if found is None:
        raise Invalid({field: [f"Nothing here is called {value[:60]}."]})
    return found


@router.get("/models/{key}", permission=VIEW, response=ModelOut, summary="A model")
def model(request: Any, key: str) -> Any:
    return _model(request, key)


@router.get("/models/{key}/versions", permission=VIEW, response=Page[VersionOut], summary="A model's versions")
def versions(request: Any, key: str, cursor: str = "", limit: int = 50) -> Any:
    rows = _model(request, key).versions.select_related("ai_model", "replaced_by")
    return cursor_page(request, rows, VersionOut, order=("key",))


@router.post(
    "/models/{key}/versions", permission=VIEW, response={201: VersionOut},
    summary="Register a version; the same again is the same version, another artefact of that name conflicts",
)  # fmt: skip
def version_register(request: Any, key: str, data: VersionIn) -> Any:
    given = data.dict()
    given["data"] = [{**one.dict(), "dataset": _dataset(request, one.dataset)} for one in data.data]
    return 201, operations.register_version(
        actor=request.actor, ai_model=_model(request, key), request_key=request_key(request), **given
    )


@router.post("/models/{key}/aliases", permission=VIEW, response=ModelOut, summary="Set or end an alias")
def model_alias(request: Any, key: str, data: AliasIn) -> Any:
    found = _model(request, key)
    if not data.version:
        return operations.end_alias(actor=request.actor, ai_model=found, name=data.name)
    target = found.versions.filter(key=data.version).first()
    if target is None:
        raise Invalid({"version": ["This model has no such version."]})
    operations.set_alias(actor=request.actor, ai_model=found, name=data.name, model_version=target)
    return _model(request, key)


@router.get("/model-versions/{key}", permission=VIEW, response=VersionOut, summary="A version")
def model_version(request: Any, key: str) -> Any:
    return _version(request, key)


@router.post("/model-versions/{key}/metrics", permission=VIEW, summary="Record measured values of a version")
def version_metrics(request: Any, key: str, data: MetricsIn) -> Any:
    made = operations.record_metrics(
        actor=request.actor, model_version=_version(request, key), metrics=[one.dict() for one in data.metrics],
        request_key=request_key(request),
    )  # fmt: skip
    return {"made": made}


@router.post("/model-versions/{key}/card", permission=VIEW, summary="Write the card of a version")
def version_card(request: Any, key: str, data: CardIn) -> Any:
    made = operations.write_card(
        actor=request.actor, model_version=_version(request, key), content=data.content, source="api"
    )
    return {"number": made.number}


@router.post(
    "/model-versions/{key}/card/hugging-face", permission=VIEW,
    summary="Write the card from a README.md as Hugging Face keeps it; says what was kept without being understood",
)  # fmt: skip
def version_card_hugging_face(request: Any, key: str, data: ReadmeIn) -> Any:
    try:
        read = read_hugging_face(data.text)
    except Unreadable as problem:
        raise Invalid({"text": [str(problem)]}) from problem
    made = operations.write_card(
        actor=request.actor, model_version=_version(request, key), content=read.content, source="hugging-face"
    )
    return {"number": made.number, "kept": read.kept}


@router.post("/model-versions/{key}/validate", permission=VIEW, response=VersionOut, summary="Validate a version")
def version_validate(request: Any, key: str, data: ReasonIn) -> Any:
    return operations.validate_version(actor=request.actor, model_version=_version(request, key), reason=data.reason)


@router.post("/model-versions/{key}/deprecate", permission=VIEW, response=VersionOut, summary="Deprecate a version")
def version_deprecate(request: Any, key: str, data: DeprecationIn) -> Any:
    found = _version(request, key)
    other = found.ai_model.versions.filter(key=data.replaced_by).first() if data.replaced_by else None
    if data.replaced_by and other is None:
        raise Invalid({"replaced_by": ["This model has no such version."]})
    return operations.deprecate_version(
        actor=request.actor, model_version=found, reason=data.reason, retires_on=data.retires_on, replaced_by=other
    )


@router.post("/model-versions/{key}/retire", permission=VIEW, response=VersionOut, summary="Retire a version")
def version_retire(request: Any, key: str, data: ReasonIn) -> Any:
    return operations.retire_version(actor=request.actor, model_version=_version(request, key), reason=data.reason)


@router.get("/model-versions/{key}/what-breaks", permission=VIEW, summary="What breaks when a version is gone on a day")
def version_breaks(request: Any, key: str, on: date | None = None) -> Any:
    found = what_breaks(_version(request, key), on=on, person=request.user)
    return {
        "systems": [
            {
                "system": use.system.key, "releases": [one.key for one in use.releases],
                "deployments": [one.key for one in use.deployments], "exit_tested": not use.untested,
            }
            for use in found.systems
        ],
        "grants": [one.key for one in found.grants],
        "selections": [one.key for one in found.selections],
    }  # fmt: skip
