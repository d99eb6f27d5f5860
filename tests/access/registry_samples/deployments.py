"""Samples of deployments and rollbacks: a release of each relation in a test environment, a drill, and a place to go back from."""

from __future__ import annotations

from typing import Any

from apps.inventory import operations as inventory
from apps.registry import operations
from apps.registry.models import Rollback
from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World


def _owner(world: World, relation: str) -> Any:
    return world.people["owner" if relation == "own" else "second_owner"]


def release(world: World, relation: str, number: int) -> Any:
    """Return a release of the relation's system."""

    def make() -> Any:
        item = {"kind": "model", "name": "urgency", "version": f"{number}.0"}
        actor = _owner(world, relation).as_actor()
        return inventory.freeze_release(actor=actor, system=world.systems[relation], items=[item])

    return world.remember(f"release {number}", relation, make)


def deployment(world: World, relation: str) -> Any:
    """Return what should run in the relation's test environment; an earlier release ran there before."""

    def make() -> Any:
        made = [
            operations.deploy(
                actor=_owner(world, relation).as_actor(), system=world.systems[relation],
                release=release(world, relation, number), environment="test", region="EU",
            )
            for number in (1, 2)
        ]  # fmt: skip
        return made[-1]

    return world.remember("deployment", relation, make)


def drill(world: World, relation: str) -> Rollback:
    """Return a drill in the relation's test environment."""

    def make() -> Any:
        deployment(world, relation)
        return operations.run_drill(
            actor=_owner(world, relation).as_actor(), system=world.systems[relation], environment="test", region="EU",
            to_release=release(world, relation, 1), reason="Practice",
        )  # fmt: skip

    return world.remember("drill", relation, make)


@sample(r"(registry|api):deployment\S* key")
def _deployment(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": deployment(world, relation).key}


@sample(r"registry:deploy key")
def _deploy(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key}


@sample(r"registry:roll_back key environment region")
def _roll_back(world: World, relation: str, route: Route) -> dict[str, Any]:
    deployment(world, relation)
    return {"key": world.systems[relation].key, "environment": "test", "region": "EU"}


@sample(r"(registry|api):rollback\S* key")
def _rollback(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": drill(world, relation).key}
