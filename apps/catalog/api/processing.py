"""The register of processing activities, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Prefetch
from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.catalog import operations
from apps.catalog.models import Dataset, ProcessingActivity
from apps.inventory.api.systems import find_department
from apps.inventory.models import UseCase
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .routing import router


class ActivityFields(Schema):
    """What an entry says."""

    joint_controllers: str = ""
    purpose_codes: list[str] = []
    actions: list[str] = []
    lawful_basis: str = ""
    basis_details: str = ""
    special_category_condition: str = ""
    data_subjects: list[str] = []
    data_categories: list[str] = []
    data_described: str = ""
    recipients: list[str] = []
    regions: list[str] = []
    transfers: str = ""
    erasure: str = ""
    security_measures: str = ""
    impact_assessment: str = "unknown"
    impact_assessment_reference: str = ""
    automated_decisions: bool = False
    objection: str = ""


class ActivityIn(ActivityFields):
    """A new entry; use cases and datasets by their keys, the department by its code."""

    name: str
    purposes: str
    department: str
    use_cases: list[str] = []
    datasets: list[str] = []


class ActivityOut(ActivityFields):
    """An entry of the register; of what it names that which the caller may know of."""

    key: str
    name: str
    purposes: str
    status: str
    controller: str
    department: str
    owner: str
    use_cases: list[str]
    datasets: list[str]
    version: int
    updated_at: datetime

    @staticmethod
    def resolve_controller(row: Any) -> str:
        return str(row.controller or "")

    @staticmethod
    def resolve_department(row: Any) -> str:
        return row.department.code

    @staticmethod
    def resolve_owner(row: Any) -> str:
        return row.owner.email if row.owner else ""

    @staticmethod
    def resolve_use_cases(row: Any) -> list[str]:
        return sorted(one.key for one in row.use_cases.all())

    @staticmethod
    def resolve_datasets(row: Any) -> list[str]:
        return sorted(one.key for one in row.datasets.all())


_NAMED: dict[str, Any] = {"use_cases": UseCase, "datasets": Dataset}


def _rows(request: Any) -> Any:
    rows = ProcessingActivity.objects.visible_to(request.user).select_related("department", "owner", "controller")
    # An entry may name what the caller may not know of.
    seen = [Prefetch(name, model.objects.visible_to(request.user)) for name, model in _NAMED.items()]
    return rows.prefetch_related(*seen)


def _named(model: Any, person: Any, keys: list[str], field: str) -> list[Any]:
    found = {record.key: record for record in model.objects.visible_to(person).filter(key__in=keys)}
    unknown = [key for key in keys if key not in found]
    if unknown:
        raise Invalid({field: [f"You see nothing called {', '.join(unknown)[:200]}."]})
    return list(found.values())


@router.get(
    "/processing-activities",
    permission=Permission.CATALOG_ACTIVITY_VIEW,
    response=Page[ActivityOut],
    summary="List entries of the processing register",
)
def activities(request: Any, status: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = _rows(request)
    return cursor_page(request, rows.filter(status=status) if status else rows, ActivityOut, order=("key",))


@router.get(
    "/processing-activities/{key}",
    permission=Permission.CATALOG_ACTIVITY_VIEW,
    response=ActivityOut,
    summary="An entry of the processing register",
)
def activity(request: Any, key: str) -> Any:
    return get_object_or_404(_rows(request), key=key)


@router.post(
    "/processing-activities",
    permission=Permission.CATALOG_ACTIVITY_EDIT,
    response={201: ActivityOut},
    summary="Begin an entry as a draft",
)
def register_activity(request: Any, data: ActivityIn) -> Any:
    made = operations.register_activity(
        actor=request.actor,
        department=find_department(data.department),
        use_cases=_named(UseCase, request.user, data.use_cases, "use_cases"),
        datasets=_named(Dataset, request.user, data.datasets, "datasets"),
        request_key=request_key(request),
        **data.dict(exclude={"department", "use_cases", "datasets"}),
    )
    return 201, made


@router.post(
    "/processing-activities/{key}/publish",
    permission=Permission.CATALOG_ACTIVITY_EDIT,
    response=ActivityOut,
    summary="Put an entry into force",
)
def publish_activity(request: Any, key: str) -> Any:
    found = get_object_or_404(_rows(request), key=key)
    return operations.publish_activity(actor=request.actor, activity=found, request_key=request_key(request))
