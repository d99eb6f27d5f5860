"""What entries, findings, comments and inbox items may be about: one registered type per model."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class SubjectType:
    """A kind of record: its name in the ledger, its model, and how it is shown and narrowed.

    `visible(person)` returns the queryset of those the person may know of; `label` and `url` take the object.
    """

    name: str
    model: str
    label: Callable[[Any], str]
    visible: Callable[[Any], Any]
    url: Callable[[Any], str] | None = None
    title: str = ""


# Where a word begins inside a model's name: LegalEntity, AISystem.
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

_by_name: dict[str, SubjectType] = {}
_by_model: dict[str, SubjectType] = {}


def register(subject_type: SubjectType) -> None:
    """Add a kind of record; a name or model may be registered once."""
    if _by_name.get(subject_type.name, subject_type) != subject_type and subject_type.name in _by_name:
        raise RuntimeError(f"The subject type {subject_type.name} is registered twice.")
    _by_name[subject_type.name] = subject_type
    _by_model[subject_type.model] = subject_type


def named(name: str) -> SubjectType | None:
    """Return the type of that name, or None: unknown types are hidden, never guessed."""
    return _by_name.get(name)


def all_types() -> Iterable[SubjectType]:
    """Return every registered type, by name."""
    return [_by_name[name] for name in sorted(_by_name)]


def type_name(instance: Any) -> str:
    """Return the ledger name of an object's type: the registered one, else `app.model_name`."""
    known = _by_model.get(instance._meta.label)
    return known.name if known else _plain_name(instance)


def _plain_name(model: Any) -> str:
    """Name a model that is not registered: LegalEntity of accounts is accounts.legal_entity."""
    return f"{model._meta.app_label}.{_WORDS.sub('_', model._meta.object_name).lower()}"


def _model_named(name: str) -> Any:
    from django.apps import apps

    known = _by_name.get(name)
    if known is not None:
        return apps.get_model(known.model)
    return next((model for model in apps.get_models() if _plain_name(model) == name), None)


def type_of(instance: Any) -> SubjectType | None:
    """Return the registered type of an object, if any."""
    return _by_model.get(instance._meta.label)


def find(name: str, identifier: str) -> Any:
    """Load an object by its ledger name and id, without any permission check; None when unknown or gone."""
    model = _model_named(name)
    return _first(model._default_manager.all(), identifier) if model else None


def find_visible(name: str, identifier: str, person: Any) -> Any:
    """Load an object by its ledger name and id if the person may know of it, else None."""
    known = _by_name.get(name)
    return _first(known.visible(person), identifier) if known else None


def _first(rows: Any, identifier: str) -> Any:
    """Return the row of that id; what cannot be an id names nothing."""
    from django.core.exceptions import ValidationError

    try:
        return rows.filter(pk=identifier).first()
    except (ValidationError, ValueError, TypeError):
        return None


def narrowed(queryset: Any, person: Any) -> Any:
    """Keep the rows whose `subject_type` and `subject_id` name something the person may know of.

    One subquery per registered type; rows of unknown types are hidden, rows about nothing (empty type) too.
    """
    from .narrowing import about_visible

    return queryset.filter(about_visible(person, queryset.model))
