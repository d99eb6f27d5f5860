"""Requests for access and grants, for programs; what is decided at run time is asked elsewhere."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.catalog import operations
from apps.catalog.models import AccessRequest, DataGrant, Dataset
from apps.catalog.queries import access as queries
from apps.inventory.models import UseCase
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .routing import router

AROUND = ("dataset", "person", "system", "service", "use_case", "activity")


class AccessTermsIn(Schema):
    """What is asked for; `subject` is "me", the key of a system, or the name of a service identity."""

    dataset: str
    subject: str = "me"
    fields_wanted: list[str] = []
    actions: list[str] = ["read"]
    purpose: str
    purpose_details: str
    use_case: str = ""
    activity: str = ""
    region: str = ""
    days: int
    rate_per_hour: int | None = None
    fail_mode: str = "closed"


class DecisionIn(Schema):
    """A decision: "approve" or "refuse", with its reason; narrower where that is enough. `second`: the second of two."""

    outcome: str
    reason: str
    second: bool = False
    fields_wanted: list[str] = []
    days: int | None = None
    rate_per_hour: int | None = None


class MoreTimeIn(Schema):
    """Days from now, and why."""

    days: int
    reason: str


class WhyIn(Schema):
    """Why."""

    reason: str


class TermsOut(Schema):
    """What requests and grants have in common; people by e-mail, systems by key, services by name."""

    key: str
    dataset: str
    subject_kind: str
    subject: str
    fields_wanted: list[str]
    actions: list[str]
    purpose: str
    purpose_details: str
    use_case: str
    activity: str
    region: str
    rate_per_hour: int | None
    fail_mode: str

    @staticmethod
    def resolve_dataset(row: Any) -> str:
        return row.dataset.key

    @staticmethod
    def resolve_subject(row: Any) -> str:
        if row.person:
            return row.person.email
        return row.system.key if row.system else row.service.name

    @staticmethod
    def resolve_fields_wanted(row: Any) -> list[str]:
        return row.fields

    @staticmethod
    def resolve_use_case(row: Any) -> str:
        return row.use_case.key if row.use_case else ""

    @staticmethod
    def resolve_activity(row: Any) -> str:
        return row.activity.key if row.activity else ""


class AccessRequestOut(TermsOut):
    """A request for access and what was said of it."""

    status: str
    days: int
    requested_at: datetime
    requester: str
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


class DataGrantOut(TermsOut):
    """A grant on data."""

    state: str
    level_granted: str
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
    rows = AccessRequest.objects.visible_to(request.user).select_related(*AROUND, "requester", "renews")
    return rows.prefetch_related("grants")


def _grants(request: Any) -> Any:
    return DataGrant.objects.visible_to(request.user).select_related(*AROUND, "request")


def _one(rows: Any, field: str, value: str) -> Any:
    """Return the record of that key, nothing for no key; an unknown one is named."""
    if not value:
        return None
    found = rows.filter(key=value).first()
    if found is None:
        raise Invalid({field: [f"You see nothing called {value[:60]}."]})
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
    "/access-requests", permission=Permission.CATALOG_ACCESS_REQUEST, response=Page[AccessRequestOut],
    summary="List requests for access",
)  # fmt: skip
def access_requests(request: Any, status: str = "", dataset: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = _requests(request)
    rows = rows.filter(status=status) if status else rows
    rows = rows.filter(dataset__key=dataset) if dataset else rows
    return cursor_page(request, rows, AccessRequestOut, order=("key",))


@router.get(
    "/access-requests/{key}", permission=Permission.CATALOG_ACCESS_REQUEST, response=AccessRequestOut,
    summary="A request for access",
)  # fmt: skip
def access_request(request: Any, key: str) -> Any:
    return get_object_or_404(_requests(request), key=key)


@router.post(
    "/access-requests", permission=Permission.CATALOG_ACCESS_REQUEST, response={201: AccessRequestOut},
    summary="Ask for access; what a rule forbids is refused at once with the rule",
)  # fmt: skip
def access_ask(request: Any, data: AccessTermsIn) -> Any:
    dataset = _one(Dataset.objects.visible_to(request.user), "dataset", data.dataset)
    if dataset is None:
        raise Invalid({"dataset": ["Name the dataset by its key."]})
    made = operations.request_access(
        actor=request.actor,
        dataset=dataset,
        subject=_subject(request.user, data.subject),
        fields=data.fields_wanted,
        use_case=_one(UseCase.objects.visible_to(request.user), "use_case", data.use_case),
        activity=_one(queries.entries_to_cite(dataset, request.user), "activity", data.activity),
        request_key=request_key(request),
        **data.dict(exclude={"dataset", "subject", "fields_wanted", "use_case", "activity"}),
    )
    return 201, made


@router.post(
    "/access-requests/{key}/decision", permission=Permission.CATALOG_ACCESS_DECIDE, response=AccessRequestOut,
    summary="Approve or refuse a request",
)  # fmt: skip
def access_decision(request: Any, key: str, data: DecisionIn) -> Any:
    found = get_object_or_404(_requests(request), key=key)
    decide = operations.second_decision if data.second else operations.decide_request
    return decide(
        actor=request.actor,
        request=found,
        outcome=data.outcome,
        reason=data.reason,
        fields=data.fields_wanted,
        days=data.days,
        rate_per_hour=data.rate_per_hour,
        request_key=request_key(request),
    )


@router.post(
    "/access-requests/{key}/withdrawal", permission=Permission.CATALOG_ACCESS_REQUEST, response=AccessRequestOut,
    summary="Take a request back",
)  # fmt: skip
def access_withdrawal(request: Any, key: str) -> Any:
    found = get_object_or_404(_requests(request), key=key)
    return operations.withdraw_request(actor=request.actor, request=found, request_key=request_key(request))


@router.get(
    "/data-grants", permission=Permission.CATALOG_ACCESS_REQUEST, response=Page[DataGrantOut],
    summary="List grants on data",
)  # fmt: skip
def data_grants(
    request: Any, dataset: str = "", system: str = "", standing: bool = False, cursor: str = "", limit: int = 50
) -> Any:
    rows = _grants(request)
    rows = rows.filter(dataset__key=dataset) if dataset else rows
    rows = rows.filter(system__key=system) if system else rows
    return cursor_page(request, rows.standing() if standing else rows, DataGrantOut, order=("key",))


@router.get(
    "/data-grants/{key}", permission=Permission.CATALOG_ACCESS_REQUEST, response=DataGrantOut,
    summary="A grant on data",
)  # fmt: skip
def data_grant(request: Any, key: str) -> Any:
    return get_object_or_404(_grants(request), key=key)


@router.post(
    "/data-grants/{key}/extension", permission=Permission.CATALOG_ACCESS_DECIDE, response=DataGrantOut,
    summary="Let a grant end later; where two people decide it waits for the second",
)  # fmt: skip
def data_grant_extension(request: Any, key: str, data: MoreTimeIn) -> Any:
    found = get_object_or_404(_grants(request), key=key)
    return operations.extend_grant(
        actor=request.actor, grant=found, days=data.days, reason=data.reason, request_key=request_key(request)
    )


@router.post(
    "/data-grants/{key}/extension-request", permission=Permission.CATALOG_ACCESS_REQUEST,
    response={201: AccessRequestOut}, summary="Ask for more time on a grant",
)  # fmt: skip
def data_grant_extension_request(request: Any, key: str, data: MoreTimeIn) -> Any:
    found = get_object_or_404(_grants(request), key=key)
    return 201, operations.request_extension(
        actor=request.actor, grant=found, days=data.days, reason=data.reason, request_key=request_key(request)
    )


@router.post(
    "/data-grants/{key}/resumption", permission=Permission.CATALOG_ACCESS_DECIDE, response=DataGrantOut,
    summary="Decide anew on a grant that was held back",
)  # fmt: skip
def data_grant_resumption(request: Any, key: str, data: WhyIn) -> Any:
    found = get_object_or_404(_grants(request), key=key)
    return operations.resume_grant(
        actor=request.actor, grant=found, reason=data.reason, request_key=request_key(request)
    )


@router.post(
    "/data-grants/{key}/revocation", permission=Permission.CATALOG_ACCESS_REQUEST, response=DataGrantOut,
    summary="End a grant at once: by whoever answers for the data, or whoever holds it",
)  # fmt: skip
def data_grant_revocation(request: Any, key: str, data: WhyIn) -> Any:
    found = get_object_or_404(_grants(request), key=key)
    return operations.revoke_grant(
        actor=request.actor, grant=found, reason=data.reason, request_key=request_key(request)
    )
