"""What the catalog knows of the data that a system works with, for those who assess it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from apps.catalog.models import (
    Category,
    DataGrant,
    Dataset,
    DatasetUse,
    Level,
    LineageEdge,
    NodeKind,
    Standing,
)
from apps.inventory.models import AISystem

from .lineage import UP, walk

DECLARED, OBSERVED, GRANTED, UPSTREAM = "declared", "observed", "granted", "upstream"
ORDER = tuple(Level.values)


@dataclass(slots=True)
class KnownDataset:
    """A dataset that a system works with, and how we know: declared, observed, granted, or further upstream."""

    dataset: Dataset
    sources: set[str] = field(default_factory=set)
    distance: int = 0

    @property
    def direct(self) -> bool:
        """Tell whether the system itself works with it."""
        return self.sources != {UPSTREAM}


@dataclass(frozen=True, slots=True)
class DataFacts:
    """The highest level and all categories of what systems work with themselves, and where that comes from."""

    level: str
    categories: tuple[str, ...]
    unclassified: int
    datasets: tuple[KnownDataset, ...]

    def classes(self) -> frozenset[str]:
        """Return the classes of data in the words of systems and questionnaires; health data is a special category."""
        found = {self.level} if self.level else set()
        if set(self.categories) & {Category.PERSONAL, Category.SPECIAL_CATEGORY, Category.HEALTH}:
            found.add("personal")
        if set(self.categories) & {Category.SPECIAL_CATEGORY, Category.HEALTH}:
            found.add("special_category")
        return frozenset(found)

    def not_named_in(self, answer: Iterable[str]) -> list[str]:
        """Return the classes that matter, that the catalog knows of and an answer leaves out."""
        given = set(answer)
        if "unknown" in given:
            return []
        wanted = self.classes() - {"public", "internal"}
        return [
            name for name in ("confidential", "restricted", "personal", "special_category") if name in wanted - given
        ]


def data_facts(*systems: AISystem) -> DataFacts:
    """Return levels, categories and datasets of systems, from declared uses, lineage and standing grants."""
    found: dict[UUID, set[str]] = {}
    far: dict[UUID, int] = {}
    lines = LineageEdge.objects.filter(target_id__in=[system.pk for system in systems], ended_at=None)
    declared = set(lines.filter(standing=Standing.DECLARED).values_list("source_id", "target_id"))
    for system in systems:
        for step in walk(system.pk, NodeKind.SYSTEM, UP).steps:
            if step.kind == NodeKind.DATASET:
                said = DECLARED if (step.node, step.via) in declared else OBSERVED
                # Two lines away is what a job of the system reads; everything further comes from there.
                found.setdefault(step.node, set()).add(said if step.distance <= 2 else UPSTREAM)
                far[step.node] = min(step.distance, far.get(step.node, step.distance))
    for source, rows in (
        (DECLARED, DatasetUse.objects.filter(system__in=systems, ended_at=None)),
        (GRANTED, DataGrant.objects.filter(system__in=systems).standing()),
    ):
        for pk in rows.values_list("dataset_id", flat=True):
            found.setdefault(pk, set()).add(source)
    return _facts(found, far)


def _facts(found: dict[UUID, set[str]], far: dict[UUID, int]) -> DataFacts:
    rows = Dataset.objects.current().filter(pk__in=list(found)).only("key", "title", "level", "categories")
    known = [KnownDataset(row, found[row.pk], far.get(row.pk, 1)) for row in rows]
    known.sort(key=lambda one: (not one.direct, one.distance, one.dataset.key))
    direct = [one.dataset for one in known if one.direct]
    levels = [one.level for one in direct if one.level]
    return DataFacts(
        level=max(levels, key=ORDER.index, default=""),
        categories=tuple(sorted({category for one in direct for category in one.categories})),
        unclassified=sum(1 for one in direct if not one.level),
        datasets=tuple(known),
    )


def narrowed(facts: DataFacts, person: Any) -> tuple[list[KnownDataset], int]:
    """Return the datasets that a person may know of, and how many they may not."""
    ids = [one.dataset.pk for one in facts.datasets]
    seen = set(Dataset.objects.visible_to(person).filter(pk__in=ids).values_list("pk", flat=True))
    return [one for one in facts.datasets if one.dataset.pk in seen], len(ids) - len(seen)
