"""What lists of findings and exceptions look like."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from apps.audit import queries
from apps.kernel import clock
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

SEVERITY_TONES = {"low": "neutral", "moderate": "info", "high": "warning", "critical": "bad"}
STATUS_TONES = {"open": "bad", "acknowledged": "warning", "waived": "info", "closed": "good"}
EXCEPTION_TONES = {"requested": "warning", "granted": "good", "refused": "bad", "ended": "neutral"}


def due_date(row: Any) -> Any:
    """Show the deadline, and whether it has passed."""
    shown = moment(row.due_at.date())
    if row.status in ("open", "acknowledged") and row.due_at < clock.now():
        return format_html("{} {}", shown, badge(_("Overdue"), "bad"))
    return shown


def about(row: Any) -> Any:
    """Show which record a finding is about, as a link where it has a page."""
    found = getattr(row, "about", None)
    if found is None:
        return "–"
    return format_html('<a href="{}">{}</a>', found.url, found.label) if found.url else found.label


class FindingTable(Table):
    """Findings."""

    caption = _("Findings")
    default_order = "-opened"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("title", _("What is wrong"), cell=lambda f: format_html("{}<br><span class=\"muted\">{}</span>", f.title, f.explanation)),
        Column("about", _("About"), cell=about, value=lambda f: f"{f.subject_type} {f.subject_id}"),
        Column(
            "severity", _("Severity"), cell=lambda f: badge(f.get_severity_display(), SEVERITY_TONES[f.severity]),
            value=lambda f: f.get_severity_display(),
        ),
        Column(
            "status", _("Status"), cell=lambda f: badge(f.get_status_display(), STATUS_TONES[f.status]),
            value=lambda f: f.get_status_display(),
        ),
        Column("owner", _("Owner"), cell=lambda f: f.owner or _("nobody"), value=lambda f: str(f.owner or "")),
        Column("due", _("Due"), cell=due_date, order="due_at", value=lambda f: f.due_at),
        Column("opened", _("Opened"), cell=lambda f: moment(f.opened_at.date()), order="opened_at", value=lambda f: f.opened_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the finding."""
        return reverse("compliance:finding", args=[row.key])

    def render(self, rows: Iterable[Any]) -> SafeString:
        """Name the records that the findings are about, for all rows at once."""
        rows = list(rows)
        known = queries.abouts(rows, self.request.user)
        for row in rows:
            row.about = known.get((row.subject_type, row.subject_id))
        return super().render(rows)


class ExceptionTable(Table):
    """Exceptions."""

    caption = _("Exceptions")
    default_order = "-requested"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("concerns", _("What is excepted")),
        Column("kind", _("Kind"), cell=lambda e: e.get_kind_display(), value=lambda e: e.get_kind_display()),
        Column(
            "status", _("Status"), cell=lambda e: badge(e.get_status_display(), EXCEPTION_TONES[e.status]),
            value=lambda e: e.get_status_display(),
        ),
        Column("requested_by", _("Asked by"), cell=lambda e: e.requested_by, value=lambda e: str(e.requested_by)),
        Column("until", _("Until"), cell=lambda e: moment(e.until), order="until", value=lambda e: e.until),
        Column("requested", _("Asked"), cell=lambda e: moment(e.requested_at), order="requested_at", value=lambda e: e.requested_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the exception."""
        return reverse("compliance:exception", args=[row.key])
