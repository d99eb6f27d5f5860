"""What lists of requests, grants and campaigns look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import DataAction, RequestStatus
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from .datasets import level_badge

STATUS_TONES = {"waiting": "warning", "second": "warning", "approved": "good", "refused": "bad"}
STATUS_LABELS, ACTION_LABELS = dict(RequestStatus.choices), dict(DataAction.choices)
STATES = {
    "valid": (gettext_lazy("Valid"), "good"),
    "ahead": (gettext_lazy("Not yet in force"), "info"),
    "held_back": (gettext_lazy("Held back"), "warning"),
    "expired": (gettext_lazy("Expired"), "neutral"),
    "revoked": (gettext_lazy("Revoked"), "bad"),
}


def status_badge(request: Any) -> Any:
    """Show where a request stands."""
    return badge(STATUS_LABELS.get(request.status, request.status), STATUS_TONES.get(request.status, "neutral"))


def state_badge(grant: Any) -> Any:
    """Show how a grant stands now."""
    label, tone = STATES[grant.state]
    return badge(label, tone)


def actions_in_words(row: Any) -> str:
    """Return what may be done as people read it."""
    return ", ".join(str(ACTION_LABELS.get(name, name)) for name in row.actions)


def _subject(row: Any) -> str:
    return str(row.subject)


class RequestTable(Table):
    """Requests for access."""

    caption = gettext_lazy("Requests for access")
    default_order = "-asked"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("status", gettext_lazy("Status"), cell=status_badge, order="status"),
        Column("subject", gettext_lazy("For"), cell=_subject, value=_subject),
        Column(
            "dataset",
            gettext_lazy("Data"),
            cell=lambda r: f"{r.dataset.key} {r.dataset.title}",
            value=lambda r: r.dataset.key,
        ),
        Column("level", gettext_lazy("Level"), cell=lambda r: level_badge(r.dataset.level), value=lambda r: r.dataset.level),
        Column("actions", gettext_lazy("To do what"), cell=actions_in_words, value=actions_in_words),
        Column("purpose", gettext_lazy("Purpose")),
        Column("days", gettext_lazy("Days"), numeric=True),
        Column("asked", gettext_lazy("Asked"), cell=lambda r: moment(r.requested_at), order="requested_at",
               value=lambda r: r.requested_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the request."""
        return reverse("catalog:access_request", args=[row.key])


class GrantTable(Table):
    """Grants on data."""

    caption = gettext_lazy("Grants")
    default_order = "until"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("state", gettext_lazy("State"), cell=state_badge, value=lambda g: g.state),
        Column("subject", gettext_lazy("For"), cell=_subject, value=_subject),
        Column(
            "dataset",
            gettext_lazy("Data"),
            cell=lambda g: f"{g.dataset.key} {g.dataset.title}",
            value=lambda g: g.dataset.key,
        ),
        Column("level", gettext_lazy("Level"), cell=lambda g: level_badge(g.dataset.level), value=lambda g: g.dataset.level),
        Column("actions", gettext_lazy("May"), cell=actions_in_words, value=actions_in_words),
        Column("purpose", gettext_lazy("Purpose")),
        Column("until", gettext_lazy("Until"), cell=lambda g: moment(g.valid_until), order="valid_until",
               value=lambda g: g.valid_until),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the grant."""
        return reverse("catalog:grant", args=[row.key])


class CampaignTable(Table):
    """Recertification campaigns."""

    caption = gettext_lazy("Recertification campaigns")
    default_order = "-due"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("name", gettext_lazy("Name")),
        Column(
            "state",
            gettext_lazy("State"),
            cell=lambda c: badge(_("Closed"), "neutral") if c.closed_at else badge(_("Under way"), "info"),
            value=lambda c: "closed" if c.closed_at else "under way",
        ),
        Column("decided", gettext_lazy("Decided"), cell=lambda c: f"{c.decided} / {c.asked}", numeric=True),
        Column("due", gettext_lazy("Due"), cell=lambda c: moment(c.due_on), order="due_on", value=lambda c: c.due_on),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the campaign."""
        return reverse("catalog:campaign", args=[row.key])
