"""A manifest while it is being taken: what became of its parts, and what is wrong with it where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from apps.accounts.models import Department, Person, ServiceIdentity
from apps.inventory.models import AISystem
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError, Invalid
from apps.kernel.permissions import Permission
from apps.registry.models import ArtefactVersion, ModelVersion
from apps.registry.queries import known
from apps.registry.rules_pure import manifest

# What became of a part: new, something of it new, on record already, or waiting for the wish it belongs to.
MADE, ADDED, UNCHANGED, WAITS = "made", "added", "unchanged", "waits"


class Faulty(Invalid):
    """A manifest that is not taken: what is wrong, by JSON pointer."""

    def __init__(self, problems: dict[str, list[str]], status: int = 422) -> None:
        super().__init__(problems)
        self.status = status


class Unready(Exception):
    """Something this part needs was not taken; the fault is told there."""


@dataclass(slots=True)
class Item:
    """One thing that the manifest names: where, what it is, and what became of it."""

    place: str
    kind: str
    name: str
    key: str = ""
    outcome: str = UNCHANGED
    notes: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Taking:
    """A manifest being taken: who sends it, what became of its parts so far, and what is wrong with it."""

    actor: Actor
    person: Any
    document: dict[str, Any]
    items: list[Item] = field(default_factory=list)
    faults: dict[str, list[str]] = field(default_factory=dict)
    errors: list[GatehouseError] = field(default_factory=list)
    system: AISystem | None = None
    versions: dict[tuple[str, str], ModelVersion] = field(default_factory=dict)
    artefacts: dict[tuple[str, str], ArtefactVersion] = field(default_factory=dict)
    release: str = ""

    @property
    def changed(self) -> bool:
        """Tell whether anything was, or would be, put on record."""
        return any(item.outcome in (MADE, ADDED) for item in self.items)

    @property
    def answering(self) -> Person:
        """Who answers for what is sent: the person, or whoever owns the service."""
        if self.actor.is_person:
            return self.person
        return ServiceIdentity.objects.select_related("owner__department").get(pk=self.actor.id).owner

    @property
    def department(self) -> Department | None:
        """Where things belong that name no department."""
        return self.answering.department

    def systems(self) -> Any:
        """Return the systems that whoever sends it may ask about."""
        return known.systems(self.actor, self.person, Permission.INVENTORY_RELEASE_FREEZE)

    def tell(self, place: str, kind: str, name: str, row: Any = None, **more: Any) -> Item:
        """Write down what became of a part."""
        item = Item(place, kind, name, getattr(row, "key", ""), **more)
        self.items.append(item)
        return item

    @contextmanager
    def at(self, place: str, fields: Any = ()) -> Iterator[None]:
        """Say of what goes wrong inside where in the manifest it is; other parts are looked at all the same."""
        try:
            yield
        except Unready:
            pass
        except GatehouseError as error:
            self.errors.append(error)
            told = error.problems if isinstance(error, Invalid) else {"": [error.message]}
            for name, sentences in told.items():
                where = place + manifest.pointer(name) if name and name in fields else place
                self.faults.setdefault(where, []).extend(str(one) for one in sentences)
