"""The records of this room that entries may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(person: Any) -> Any:
    from .models import Evidence

    return Evidence.objects.visible_to(person)


def _versions(person: Any) -> Any:
    from .models import EvidenceVersion

    return EvidenceVersion.objects.filter(evidence__in=_visible(person))


def _links(person: Any) -> Any:
    from .models import EvidenceLink

    return EvidenceLink.objects.visible_to(person)


def register_all() -> None:
    """Register evidence, its versions and its links."""
    register(SubjectType("evidence.version", "evidence.EvidenceVersion", str, _versions))
    register(SubjectType("evidence.link", "evidence.EvidenceLink", str, _links))
    register(
        SubjectType(
            "evidence.file", "evidence.Evidence", str, _visible, lambda e: reverse("evidence:file", args=[e.key])
        )
    )
