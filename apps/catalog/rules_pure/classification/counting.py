"""Levels and categories as sets that can only grow, and which of what is said of a field counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

LEVELS = ("public", "internal", "confidential", "restricted")
RANKS = {"": -1} | {level: rank for rank, level in enumerate(LEVELS)}
SENSITIVE = frozenset({"special_category", "health"})
# What a category implies: health data is of a special category, and that is personal.
IMPLIED = {"health": ("special_category", "personal"), "special_category": ("personal",)}


@dataclass(frozen=True, slots=True)
class Class:
    """A level with its categories; no level is: nothing is known."""

    level: str = ""
    categories: frozenset[str] = frozenset()

    def __or__(self, other: Class) -> Class:
        """Return the higher level and all categories of both."""
        return Class(max(self.level, other.level, key=RANKS.__getitem__), self.categories | other.categories)

    def covers(self, other: Class) -> bool:
        """Tell whether the other is no higher and has no category that this one lacks."""
        return RANKS[other.level] <= RANKS[self.level] and other.categories <= self.categories

    @property
    def known(self) -> bool:
        """Tell whether anything is known."""
        return bool(self.level)


NOTHING = Class()


def made(level: str, categories: Iterable[str] = ()) -> Class:
    """Return a class with what its categories imply."""
    found = set(categories)
    for category in tuple(found):
        found.update(IMPLIED.get(category, ()))
    return Class(level, frozenset(found))


def highest(classes: Iterable[Class]) -> Class:
    """Return the highest level and all categories."""
    found = NOTHING
    for one in classes:
        found = found | one
    return found


def lowered(one: Class) -> Class:
    """Return what is left after masking: one level lower (never public), and no more than personal of a special category."""
    categories = one.categories - SENSITIVE
    if one.categories & SENSITIVE:
        categories |= {"personal"}
    return Class(LEVELS[max(1, RANKS[one.level] - 1)] if one.level not in ("", "public") else one.level, categories)


@dataclass(frozen=True, slots=True)
class Said:
    """Everything that is said of one field."""

    suggested: Class = NOTHING
    carried: Class = NOTHING
    confirmed: Class = NOTHING
    confirmed_at: datetime | None = None
    carried_at: datetime | None = None

    @property
    def risen(self) -> bool:
        """Tell whether upstream rose above what was confirmed, after it was confirmed."""
        if not self.confirmed.known or self.confirmed.covers(self.carried):
            return False
        return self.confirmed_at is None or self.carried_at is None or self.carried_at > self.confirmed_at


def counting(said: Said) -> Class:
    """Return what counts: what a person confirmed, else the higher of suggestion and lineage, and that never public.

    What upstream raised after the confirmation counts at once; what a person confirmed knowing it, stays as confirmed.
    """
    if not said.confirmed.known:
        known = said.suggested | said.carried
        # A tag of a tool opens nothing to everybody: a person does.
        return Class("internal", known.categories) if known.level == "public" else known
    return said.confirmed | said.carried if said.risen else said.confirmed


def of_dataset(declared: Class, fields: Iterable[Class]) -> Class:
    """Return the class of a dataset: the highest of its fields and of what was declared.

    While nothing is known of a field and nobody declared the whole, it is at least confidential: unknown counts as worse.
    """
    known, unknown = declared, False
    for one in fields:
        known = known | one
        unknown = unknown or not one.known
    if known.known and unknown and not declared.known:
        return known | Class("confidential")
    return known


def falls_far(before: Class, after: Class) -> bool:
    """Tell whether two people are needed: data leaves restricted, loses a sensitive category, or is opened to everybody."""
    left = before.level == "restricted" and RANKS[after.level] < RANKS["restricted"]
    return (
        left
        or bool((before.categories - after.categories) & SENSITIVE)
        or (after.level == "public" and before.level != "public")
    )


def meanwhile(before: Class, after: Class) -> Class:
    """Return what counts until a second person agrees: the more of both, and never public to everybody."""
    both = before | after
    return Class("internal", both.categories) if both.level == "public" and before.level != "public" else both
