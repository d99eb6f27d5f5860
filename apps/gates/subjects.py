"""The records of this room that entries, comments and notices may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _reviews(person: Any) -> Any:
    from .models import Review

    return Review.objects.visible_to(person)


def _decisions(person: Any) -> Any:
    from .models import Decision

    return Decision.objects.filter(review__in=_reviews(person))


def _policies(person: Any) -> Any:
    from .models import PolicyVersion

    return PolicyVersion.objects.all() if getattr(person, "is_active", False) else PolicyVersion.objects.none()


def register_all() -> None:
    """Register reviews, decisions and policy versions."""
    register(
        SubjectType("gates.review", "gates.Review", str, _reviews, lambda r: reverse("gates:review", args=[r.key]))
    )
    register(
        SubjectType(
            "gates.decision", "gates.Decision", str, _decisions, lambda d: reverse("gates:review", args=[d.review.key])
        )
    )
    register(SubjectType("gates.policy", "gates.PolicyVersion", str, _policies, lambda p: reverse("gates:policies")))
