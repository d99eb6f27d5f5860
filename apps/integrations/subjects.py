"""The records of integrations that entries, findings and events may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(name: str) -> Any:
    def visible(person: Any) -> Any:
        from django.apps import apps

        return apps.get_model("integrations", name).objects.visible_to(person)

    return visible


def register_all() -> None:
    """Register what this room keeps on record."""
    register(
        SubjectType(
            "integrations.server", "integrations.MLflowServer", str, _visible("MLflowServer"),
            lambda server: reverse("exchange:mlflow_server", args=[server.pk]),
        )
    )  # fmt: skip
    register(
        SubjectType(
            "integrations.mapping", "integrations.MLflowMapping", str, _visible("MLflowMapping"),
            lambda mapping: reverse("exchange:mlflow_server", args=[mapping.server_id]),
        )
    )  # fmt: skip
    register(
        SubjectType(
            "integrations.subscription", "integrations.EventSubscription", str, _visible("EventSubscription"),
            lambda one: reverse("exchange:subscription", args=[one.pk]),
        )
    )  # fmt: skip
