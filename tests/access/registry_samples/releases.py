"""Samples of releases and artefacts: one of each relation's system."""

from __future__ import annotations

from typing import Any

from apps.inventory import operations as inventory
from apps.kernel.actors import Actor
from apps.registry import operations
from apps.registry.models import Artefact
from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World


def _owner(world: World, relation: str) -> Actor:
    return world.people["owner" if relation == "own" else "second_owner"].as_actor()


def release(world: World, relation: str) -> Any:
    """Return the release of a relation's system."""

    def make() -> Any:
        part = {"kind": "image", "name": "api", "version": "1.0"}
        return inventory.freeze_release(
            actor=_owner(world, relation), system=world.systems[relation], items=[part], name="2026.1"
        )

    return world.remember("release", relation, make)


def artefact(world: World, relation: str) -> Artefact:
    """Return a prompt of a relation's system, with one version."""

    def make() -> Any:
        actor = _owner(world, relation)
        made = operations.register_artefact(
            actor=actor, system=world.systems[relation], kind="prompt", name=f"{relation} prompt"
        )
        operations.add_artefact_version(actor=actor, artefact=made, content="You sort claims.")
        return made

    return world.remember("artefact", relation, make)


@sample(r"(registry|api):(release_compose|artefact_register|compose\S*release|register_artefact|artefacts_of) key")
def _system(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key}


@sample(r"(registry|api):\S*release\S* key( other)?")
def _release(world: World, relation: str, route: Route) -> dict[str, Any]:
    key = release(world, relation).key
    return {"key": key, "other": key} if "other" in route.parameters else {"key": key}


@sample(r"(registry|api):\S*artefact\S* key")
def _artefact(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": artefact(world, relation).key}
