"""Names of columns as words: snake, camel and kebab case, abbreviations and words that were written together."""

from __future__ import annotations

import re
from collections.abc import Set
from functools import lru_cache

_PARTS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[A-Z]+|\d+")
_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def words_of(name: str, vocabulary: Set[str]) -> tuple[str, ...]:
    """Return the words of a name in lower case, without numbers and prefixes of one or two letters."""
    parts = [part.lower() for part in _PARTS.findall(name.translate(_UMLAUTS)) if not part.isdigit()]
    found: list[str] = []
    for part in parts:
        found.extend(_split(part, frozenset(vocabulary)) if part not in vocabulary else (part,))
    while len(found) > 1 and len(found[0]) <= 2 and found[0] not in vocabulary:
        found.pop(0)
    return tuple(found)


@lru_cache(maxsize=20_000)
def _split(word: str, vocabulary: frozenset[str]) -> tuple[str, ...]:
    """Split a word that was written together (emailaddress, kundennummer) when all its parts are known."""
    if len(word) < 5 or len(word) > 60:
        return (word,)
    found = _parts(word, vocabulary)
    return found or (word,)


def _parts(word: str, vocabulary: frozenset[str]) -> tuple[str, ...] | None:
    if not word:
        return ()
    for length in range(len(word), 2, -1):
        head, rest = word[:length], word[length:]
        if head in vocabulary:
            tail = _parts(rest, vocabulary)
            if tail is None and rest[:1] == "s":
                tail = _parts(rest[1:], vocabulary)
            if tail is not None:
                return (head, *tail)
    return None
