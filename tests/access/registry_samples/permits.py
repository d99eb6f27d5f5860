"""Samples of permits: none can be issued for a system that no gate let run, so the row is written as it would be."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from apps.inventory.models import Authorisation
from apps.kernel import clock
from apps.kernel.identifiers import next_key
from apps.registry.models import DeploymentPermit
from tests.access.routes import Route
from tests.access.samples import ABSENT, sample
from tests.access.world import World

from .deployments import release


@sample(r"(registry:permit|registry:permit_revoke|api:\S*permit\S*|api:revoke\S*) key")
def _permit(world: World, relation: str, route: Route) -> dict[str, Any]:
    authorisation = Authorisation.objects.filter(system=world.systems[relation]).first()
    if authorisation is None:
        return {"key": ABSENT}

    def make() -> Any:
        return DeploymentPermit.objects.create(
            key=next_key("PMT"), system=world.systems[relation], release=release(world, relation, 1),
            authorisation=authorisation, environment="production", issued_to_kind="person", issued_to="nobody",
            expires_at=clock.now() + timedelta(hours=1), digest="0" * 64,
        )  # fmt: skip

    return {"key": world.remember("permit", relation, make).key}


@sample(r"registry:permit_issue key")
def _issue(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key}
