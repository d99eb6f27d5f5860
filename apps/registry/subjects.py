"""The records of the registry that entries, findings, comments and inbox items may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(name: str) -> Any:
    """Return the function that narrows a model to what a person may know of."""

    def visible(person: Any) -> Any:
        from django.apps import apps

        return apps.get_model("registry", name).objects.visible_to(person)

    return visible


def _page(name: str, attribute: str = "key") -> Any:
    return lambda record: reverse(f"registry:{name}", args=[getattr(record, attribute)])


def register_all() -> None:
    """Register what this room keeps on record."""
    kinds = (
        ("registry.ai_model", "AIModel", _page("ai_model")),
        ("registry.model_version", "ModelVersion", _page("model_version")),
        ("registry.selection", "Selection", _page("selection")),
        ("registry.artefact", "Artefact", _page("artefact")),
        ("registry.deployment", "Deployment", _page("deployment")),
        ("registry.rollback", "Rollback", _page("rollback")),
        ("registry.deployment_permit", "DeploymentPermit", _page("permit")),
        ("registry.model_access_request", "ModelAccessRequest", _page("access_request")),
        ("registry.gateway_key", "GatewayKey", _page("gateway", "gateway")),
        ("registry.model_grant", "ModelGrant", _page("grant")),
    )
    for name, model, url in kinds:
        register(SubjectType(name, f"registry.{model}", str, _visible(model), url))
