"""The world of the access matrix: every persona signed in once, and an own, a foreign and a restricted object of each kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from typing import Any

import pytest
from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts import reach
from apps.accounts.models import Person
from apps.inventory import operations as inventory
from tests.conftest import SETUP

# Persona, its fixture. "nobody" is signed in and has no role; "inactive" was an analyst and left.
PERSONAS = (
    "anonymous", "inactive", "nobody", "employee", "owner", "second_owner", "delivery", "analyst", "outsider", "steward",
    "model_owner", "architect", "security", "privacy", "legal", "validation", "lead", "sponsor", "auditor", "admin",
)  # fmt: skip
RELATIONS = ("own", "foreign", "restricted")


@dataclass
class World:
    """People with their browsers and tokens, and the objects that routes are tried on."""

    people: dict[str, Person]
    clients: dict[str, Client]
    tokens: dict[str, str]
    departments: dict[str, Any]
    systems: dict[str, Any]
    cache: dict[tuple[str, str], Any] = field(default_factory=dict)

    sessions: dict[str, str] = field(default_factory=dict)
    held: dict[str, frozenset[str]] = field(default_factory=dict)

    def holds(self, persona: str, permission: Any) -> bool:
        """Tell whether a persona's roles give a permission anywhere; nobody's roles change while the table is walked."""
        if persona not in self.held:
            self.held[persona] = frozenset(reach.held_permissions(self.people[persona]))
        return str(permission) in self.held[persona]

    def token_is_valid(self, persona: str) -> bool:
        """Tell whether the persona has a token that opens the API at all."""
        return persona != "inactive" and bool(self.tokens[persona])

    def cookies(self, persona: str) -> SimpleCookie:
        """Return the cookies of a persona as they were at sign-in, whatever requests did to them."""
        if persona not in self.sessions:
            self.sessions[persona] = self.clients[persona].cookies.output(header="", sep=";")
        return SimpleCookie(self.sessions[persona])

    def remember(self, kind: str, relation: str, make: Callable[[], Any]) -> Any:
        """Make an object of a kind and relation once."""
        if (kind, relation) not in self.cache:
            self.cache[kind, relation] = make()
        return self.cache[kind, relation]


@pytest.fixture
def own_storage(settings, tmp_path):
    """Keep evidence in a folder of this test."""
    settings.EVIDENCE_KEYS_FILE = tmp_path / "keys"
    evidence = {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path / "files"}}
    settings.STORAGES = {**settings.STORAGES, "evidence": evidence}


@pytest.fixture
def world(request, own_storage, make_person, enterprise, claims, underwriting, legal_entity, as_person) -> World:
    people = {
        name: request.getfixturevalue(name) for name in PERSONAS if name not in ("anonymous", "inactive", "nobody")
    }
    people["nobody"] = make_person("Nobody Known", None)
    people["inactive"] = make_person("Ina Inactive", "governance-analyst")
    clients, tokens = {"anonymous": Client()}, {"anonymous": ""}
    for name, person in people.items():
        clients[name] = as_person(Client(), person)
        tokens[name] = _token(person)
    accounts.deactivate_person(actor=SETUP, person=people["inactive"], reason="Left")
    departments = {"own": claims, "foreign": underwriting, "restricted": claims}
    owners = {"own": people["owner"], "foreign": people["second_owner"], "restricted": people["second_owner"]}
    systems = {
        relation: inventory.register_system(
            actor=owners[relation].as_actor(),
            name=f"{relation.title()} system",
            summary="For the access matrix.",
            department=departments[relation],
            owner=owners[relation],
            sponsor=people["sponsor"],
            legal_entity=legal_entity,
            proposer=owners[relation],
            restricted=relation == "restricted",
        )
        for relation in RELATIONS
    }
    return World(people, clients, tokens, departments, systems)


def _token(person: Person) -> str:
    """Issue a token as wide as its holder; who may not issue any gets none."""
    from apps.kernel.permissions import Permission

    held = reach.held_permissions(person)
    if Permission.ACCOUNTS_TOKEN_ISSUE not in held:
        return ""
    return accounts.issue_token(actor=person.as_actor(), name="Matrix", scopes=sorted(held), days=1).text
