"""Lists of releases and artefacts."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.registry.models import ArtefactKind
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

KINDS = {"model": _("Model"), **dict(ArtefactKind.choices)}


def release_state(row: Any) -> Any:
    """Show whether a release may run somewhere, from the list's own columns."""
    if row.withdrawn_at:
        return badge(_("Withdrawn"), "neutral")
    if row.runs:
        # Development and test take no approval.
        wrong = row.gated and not row.allowed
        return badge(_("Deployed, not approved now"), "bad") if wrong else badge(_("Deployed"), "info")
    return badge(_("Approved"), "good") if row.allowed else badge(_("Frozen"), "neutral")


def _state_name(row: Any) -> str:
    return "withdrawn" if row.withdrawn_at else "deployed" if row.runs else "approved" if row.allowed else "frozen"


class ReleaseTable(Table):
    """Releases of systems."""

    caption = _("Releases")
    default_order = "-frozen_at"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("Name"), cell=lambda r: r.name or r.number),
        Column("system", _("System"), cell=lambda r: f"{r.system.key} {r.system.name}", value=lambda r: r.system.key),
        Column("state", _("State"), cell=release_state, value=_state_name),
        Column("frozen_at", _("Frozen"), cell=lambda r: moment(r.frozen_at), order="frozen_at"),
        Column(
            "frozen_by",
            _("By"),
            cell=lambda r: r.frozen_by.name if r.frozen_by else _("A service"),
            value=lambda r: r.frozen_by.email if r.frozen_by else "",
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the release."""
        return reverse("registry:release", args=[row.key])


class ArtefactTable(Table):
    """Prompts, indexes, guardrails and parameter sets."""

    caption = _("Artefacts")
    default_order = "key"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("Name")),
        Column("kind", _("Kind"), cell=lambda a: KINDS.get(a.kind, a.kind)),
        Column("system", _("System"), cell=lambda a: f"{a.system.key} {a.system.name}", value=lambda a: a.system.key),
        Column("newest", _("Newest version"), cell=lambda a: a.newest or _("None yet"), numeric=True),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the artefact."""
        return reverse("registry:artefact", args=[row.key])
