"""The records of monitoring that entries, findings, comments and inbox items may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(name: str) -> Any:
    """Return the function that narrows a model to what a person may know of."""

    def visible(person: Any) -> Any:
        from django.apps import apps

        return apps.get_model("monitoring", name).objects.visible_to(person)

    return visible


def _page(name: str) -> Any:
    return lambda record: reverse(f"monitoring:{name}", args=[record.key])


def register_all() -> None:
    """Register what this room keeps on record."""
    for name, model in (("metric", "Metric"), ("bound", "Bound"), ("alert", "Alert"), ("incident", "Incident")):
        register(SubjectType(f"monitoring.{name}", f"monitoring.{model}", str, _visible(model), _page(name)))
