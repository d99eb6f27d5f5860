"""The records of this room that entries and notices may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(model: str) -> Any:
    def visible(person: Any) -> Any:
        from django.apps import apps

        return apps.get_model("work", model).objects.visible_to(person)

    return visible


def _actions(person: Any) -> Any:
    """Return the actions a person owes or asked for: the narrowing by records would ask every type again."""
    from django.db.models import Q

    from .models import Action

    return Action.objects.filter(Q(owner_id=person.pk) | Q(asked_by_id=person.pk))


def register_all() -> None:
    """Register actions and jobs."""
    register(
        SubjectType(
            "work.action", "work.Action", str, _actions, lambda action: reverse("work:action", args=[action.key])
        )
    )
    register(SubjectType("work.job", "work.Job", str, _visible("Job"), lambda job: reverse("work:job", args=[job.pk])))
