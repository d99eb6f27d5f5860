"""How entries look in a list."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import moment

from . import queries
from .models import Entry


def _who(entry: Any) -> SafeString:
    return format_html('{} <span class="muted">{}</span>', getattr(entry, "who", "") or entry.actor_id, entry.origin)


def _what(entry: Entry) -> SafeString | str:
    title = queries.event_title(entry.event)
    if entry.kind == "change":
        fields = ", ".join(sorted(entry.changes)[:4]) + (" …" if len(entry.changes) > 4 else "")
        return format_html('{} <span class="muted">{} {}</span>', title, _("changed"), fields)
    return title


def _about(entry: Any) -> SafeString | str:
    about = getattr(entry, "about", None)
    if about is None:
        return entry.subject_type
    return format_html('<a href="{}">{}</a>', about.url, about.label) if about.url else about.label


class EntryTable(Table):
    """Entries, the newest first."""

    columns = [
        Column("number", _("Entry"), cell=lambda e: str(e.pk), order="id", value=lambda e: e.pk),
        Column("when", _("When"), cell=lambda e: moment(e.occurred_at), value=lambda e: e.occurred_at),
        Column("what", _("What"), cell=_what, value=lambda e: f"{e.event} ({e.kind})"),
        Column("about", _("About"), cell=_about, value=lambda e: f"{e.subject_type} {e.subject_id}".strip()),
        Column("who", _("Who"), cell=_who, value=lambda e: f"{e.actor_kind} {e.actor_id} ({e.origin})"),
    ]
    default_order = "-number"
    caption = _("Entries of the ledger")

    def row_url(self, row: Any) -> str:
        """Lead to the entry."""
        return reverse("audit:entry", args=[row.pk])

    def render(self, rows: Iterable[Any]) -> SafeString:
        """Name people and records for all rows at once."""
        rows = list(rows)
        names, known = queries.actor_labels(rows), queries.abouts(rows, self.request.user)
        for row in rows:
            row.who = queries.actor_label(row, names)
            row.about = known.get((row.subject_type, row.subject_id))
        return super().render(rows)
