"""Deployments, rollbacks and the question for a date, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.inventory.models import AISystem, Release
from apps.kernel import clock
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import Deployment, ModelVersion, Rollback
from apps.registry.queries import asof, known
from apps.web.api import Page, cursor_page, request_key

from .routing import router

VIEW = Permission.REGISTRY_DEPLOYMENT_VIEW


class PlaceIn(Schema):
    """A place of a system: its key, an environment and a region."""

    system: str
    environment: str
    region: str


class DeployIn(PlaceIn):
    """Which release (its key) should run there."""

    release: str
    reason: str = ""


class ObserveIn(PlaceIn):
    """What was seen there: a release by key or digest, or what it called itself; nothing at all: it stopped."""

    release: str = ""
    label: str = ""
    source: str = ""
    at: datetime | None = None


class BackIn(DeployIn):
    """Back to which release, and why; `kind`: normal, emergency, break_glass or drill."""

    kind: str = "normal"


class SecondIn(Schema):
    """A second person's word on an emergency."""

    confirm: bool
    reason: str


class ReviewIn(Schema):
    """What was learned."""

    review: str


class DeploymentOut(Schema):
    """A deployment."""

    key: str
    system: str
    environment: str
    region: str
    side: str
    release: str
    observed_label: str
    authorisation: str
    rollback: str
    valid_from: datetime
    valid_until: datetime | None

    @staticmethod
    def resolve_system(row: Any) -> str:
        return row.system.key

    @staticmethod
    def resolve_release(row: Any) -> str:
        return row.release.key if row.release else ""

    @staticmethod
    def resolve_authorisation(row: Any) -> str:
        return row.authorisation.key if row.authorisation else ""

    @staticmethod
    def resolve_rollback(row: Any) -> str:
        return row.rollback.key if row.rollback else ""


class RollbackOut(Schema):
    """A rollback."""

    key: str
    system: str
    environment: str
    region: str
    kind: str
    state: str
    from_release: str
    to_release: str
    reason: str
    asked_at: datetime
    ordered_at: datetime | None
    observed_at: datetime | None
    review: str
    drill_steps: list[dict[str, Any]]

    @staticmethod
    def resolve_system(row: Any) -> str:
        return row.system.key

    @staticmethod
    def resolve_from_release(row: Any) -> str:
        return row.from_release.key if row.from_release else ""

    @staticmethod
    def resolve_to_release(row: Any) -> str:
        return row.to_release.key


AROUND = ("system", "release", "authorisation", "rollback")


def _system(request: Any, key: str, permission: Permission) -> AISystem:
    return get_object_or_404(known.systems(request.actor, request.user, permission), key=key)


def _release(system: AISystem, name: str) -> Release:
    found = system.releases.filter(digest=name).first() or system.releases.filter(key=name).first()
    if found is None:
        raise Invalid({"release": ["This system has no such release."]})
    return found


@router.get("/deployments", permission=VIEW, response=Page[DeploymentOut], summary="List deployments")
def deployments(
    request: Any, system: str = "", environment: str = "", side: str = "", cursor: str = "", limit: int = 50
) -> Any:
    rows = Deployment.objects.visible_to(request.user).select_related(*AROUND)
    rows = rows.filter(system__key=system) if system else rows
    rows = rows.filter(environment=environment) if environment else rows
    rows = rows.filter(side=side) if side else rows
    return cursor_page(request, rows, DeploymentOut, order=("key",))


@router.post(
    "/deployments", permission=Permission.REGISTRY_DEPLOYMENT_DEPLOY, response={201: DeploymentOut},
    summary="Say that a release should run in a place; refused with the reason where no gate approved it",
)  # fmt: skip
def deploy(request: Any, data: DeployIn) -> Any:
    system = _system(request, data.system, Permission.REGISTRY_DEPLOYMENT_DEPLOY)
    return 201, operations.deploy(
        actor=request.actor, system=system, release=_release(system, data.release), environment=data.environment,
        region=data.region, reason=data.reason, request_key=request_key(request),
    )  # fmt: skip


@router.get("/deployments/as-of", permission=VIEW, summary="What ran where at a moment, approved how, made of what")
def as_of(
    request: Any, at: datetime | None = None, system: str = "", environment: str = "", region: str = "", side: str = "",
    version: str = "",
) -> Any:  # fmt: skip
    """Answer with what should run and what was seen; `at` carries its zone, and is now where it is missing."""
    moment = at or clock.now()
    if moment.tzinfo is None:
        raise Invalid({"at": ["Give the moment with its zone, for example 2026-11-23T10:00:00Z."]})
    systems = asof.visible_systems(request.user, system)
    wanted = get_object_or_404(ModelVersion.objects.visible_to(request.user), key=version) if version else None
    found = asof.as_of(
        moment,
        systems=systems,
        environment=environment,
        region=region,
        side=side,
        version=wanted,
        person=request.user,
    )
    return {"at": moment, "cut": len(found) >= asof.MOST, "ran": [_ran(one) for one in found]}


def _ran(one: asof.RanThen) -> dict[str, Any]:
    row = one.deployment
    return {
        "deployment": row.key, "system": row.system.key, "environment": row.environment, "region": row.region,
        "side": row.side, "from": row.valid_from, "until": row.valid_until,
        "rollback": row.rollback.key if row.rollback else "", "release": row.release.key if row.release else "",
        "release_digest": row.release.digest if row.release else "", "observed_label": row.observed_label,
        "authorisation": one.authorisation.key if one.authorisation else "", "approval": one.standing, "tier": one.tier,
        "use_cases": [
            {"use_case": use.use_case.key, "tier": use.tier, "legal_class": use.legal_class} for use in one.uses
        ],
        "model_versions": [
            {
                "key": version.version.key, "model": version.version.ai_model.name, "version": version.version.name,
                "identity": version.version.identity,
                "data": [
                    {"dataset": data.dataset.key if data.dataset else "", "role": data.role, "level": data.level, "categories": list(data.categories)}
                    for data in version.data
                ],
            }
            for version in one.versions
        ],
    }  # fmt: skip


@router.post(
    "/deployments/observed", permission=Permission.REGISTRY_DEPLOYMENT_OBSERVE, response={200: DeploymentOut, 204: None},
    summary="Report what was seen running in a place; the same again changes nothing",
)  # fmt: skip
def observe(request: Any, data: ObserveIn) -> Any:
    system = _system(request, data.system, Permission.REGISTRY_DEPLOYMENT_OBSERVE)
    place = {"actor": request.actor, "system": system, "environment": data.environment, "region": data.region}
    if not data.release and not data.label:
        operations.observe_nothing(**place)
        return 204, None
    release = _release(system, data.release) if data.release else None
    return operations.observe(
        **place, release=release, label=data.label, source=data.source, at=data.at, request_key=request_key(request)
    )


@router.get("/rollbacks", permission=VIEW, response=Page[RollbackOut], summary="List rollbacks and drills")
def rollbacks(request: Any, system: str = "", state: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = Rollback.objects.visible_to(request.user).select_related("system", "from_release", "to_release")
    rows = rows.filter(system__key=system) if system else rows
    rows = rows.filter(state=state) if state else rows
    return cursor_page(request, rows, RollbackOut, order=("key",))


@router.post(
    "/rollbacks", permission=Permission.REGISTRY_DEPLOYMENT_ROLL_BACK, response={201: RollbackOut},
    summary="Go back to an earlier release, call an emergency, break the glass, or practise",
)  # fmt: skip
def roll_back(request: Any, data: BackIn) -> Any:
    system = _system(request, data.system, Permission.REGISTRY_DEPLOYMENT_ROLL_BACK)
    does = {
        "normal": operations.roll_back, "emergency": operations.call_emergency,
        "break_glass": operations.break_glass, "drill": operations.run_drill,
    }.get(data.kind)  # fmt: skip
    if does is None:
        raise Invalid({"kind": ["Write normal, emergency, break_glass or drill."]})
    return 201, does(
        actor=request.actor, system=system, to_release=_release(system, data.release), environment=data.environment,
        region=data.region, reason=data.reason, request_key=request_key(request),
    )  # fmt: skip


def _rollback(request: Any, key: str) -> Rollback:
    rows = Rollback.objects.visible_to(request.user).select_related("system__department", "from_release", "to_release")
    return get_object_or_404(rows, key=key)


@router.get("/rollbacks/{key}", permission=VIEW, response=RollbackOut, summary="A rollback")
def rollback(request: Any, key: str) -> Any:
    return _rollback(request, key)


@router.post(
    "/rollbacks/{key}/second", permission=Permission.REGISTRY_DEPLOYMENT_CONFIRM_EMERGENCY, response=RollbackOut,
    summary="Confirm or refuse an emergency as the second person",
)  # fmt: skip
def rollback_second(request: Any, key: str, data: SecondIn) -> Any:
    does = operations.confirm_emergency if data.confirm else operations.refuse_emergency
    return does(
        actor=request.actor, rollback=_rollback(request, key), reason=data.reason, request_key=request_key(request)
    )


@router.post(
    "/rollbacks/{key}/review", permission=Permission.REGISTRY_DEPLOYMENT_REVIEW, response=RollbackOut,
    summary="Say what was learned from a rollback",
)  # fmt: skip
def rollback_review(request: Any, key: str, data: ReviewIn) -> Any:
    return operations.review_rollback(
        actor=request.actor, rollback=_rollback(request, key), review=data.review, request_key=request_key(request)
    )
