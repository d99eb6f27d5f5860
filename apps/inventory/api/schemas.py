"""What programs send and get, and the router that all of them share."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.accounts.models import Person
from apps.inventory.models import AISystem
from apps.kernel.errors import Invalid
from apps.web.api import Router

router = Router(tags=["Inventory"])


class SystemFacts(Schema):
    """What may be written about a system; what is left out stays as it is."""

    name: str | None = None
    summary: str | None = None
    problem: str | None = None
    benefit: str | None = None
    benefit_measure: str | None = None
    outputs: str | None = None
    people_affected: str | None = None
    intended_users: str | None = None
    expected_users: int | None = None
    expected_daily_requests: int | None = None
    expected_concurrency: int | None = None
    security_needs: str | None = None
    regulation: str | None = None
    data_classes: list[str] | None = None
    autonomy: str | None = None
    human_involvement: str | None = None
    person_effect: str | None = None
    sourcing: str | None = None
    approved_platform: bool | None = None
    regions: list[str] | None = None
    network_perimeter: str | None = None
    isolation: str | None = None
    secret_references: list[str] | None = None
    master_data: dict[str, str] | None = None
    one_off_cost: Decimal | None = None
    yearly_run_cost: Decimal | None = None
    currency: str | None = None


class SystemIn(SystemFacts):
    """A new system; `department` is its path of codes, `owner` and `sponsor` are e-mail addresses."""

    name: str
    department: str
    owner: str = ""
    sponsor: str = ""


class SystemEdit(SystemFacts):
    """Changed facts; `version` is what you read, an older one is a conflict (409)."""

    version: int | None = None


class SystemOut(Schema):
    """A system in a list."""

    id: UUID
    key: str
    name: str
    summary: str
    department: str
    owner: str | None
    stage: str
    operating_status: str
    tier: str
    provisional_tier: str
    material_revision: int
    version: int
    updated_at: datetime
    legacy_until: date | None
    merged_into: str | None

    @staticmethod
    def resolve_department(system: AISystem) -> str:
        """Name the department by its path."""
        return system.department.path

    @staticmethod
    def resolve_owner(system: AISystem) -> str | None:
        """Name the owner by e-mail."""
        return system.owner.email if system.owner else None

    @staticmethod
    def resolve_merged_into(system: AISystem) -> str | None:
        """Name what it was merged into by key."""
        return system.merged_into.key if system.merged_into else None


class SystemDetail(SystemOut):
    """A system with everything on record."""

    problem: str
    benefit: str
    benefit_measure: str
    outputs: str
    people_affected: str
    intended_users: str
    expected_users: int | None
    expected_daily_requests: int | None
    expected_concurrency: int | None
    security_needs: str
    regulation: str
    data_classes: list[str]
    autonomy: str
    human_involvement: str
    person_effect: str
    sourcing: str
    approved_platform: bool
    regions: list[str]
    network_perimeter: str
    isolation: str
    secret_references: list[str]
    master_data: dict[str, str]
    one_off_cost: Decimal | None
    yearly_run_cost: Decimal | None
    currency: str
    restricted: bool
    suspended_reason: str


class ReasonIn(Schema):
    """Why."""

    reason: str = ""


class StageIn(ReasonIn):
    """The stage to go to."""

    target: str


class ObservationIn(ReasonIn):
    """Whether it runs: running or not_running."""

    status: str


class ComponentIn(Schema):
    """A part of a system."""

    kind: str
    name: str
    version: str = ""
    sourcing: str = "unknown"
    exit_substitute: str = ""
    exit_tested_on: date | None = None


class ComponentOut(ComponentIn):
    """A part of a system on record."""

    id: UUID


class AuthorisationOut(Schema):
    """An authorisation and how it stands now."""

    id: UUID
    key: str
    kind: str
    gate: str
    environment: str
    material_revision: int
    content_hash: str
    valid_from: datetime
    valid_until: datetime
    conditions: list[str]
    used_at: datetime | None
    revoked_at: datetime | None
    standing: str

    @staticmethod
    def resolve_standing(authorisation: Any) -> str:
        """Say how it stands: valid, stale, expired, revoked or future."""
        return authorisation.status()[0]


class UseCaseIn(Schema):
    """A new use case; `systems` are keys."""

    name: str
    purpose: str
    department: str
    process: str = ""
    user_group: str = ""
    people_affected: str = ""
    person_effect: str = "unknown"
    data_classes: list[str] = []
    systems: list[str] = []


class UseCaseOut(Schema):
    """A use case."""

    id: UUID
    key: str
    name: str
    purpose: str
    status: str
    legal_class: str
    legal_class_confirmed: bool
    tier: str
    provisional_tier: str
    person_effect: str
    data_classes: list[str]
    version: int


class IntakeIn(Schema):
    """The nine answers of the intake; what is left out counts as unknown."""

    purpose: str
    technique: str = "unknown"
    person_effect: str = "unknown"
    data_classes: list[str] = ["unknown"]
    audience: str = "unknown"
    actions: str = "unknown"
    areas: list[str] = ["unknown"]
    practices: list[str] = ["unknown"]
    platform: str = "unknown"


class IntakeOut(Schema):
    """An intake, the portal's first reading, and what became of it."""

    id: UUID
    key: str
    name: str
    purpose: str
    provisional_tier: str
    tier_rules: list[Any]
    prohibited: list[str]
    transparency: list[str]
    outcome: str
    reason: str
    proposed_at: datetime
    decided_at: datetime | None
    system: str | None

    @staticmethod
    def resolve_system(intake: Any) -> str | None:
        """Name the system by key."""
        return intake.system.key if intake.system else None


class TriageIn(Schema):
    """What becomes of an intake: accepted, platform, duplicate, not_ai or refused."""

    outcome: str
    reason: str
    system: str = ""
    name: str = ""


class UseOut(Schema):
    """An approved use with the answer for the data that was asked about."""

    key: str
    title: str
    purpose: str
    system: str
    data_classes: list[str]
    conditions: str
    until: date | None
    decision: str
    answer: str
    because: str


class VendorOut(Schema):
    """A supplier of AI."""

    id: UUID
    name: str
    country: str
    website: str


def find_system(request: HttpRequest, key: str) -> AISystem:
    """Return a system that the token's holder may see."""
    rows = AISystem.objects.visible_to(request.user).select_related("department", "owner", "merged_into")
    return get_object_or_404(rows, key=key)


def find_person(field: str, email: str) -> Person | None:
    """Return an active person by e-mail, or refuse the field."""
    if not email:
        return None
    found = Person.objects.active().filter(email=email.strip().lower()).first()
    if found is None:
        raise Invalid({field: ["Nobody here has this e-mail address."]})
    return found
