"""What a caller may ask about: a person sees by their own rights, a service knows what lies where it may act."""

from __future__ import annotations

from typing import Any

from apps.accounts.reach import service_reach
from apps.catalog.models import Dataset
from apps.catalog.models.datasets import OPEN_LEVELS
from apps.inventory.models import AISystem
from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, ModelVersion


def systems(actor: Actor, person: Any, permission: Permission) -> Any:
    """Return the systems that the caller may ask about under a permission; restricted ones only people see."""
    if actor.kind is not ActorKind.SERVICE:
        return AISystem.objects.visible_to(person)
    return AISystem.objects.filter(service_reach(actor, permission), restricted=False)


def ai_models(actor: Actor, person: Any) -> Any:
    """Return the models that the caller may know of; those of nobody in particular are known to all who see models."""
    if actor.kind is not ActorKind.SERVICE:
        return AIModel.objects.visible_to(person)
    seen = AIModel.objects.filter(service_reach(actor, Permission.REGISTRY_MODEL_VIEW))
    if authorisation.decide(actor, Permission.REGISTRY_MODEL_VIEW):
        seen |= AIModel.objects.filter(department=None)
    return seen


def versions(actor: Actor, person: Any) -> Any:
    """Return the versions of models that the caller may know of."""
    if actor.kind is not ActorKind.SERVICE:
        return ModelVersion.objects.visible_to(person)
    return ModelVersion.objects.filter(ai_model__in=ai_models(actor, person))


def datasets(actor: Actor, person: Any) -> Any:
    """Return the datasets that the caller may know of: a service those it reads about, and what everybody may browse."""
    if actor.kind is not ActorKind.SERVICE:
        return Dataset.objects.visible_to(person)
    seen = Dataset.objects.filter(service_reach(actor, Permission.CATALOG_DATASET_VIEW))
    if authorisation.decide(actor, Permission.CATALOG_DATASET_BROWSE):
        seen |= Dataset.objects.filter(level__in=OPEN_LEVELS)
    return seen
