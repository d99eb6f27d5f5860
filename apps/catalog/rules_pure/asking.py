"""Questions in the form of AuthZEN 1.0: read strictly, so that nothing is decided about what nobody asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

KINDS = ("person", "system", "service")
ACTIONS = ("read", "train", "write")
SEMANTICS = ("execute_all", "deny_on_first_deny", "permit_on_first_permit")
MOST_QUESTIONS = 1_000
MOST_FIELDS = 2_000
LONGEST = 1_600


class Malformed(ValueError):
    """A question that cannot be understood; the text says what is wrong."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as it came: names still have to be looked up."""

    subject_kind: str
    subject: str
    dataset: str
    action: str
    fields: frozenset[str] = frozenset()
    purpose: str = ""
    use_case: str = ""
    region: str = ""


def read_question(document: Mapping[str, Any]) -> Asked:
    """Read one question: subject, action, resource and context as AuthZEN names them."""
    subject, action, resource = (_part(document, name) for name in ("subject", "action", "resource"))
    context = _part(document, "context", needed=False)
    kind = _choice(subject, "subject.type", "type", KINDS)
    of_a_field = _choice(resource, "resource.type", "type", ("dataset", "field")) == "field"
    fields = _fields(_part(resource, "properties", needed=False))
    if of_a_field and not fields:
        raise Malformed("resource.properties.fields names the fields that are asked for.")
    properties = _part(action, "properties", needed=False)
    said = {
        name: _text(context, f"context.{name}", name, needed=False) or _text(properties, name, name, needed=False)
        for name in ("purpose", "use_case", "region")
    }
    return Asked(
        subject_kind=kind,
        subject=_text(subject, "subject.id", "id"),
        dataset=_text(resource, "resource.id", "id"),
        action=_choice(action, "action.name", "name", ACTIONS),
        fields=fields,
        **said,
    )


def read_questions(document: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], str]:
    """Return the questions of a batch, with what they leave out taken from its top, and how far to go on answering."""
    questions = document.get("evaluations")
    if not isinstance(questions, list) or not all(isinstance(one, Mapping) for one in questions):
        raise Malformed("evaluations is a list of questions.")
    if len(questions) > MOST_QUESTIONS:
        raise Malformed(f"evaluations holds {MOST_QUESTIONS} questions at most.")
    options = _part(document, "options", needed=False)
    semantic = options.get("evaluations_semantic", SEMANTICS[0])
    if semantic not in SEMANTICS:
        raise Malformed(f"options.evaluations_semantic is one of: {', '.join(SEMANTICS)}.")
    shared = {name: document[name] for name in ("subject", "action", "resource", "context") if name in document}
    return [{**shared, **one} for one in questions], str(semantic)


def goes_on(semantic: str, decision: bool) -> bool:
    """Tell whether the next question of a batch is answered after this decision."""
    return not (
        (semantic == "deny_on_first_deny" and not decision) or (semantic == "permit_on_first_permit" and decision)
    )


def _part(document: Mapping[str, Any], name: str, *, needed: bool = True) -> Mapping[str, Any]:
    found = document.get(name)
    if found is None and not needed:
        return {}
    if not isinstance(found, Mapping):
        raise Malformed(f"{name} is missing or no object.")
    return found


def _text(part: Mapping[str, Any], label: str, name: str, *, needed: bool = True) -> str:
    found = part.get(name)
    if found is None and not needed:
        return ""
    if not isinstance(found, str) or (needed and not found.strip()):
        raise Malformed(f"{label} is missing or no text.")
    if len(found) > LONGEST or not _can_be_kept(found):
        raise Malformed(f"{label} is longer or odder than any name.")
    return found.strip()


def _choice(part: Mapping[str, Any], label: str, name: str, choices: tuple[str, ...]) -> str:
    found = _text(part, label, name)
    if found not in choices:
        raise Malformed(f"{label} is one of: {', '.join(choices)}.")
    return found


def _fields(properties: Mapping[str, Any]) -> frozenset[str]:
    found = properties.get("fields", [])
    if not isinstance(found, list) or not all(isinstance(one, str) and one and _can_be_kept(one) for one in found):
        raise Malformed("resource.properties.fields is a list of names.")
    if len(found) > MOST_FIELDS or any(len(one) > 500 for one in found):
        raise Malformed("resource.properties.fields names more than can be asked at a time.")
    return frozenset(found)


def _can_be_kept(text: str) -> bool:
    return "\x00" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
