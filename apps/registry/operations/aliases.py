"""Aliases: moving names for versions, with where they pointed before."""

from __future__ import annotations

import re

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import GATED, AIModel, ModelAlias, ModelGrant, ModelVersion, VersionStage

NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}\Z")


@operation(Event.ALIAS_SET, needs=None, subject="ai_model", may=permissions.may_edit_model)
def set_alias(*, actor: Actor, ai_model: AIModel, name: str, model_version: ModelVersion) -> ModelAlias:
    """Let a name point at a version from now on."""
    if not NAME.match(name):
        raise Invalid({"name": [_("An alias is made of letters, digits, dots, dashes and underscores.")]})
    if model_version.ai_model_id != ai_model.pk:
        raise Invalid({"model_version": [_("This version is of another model.")]})
    model_version.refresh_from_db(fields=["stage"])
    if model_version.stage == VersionStage.RETIRED:
        raise Invalid({"model_version": [_("This version is retired.")]})
    standing = ai_model.aliases.select_for_update().filter(name=name, ended_at=None).first()
    if standing is not None:
        if standing.model_version_id == model_version.pk:
            return standing
        _end(standing)
    _check_calls(ai_model, name, model_version)
    return ModelAlias.objects.create(ai_model=ai_model, name=name, model_version=model_version, set_at=clock.now())


@operation(Event.ALIAS_ENDED, needs=None, subject="ai_model", may=permissions.may_edit_model)
def end_alias(*, actor: Actor, ai_model: AIModel, name: str) -> AIModel:
    """Take a name away; nothing happens where it does not stand."""
    for standing in ai_model.aliases.filter(name=name, ended_at=None):
        _end(standing)
    return ai_model


def _check_calls(ai_model: AIModel, name: str, model_version: ModelVersion) -> None:
    """Refuse to lead calls that were granted where people depend on them to a version that nobody validated."""
    grants = ModelGrant.objects.standing().filter(ai_model=ai_model, alias=name, environment__in=GATED)
    if model_version.stage == VersionStage.CANDIDATE and grants.exists():
        raise Invalid(
            {"model_version": [_("Calls in pilot or production go by this alias: have the version validated first.")]}
        )


def _end(standing: ModelAlias) -> None:
    standing.ended_at = clock.now()
    standing.save(update_fields=["ended_at"])
