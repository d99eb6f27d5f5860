"""Words: how headers, names and answers are brought to one shape before they are compared."""

from __future__ import annotations

import re
import unicodedata

CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
NOT_WORD = re.compile(r"[^a-z0-9]+")
# "a) ", "b)  b) ", "(iii) ", "1. " before an answer that was picked from a list.
OPTION_MARK = re.compile(r"^(?:\s*\(?(?:[a-z]|[ivx]{1,4}|\d{1,2})[.)]\s+|\s*[a-z]\)\s*)+", re.IGNORECASE)
# An answer and its explanation: "Deployed – The use case is …".
EXPLANATION = re.compile(r"\s+[–—\-¤ñ\ufffd?]+\s+|:\s|\s\(|;|\.\s|\n")
BLANK_WORDS = frozenset(
    {"", "blank", "n a", "na", "none", "null", "nil", "tbd", "not available", "not provided", "unknown", "unspecified"}
)


def plain(text: str) -> str:
    """Return lower-case words of letters and digits, accents removed, single spaces between."""
    text = unicodedata.normalize("NFKD", text.replace("ß", "ss")).encode("ascii", "ignore").decode()
    return NOT_WORD.sub(" ", text.lower()).strip()


def words(header: str) -> list[str]:
    """Return a header's words: snake_case and CamelCase taken apart, plural endings dropped."""
    return [singular(word) for word in plain(CAMEL.sub(" ", header)).split()]


def singular(word: str) -> str:
    """Drop a plural ending."""
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


def first_paragraph(header: str) -> str:
    """Return what stands before the first empty line: the header itself, without its instructions."""
    return re.split(r"\n\s*\n", header.strip(), maxsplit=1)[0]


def normalised_name(name: str) -> str:
    """Return a name as it is compared: words only; brackets kept as words, punctuation and case gone."""
    return plain(name)[:240]


def is_blank(text: str) -> bool:
    """Tell whether a cell says nothing: empty, a dash, "[blank]", "N/A"."""
    stripped = text.strip()
    return not stripped or plain(stripped) in BLANK_WORDS


def answer(text: str) -> str:
    """Return the picked answer itself in plain words: without its mark and its explanation."""
    unmarked = OPTION_MARK.sub("", text.strip(), count=1)
    return plain(EXPLANATION.split(unmarked, maxsplit=1)[0])


def whole_answer(text: str) -> str:
    """Return the whole answer in plain words, without its mark."""
    return plain(OPTION_MARK.sub("", text.strip(), count=1))
