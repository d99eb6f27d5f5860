"""Requests for models and model grants, for programs; what is decided at each call is asked elsewhere."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import AIModel, ModelAccessRequest, ModelGrant
from apps.registry.queries import access as queries
from apps.registry.queries.leaving import name_of
from apps.web.api import Page, cursor_page, request_key

from .routing import router

ASKS, DECIDES = Permission.REGISTRY_ACCESS_REQUEST, Permission.REGISTRY_ACCESS_DECIDE


class ModelTermsIn(Schema):
    """What is asked for; `subject` is "me", the key of a system, or the name of a service identity."""

    ai_model: str
    subject: str = "me"
    use_case: str
    environment: str
    purpose: str
    purpose_details: str
    days: int
    alias: str = ""
    model_version: str = ""
    region: str = ""
    max_tokens: int | None = None
    max_temperature: Decimal | None = None
    tools: list[str] = []
    any_tool: bool = False
    modalities: list[str] = ["text"]
    data_level: str = "internal"
    data_categories: list[str] = []
    rate_limit: int | None = None
    rate_window: int = 60
    budget: Decimal | None = None
    budget_period: str = "month"
    currency: str = "EUR"
    fail_mode: str | None = None


class ModelDecisionIn(Schema):
    """A decision with its reason; narrower where that is enough. `second`: whether you decide as the second of two."""

    approve: bool
    reason: str
    second: bool | None = None
    days: int | None = None
    max_tokens: int | None = None
    rate_limit: int | None = None
    budget: Decimal | None = None
    fail_mode: str | None = None


class ModelTimeIn(Schema):
    """Days from the decision on, and why."""

    days: int
    reason: str


class ModelWhyIn(Schema):
    """Why."""

    reason: str


class ModelTermsOut(Schema):
    """What requests and grants have in common; people by e-mail, systems by key, services by name."""

    key: str
    ai_model: str
    alias: str
    model_version: str
    subject_kind: str
    subject: str
    use_case: str
    environment: str
    region: str
    purpose: str
    purpose_details: str
    max_tokens: int | None
    max_temperature: Decimal | None
    tools: list[str]
    any_tool: bool
    modalities: list[str]
    data_level: str
    data_categories: list[str]
    rate_limit: int | None
    rate_window: int
    budget: Decimal | None
    budget_period: str
    currency: str
    fail_mode: str

    @staticmethod
    def resolve_ai_model(row: Any) -> str:
        return row.ai_model.key

    @staticmethod
    def resolve_model_version(row: Any) -> str:
        return row.model_version.key if row.model_version else ""

    @staticmethod
    def resolve_subject(row: Any) -> str:
        return name_of(row)

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        return row.use_case.key

    @staticmethod
    def resolve_tools(row: Any) -> list[str]:
        return row.tools or []


class ModelRequestOut(ModelTermsOut):
    """A request for a model and what was said of it."""

    status: str
    days: int
    requested_at: datetime
    requester: str
    tier_seen: str
    renews: str
    decided_reason: str
    second_reason: str
    grant: str

    @staticmethod
    def resolve_requester(row: Any) -> str:
        return row.requester.email

    @staticmethod
    def resolve_renews(row: Any) -> str:
        return row.renews.key if row.renews else ""

    @staticmethod
    def resolve_grant(row: Any) -> str:
        return next((grant.key for grant in row.grants.all()), "")


class ModelGrantOut(ModelTermsOut):
    """A grant on a model."""

    state: str
    tier_granted: str
    valid_from: datetime
    valid_until: datetime
    held_back_reason: str
    revoked_at: datetime | None
    revoked_reason: str
    request: str

    @staticmethod
    def resolve_request(row: Any) -> str:
        return row.request.key


def _requests(request: Any) -> Any:
    rows = ModelAccessRequest.objects.visible_to(request.user).select_related(*queries.AROUND, "requester", "renews")
    return rows.prefetch_related("grants")


def _grants(request: Any) -> Any:
    return ModelGrant.objects.visible_to(request.user).select_related(*queries.AROUND, "request")


def _one(rows: Any, field: str, value: str) -> Any:
    found = rows.filter(key=value).first() if value else None
    if found is None:
        raise Invalid({field: [f"You see nothing called “{value[:60]}”."]})
    return found


def _subject(person: Any, name: str) -> Any:
    if name == "me":
        return person
    system = queries.systems_of(person).filter(key=name).first()
    found = system or queries.services_of(person).filter(name=name).first()
    if found is None:
        raise Invalid({"subject": ["Write “me”, or the key or name of a system or service that you answer for."]})
    return found


@router.get(
    "/model-access-requests", permission=ASKS, response=Page[ModelRequestOut], summary="List requests for models"
)
def model_requests(request: Any, status: str = "", ai_model: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = _requests(request)
    rows = rows.filter(status=status) if status else rows
    rows = rows.filter(ai_model__key=ai_model) if ai_model else rows
    return cursor_page(request, rows, ModelRequestOut, order=("key",))


@router.get("/model-access-requests/{key}", permission=ASKS, response=ModelRequestOut, summary="A request for a model")
def model_request(request: Any, key: str) -> Any:
    return get_object_or_404(_requests(request), key=key)


@router.post(
    "/model-access-requests", permission=ASKS, response={201: ModelRequestOut},
    summary="Ask for a model; what the policy forbids is refused at once with the rule",
)  # fmt: skip
def model_ask(request: Any, data: ModelTermsIn) -> Any:
    ai_model = _one(AIModel.objects.visible_to(request.user), "ai_model", data.ai_model)
    version = _one(ai_model.versions.all(), "model_version", data.model_version) if data.model_version else None
    made = operations.request_model_access(
        actor=request.actor,
        ai_model=ai_model,
        model_version=version,
        subject=_subject(request.user, data.subject),
        use_case=_one(queries.uses_to_name(request.user), "use_case", data.use_case),
        request_key=request_key(request),
        **data.dict(exclude={"ai_model", "subject", "model_version", "use_case"}),
    )
    return 201, made


@router.post(
    "/model-access-requests/{key}/decision", permission=DECIDES, response=ModelRequestOut,
    summary="Approve or refuse a request for a model",
)  # fmt: skip
def model_decision(request: Any, key: str, data: ModelDecisionIn) -> Any:
    found = get_object_or_404(_requests(request), key=key)
    return operations.decide_model_request(
        actor=request.actor, request=found, request_key=request_key(request), **data.dict()
    )


@router.post(
    "/model-access-requests/{key}/withdrawal", permission=ASKS, response=ModelRequestOut, summary="Take a request back"
)
def model_withdrawal(request: Any, key: str) -> Any:
    found = get_object_or_404(_requests(request), key=key)
    return operations.withdraw_model_request(actor=request.actor, request=found, request_key=request_key(request))


@router.get("/model-grants", permission=ASKS, response=Page[ModelGrantOut], summary="List model grants")
def model_grants(
    request: Any, ai_model: str = "", system: str = "", standing: bool = False, cursor: str = "", limit: int = 50
) -> Any:
    rows = _grants(request)
    rows = rows.filter(ai_model__key=ai_model) if ai_model else rows
    rows = rows.filter(system__key=system) if system else rows
    return cursor_page(request, rows.standing() if standing else rows, ModelGrantOut, order=("key",))


@router.get("/model-grants/{key}", permission=ASKS, response=ModelGrantOut, summary="A model grant")
def model_grant(request: Any, key: str) -> Any:
    return get_object_or_404(_grants(request), key=key)


@router.post(
    "/model-grants/{key}/extension-request", permission=ASKS, response={201: ModelRequestOut},
    summary="Ask for more time on a model grant",
)  # fmt: skip
def model_grant_extension(request: Any, key: str, data: ModelTimeIn) -> Any:
    found = get_object_or_404(_grants(request), key=key)
    return 201, operations.request_extension(
        actor=request.actor, grant=found, days=data.days, reason=data.reason, request_key=request_key(request)
    )


def _with_reason(request: Any, key: str, does: Any, reason: str) -> Any:
    found = get_object_or_404(_grants(request), key=key)
    return does(actor=request.actor, grant=found, reason=reason, request_key=request_key(request))


@router.post(
    "/model-grants/{key}/hold", permission=DECIDES, response=ModelGrantOut,
    summary="Let a model grant allow nothing until it is decided anew",
)  # fmt: skip
def model_grant_hold(request: Any, key: str, data: ModelWhyIn) -> Any:
    return _with_reason(request, key, operations.hold_back_grant, data.reason)


@router.post(
    "/model-grants/{key}/resumption", permission=DECIDES, response=ModelGrantOut,
    summary="Decide anew on a model grant that was held back",
)  # fmt: skip
def model_grant_resumption(request: Any, key: str, data: ModelWhyIn) -> Any:
    return _with_reason(request, key, operations.resume_grant, data.reason)


@router.post(
    "/model-grants/{key}/revocation", permission=ASKS, response=ModelGrantOut,
    summary="End a model grant at once: by whoever answers for the model, or whoever holds it",
)  # fmt: skip
def model_grant_revocation(request: Any, key: str, data: ModelWhyIn) -> Any:
    return _with_reason(request, key, operations.revoke_model_grant, data.reason)
