"""What stands on a version of a model: releases, systems, places where it runs, grants, selections; and the way out of each."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, Q

from apps.inventory.models import AISystem, Component, Release
from apps.kernel import clock
from apps.registry.models import GATED, Deployment, ModelGrant, ModelVersion, Selection, VersionStage


@dataclass(frozen=True, slots=True)
class Exit:
    """The way out that a system has on record for its model."""

    component: str
    substitute: str
    tested_on: date | None

    @property
    def tested(self) -> bool:
        """Tell whether there is a substitute that was ever tried."""
        return bool(self.substitute) and self.tested_on is not None


@dataclass(frozen=True, slots=True)
class SystemUse:
    """A system with the releases that hold the version, where they run, and its exits."""

    system: AISystem
    releases: list[Release]
    deployments: list[Deployment]
    exits: list[Exit] = field(default_factory=list)

    @property
    def untested(self) -> bool:
        """Tell whether nothing on record shows that the system could do without."""
        return not any(found.tested for found in self.exits)


@dataclass(frozen=True, slots=True)
class Broken:
    """Everything that breaks when a version is gone."""

    systems: list[SystemUse]
    grants: list[ModelGrant]
    selections: list[Selection]

    @property
    def running(self) -> list[SystemUse]:
        """The systems in which it should run, or was seen running, in pilot or production."""
        return [use for use in self.systems if any(one.environment in GATED for one in use.deployments)]

    @property
    def untested(self) -> list[SystemUse]:
        """The systems without a tested way out."""
        return [use for use in self.systems if use.untested]


def what_breaks(model_version: ModelVersion, *, on: date | None = None, person: Any = None) -> Broken:
    """Return what stands on a version (on a day: grants that last until then); narrowed to what a person may see."""
    # What was withdrawn may still run: it counts until something else does.
    runs = Deployment.objects.standing().filter(release=OuterRef("pk"))
    releases = Release.objects.filter(Q(withdrawn_at=None) | Exists(runs), model_links__model_version=model_version)
    if person is not None:
        releases = releases.visible_to(person)
    found: dict[Any, tuple[AISystem, list[Release]]] = {}
    for release in releases.select_related("system__owner", "system__department").order_by("system__key", "-number"):
        found.setdefault(release.system_id, (release.system, []))[1].append(release)
    running: dict[Any, list[Deployment]] = {}
    standing = Deployment.objects.standing().filter(release__in=[r for _s, rows in found.values() for r in rows])
    for deployment in standing.select_related("release").order_by("environment", "region"):
        running.setdefault(deployment.system_id, []).append(deployment)
    exits: dict[Any, list[Exit]] = {}
    for part in Component.objects.filter(system__in=found, kind="model"):
        exits.setdefault(part.system_id, []).append(Exit(part.name, part.exit_substitute, part.exit_tested_on))
    systems = [SystemUse(system, rows, running.get(pk, []), exits.get(pk, [])) for pk, (system, rows) in found.items()]
    return Broken(systems, _grants(model_version, on, person), _selections(model_version, person))


def _grants(model_version: ModelVersion, on: date | None, person: Any) -> list[ModelGrant]:
    aliases = list(model_version.aliases.filter(ended_at=None).values_list("name", flat=True))
    grants = ModelGrant.objects.standing().filter(ai_model_id=model_version.ai_model_id)
    meant = Q(model_version=model_version) | Q(model_version=None, alias__in=aliases)
    if not _others(model_version, on).exists():
        meant |= Q(model_version=None, alias="")
    grants = grants.filter(meant)
    if on is not None:
        grants = grants.filter(valid_until__date__gte=on)
    if person is not None:
        grants = grants.visible_to(person)
    return list(
        grants.select_related("person", "system__owner", "service__owner", "use_case", "ai_model").order_by("key")
    )


def _others(model_version: ModelVersion, on: date | None) -> Any:
    """Return the other versions that may be called on a day: without any, grants for the whole model break as well."""
    others = ModelVersion.objects.filter(ai_model_id=model_version.ai_model_id).exclude(pk=model_version.pk)
    gone = Q(retires_on__isnull=False, retires_on__lt=on or clock.today())
    return others.exclude(stage=VersionStage.RETIRED).exclude(gone)


def _selections(model_version: ModelVersion, person: Any) -> list[Selection]:
    found = Selection.objects.filter(candidates__model_version=model_version).exclude(status="abandoned").distinct()
    return list((found.visible_to(person) if person is not None else found).select_related("use_case").order_by("key"))
