"""Reads about owed work."""

from __future__ import annotations

import re
from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.kernel.owed import OwedItem, owed_by

MENTION = re.compile(r"(?<![\w.])@([a-z0-9][a-z0-9.\-_]*[a-z0-9])", re.IGNORECASE)

GROUPS = (
    ("due", _("Owed by me")),
    ("waiting", _("Waiting for me")),
    ("mentioned", _("Mentions")),
    ("others", _("Waiting for others")),
)


def grouped_work(person: Any) -> list[tuple[str, Any, list[OwedItem]]]:
    """Return everything a person owes, in the groups of the page, empty groups left out."""
    items = owed_by(person)
    groups = [(name, title, [item for item in items if item.group == name]) for name, title in GROUPS]
    return [group for group in groups if group[2]]


def mentioned_people(text: str) -> tuple[list[Person], list[str]]:
    """Return the people whom a text mentions by the first part of their e-mail, and the names that nobody has."""
    names = {match.lower() for match in MENTION.findall(text)}
    found: dict[str, Person] = {}
    for person in Person.objects.active():
        local = person.email.split("@")[0]
        if local in names:
            found[local] = person
    return list(found.values()), sorted(names - found.keys())
