"""What the list of entries can be narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel import clock, subjects
from apps.kernel.actors import ActorKind
from apps.web.filters import Facet, Filters, Search

from . import queries
from .events import Event
from .models import EntryKind

PERIODS = [("1", _("Last 24 hours")), ("7", _("Last 7 days")), ("30", _("Last 30 days")), ("365", _("Last 12 months"))]
NOTABLE = [
    ("outside", _("Changed outside the application")),
    ("refused", _("Refused")),
    ("exported", _("Exported")),
]


def _rooms(_request: Any) -> list[tuple[str, str]]:
    return [(room, room.capitalize()) for room in dict.fromkeys(name.split(".")[0] for name in queries.known_events())]


def _in_rooms(entries: Any, rooms: list[str]) -> Any:
    condition = Q()
    for room in rooms:
        # A range, because the index on events cannot answer LIKE in every collation ("/" follows ".").
        condition |= Q(event__gte=f"{room}.", event__lt=f"{room}/")
    return entries.filter(condition)


def _since(entries: Any, periods: list[str]) -> Any:
    days = max(int(period) for period in periods)
    return entries.filter(occurred_at__gte=clock.now() - timedelta(days=days))


def _notable(entries: Any, values: list[str]) -> Any:
    events = [str(Event.CHANGE_OUTSIDE)] if "outside" in values else []
    for name in queries.known_events():
        events += [name for value in values if name.endswith(f".{value}")]
    return entries.filter(event__in=events)


def find(entries: Any, text: str) -> Any:
    """Find entries by number, event, id, correlation, key of a record ("AIS-0001") or name of a person."""
    condition = Q(subject_id=text) | Q(actor_id=text) | Q(correlation_id=text)
    if text.isascii() and text.isdigit() and len(text) < 19:
        condition |= Q(pk=int(text))
    events = [name for name in queries.known_events() if text.lower() in f"{name} {queries.event_title(name)}".lower()]
    if events:
        condition |= Q(event__in=events)
    for known in subjects.all_types():
        model = apps.get_model(known.model)
        if any(field.name == "key" for field in model._meta.fields):
            keys = [str(pk) for pk in model._default_manager.filter(key=text.upper()).values_list("pk", flat=True)]
            condition |= Q(subject_type=known.name, subject_id__in=keys) if keys else Q()
    people = subjects.named(queries.PERSON)
    if people is not None:
        found = apps.get_model(people.model)._default_manager.filter(name__icontains=text).values_list("pk", flat=True)
        ids = [str(pk) for pk in found[:50]]
        condition |= Q(actor_id__in=ids) | Q(subject_type=queries.PERSON, subject_id__in=ids)
    return entries.filter(condition)


class EntryFilters(Filters):
    """Search, and facets by room, kind, author, period and what an auditor looks for first."""

    search = Search("event", _("Number, record, person, event or id"), apply=find)
    facets = [
        Facet("notable", _("Worth a look"), NOTABLE, apply=_notable),
        Facet("room", _("Part of the portal"), _rooms, apply=_in_rooms),
        Facet("kind", _("Kind"), EntryKind.choices),
        Facet(
            "by",
            _("Author"),
            [*((kind.value, kind.value.capitalize()) for kind in ActorKind), ("outside", _("Outside the application"))],
            apply=lambda entries, values: entries.filter(actor_kind__in=values),
        ),
        Facet("since", _("Period"), PERIODS, apply=_since),
    ]
