"""Samples of models: one of each relation's department with a version."""

from __future__ import annotations

from typing import Any

from apps.registry import operations
from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World


def ai_model(world: World, relation: str) -> Any:
    """Return a model of the relation's department; the model owner answers for the own one."""

    def make() -> Any:
        person = world.people["model_owner"]
        return operations.register_model(
            actor=person.as_actor(), name=f"{relation} model", department=world.departments[relation],
            owner=person if relation == "own" else None,
        )  # fmt: skip

    return world.remember("model", relation, make)


def version(world: World, relation: str) -> Any:
    """Return a version of the relation's model."""

    def make() -> Any:
        person = world.people["model_owner"]
        return operations.register_version(
            actor=person.as_actor(), ai_model=ai_model(world, relation), name="1.0", snapshot="2026-11-01"
        )

    return world.remember("version", relation, make)


@sample(
    r"(registry:(ai_model|model_edit|model_terms|model_alias|version_register)|api:(model|model_alias|versions|version_register)\S*) key"
)
def _model(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": ai_model(world, relation).key}


@sample(r"(registry|api):(model_version|version_\w+) key")
def _version(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": version(world, relation).key}
