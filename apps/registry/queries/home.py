"""What people see first: who answers for models, where each of them runs; who ships, what does not run as it should."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, OuterRef, Q, Subquery

from apps.registry.models import GATED, AIModel, Deployment, ModelVersion, ReleaseVersion, Side
from apps.registry.queries import access
from apps.registry.queries.deployments import beside

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Running:
    """A place in pilot or production where a version should run, and whether something else was seen there."""

    deployment: Deployment
    model_version: ModelVersion

    @property
    def differs(self) -> bool:
        """Tell whether another release, or none of ours, was seen in the place."""
        seen = self.deployment.other_id is not None or bool(self.deployment.other_label)  # type: ignore[attr-defined]
        return seen and self.deployment.other_id != self.deployment.release_id  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class OwnModel:
    """A model that a person answers for."""

    ai_model: AIModel
    newest: ModelVersion | None
    grants: int
    places: list[Running] = field(default_factory=list)


def models_of(person: Any) -> list[OwnModel]:
    """Return the models that a person answers for, with what of them runs where the person may look."""
    newest = ModelVersion.objects.filter(ai_model_id=OuterRef("pk")).order_by("-registered_at", "-id").values("pk")[:1]
    owned = list(AIModel.objects.filter(owner=person).annotate(newest_id=Subquery(newest)).order_by("name")[:SHOWN])
    if not owned:
        return []
    versions = ModelVersion.objects.in_bulk([one.newest_id for one in owned if one.newest_id])  # type: ignore[attr-defined]
    granted: dict[Any, int] = {}
    for pk in access.counting().filter(ai_model__in=owned).values_list("ai_model_id", flat=True)[:10_000]:
        granted[pk] = granted.get(pk, 0) + 1
    running = _running(person, owned)
    return [
        OwnModel(one, versions.get(one.newest_id), granted.get(one.pk, 0), running.get(one.pk, []))  # type: ignore[attr-defined]
        for one in owned
    ]


def _running(person: Any, owned: list[AIModel]) -> dict[Any, list[Running]]:
    links = ReleaseVersion.objects.filter(model_version__ai_model__in=owned).select_related("model_version")
    rows = Deployment.objects.visible_to(person).standing().filter(side=Side.DESIRED, environment__in=GATED)
    rows = rows.filter(release__in=links.values("release_id")).select_related("system", "release")
    standing = list(beside(rows).order_by("environment", "region", "key")[:200])
    inside: dict[Any, list[ModelVersion]] = {}
    for link in links.filter(release__in={row.release_id for row in standing}):
        inside.setdefault(link.release_id, []).append(link.model_version)
    found: dict[Any, list[Running]] = {}
    for row in standing:
        for version in inside.get(row.release_id, []):
            found.setdefault(version.ai_model_id, []).append(Running(row, version))
    return found


def to_ship(person: Any) -> list[Deployment]:
    """Return what should run where a person may look, and was not seen there or something else was; the newest first."""
    rows = beside(Deployment.objects.visible_to(person).standing().filter(side=Side.DESIRED))
    other = Q(other_id=None) | ~Q(other_id=F("release_id"))
    return list(rows.filter(other).select_related("system", "release").order_by("-valid_from", "-id")[:SHOWN])
