"""The sections of a model card, in the order in which people read them (after Mitchell et al. 2019, and CycloneDX's modelCard)."""

from __future__ import annotations

from typing import Any

# Section, title, whether it is a list of lines.
SECTIONS: tuple[tuple[str, str, bool], ...] = (
    ("summary", "What it is", False),
    ("intended_use", "What it is for", False),
    ("users", "Who uses it", True),
    ("out_of_scope", "What it is not for", False),
    ("limits", "What it cannot do", True),
    ("tradeoffs", "What was traded for what", True),
    ("training_data", "What it was trained on", False),
    ("evaluation", "How it was measured", False),
    ("fairness", "Groups of people, and how it treats them", True),
    ("ethical", "Ethical considerations", True),
    ("safety", "Safety", False),
    ("environment", "Energy and environment", False),
    ("licence", "Licence", False),
    ("contact", "Whom to ask", False),
    ("other", "Anything else", False),
)
NAMES = tuple(name for name, _title, _listed in SECTIONS)
LISTED = frozenset(name for name, _title, listed in SECTIONS if listed)
# A version in production says at least this.
NEEDED = ("intended_use", "limits", "evaluation")


def in_order(content: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Return the sections that say something: name, title, and their paragraphs or lines; unknown ones come last."""
    found = []
    for name, title, _listed in SECTIONS:
        lines = _lines(content.get(name))
        if lines:
            found.append((name, title, lines))
    unknown = sorted(set(content) - set(NAMES))
    return found + [(name, name.replace("_", " ").capitalize(), _lines(content[name])) for name in unknown]


def missing(content: dict[str, Any]) -> list[str]:
    """Return the titles of the sections that a version in production needs and the card lacks."""
    titles = {name: title for name, title, _listed in SECTIONS}
    return [titles[name] for name in NEEDED if not _lines(content.get(name))]


def _lines(value: Any) -> list[str]:
    if isinstance(value, list):
        return [str(one).strip() for one in value if str(one).strip()]
    return [part.strip() for part in str(value or "").split("\n\n") if part.strip()]
