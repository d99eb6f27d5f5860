"""Reviews for programs: the pipeline asks, people decide."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.inventory.models import AISystem
from apps.kernel.permissions import Permission
from apps.web.api import Page, Router, cursor_page, request_key

from . import operations, queries
from .models import Review

router = Router(tags=["Gates"])


class ReviewOut(Schema):
    """A review."""

    id: UUID
    key: str
    system: str
    gate: str
    environment: str
    release: str
    tier: str
    state: str
    content_hash: str
    submitted_at: datetime
    closed_at: datetime | None

    @staticmethod
    def resolve_system(review: Review) -> str:
        """Name the system by its key."""
        return review.system.key

    @staticmethod
    def resolve_release(review: Review) -> str:
        """Name the release that was frozen; empty where the system had none."""
        return review.release.key if review.release else ""


class SubmitIn(Schema):
    """A submission."""

    system: str
    gate: str
    answers: dict[str, str] = {}


class ConditionIn(Schema):
    """A condition."""

    text: str
    when: str = "after"
    due: str


class DecideIn(Schema):
    """A person's word."""

    lane: str
    outcome: str
    content_hash: str
    reason: str
    conditions: list[ConditionIn] = []


class DecisionOut(Schema):
    """A decision."""

    id: UUID
    lane: str
    outcome: str
    content_hash: str
    decided_at: datetime


class CheckOut(Schema):
    """An entry check as it stands now."""

    name: str
    title: str
    passed: bool
    sentence: str
    waived_by: str
    applies: bool
    where: str


class DryRunOut(Schema):
    """A gate's checks, run without submitting anything."""

    gate: str
    allowed: bool
    checks: list[CheckOut]
    lanes: dict[str, int]


@router.get("/reviews", permission=Permission.GATES_REVIEW_VIEW, response=Page[ReviewOut])
def reviews(request: Any, state: str = "") -> Any:
    """List reviews."""
    rows = Review.objects.visible_to(request.user).select_related("system", "release").summarised()
    return cursor_page(request, rows.filter(state=state) if state else rows, ReviewOut)


@router.get("/reviews/{key}", permission=Permission.GATES_REVIEW_VIEW, response=ReviewOut)
def review(request: Any, key: str) -> Any:
    """Return one review."""
    return get_object_or_404(Review.objects.visible_to(request.user).select_related("system", "release"), key=key)


@router.post("/reviews", permission=Permission.GATES_REVIEW_SUBMIT, response={201: ReviewOut})
def submit(request: Any, data: SubmitIn) -> Any:
    """Submit a system to a gate."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user), key=data.system)
    return 201, operations.submit_review(
        actor=request.actor, system=system, gate=data.gate, answers=data.answers, request_key=request_key(request)
    )


@router.post("/reviews/{key}/decisions", permission=Permission.GATES_REVIEW_VIEW, response={201: DecisionOut})
def decide(request: Any, key: str, data: DecideIn) -> Any:
    """Decide in a lane, on the content hash that was read."""
    found = get_object_or_404(Review.objects.visible_to(request.user), key=key)
    fields = data.dict()
    return 201, operations.decide(actor=request.actor, review=found, request_key=request_key(request), **fields)


@router.get("/systems/{key}/gates/{gate}", permission=Permission.INVENTORY_CATALOG_BROWSE, response=DryRunOut)
def dry_run(request: Any, key: str, gate: str) -> Any:
    """Run a gate's checks on a system as it stands."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user), key=key)
    found = queries.policy_in_force().gates.get(gate)
    if found is None:
        raise Http404
    blockers = queries.dry_run(system, found)
    return {
        "gate": gate,
        "allowed": not blockers.failed,
        "checks": [result.as_data() for result in blockers.results],
        "lanes": found.lanes(system.effective_tier),
    }
