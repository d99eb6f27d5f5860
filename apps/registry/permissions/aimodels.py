"""Who may put models and versions on record, and who validates and retires them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, ModelVersion, VersionStage

from .holding import holds_here, inside


def may_edit_model(*, actor: Actor, ai_model: AIModel, **_arguments: Any) -> Decision:
    """Let the model's owner write, and model owners of its department; intakes write through their own operations."""
    if inside("registry.", "integrations."):
        return Allowed()
    return may_write_about(actor, ai_model)


def may_write_about(actor: Actor, ai_model: AIModel) -> Decision:
    """Ask the same inside an intake as well: whoever sends a file writes about their models, not about everybody's."""
    scoped = actor.scopes is None or str(Permission.REGISTRY_MODEL_EDIT) in actor.scopes
    if actor.is_person and scoped and str(ai_model.owner_id) == actor.id:
        return Allowed()
    return holds_here(actor, Permission.REGISTRY_MODEL_EDIT, ai_model)


def may_edit_version(*, actor: Actor, model_version: ModelVersion, **_arguments: Any) -> Decision:
    """Let those who write about the model write about its versions; what is retired stays as it was."""
    if model_version.stage == VersionStage.RETIRED:
        return Denied(_("This version is retired: it stays as it was."))
    return may_edit_model(actor=actor, ai_model=model_version.ai_model)


def may_validate_version(*, actor: Actor, model_version: ModelVersion, **_arguments: Any) -> Decision:
    """Let a person validate a candidate who did not register it."""
    if not actor.is_person:
        return Denied(_("A person validates a version."))
    if model_version.stage != VersionStage.CANDIDATE:
        return Denied(_("Only a candidate is validated; this version is not one any more."))
    if str(model_version.registered_by_id) == actor.id:
        return Denied(_("You registered this version: somebody else validates it."))
    if model_version.registered_by_id is None and str(model_version.ai_model.owner_id) == actor.id:
        # What a pipeline or an intake registers, it registers for whoever owns the model.
        return Denied(_("This version came here by itself, for you: somebody else validates it."))
    decision = holds_here(actor, Permission.GATES_DECISION_VALIDATION, model_version)
    return decision or holds_here(actor, Permission.REGISTRY_MODEL_EDIT, model_version)


def may_retire_version(*, actor: Actor, model_version: ModelVersion, **_arguments: Any) -> Decision:
    """Let those who write about the model deprecate and retire its versions."""
    if model_version.stage == VersionStage.RETIRED:
        return Denied(_("This version is retired already."))
    return may_edit_model(actor=actor, ai_model=model_version.ai_model)
