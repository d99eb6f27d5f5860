"""Samples of selections: one for a use case of each relation, with a candidate."""

from __future__ import annotations

from typing import Any

from apps.registry import operations
from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World


def _actor(world: World, relation: str) -> Any:
    return world.people["owner" if relation == "own" else "second_owner"].as_actor()


def use_case(world: World, relation: str) -> Any:
    """Return the use case of the relation's system; its module lists what matches any name, and so is read last."""
    from tests.access.upper_samples import use_case as first

    return first(world, relation)


def selection(world: World, relation: str) -> Any:
    """Return an open comparison."""

    def make() -> Any:
        return operations.open_selection(
            actor=_actor(world, relation), use_case=use_case(world, relation), title=f"{relation} choice"
        )

    return world.remember("selection", relation, make)


def candidate(world: World, relation: str) -> Any:
    """Return a candidate of the comparison."""

    def make() -> Any:
        return operations.add_candidate(
            actor=_actor(world, relation), selection=selection(world, relation), name="A candidate"
        )

    return world.remember("candidate", relation, make)


@sample(r"registry:selection_open key")
def _use_case(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": use_case(world, relation).key}


@sample(r"(registry|api):selection\S* key( candidate_id)?")
def _selection(world: World, relation: str, route: Route) -> dict[str, Any]:
    values = {"key": selection(world, relation).key}
    return values | ({"candidate_id": candidate(world, relation).pk} if "candidate_id" in route.parameters else {})
