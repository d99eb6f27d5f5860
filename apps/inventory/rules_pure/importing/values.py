"""Readings: a source's answer as one of our few words; empty when it cannot be read, never guessed."""

from __future__ import annotations

import ast
import json
import re

from .wording import answer, is_blank, plain, whole_answer

STAGE_WORDS = {
    "pre_deployment": (
        "pre deployment", "predeployment", "not in production", "not deployed", "planned", "planning", "initiation", "initiated",
        "proposed", "idea", "ideation", "concept", "proof of concept", "poc", "investigating", "research", "development", "in development",
        "development and acquisition", "acquisition and or development", "acquisition", "under development", "in entwicklung",
        "design", "build", "prototype", "testing", "in test", "implementation", "backlog", "initial development", "exploration",
    ),
    "retired": (
        "retired", "decommissioned", "discontinued", "sunset", "terminated", "cancelled", "canceled", "withdrawn", "inactive",
        "stillgelegt", "end of life", "no longer in use", "retiring",
    ),
    "pilot": ("pilot", "piloting", "trial", "beta", "limited release", "pilotbetrieb", "pilote"),
    "deployed": (
        "deployed", "deployment", "operation and maintenance", "operation and management", "operations and maintenance", "in use",
        "in production", "production", "live", "in mission", "operational", "operation", "operations", "active", "running", "go live",
        "released", "in betrieb", "produktiv", "en production",
    ),
}  # fmt: skip
_STAGE_BY_WORD = {word: stage for stage, known in STAGE_WORDS.items() for word in known}
STAGE_WORDS = _STAGE_BY_WORD  # type: ignore[assignment]
# An answer longer than this is a story, not an answer.
LONGEST_ANSWER_WORDS = 9
YES = frozenset(
    {
        "yes",
        "y",
        "true",
        "ja",
        "oui",
        "x",
        "1",
        "completed",
        "complete",
        "done",
        "established",
        "conducted",
        "passed",
        "tested",
    }
)
NO = frozenset(
    {
        "no",
        "n",
        "false",
        "nein",
        "non",
        "0",
        "not completed",
        "not established",
        "not conducted",
        "not started",
        "not yet",
        "none",
    }
)
LIST_MOST = 10_000


def read_stage(text: str) -> str:
    """Return "deployed", "pilot", "pre_deployment", "retired" or nothing."""
    short = answer(text)
    if short in _STAGE_BY_WORD:
        return _STAGE_BY_WORD[short]
    spoken = f" {whole_answer(text)} "
    if len(spoken.split()) > LONGEST_ANSWER_WORDS:
        # A long explanation behind a known beginning was handled above; else it is a story.
        spoken = f" {short} "
        if len(short.split()) > LONGEST_ANSWER_WORDS:
            return ""
    # What is denied or lies ahead is said first of all.
    for word in (
        "not in production",
        "not deployed",
        "not in use",
        "pre deployment",
        "predeployment",
        "no longer in use",
        "under development",
        "proof of concept",
    ):
        if f" {word} " in spoken:
            return _STAGE_BY_WORD.get(word, "pre_deployment")
    hits = {_STAGE_BY_WORD[word] for word in _STAGE_BY_WORD if f" {word} " in spoken}
    return hits.pop() if len(hits) == 1 else ""


def read_high_impact(text: str) -> str:
    """Return "yes", "presumed_no" (presumed, then determined not), "no" or nothing."""
    short, spoken = answer(text), f" {whole_answer(text)} "
    if "presumed" in spoken and (" not " in spoken or " but " in spoken):
        return "presumed_no"
    if (
        short in NO
        or " not " in f" {short} "
        or short
        in {
            "neither",
            "low",
            "minimal",
            "limited",
            "low risk",
            "minimal risk",
            "limited risk",
            "medium",
            "moderate",
            "gering",
            "mittel",
        }
    ):
        return "no"
    if short in YES or short in {
        "high",
        "high risk",
        "critical",
        "hoch",
        "hochrisiko",
        "both",
        "rights impacting",
        "safety impacting",
        "very high",
    }:
        return "yes"
    if "high impact" in spoken or "rights impacting" in spoken or "safety impacting" in spoken:
        return "yes"
    return ""


def read_yes_no(text: str) -> str:
    """Return "yes", "no", "in_progress", "waived", "not_applicable" or nothing."""
    short, spoken = answer(text), f" {whole_answer(text)} "
    if " waived " in spoken or " waiver " in spoken:
        return "waived"
    if re.search(
        r" in ?prog(?:r)?es+s? | in progess | ongoing effort | planned | underway | pending | partially | partly ",
        spoken,
    ):
        return "in_progress"
    if spoken.startswith((" not applicable", " n a ", " does not apply")):
        return "not_applicable"
    if short in NO or spoken.startswith((" no ", " not ")):
        return "no"
    if short in YES or spoken.startswith(" yes "):
        return "yes"
    if spoken.rstrip().endswith((" established", " completed", " conducted", " review")) and len(spoken.split()) <= 6:
        return "yes"
    return ""


SOURCING_WORDS = {
    "inside": ("in house", "inhouse", "internal", "internally", "own development", "eigenentwicklung", "build", "built", "custom"),
    "outside": ("contract", "contracting", "contractor", "contracts", "external"),
    "bought": (
        "purchased", "vendor", "buy", "bought", "commercial", "cots", "off the shelf", "licensed", "third party", "gekauft",
    ),
    "managed": ("saas", "managed", "cloud service", "platform as a service", "software as a service"),
}  # fmt: skip


def read_sourcing(text: str) -> str:
    """Return "build", "buy", "managed", "mixed", "contracted" or nothing."""
    spoken = f" {whole_answer(text)} "
    said = {kind for kind, known in SOURCING_WORDS.items() if any(f" {word} " in spoken for word in known)}
    if "managed" in said:
        return "managed"
    if spoken.startswith((" no contract", " without contract")):
        return "build"
    if "inside" in said:
        return "mixed" if said & {"outside", "bought"} else "build"
    if "bought" in said:
        return "buy"
    return "contracted" if "outside" in said else ""


def read_list(text: str) -> tuple[list[str], str]:
    """Return the items of a list, written as Python or JSON literal or with separators, and a problem if there is one."""
    stripped = text.strip()
    if not stripped:
        return [], ""
    if stripped[0] in "[({" and len(stripped) <= LIST_MOST:
        for reader in (json.loads, ast.literal_eval):
            try:
                loaded = reader(stripped)
            except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
                continue
            if isinstance(loaded, list | tuple | set):
                return [
                    str(item).strip() for item in loaded if isinstance(item, str | int | float) and str(item).strip()
                ], ""
        return [stripped], "list_unread"
    parts = re.split(r"[;\n|]|,\s*(?=[a-z]\)\s)", stripped)
    return [part.strip() for part in parts if part.strip()], ""


def listed(items: list[str]) -> str:
    """Return list items in plain words, joined; "none of the above" is an answer of its own."""
    said = [whole_answer(item) for item in items if not is_blank(item)]
    return "; ".join(word for word in said if word)[:200]


def read_vendor(text: str) -> str:
    """Return a vendor's name when the cell names exactly one; several or a story stay with the source's words."""
    name = " ".join(text.split()).strip(" .,;")
    if is_blank(name) or not 2 <= len(name) <= 80 or len(name.split()) > 6:
        return ""
    if re.search(
        r"[;/|\n•]|,(?! (?:Inc|LLC|Ltd|Corp|Co|LP|PLC|GmbH|AG|SA)\b)|\b(?:and|und|et|various|multiple|several)\b",
        name,
        re.IGNORECASE,
    ):
        return ""
    if plain(name) in {
        "in house",
        "internal",
        "not applicable",
        "self",
        "no",
        "yes",
        "open source",
        "no vendor",
        "n a",
        "other",
    }:
        return ""
    return name
