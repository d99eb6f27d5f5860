"""What a field probably holds: from its name, type, description, terms and tags. Values are never read."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from . import words_de, words_en
from .concepts import CONCEPTS, OF_HEALTH, OF_PEOPLE, SENSITIVE, Concept
from .counting import LEVELS, NOTHING, RANKS, Class, lowered, made
from .tokens import words_of

LANGUAGES = (words_en, words_de)
# A flag about these tells of somebody: whether they draw a salary, whether they are in arrears.
TOLD_BY_FLAGS = frozenset({"pay", "credit"})
_TAG = re.compile(
    r"^\s*(classification|sensitivity|data_class|confidentiality|level)\s*[=:]\s*(\S+)\s*$", re.IGNORECASE
)
_YES = frozenset({"", "true", "yes", "1", "high"})
TAGGED = {
    "pii": ("confidential", ("personal",)),
    "contains_pii": ("confidential", ("personal",)),
    "personal": ("confidential", ("personal",)),
    "personal_data": ("confidential", ("personal",)),
    "gdpr": ("confidential", ("personal",)),
    "phi": ("restricted", ("health",)),
    "health": ("restricted", ("health",)),
    "special_category": ("restricted", ("special_category",)),
    "sensitive": ("restricted", ()),
    "pci": ("restricted", ("financial",)),
    "financial": ("confidential", ("financial",)),
    "secret": ("restricted", ()),
}
ALIASES = {
    "open": "public", "private": "confidential", "sensitive": "restricted", "secret": "restricted", "high": "restricted",
    "medium": "confidential", "low": "internal", "strictly_confidential": "restricted", "highly_confidential": "restricted",
}  # fmt: skip
_LEVEL_CATEGORIES = {"pii": "personal", "phi": "health", "pci": "financial", "personal": "personal"}


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the glossary that has a class; `linked`: somebody tied it to the field."""

    name: str
    classified: Class
    synonyms: tuple[str, ...] = ()
    linked: bool = False


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a field without looking into it."""

    path: str
    data_type: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()
    dataset: str = ""
    dataset_tags: tuple[str, ...] = ()
    terms: tuple[Term, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggestion:
    """What a field probably is, why, how sure that is (of 100), and by which rules."""

    classified: Class = NOTHING
    reason: str = ""
    confidence: int = 0
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Found:
    classified: Class
    reason: str
    confidence: int
    rule: str


def suggest(field: Described, glossary: Iterable[Term] = ()) -> Suggestion:
    """Return what a field probably is, with the reasons; nothing is suggested where nothing speaks for anything."""
    found = [*_by_tags(field), *_by_terms(field, glossary)]
    levels_tagged = any(one.rule == "tag.level" for one in found)
    by_name = _by_name(field)
    if not (levels_tagged and all(one.rule == "name.harmless" for one in by_name)):
        found += [one for one in by_name if not (found and one.rule == "name.harmless")]
    if not found:
        found = list(_by_description(field))
    if not found:
        return Suggestion()
    classified = NOTHING
    for one in found:
        classified |= one.classified
    reason = "; ".join(dict.fromkeys(one.reason for one in found))
    return Suggestion(
        made(classified.level, classified.categories), f"{reason[:1].upper()}{reason[1:]}.",
        max(one.confidence for one in found), tuple(dict.fromkeys(one.rule for one in found)),
    )  # fmt: skip


# Tags, as contracts, dbt and upstream tools write them.


def _by_tags(field: Described) -> list[_Found]:
    own = [found for tag in field.tags if (found := _tagged(tag, "tag"))]
    whole = [found for tag in field.dataset_tags if (found := _tagged(tag, "tag of the dataset"))]
    # A level of the whole dataset is no more than a hint for one field: only what is said of the field lowers it.
    return own + [one for one in whole if one.rule == "tag.category" and not own]


def _tagged(tag: str, where: str) -> _Found | None:
    matched = _TAG.match(tag)
    if matched:
        value = matched.group(2).strip("\"'").lower().replace("-", "_")
        level = ALIASES.get(value, value)
        if level in LEVELS:
            return _Found(Class(level), f"{where} “{tag}”", 95, "tag.level")
        tag = value
    name, _sign, value = tag.strip().lower().replace("-", "_").replace(" ", "_").partition("=")
    if not _sign:
        name, _sign, value = name.partition(":")
    if name.strip("_") in TAGGED and value.strip("_") in _YES:
        level, categories = TAGGED[name.strip("_")]
        return _Found(made(level, categories), f"{where} “{tag}”", 90, "tag.category")
    return None


# The glossary.


def _by_terms(field: Described, glossary: Iterable[Term]) -> list[_Found]:
    found = [_of_term(term, 95, "term.linked", "term") for term in field.terms if term.classified.known]
    if found:
        return found
    words = " ".join(_words(field.path.rsplit(".", 1)[-1]))
    for term in glossary:
        for name in (term.name, *term.synonyms):
            if term.classified.known and words and words == " ".join(_words(name)):
                found.append(_of_term(term, 85, "term.name", "is called like the term"))
                break
    return found


def _of_term(term: Term, confidence: int, rule: str, how: str) -> _Found:
    said = ", ".join([term.classified.level, *sorted(one.replace("_", " ") for one in term.classified.categories)])
    return _Found(term.classified, f"{how} “{term.name}” is {said}" if how == "term" else f"{how} “{term.name}” ({said})",
                  confidence, rule)  # fmt: skip


# Names.


def _by_name(field: Described) -> list[_Found]:
    parts = field.path.replace("[]", "").split(".")
    words = _words(parts[-1])
    around = [*(word for part in parts[:-1] for word in _words(part)), *_words(field.dataset)]
    kind = kind_of_type(field.data_type)
    hits = _longest([hit for hit in _hits(words) if kind not in CONCEPTS[hit[0]].never])
    if any(phrase for phrase, _i in _matches(words, _phrases("HIDDEN"))):
        return _hidden(words, around, hits)
    hits = [hit for hit in hits if _counts(CONCEPTS[hit[0]], hit, words, around, kind)]
    strong = [hit for hit in hits if hit[0] != "harmless"]
    if strong:
        of_things = _head_is("THINGS", around) and not _is_about("PEOPLE", words)
        return [_of_concept(CONCEPTS[one], phrase, of_things) for one, phrase, _start in strong]
    if hits and _all_harmless(words):
        text = " ".join(words)
        return [_Found(Class("internal"), f"“{text}” speaks of nobody", 60, "name.harmless")]
    return []


def _of_concept(concept: Concept, phrase: str, of_things: bool = False) -> _Found:
    classified = concept.classified
    if of_things and "financial" in classified.categories:
        classified = Class(classified.level, classified.categories - {"personal"})
    return _Found(classified, f"name contains “{phrase}”", concept.confidence, f"name.{concept.id}")


def _hidden(words: tuple[str, ...], around: list[str], hits: list[tuple[str, str, int]]) -> list[_Found]:
    """A hash or a mask of something is one level lower, and still tells of the person; a secret stays one."""
    found = []
    for one, phrase, _start in (hit for hit in hits if hit[0] not in ("harmless", "name")):
        concept = CONCEPTS[one]
        if one == "secret":
            return [_of_concept(concept, phrase)]
        less = lowered(concept.classified)
        found.append(_Found(less, f"name contains “{phrase}”, masked: one level lower", 70, f"name.{one}.masked"))
    return found


def _counts(concept: Concept, hit: tuple[str, str, int], words: tuple[str, ...], around: list[str], kind: str) -> bool:
    """Tell whether a word means its thing here: in which table, with which type, before which other word."""
    if concept.id == "harmless":
        return True
    one, phrase, start = hit
    end = start + len(phrase.split())
    if _ends_about(words, end) or not _fits(concept, words, around):
        return False
    if phrase == "name" and start and _named_thing(words[:start]):
        return False
    if one == "money_moved" and words[end:] == ("id",):
        return False
    if one in SENSITIVE or one in TOLD_BY_FLAGS or concept.where == OF_PEOPLE:
        return True
    return kind != "boolean" and not _matches(words[:1], _phrases("FLAGS"))


def _fits(concept: Concept, words: tuple[str, ...], around: list[str]) -> bool:
    """Tell whether a word means its thing in this table."""
    things, said = _head_is("THINGS", around), _is_about("PEOPLE", words)
    if concept.where == OF_HEALTH:
        return _is_about("HEALTH", around) and not things
    if concept.where == OF_PEOPLE:
        return said or (_is_about("PEOPLE", around) and not things)
    return not (things and not said and concept.id in ("phone", "address", "email"))


def _head_is(which: str, around: list[str]) -> bool:
    """Tell whether a table is of such a kind: its last word decides, and where that says nothing, any of its words."""
    last = tuple(around[-1:])
    if not _matches(last, _phrases("PEOPLE")) and not _matches(last, _phrases("THINGS")):
        return _is_about(which, around)
    return bool(_matches(last, _phrases(which)))


def _ends_about(words: tuple[str, ...], end: int) -> bool:
    """Tell whether what follows a phrase makes it a count, a type, a template of the thing."""
    rest = " ".join(words[end:])
    return bool(rest) and any(rest == phrase or rest.startswith(f"{phrase} ") for phrase in _phrases("ABOUT"))


def _named_thing(before: tuple[str, ...]) -> bool:
    things = _phrases("NAMED_THINGS")
    return before[-1] in things or " ".join(before[-2:]) in things


def _longest(hits: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Leave out what lies within a longer phrase."""
    spans = [(start, start + len(phrase.split())) for _one, phrase, start in hits]
    kept = []
    for hit, (start, end) in zip(hits, spans, strict=True):
        if not any((s <= start and end <= e) and (e - s) > (end - start) for s, e in spans):
            kept.append(hit)
    return kept


def _hits(words: tuple[str, ...]) -> list[tuple[str, str, int]]:
    return [(concept, phrase, start) for phrase, start in _matches(words, _table()) for concept in _table()[phrase]]


def _matches(words: tuple[str, ...], phrases: Iterable[str]) -> list[tuple[str, int]]:
    """Return the phrases that occur, with the place of their first word; at most five words are one."""
    return [
        (phrase, start)
        for start in range(len(words))
        for end in range(start + 1, min(len(words), start + 5) + 1)
        if (phrase := " ".join(words[start:end])) in phrases
    ]


def _is_about(which: str, words: Iterable[str]) -> bool:
    return bool(_matches(tuple(words), _phrases(which)))


def _all_harmless(words: tuple[str, ...]) -> bool:
    """Tell whether every word is one that speaks of nobody."""
    covered = set()
    for phrase, start in _matches(words, _table()):
        if "harmless" in _table()[phrase]:
            covered.update(range(start, start + len(phrase.split())))
    plain = _phrases("ABOUT") | _phrases("THINGS") | _phrases("NAMED_THINGS") | _phrases("FLAGS")
    return all(place in covered or word in plain for place, word in enumerate(words))


# Descriptions: only the plainest words, and only where nothing else speaks.


def _by_description(field: Described) -> list[_Found]:
    words = tuple(re.findall(r"[a-zäöüß]+", field.description.lower()))[:60]
    telling = {"email", "phone", "person_name", "national_id", "birth", "diagnosis", "belief", "account", "card"}
    for phrase, _start in _matches(tuple(words), _table()):
        for one in _table()[phrase]:
            if one in telling and (len(phrase) > 3) and kind_of_type(field.data_type) not in CONCEPTS[one].never:
                return [_Found(CONCEPTS[one].classified, f"description speaks of “{phrase}”", 60, f"description.{one}")]
    return []


# Tables of words.


@lru_cache(maxsize=1)
def _table() -> dict[str, tuple[str, ...]]:
    table: dict[str, tuple[str, ...]] = {}
    for language in LANGUAGES:
        for concept, phrases in language.PHRASES.items():
            for phrase in phrases.split("|"):
                table[phrase] = tuple(dict.fromkeys((*table.get(phrase, ()), concept)))
    return table


@lru_cache(maxsize=16)
def _phrases(which: str) -> frozenset[str]:
    return frozenset(phrase for language in LANGUAGES for phrase in getattr(language, which).split("|"))


@lru_cache(maxsize=1)
def _vocabulary() -> frozenset[str]:
    words = {word for phrase in _table() for word in phrase.split()}
    for which in ("PEOPLE", "HEALTH", "THINGS", "ABOUT", "NAMED_THINGS", "HIDDEN"):
        words |= {word for phrase in _phrases(which) for word in phrase.split()}
    return frozenset(word for word in words if len(word) >= 3 or word in ("id", "ip", "no", "nr", "ad", "cc"))


@lru_cache(maxsize=20_000)
def _words(name: str) -> tuple[str, ...]:
    return words_of(name, _vocabulary())


_KINDS = (
    ("boolean", ("bool", "bit")),
    ("date", ("date", "time", "year")),
    ("integer", ("int", "serial")),
    ("float", ("float", "double", "real")),
)


def kind_of_type(data_type: str) -> str:
    """Return whether a type holds booleans, dates, integers or fractions; empty for all others."""
    plain = data_type.lower().split("(")[0].strip()
    for kind, names in _KINDS:
        if any(plain.startswith(name) or plain.endswith(name) for name in names) and "interval" not in plain:
            return kind
    return ""


def rank(level: str) -> int:
    """Return how high a level is; nothing known is lowest."""
    return RANKS[level]
