"""What an entry of the processing register must say before it allows anything (GDPR Art. 30(1), 6, 9, 22, 35)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

# Field, what is missing, and where the law asks for it.
NEEDED = (
    ("controller", "the controller", "Art. 30(1)(a)"),
    ("purposes", "the purposes", "Art. 30(1)(b)"),
    ("purpose_codes", "a short name of each purpose", "Art. 30(1)(b)"),
    ("data_subjects", "the categories of data subjects", "Art. 30(1)(c)"),
    ("data_categories", "the categories of data", "Art. 30(1)(c)"),
    ("data_described", "the categories of data in words", "Art. 30(1)(c)"),
    ("recipients", "the recipients", "Art. 30(1)(d)"),
    ("erasure", "the time limits for erasure", "Art. 30(1)(f)"),
    ("security_measures", "the security measures", "Art. 30(1)(g)"),
    ("lawful_basis", "the lawful basis", "Art. 6(1)"),
)
SPECIAL = frozenset({"special_category", "health"})
# Where data may go without further safeguards: the Union, the EEA, and everything inside (ISO 3166 names are states').
INSIDE = frozenset(
    "EU EEA AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK".split()  # noqa: SIM905 - a list of codes reads better
)


def missing(entry: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return what an entry lacks: the field, what it is in words, and the article that asks for it."""
    lacking = [(name, words, law) for name, words, law in NEEDED if not entry.get(name)]
    categories = set(entry.get("data_categories") or ())
    if categories & SPECIAL and not entry.get("special_category_condition"):
        lacking.append(("special_category_condition", "the condition for special categories", "Art. 9(2)"))
    outside = sorted(set(entry.get("regions") or ()) - INSIDE)
    if outside and not entry.get("transfers"):
        words = f"the safeguards of the transfer to {', '.join(outside)}"
        lacking.append(("transfers", words, "Art. 30(1)(e)"))
    if entry.get("automated_decisions") and not entry.get("objection"):
        lacking.append(("objection", "how a person objects or reaches a human", "Art. 22(3)"))
    if entry.get("impact_assessment", "unknown") == "unknown":
        lacking.append(("impact_assessment", "whether an impact assessment is needed", "Art. 35"))
    if entry.get("impact_assessment") == "required":
        lacking.append(("impact_assessment", "the impact assessment that is required", "Art. 35(1)"))
    if entry.get("impact_assessment") == "done" and not entry.get("impact_assessment_reference"):
        lacking.append(("impact_assessment_reference", "where the impact assessment is kept", "Art. 35"))
    return lacking
