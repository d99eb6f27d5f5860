"""Findings and exceptions for programs."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.kernel import subjects
from apps.kernel.errors import Missing
from apps.kernel.permissions import Permission
from apps.web.api import Page, Router, cursor_page, request_key

from . import operations
from .models import Finding, PolicyException

router = Router(tags=["Compliance"])


class FindingOut(Schema):
    """A finding."""

    id: UUID
    key: str
    rule_id: str
    subject_type: str
    subject_id: str
    severity: str
    title: str
    explanation: str
    source: str
    status: str
    remedy: str
    opened_at: datetime
    due_at: datetime
    closed_at: datetime | None


class RemedyIn(Schema):
    """What is being done."""

    remedy: str


class ExceptionOut(Schema):
    """An exception."""

    id: UUID
    key: str
    kind: str
    subject_type: str
    subject_id: str
    concerns: str
    reason: str
    compensating_control: str
    status: str
    until: datetime


class ExceptionIn(Schema):
    """A request for an exception about a system."""

    system: str
    concerns: str
    reason: str
    compensating_control: str
    until: datetime


class ReasonIn(Schema):
    """A reason."""

    reason: str = ""


@router.get("/findings", permission=Permission.COMPLIANCE_FINDING_VIEW, response=Page[FindingOut])
def findings(request: Any, status: str = "", rule_id: str = "") -> Any:
    """List findings about what the token's holder may see."""
    rows = Finding.objects.visible_to(request.user)
    rows = rows.filter(status=status) if status else rows
    return cursor_page(request, rows.filter(rule_id=rule_id) if rule_id else rows, FindingOut)


@router.get("/findings/{key}", permission=Permission.COMPLIANCE_FINDING_VIEW, response=FindingOut)
def finding(request: Any, key: str) -> Any:
    """Return one finding."""
    return get_object_or_404(Finding.objects.visible_to(request.user), key=key)


@router.post("/findings/{key}/remedy", permission=Permission.COMPLIANCE_FINDING_EDIT, response=FindingOut)
def remedy(request: Any, key: str, data: RemedyIn) -> Any:
    """Say what is being done about a finding."""
    found = get_object_or_404(Finding.objects.visible_to(request.user), key=key)
    return operations.acknowledge_finding(
        actor=request.actor, finding=found, remedy=data.remedy, request_key=request_key(request)
    )


@router.get("/exceptions", permission=Permission.COMPLIANCE_EXCEPTION_VIEW, response=Page[ExceptionOut])
def exceptions(request: Any) -> Any:
    """List exceptions."""
    return cursor_page(request, PolicyException.objects.visible_to(request.user), ExceptionOut)


@router.post("/exceptions", permission=Permission.COMPLIANCE_EXCEPTION_REQUEST, response={201: ExceptionOut})
def ask(request: Any, data: ExceptionIn) -> Any:
    """Ask for an exception."""
    known = subjects.named("inventory.system")
    about = known.visible(request.user).filter(key=data.system).first() if known else None
    if about is None:
        raise Missing("There is no such system.")
    fields = data.dict(exclude={"system"})
    return 201, operations.request_exception(
        actor=request.actor, about=about, request_key=request_key(request), **fields
    )


@router.post("/exceptions/{key}/approve", permission=Permission.COMPLIANCE_EXCEPTION_DECIDE, response=ExceptionOut)
def approve(request: Any, key: str, data: ReasonIn) -> Any:
    """Approve an exception; the second person's approval grants it."""
    found = get_object_or_404(PolicyException.objects.visible_to(request.user), key=key)
    return operations.approve_exception(
        actor=request.actor, exception=found, reason=data.reason, request_key=request_key(request)
    )


@router.post("/exceptions/{key}/refuse", permission=Permission.COMPLIANCE_EXCEPTION_DECIDE, response=ExceptionOut)
def refuse(request: Any, key: str, data: ReasonIn) -> Any:
    """Refuse an exception."""
    found = get_object_or_404(PolicyException.objects.visible_to(request.user), key=key)
    return operations.refuse_exception(
        actor=request.actor, exception=found, reason=data.reason, request_key=request_key(request)
    )
