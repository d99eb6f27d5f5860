"""What lists of reviews look like, and what they are narrowed by."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import Tier
from apps.web.filters import Facet, Filters, Search
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from . import queries
from .models import ReviewState

TONES = {"waiting": "warning", "conditions": "warning", "approved": "good", "changes": "info", "rejected": "bad",
         "withdrawn": "neutral", "expired": "neutral"}  # fmt: skip


class ReviewTable(Table):
    """Reviews."""

    caption = _("Reviews")
    default_order = "-submitted"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("system", _("System"), cell=lambda r: r.system.name, value=lambda r: r.system.name),
        Column("gate", _("Gate")),
        Column(
            "release",
            _("Release"),
            cell=lambda r: r.release.key if r.release else "–",
            value=lambda r: r.release.key if r.release else "",
        ),
        Column("tier", _("Tier")),
        Column(
            "state",
            _("State"),
            cell=lambda r: badge(r.get_state_display(), TONES[r.state]),
            value=lambda r: r.get_state_display(),
        ),
        Column("submitted_by", _("Submitted by"), cell=lambda r: r.submitted_by, value=lambda r: str(r.submitted_by)),
        Column(
            "submitted",
            _("Submitted"),
            cell=lambda r: moment(r.submitted_at),
            order="submitted_at",
            value=lambda r: r.submitted_at,
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the review."""
        return reverse("gates:review", args=[row.key])


class ReviewFilters(Filters):
    """Reviews by state, gate and tier."""

    search = Search(("key", "system__name"))
    facets = (
        Facet("scope", _("Whose"), [("mine", _("Waiting for my word"))], apply=lambda rows, _values: rows),
        Facet("state", _("State"), ReviewState.choices),
        Facet("gate", _("Gate"), [(f"G{n}", f"G{n}") for n in (1, 2, 3, 4, 5, 7)]),
        Facet("tier", _("Tier"), Tier.choices),
    )

    def apply(self, queryset: Any) -> Any:
        """Narrow also to what waits for the person who asks."""
        found = super().apply(queryset)
        if "scope" in self.chosen:
            found = found.filter(pk__in=queries.waiting_for(self.request.user).values("pk"))
        return found
