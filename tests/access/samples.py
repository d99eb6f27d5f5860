"""What stands in the addresses of routes that name an object: own, foreign and restricted ones.

A new route with a parameter needs its line here; the first pattern that matches its name counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .routes import Route
from .world import World

Sample = Callable[[World, str, Route], dict[str, Any]]
ABSENT = "00000000-0000-7000-8000-000000000000"

SAMPLES: list[tuple[str, Sample]] = []


def sample(pattern: str) -> Callable[[Sample], Sample]:
    """Use the function for routes whose name matches the pattern."""

    def register(function: Sample) -> Sample:
        SAMPLES.append((pattern, function))
        return function

    return register


def values_for(route: Route, world: World, relation: str) -> dict[str, Any] | None:
    """Return the values of a route's parameters, or None when the route is not listed."""
    if not route.parameters:
        return {}
    for pattern, function in SAMPLES:
        if re.fullmatch(pattern, f"{route.name} {' '.join(route.parameters)}"):
            return function(world, relation, route)
    return None


@sample(r"inventory:system\S* key")
def _system(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key}


@sample(r"(api|accounts):person\S* person_id")
def _person(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"person_id": world.people["employee" if relation == "own" else "inactive"].pk}


@sample(r"accounts:department\S* department_id")
def _department(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"department_id": world.departments[relation].pk}


@sample(r"accounts:role\S* key")
def _role(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": {"own": "employee", "foreign": "architect", "restricted": "administrator"}[relation]}


@sample(r"accounts:\S*assignment\S* assignment_id")
def _assignment(world: World, relation: str, route: Route) -> dict[str, Any]:
    holder = {"own": "employee", "foreign": "architect", "restricted": "auditor"}[relation]
    return {"assignment_id": world.people[holder].role_assignments.get().pk}


@sample(r"accounts:\S*token\S* token_id")
def _token(world: World, relation: str, route: Route) -> dict[str, Any]:
    holder = {"own": "employee", "foreign": "architect", "restricted": "auditor"}[relation]
    return {"token_id": world.people[holder].tokens.get().pk}


@sample(r"accounts:legal_entity entity_id")
def _legal_entity(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"entity_id": world.departments["own"].legal_entity_id}


@sample(r"work:job job_id|work:\S+ pk|\S+ \S*uuid\S*")
def _absent(world: World, relation: str, route: Route) -> dict[str, Any]:
    return dict.fromkeys(route.parameters, ABSENT)
