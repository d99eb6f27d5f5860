"""Reads of the ledger for people: names beside ids, titles of events, personal texts, how the ledger stands."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.apps import apps
from django.db import connection
from django.utils.translation import gettext as _

from apps.kernel import subjects

from .models import Entry, PersonalText, SealedUpTo
from .rules_pure import leaf

PERSON = "accounts.person"


@dataclass(frozen=True, slots=True)
class About:
    """A record that an entry is about, as the reader may know of it."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is not sealed yet."""

    count: int
    oldest: datetime | None


def event_title(event: str) -> str:
    """Say an event's name as a person would: "inventory.system.stage_changed" is "System: stage changed"."""
    parts = event.split(".")
    if len(parts) < 3:
        return event
    return f"{parts[1].replace('_', ' ').capitalize()}: {' '.join(parts[2:]).replace('_', ' ')}"


@cache
def known_events() -> tuple[str, ...]:
    """Return the names of all events of all rooms."""
    found: set[str] = set()
    for configuration in apps.get_app_configs():
        if configuration.name.startswith("apps.") and find_spec(f"{configuration.name}.events"):
            found.update(str(member) for member in import_module(f"{configuration.name}.events").Event)
    return tuple(sorted(found))


def actor_labels(entries: Iterable[Entry]) -> dict[str, str]:
    """Return the names of the people who acted; others are named by their id."""
    wanted = {entry.actor_id for entry in entries if entry.actor_kind == "person"}
    return {key: about.label for key, about in _labels(PERSON, wanted, None).items()}


def actor_label(entry: Entry, names: dict[str, str]) -> str:
    """Name who acted."""
    if entry.actor_kind == "person":
        return names.get(entry.actor_id, _("Someone who is not known any more"))
    if entry.actor_kind == "outside":
        return _("%(user)s, outside the application") % {"user": entry.actor_id}
    if entry.actor_kind == "system":
        return _("Gatehouse (%(part)s)") % {"part": entry.actor_id}
    if entry.actor_kind == "operator":
        return _("%(user)s (command line)") % {"user": entry.actor_id}
    return entry.actor_id or _("Someone not signed in")


def abouts(entries: Iterable[Entry], person: Any) -> dict[tuple[str, str], About]:
    """Return label and page of the records that the entries are about, as far as the reader may see them."""
    by_type: dict[str, set[str]] = {}
    for entry in entries:
        if entry.subject_id:
            by_type.setdefault(entry.subject_type, set()).add(entry.subject_id)
    return {(name, key): about for name, keys in by_type.items() for key, about in _labels(name, keys, person).items()}


def _labels(name: str, keys: set[str], person: Any) -> dict[str, About]:
    known = subjects.named(name)
    if known is None or not keys:
        return {}
    model = apps.get_model(known.model)
    rows = known.visible(person) if person is not None else model._default_manager.all()
    field = model._meta.pk
    valid = []
    for key in keys:
        try:
            valid.append(field.to_python(key))
        except Exception:  # noqa: S112 - an id that is none of this model's names nothing
            continue
    return {
        str(row.pk): About(str(known.label(row)), known.url(row) if known.url else "")
        for row in rows.filter(pk__in=valid)
    }


def personal_texts(entry: Entry) -> dict[str, str]:
    """Return the personal texts of an entry that were not erased, by field."""
    return dict(PersonalText.objects.filter(entry_id=entry.pk).values_list("field", "text"))


def changes_shown(entry: Entry) -> list[tuple[str, str | None, str | None]]:
    """Return field, before and after of each change, personal texts in clear where they still exist."""
    texts = personal_texts(entry)

    def clear(field: str, side: str, value: str | None) -> str | None:
        if value is None or not value.startswith("sha256:"):
            return value
        return texts.get(f"{field}:{side}", _("(erased)"))

    return [
        (field, clear(field, "before", pair[0]), clear(field, "after", pair[1]))
        for field, pair in sorted(entry.changes.items())
    ]


def canonical_line(entry: Entry) -> str:
    """Return the line whose hash is the entry's leaf."""
    values: dict[str, str | None] = {name: str(getattr(entry, name)) for name in leaf.FIELDS}
    values["request_key"] = entry.request_key
    for name in leaf.MOMENTS:
        values[name] = leaf.moment_text(getattr(entry, name))
    for name in ("changes", "details"):
        values[name] = leaf.jsonb_text(getattr(entry, name))
    return leaf.canonical_text(values)


def waiting_to_be_sealed() -> Waiting:
    """Count what is not sealed yet, from the sealing index."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT system_identifier::text FROM pg_control_system()")
        sealed = {cursor.fetchone()[0]: (-1, 0)}
        sealed |= {cluster: (xid, number) for cluster, xid, number in SealedUpTo.objects.values_list()}
        count, oldest = 0, None
        for cluster, (xid, number) in sealed.items():
            cursor.execute(
                "SELECT count(*), min(recorded_at) FROM audit_entry WHERE cluster = %s AND (xid, id) > (%s, %s)",
                [cluster, xid, number],
            )
            found, first = cursor.fetchone()
            count += found
            oldest = min(filter(None, (oldest, first)), default=None)
    return Waiting(count, oldest)
