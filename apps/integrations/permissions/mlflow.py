"""Who sets up MLflow servers, and who says what of theirs is which of ours."""

from __future__ import annotations

from typing import Any

from apps.integrations.models import MLflowMapping, MLflowServer
from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision
from apps.kernel.permissions import Permission


def may_edit_server(*, actor: Actor, server: MLflowServer, **_arguments: Any) -> Decision:
    """Let those who put models on record in its department change it."""
    return authorisation.decide(actor, Permission.REGISTRY_MODEL_EDIT, server)


def may_pull(*, actor: Actor, server: MLflowServer, **_arguments: Any) -> Decision:
    """Let the portal read by itself, and those who may change the server ask for it."""
    return Allowed() if actor.kind is ActorKind.SYSTEM else may_edit_server(actor=actor, server=server)


def may_resolve(*, actor: Actor, mapping: MLflowMapping, **_arguments: Any) -> Decision:
    """Let those who may change the server settle a conflict."""
    return may_edit_server(actor=actor, server=mapping.server)
