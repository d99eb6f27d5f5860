"""Lists of retention: what is due, and what is held."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import RetentionSource
from apps.kernel import clock
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

SOURCE_LABELS = dict(RetentionSource.choices)


def _state(row: Any) -> Any:
    if row.held:
        return badge(_("Held"), "info")
    return badge(_("Overdue"), "bad") if row.due_on < clock.today() else badge(_("Ahead"), "good")


class DueTable(Table):
    """What must go, by when."""

    caption = _("Due deletions")
    default_order = "due_on"
    columns = (
        Column(
            "dataset", _("Dataset"), cell=lambda p: f"{p.dataset.key} {p.dataset.title}", value=lambda p: p.dataset.key
        ),
        Column("due_on", _("Due on"), cell=lambda p: moment(p.due_on), order="due_on"),
        Column("state", _("State"), cell=_state, value=lambda p: "held" if p.held else ""),
        Column("days", _("Kept for (days)"), numeric=True),
        Column("source", _("Set by"), cell=lambda p: SOURCE_LABELS.get(p.source, p.source)),
        Column(
            "steward",
            _("Steward"),
            cell=lambda p: p.dataset.steward.name if p.dataset.steward else badge(_("Nobody"), "bad"),
            value=lambda p: p.dataset.steward.email if p.dataset.steward else "",
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the dataset."""
        return reverse("catalog:dataset", args=[row.dataset.key])


class HoldTable(Table):
    """Legal holds."""

    caption = _("Legal holds")
    default_order = "-placed_at"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("matter", _("Matter")),
        Column(
            "state",
            _("State"),
            cell=lambda h: badge(_("Released"), "neutral") if h.released_at else badge(_("Stands"), "info"),
            value=lambda h: "released" if h.released_at else "stands",
        ),
        Column("placed_at", _("Placed"), cell=lambda h: moment(h.placed_at.date()), order="placed_at"),
        Column("placed_by", _("By"), cell=lambda h: h.placed_by.name, value=lambda h: h.placed_by.email),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the hold."""
        return reverse("catalog:hold", args=[row.key])
