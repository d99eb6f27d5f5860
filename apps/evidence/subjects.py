"""The records of this room that entries may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(person: Any) -> Any:
    from .models import Evidence

    return Evidence.objects.visible_to(person)


def register_all() -> None:
    """Register evidence."""
    register(
        SubjectType(
            "evidence.file", "evidence.Evidence", str, _visible, lambda e: reverse("evidence:file", args=[e.key])
        )
    )
