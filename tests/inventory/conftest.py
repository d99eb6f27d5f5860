"""What tests of the inventory need: a gate that decides, without the room of gates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection

from apps.audit import operation as machinery
from apps.inventory import operations
from apps.kernel import clock
from apps.kernel.identifiers import uuid7


class Within:
    """Pretend that an operation of another room is going on."""

    def __init__(self, event, actor):
        self.running = machinery.Running(event, actor, "")

    def __enter__(self):
        self.token = machinery._current.set(self.running)

    def __exit__(self, *_problem):
        machinery._current.reset(self.token)


@pytest.fixture
def inside():
    return Within


@pytest.fixture
def issue(db, architect):
    """Issue an authorisation as a gate would; the gate's own proof is taken for granted here."""

    def decide(system, gate="G1", environment="design", days=90, **more):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute("DROP FUNCTION IF EXISTS gates_authorisation_stands(uuid, uuid, text, text, text)")
            cursor.execute(
                "CREATE FUNCTION gates_authorisation_stands(uuid, uuid, text, text, text)"
                " RETURNS boolean LANGUAGE sql AS 'SELECT true'"
            )
            cursor.execute("RESET ROLE")
            cursor.execute("SET LOCAL ROLE gatehouse_app")
        with Within("gates.review.decided", architect.as_actor()):
            return operations.issue_authorisation(
                actor=architect.as_actor(),
                system=system,
                gate=gate,
                environment=environment,
                content_hash="0" * 64,
                review_id=uuid7(),
                valid_until=clock.now() + timedelta(days=days),
                **more,
            )

    return decide


@pytest.fixture
def advance(issue, owner):
    """Bring a system to a stage, gate by gate."""
    steps = [("design", "G1"), ("build", "G2"), ("pilot", "G3"), ("production", "G4")]

    def go(system, target):
        for stage, gate in steps:
            issue(system, gate, stage)
            system = operations.change_stage(actor=system.owner.as_actor(), system=system, target=stage)
            if stage == target:
                break
        return system

    return go


ANSWERS = {
    "technique": "generates",
    "person_effect": "none",
    "data_classes": ["internal"],
    "audience": "reviewed",
    "actions": "none",
    "areas": ["none"],
    "practices": ["none"],
    "platform": "approved",
}


@pytest.fixture
def answers():
    return dict(ANSWERS)


@pytest.fixture
def intake(employee, answers):
    return operations.propose(
        actor=employee.as_actor(), purpose="Summarise long letters of customers for our team.", answers=answers
    )


@pytest.fixture(scope="session")
def published():
    """Return the path of a published inventory by its name; skip, saying so, where the machine has none."""

    def find(name: str) -> Path:
        for folder in Path(__file__).resolve().parents:
            for candidate in (folder / "shared" / "data" / "inventory" / name, folder / "data" / "inventory" / name):
                if candidate.exists():
                    return candidate
        pytest.skip(f"../shared/data/inventory/{name} is not on this machine")

    return find
