"""Permits and the question of pipelines, for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.inventory.models import AISystem, Release
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import DeploymentPermit, Environment
from apps.registry.operations.permits import verify_permit
from apps.registry.queries import known
from apps.registry.queries import permits as queries
from apps.web.api import Page, cursor_page, request_key

from .routing import router

VIEW = Permission.REGISTRY_DEPLOYMENT_VIEW


class PermitIn(Schema):
    """A release (key or digest) of a system, where, which image digests, for how many minutes."""

    system: str
    release: str
    environment: str
    region: str = ""
    images: list[str] = []
    minutes: int | None = None


class PermitOut(Schema):
    """A permit."""

    key: str
    system: str
    release: str
    environment: str
    region: str
    subjects: list[str]
    issued_at: datetime
    expires_at: datetime
    revoked_at: datetime | None
    objection: str

    @staticmethod
    def resolve_system(row: Any) -> str:
        return row.system.key

    @staticmethod
    def resolve_release(row: Any) -> str:
        return row.release.key

    @staticmethod
    def resolve_objection(row: Any) -> str:
        return queries.objection(row)


class IssuedOut(PermitOut):
    """A permit with its signed text (JWS), which is shown once."""

    text: str


class WhyIn(Schema):
    """Why."""

    reason: str


class VerifyIn(Schema):
    """A permit's text, and what it is shown for."""

    permit: str
    environment: str = ""
    region: str = ""
    digest: str = ""


class VerdictOut(Schema):
    """Whether it counts, and if not why."""

    valid: bool
    reasons: list[str]


class CheckIn(Schema):
    """What a pipeline is about to deploy: a release by key or digest, or the digest of an artefact in its newest release."""

    system: str
    environment: str
    release: str = ""
    digest: str = ""
    region: str = ""
    images: list[str] = []
    permit: bool = False


class CheckOut(Schema):
    """Allow or refuse, with reasons and whom to ask; the signed permit where one was asked for and it is allowed."""

    allowed: bool
    reasons: list[str]
    release: str
    permit: str
    ask: list[str] = []


def _system(request: Any, key: str, permission: Permission) -> AISystem:
    return get_object_or_404(known.systems(request.actor, request.user, permission), key=key)


def _release(system: AISystem, name: str) -> Release | None:
    name = name.removeprefix("sha256:")
    return system.releases.filter(key=name).first() or system.releases.filter(digest=name).first()


@router.get("/permits", permission=VIEW, response=Page[PermitOut], summary="List deployment permits")
def permits(request: Any, system: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = queries.around(DeploymentPermit.objects.visible_to(request.user))
    return cursor_page(request, rows.filter(system__key=system) if system else rows, PermitOut, order=("key",))


@router.post(
    "/permits", permission=Permission.REGISTRY_PERMIT_ISSUE, response={201: IssuedOut},
    summary="Issue a deployment permit; refused with the reason where no gate approved the release",
)  # fmt: skip
def issue(request: Any, data: PermitIn) -> Any:
    system = _system(request, data.system, Permission.REGISTRY_PERMIT_ISSUE)
    release = _release(system, data.release)
    if release is None:
        raise Invalid({"release": ["This system has no such release."]})
    return 201, operations.issue_permit(
        actor=request.actor, system=system, release=release, environment=data.environment, region=data.region,
        images=data.images, minutes=data.minutes,
    )  # fmt: skip


@router.post(
    "/permits/verify", permission=Permission.REGISTRY_DEPLOYMENT_OBSERVE, response=VerdictOut,
    summary="Whether a permit counts here and now",
)  # fmt: skip
def verify(request: Any, data: VerifyIn) -> Any:
    reasons = verify_permit(data.permit, environment=data.environment, region=data.region, digest=data.digest)
    return {"valid": not reasons, "reasons": reasons}


@router.post(
    "/permits/{key}/revoke", permission=VIEW, response=PermitOut, summary="Take a permit back",
)  # fmt: skip
def revoke(request: Any, key: str, data: WhyIn) -> Any:
    rows = queries.around(DeploymentPermit.objects.visible_to(request.user)).select_related("system__department")
    found = rows.filter(key=key).first()
    if found is None:
        raise Http404
    return operations.revoke_permit(
        actor=request.actor, permit=found, reason=data.reason, request_key=request_key(request)
    )


@router.post(
    "/deployments/check", permission=VIEW, response=CheckOut,
    summary="May this be deployed there now? 200 both ways; with `permit` the signed permit too",
)  # fmt: skip
def check(request: Any, data: CheckIn) -> Any:
    system = _system(request, data.system, VIEW)
    if data.environment not in Environment.values:
        raise Invalid({"environment": [f"One of: {', '.join(Environment.values)}."]})
    release = _named(system, data)
    if release is None:
        return {
            "allowed": False,
            "reasons": ["No release of this system is, or holds, that."],
            "release": "",
            "permit": "",
            "ask": queries.whom_to_ask(system),
        }
    reasons = queries.reasons_against(release, data.environment)
    text = ""
    if data.permit and not reasons:
        text = operations.issue_permit(
            actor=request.actor, system=system, release=release, environment=data.environment, region=data.region,
            images=data.images,
        ).text  # fmt: skip
    asked = queries.whom_to_ask(system) if reasons else []
    return {"allowed": not reasons, "reasons": reasons, "release": release.key, "permit": text, "ask": asked}


def _named(system: AISystem, data: CheckIn) -> Release | None:
    """Return the release that is meant: by its name, else the newest that holds the digest."""
    if data.release:
        return _release(system, data.release)
    return queries.newest_holding(system, data.digest.strip().lower()) if data.digest else None
