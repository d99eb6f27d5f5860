"""Frozen dossiers as people read them: names for columns and for the people and units behind identifiers."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from apps.accounts.models import Department, LegalEntity, Person
from apps.inventory.models import AISystem, ApprovedUse, Component, Dependency, UseCase, Vendor

from .rules_pure.differences import Difference

MODELS = (AISystem, UseCase, Component, Dependency, ApprovedUse)
NAMED = (Person, Department, LegalEntity, Vendor, AISystem)
IDENTIFIER = re.compile(r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$")
# Counted and hashed elsewhere on the page; nobody decides on them.
NOISE = ("revision", "id", "policy_digest")


@functools.cache
def _verbose(name: str) -> Any:
    for model in MODELS:
        for candidate in (name, name.removesuffix("_id")):
            try:
                return model._meta.get_field(candidate).verbose_name
            except (FieldDoesNotExist, AttributeError):
                continue
    return None


def label(name: str) -> str:
    """Return the name of a place as the forms call it, or its own words."""
    found = str(_verbose(name) or name.removesuffix("_id").replace("_", " "))
    return found[:1].upper() + found[1:]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _texts(item)
    elif isinstance(value, list):
        for item in value:
            yield from _texts(item)
    elif isinstance(value, str):
        yield value


def names_of(person: Any, *contents: Any) -> dict[str, str]:
    """Return the names behind the identifiers in some contents, as far as the reader may know of them."""
    wanted = {text for content in contents for text in _texts(content) if IDENTIFIER.match(text)}
    found: dict[str, str] = {}
    for model in NAMED if wanted else ():
        found |= {str(row.pk): str(row) for row in _known(model, person).filter(pk__in=wanted)}  # type: ignore[attr-defined]
    return found


def _known(model: Any, person: Any) -> Any:
    """Narrow systems: a dossier may name one that its reader may not know of."""
    return model.objects.visible_to(person) if model is AISystem else model.objects.all()


def _sentence(value: Any, names: dict[str, str]) -> str:
    if value is None or value in ("", [], {}):
        return "–"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, dict):
        parts = [
            f"{label(name)}: {_sentence(item, names)}"
            for name, item in value.items()
            if name not in NOISE and item not in (None, "", [])
        ]
        return "; ".join(parts)
    if isinstance(value, list):
        return ", ".join(_sentence(item, names) for item in value)
    return names.get(str(value), str(value))


def sections(content: dict[str, Any], person: Any) -> list[tuple[str, list[tuple[str, list[str]]]]]:
    """Return a dossier as headed sections of rows: a place and its lines."""
    names = names_of(person, content)
    found = []
    for room, part in content.items():
        rows: list[tuple[str, list[str]]] = []
        for name, value in part.items() if isinstance(part, dict) else [(room, part)]:
            if isinstance(value, dict):
                rows += [(label(inner), [_sentence(item, names)]) for inner, item in value.items()]
            elif isinstance(value, list):
                rows.append((label(name), [_sentence(item, names) for item in value] or ["–"]))
            elif name not in NOISE:
                rows.append((label(name), [_sentence(value, names)]))
        found.append((label(room), rows))
    return found


def readable(changed: list[Difference], person: Any) -> list[Difference]:
    """Return differences with the names that people know, without those that say nothing."""
    shown = [difference for difference in changed if difference.path[-1] not in NOISE]
    names = names_of(person, [[d.before, d.after] for d in shown])
    return [
        Difference(
            tuple(label(step) for step in d.path[1:] or d.path), _sentence(d.before, names), _sentence(d.after, names)
        )
        for d in shown
    ]
