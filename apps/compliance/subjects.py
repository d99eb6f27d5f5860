"""The records of this room that entries, comments and notices may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel import subjects
from apps.kernel.permissions import Permission
from apps.kernel.subjects import SubjectType, register


def _about_visible(model: str) -> Any:
    """Narrow by the records the findings are about, without asking for findings about findings."""

    def visible(person: Any) -> Any:
        from django.apps import apps
        from django.db.models import Q

        from apps.kernel.narrowing import about_visible

        queryset = apps.get_model("compliance", model).objects.all()
        own = Q(owner_id=person.pk) if model == "Finding" else Q(requested_by_id=person.pk)
        return queryset.filter(own | Q(about_visible(person, queryset.model, without=("compliance.", "work."))))

    return visible


def _entries(person: Any) -> Any:
    from apps.accounts.reach import holds
    from apps.audit.models import Entry

    return Entry.objects.all() if holds(person, Permission.AUDIT_ENTRY_VIEW) else Entry.objects.none()


findings_visible_to = _about_visible("Finding")
exceptions_visible_to = _about_visible("PolicyException")


def register_all() -> None:
    """Register findings and exceptions."""
    register(
        SubjectType(
            "compliance.finding",
            "compliance.Finding",
            str,
            findings_visible_to,
            lambda finding: reverse("compliance:finding", args=[finding.key]),
        )
    )
    if subjects.named("audit.entry") is None:
        register(SubjectType("audit.entry", "audit.Entry", str, _entries))
    register(
        SubjectType(
            "compliance.exception",
            "compliance.PolicyException",
            str,
            exceptions_visible_to,
            lambda exception: reverse("compliance:exception", args=[exception.key]),
        )
    )
