"""Intakes and their triage."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404

from apps.inventory import operations
from apps.inventory.models import Intake
from apps.kernel.permissions import Permission
from apps.web.api import Page, cursor_page, request_key

from .schemas import IntakeIn, IntakeOut, TriageIn, find_system, router


@router.get(
    "/intakes",
    permission=Permission.INVENTORY_INTAKE_PROPOSE,
    response=Page[IntakeOut],
    summary="List your intakes and those you may triage",
)
def intakes(request: Any, outcome: str = "", cursor: str = "", limit: int = 50) -> Any:
    rows = Intake.objects.visible_to(request.user).select_related("system")
    return cursor_page(request, rows.filter(outcome=outcome) if outcome else rows, IntakeOut, order=("key",))


@router.post(
    "/intakes",
    permission=Permission.INVENTORY_INTAKE_PROPOSE,
    response={201: IntakeOut},
    summary="Propose a use of AI",
)
def propose(request: Any, data: IntakeIn) -> Any:
    return 201, operations.propose(
        actor=request.actor,
        purpose=data.purpose,
        answers=data.dict(exclude={"purpose"}),
        request_key=request_key(request),
    )


@router.get("/intakes/{key}", permission=Permission.INVENTORY_INTAKE_PROPOSE, response=IntakeOut, summary="An intake")
def intake(request: Any, key: str) -> Any:
    return get_object_or_404(Intake.objects.visible_to(request.user).select_related("system"), key=key)


@router.post(
    "/intakes/{key}/triage",
    permission=Permission.INVENTORY_INTAKE_TRIAGE,
    response=IntakeOut,
    summary="Decide an intake",
)
def triage(request: Any, key: str, data: TriageIn) -> Any:
    found = get_object_or_404(Intake.objects.visible_to(request.user), key=key)
    system = find_system(request, data.system) if data.system else None
    shared = {"actor": request.actor, "intake": found, "reason": data.reason, "request_key": request_key(request)}
    if data.outcome == "accepted":
        return operations.accept_intake(system=system, name=data.name, **shared)
    return operations.close_intake(outcome=data.outcome, system=system, **shared)
