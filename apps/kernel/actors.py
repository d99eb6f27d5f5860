"""Who acts: the vocabulary in which operations, decisions and ledger entries name their author."""

from __future__ import annotations

import getpass
from dataclasses import dataclass
from enum import StrEnum


class ActorKind(StrEnum):
    """The kinds of author that a ledger entry may carry."""

    ANONYMOUS = "anonymous"
    OPERATOR = "operator"
    PERSON = "person"
    SERVICE = "service"
    SYSTEM = "system"


@dataclass(frozen=True, slots=True)
class Actor:
    """One author. `scopes` narrows what a person's token may do; None means everything the person may do."""

    kind: ActorKind
    id: str
    label: str
    scopes: frozenset[str] | None = None
    origin: str = "web"

    @classmethod
    def system(cls, name: str) -> Actor:
        """Name a part of the portal that acts by itself, such as the scheduler ("beat")."""
        return cls(ActorKind.SYSTEM, name, f"Gatehouse ({name})", origin="task")

    @classmethod
    def operator(cls, name: str | None = None) -> Actor:
        """Name the operating-system user at the command line; such an actor never owns, answers, signs or decides."""
        name = name or getpass.getuser()
        return cls(ActorKind.OPERATOR, name, f"{name} (command line)", origin="command")

    @classmethod
    def anonymous(cls) -> Actor:
        """Name a visitor who has not signed in."""
        return cls(ActorKind.ANONYMOUS, "", "Someone not signed in")

    @property
    def is_person(self) -> bool:
        """Tell whether a human being signed in as themselves."""
        return self.kind is ActorKind.PERSON
