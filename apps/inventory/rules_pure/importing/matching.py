"""Likely matches: a new row that sounds like a system already on record. Only people decide; this only asks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from rapidfuzz import fuzz

from .wording import normalised_name, singular

# Words that say nothing about which system is meant.
FILLERS = frozenset(
    {"ai", "the", "a", "of", "for", "and", "use", "case", "system", "tool", "based", "using", "model", "to", "in", "on"}
)
WITHIN_UNIT, ACROSS = 88.0, 94.0
COMMONEST = 60


@dataclass(frozen=True, slots=True)
class Known:
    """A system on record: its id, name, the path of its department, and the sources that already name it."""

    system: str
    name: str
    department: str
    sources: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """A system that a row may mean, with the likeness of the names (0 to 100)."""

    system: str
    likeness: int


@dataclass(slots=True)
class Index:
    """Known systems by the words of their names, so that a row is compared with few of them."""

    by_word: dict[str, list[tuple[str, Known]]] = field(default_factory=lambda: defaultdict(list))
    by_name: dict[str, list[Known]] = field(default_factory=lambda: defaultdict(list))

    @classmethod
    def of(cls, systems: Iterable[Known]) -> Index:
        """Build the index."""
        index = cls()
        for known in systems:
            plain = normalised_name(known.name)
            index.by_name[plain].append(known)
            for word in _telling(plain):
                index.by_word[word].append((plain, known))
        return index

    def likeliest(self, name: str, department: str, source: str) -> Match | None:
        """Return the likeliest match of a name, if it is likely enough; what the source itself tells apart is none."""
        plain = normalised_name(name)
        best: Match | None = None
        for other, known in self._candidates(plain):
            if source in known.sources:
                continue
            likeness = _likeness(plain, other)
            near = bool(department) and known.department.startswith(department)
            if likeness >= (WITHIN_UNIT if near else ACROSS) and (best is None or likeness > best.likeness):
                best = Match(known.system, int(likeness))
        return best

    def _candidates(self, plain: str) -> Iterable[tuple[str, Known]]:
        exact = self.by_name.get(plain)
        if exact:
            return [(plain, known) for known in exact[:COMMONEST]]
        found: dict[str, tuple[str, Known]] = {}
        for word in sorted(_telling(plain), key=lambda word: len(self.by_word.get(word, ())))[:4]:
            for other, known in self.by_word.get(word, ())[:COMMONEST]:
                found[known.system] = (other, known)
        return found.values()


def _likeness(one: str, other: str) -> float:
    """Compare names word by word, in any order; words that tell nothing count only where the rest is too short."""
    likeness = fuzz.token_sort_ratio(one, other)
    left, right = sorted(_telling(one)), sorted(_telling(other))
    if min(len(left), len(right)) >= 2:
        likeness = max(likeness, 0.99 * fuzz.ratio(" ".join(left), " ".join(right)))
    return likeness


def _telling(plain: str) -> set[str]:
    return {singular(word) for word in plain.split()} - FILLERS
