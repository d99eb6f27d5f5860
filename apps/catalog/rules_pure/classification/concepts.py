"""The things that names of fields speak of, and how they are classified. The words for them stand in words_en and words_de."""

from __future__ import annotations

from dataclasses import dataclass

from .counting import Class, made

# Where a word counts: anywhere, only in data about people, or only in data about somebody's health.
ANYWHERE, OF_PEOPLE, OF_HEALTH = "anywhere", "people", "health"


@dataclass(frozen=True, slots=True)
class Concept:
    """A thing that a name may speak of; `held_as` lists kinds of types that cannot hold it."""

    id: str
    level: str
    categories: tuple[str, ...] = ()
    where: str = ANYWHERE
    confidence: int = 90
    never: tuple[str, ...] = ()

    @property
    def classified(self) -> Class:
        """The class of what the concept stands for."""
        return made(self.level, self.categories)


_TEXT = ("boolean", "date", "float")
_P, _F, _S, _H = "personal", "financial", "special_category", "health"
_CONCEPTS = (
    Concept("secret", "restricted", (), ANYWHERE, 95, ("boolean", "date")),
    Concept("email", "confidential", (_P,), ANYWHERE, 95, (*_TEXT, "integer")),
    Concept("phone", "confidential", (_P,), ANYWHERE, 90, ("boolean", "date")),
    Concept("person_name", "confidential", (_P,), ANYWHERE, 95, (*_TEXT, "integer")),
    Concept("name", "confidential", (_P,), OF_PEOPLE, 80, (*_TEXT, "integer")),
    Concept("person_id", "confidential", (_P,), ANYWHERE, 85, ("boolean", "date")),
    Concept("national_id", "restricted", (_P,), ANYWHERE, 95, ("boolean", "date")),
    Concept("birth", "confidential", (_P,), ANYWHERE, 90, ("boolean",)),
    Concept("address", "confidential", (_P,), ANYWHERE, 75, ("boolean", "date")),
    Concept("place", "confidential", (_P,), OF_PEOPLE, 70, ("boolean", "date")),
    Concept("position", "confidential", (_P,), OF_PEOPLE, 65, ("boolean", "date")),
    Concept("online_id", "confidential", (_P,), ANYWHERE, 85, ("boolean", "date")),
    Concept("login", "confidential", (_P,), ANYWHERE, 85, ("boolean",)),
    Concept("demographic", "confidential", (_P,), ANYWHERE, 80),
    Concept("about_person", "confidential", (_P,), OF_PEOPLE, 70),
    Concept("picture", "confidential", (_P,), OF_PEOPLE, 75, ("boolean", "date")),
    Concept("vehicle_id", "confidential", (_P,), ANYWHERE, 80, ("boolean", "date")),
    Concept("employment", "confidential", (_P,), OF_PEOPLE, 70),
    Concept("role_holder", "confidential", (_P,), ANYWHERE, 70, ("boolean", "date", "float")),
    Concept("contract_id", "confidential", (_P,), ANYWHERE, 75, ("boolean", "date")),
    Concept("conviction", "restricted", (_P,), ANYWHERE, 85),
    Concept("account", "confidential", (_P, _F), ANYWHERE, 90, ("boolean", "date")),
    Concept("bank", "confidential", (_F,), ANYWHERE, 75, ("boolean", "date")),
    Concept("card", "restricted", (_P, _F), ANYWHERE, 90, ("boolean",)),
    Concept("pay", "confidential", (_P, _F), ANYWHERE, 85),
    Concept("pay_rate", "confidential", (_P, _F), OF_PEOPLE, 70),
    Concept("credit", "confidential", (_P, _F), ANYWHERE, 80),
    Concept("money_moved", "confidential", (_F,), ANYWHERE, 65, ("boolean",)),
    Concept("diagnosis", "restricted", (_H,), ANYWHERE, 90),
    Concept("treatment", "restricted", (_H,), ANYWHERE, 80),
    Concept("vital", "restricted", (_H,), OF_PEOPLE, 75),
    Concept("health_value", "restricted", (_H,), OF_HEALTH, 70),
    Concept("disability", "restricted", (_H,), ANYWHERE, 85),
    Concept("death", "restricted", (_H,), ANYWHERE, 80),
    Concept("belief", "restricted", (_S,), ANYWHERE, 90),
    Concept("origin", "restricted", (_S,), ANYWHERE, 85),
    Concept("sexuality", "restricted", (_S,), ANYWHERE, 90),
    Concept("biometric", "restricted", (_S,), ANYWHERE, 85, ("boolean", "date")),
    Concept("harmless", "internal", (), ANYWHERE, 60),
)
CONCEPTS = {concept.id: concept for concept in _CONCEPTS}
# What a count, a type or a flag of speaks of nobody; whether somebody is ill or believes does.
SENSITIVE = frozenset({"diagnosis", "treatment", "disability", "death", "belief", "origin", "sexuality", "conviction"})
