"""What the list of evidence looks like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from .models import Evidence


def _state(row: Evidence) -> Any:
    if row.is_expired:
        return badge(_("Expired"), "bad")
    return moment(row.expires_on) if row.expires_on else _("Does not expire")


class EvidenceTable(Table):
    """Evidence with its owner, its use and its expiry."""

    columns = [
        Column("key", _("Key"), order="key"),
        Column("title", _("Title"), order="title"),
        Column("owner", _("Added by"), value=lambda row: str(row.owner)),
        Column("uses", _("Used in"), numeric=True),
        Column("latest", _("Version"), numeric=True),
        Column("expires", _("Expires"), cell=_state, order="expires_on", value=lambda row: row.expires_on),
        Column(
            "added",
            _("Added"),
            cell=lambda row: moment(row.created_at),
            order="created_at",
            value=lambda row: row.created_at,
        ),
    ]
    default_order = "-added"

    def row_url(self, row: Evidence) -> str:
        """Lead to the evidence's page."""
        return reverse("evidence:file", args=[row.key])
