"""The records of this room that entries, findings, comments and files may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(model: str) -> Any:
    def visible(person: Any) -> Any:
        from django.apps import apps

        return apps.get_model("assessments", model).objects.visible_to(person)

    return visible


def register_all() -> None:
    """Register assessments, risks and legal outcomes."""
    register(
        SubjectType(
            "assessments.assessment",
            "assessments.Assessment",
            str,
            _visible("Assessment"),
            lambda one: reverse("assessments:assessment", args=[one.key]),
        )
    )
    register(
        SubjectType(
            "assessments.risk",
            "assessments.RiskScenario",
            str,
            _visible("RiskScenario"),
            lambda one: reverse("assessments:risk", args=[one.key]),
        )
    )
    register(
        SubjectType(
            "assessments.classification",
            "assessments.Classification",
            str,
            _visible("Classification"),
            lambda one: reverse("assessments:classification", args=[one.pk]),
        )
    )
