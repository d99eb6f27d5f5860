"""The records of this room that entries, findings, comments and inbox items may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _systems(person: Any) -> Any:
    from .models import AISystem

    return AISystem.objects.visible_to(person)


def _use_cases(person: Any) -> Any:
    from .models import UseCase

    return UseCase.objects.visible_to(person)


def _authorisations(person: Any) -> Any:
    from .models import Authorisation

    return Authorisation.objects.visible_to(person)


def register_all() -> None:
    """Register systems, use cases and authorisations."""
    register(
        SubjectType(
            "inventory.system", "inventory.AISystem", str, _systems, lambda s: reverse("inventory:system", args=[s.key])
        )
    )
    register(
        SubjectType(
            "inventory.use_case",
            "inventory.UseCase",
            str,
            _use_cases,
            lambda u: reverse("inventory:use_case", args=[u.key]),
        )
    )
    register(
        SubjectType(
            "inventory.authorisation",
            "inventory.Authorisation",
            str,
            _authorisations,
            lambda a: reverse("inventory:system", args=[a.system.key]),
        )
    )
