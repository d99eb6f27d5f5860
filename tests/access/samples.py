"""What stands in the addresses of routes that name an object: own, foreign and restricted ones.

A new route with a parameter needs its line here; the first pattern that matches its name counts.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from apps.kernel import clock
from apps.kernel.actors import Actor

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


def values_for(route: Route, world: World, relation: str) -> dict[str, Any]:
    """Return the values of a route's parameters; a route that is not listed fails the test."""
    if not route.parameters:
        return {}
    for pattern, function in SAMPLES:
        if re.fullmatch(pattern, f"{route.name} {' '.join(route.parameters)}"):
            return function(world, relation, route)
    raise AssertionError(f"{route.name} ({route.pattern}) is not listed in tests/access/samples.py")


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


@sample(r"(compliance|api):\S*(exception|approve|refuse|end_exception)\S* key")
def _exception(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.compliance import operations

    owner = world.people["owner" if relation == "own" else "second_owner"]
    return {
        "key": world.remember(
            "exception",
            relation,
            lambda: operations.request_exception(
                actor=owner.as_actor(),
                about=world.systems[relation],
                concerns="INV-006",
                reason="The data arrives next month.",
                compensating_control="A person checks every output.",
                until=clock.days_from_now(30),
            ),
        ).key
    }


@sample(r"(compliance|api):\S*(finding|remedy|sett|assign)\S* key")
def _finding(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.compliance.models import Finding

    def find() -> Any:
        _sweep(world)
        return Finding.objects.filter(subject_id=str(world.systems[relation].pk)).order_by("rule_id").first()

    return {"key": world.remember("finding", relation, find).key}


def _sweep(world: World) -> Any:
    """Let every system run without authorisation, which is a finding, and sweep once."""
    from apps.compliance import operations
    from apps.inventory.models import AISystem

    def sweep() -> Any:
        AISystem.objects.filter(pk__in=[s.pk for s in world.systems.values()]).update(operating_status="running")
        return operations.sweep(actor=Actor.system("beat"))

    return world.remember("sweep", "", sweep)


@sample(r"(work|api):\S*action\S* key")
def _action(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.work import operations

    owner = world.people["owner" if relation == "own" else "second_owner"]
    return {
        "key": world.remember(
            "action",
            relation,
            lambda: operations.owe_action(
                actor=Actor.system("beat"),
                about=world.systems[relation],
                title="Name the users",
                owner=owner,
                due_at=clock.days_from_now(9),
            ),
        ).key
    }


@sample(r"work:job pk")
def _job(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.work import operations

    asker = world.people["owner" if relation == "own" else "second_owner"]
    return {
        "pk": world.remember(
            "job",
            relation,
            lambda: operations.ask_for_job(actor=asker.as_actor(), title="A job", task="work.nothing"),
        ).pk
    }


@sample(r"work:resolve pk")
def _absent(world: World, relation: str, route: Route) -> dict[str, Any]:
    return dict.fromkeys(route.parameters, ABSENT)


@sample(r"(audit|api):\S*(entry|proof)\S* number")
def _entry(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.audit.models import Entry

    def find() -> Any:
        return Entry.objects.filter(subject_id=str(world.systems[relation].pk)).order_by("id").first()

    return {"number": world.remember("entry", relation, find).pk}


@sample(r"(audit|api):\S*about\S* subject_type subject_id")
def _about(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"subject_type": "inventory.system", "subject_id": world.systems[relation].pk}


@sample(r"(audit|api):\S*by\S* actor_id")
def _by(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"actor_id": world.people["owner" if relation == "own" else "second_owner"].pk}


@sample(r"(evidence:|api:evidence)\S* key( number)?")
def _evidence(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.evidence import operations

    owner = world.people["owner" if relation == "own" else "second_owner"]
    found = world.remember(
        "evidence",
        relation,
        lambda: operations.add_evidence(
            actor=owner.as_actor(), about=world.systems[relation], filename="test.txt", content=b"Tested."
        ),
    )
    return {"key": found.key, "number": 1}


@sample(r"(inventory|api):import\S* key( row)?")
def _import(world: World, relation: str, route: Route) -> dict[str, Any]:
    """An import into the claims department, one elsewhere, and one to the top of the organisation."""
    from apps.inventory import operations

    def bring() -> Any:
        actor = Actor.operator("tester")
        batch = operations.receive_import(
            actor=actor, file_name="list.csv", content=b"Name,Stage\nAlpha,Pilot\n", source=f"List of {relation}"
        )
        batch = operations.arrange_import(
            actor=actor, batch=batch, mapping=batch.mapping, source=batch.source, organisation="Group",
            department=None if relation == "restricted" else world.departments[relation],
        )  # fmt: skip
        return operations.check_import(actor=actor, batch=batch)

    values = {"key": world.remember("import", relation, bring).key}
    return values | ({"row": 2} if "row" in route.parameters else {})
