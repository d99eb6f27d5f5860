"""What the lists of assessments and risks look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from .models import Assessment, RiskScenario

TONES = {"draft": "info", "submitted": "warning", "changes": "warning", "signed": "good", "expired": "bad"}
BAND_TONES = {"low": "good", "moderate": "info", "high": "warning", "critical": "bad"}


def status_badge(assessment: Assessment) -> Any:
    """Show how far an assessment is."""
    if assessment.is_overdue:
        return format_html(
            "{} {}", badge(assessment.get_status_display(), TONES[assessment.status]), badge(_("Overdue"), "bad")
        )
    return badge(assessment.get_status_display(), TONES.get(assessment.status, "neutral"))


def band_badge(band: str) -> Any:
    """Show a band of the risk matrix."""
    return badge(band.capitalize(), BAND_TONES.get(band, "neutral")) if band else "–"


class AssessmentTable(Table):
    """Assessments with what they are about, how far they are and what they found."""

    columns = [
        Column("key", _("Key"), order="key"),
        Column("about", _("About"), cell=lambda row: str(row.subject), value=lambda row: str(row.subject)),
        Column("status", _("Status"), cell=status_badge, order="status", value=lambda row: row.get_status_display()),
        Column("tier", _("Tier"), cell=lambda row: row.tier or "–"),
        Column(
            "legal_class",
            _("Legal class"),
            cell=lambda row: row.get_legal_class_display() or "–",
            value=lambda row: row.get_legal_class_display(),
        ),
        Column(
            "residual",
            _("Residual risk"),
            cell=lambda row: band_badge(row.residual_band),
            value=lambda row: row.residual_band,
        ),
        Column("assigned_to", _("Filled in by"), value=lambda row: str(row.assigned_to)),
        Column("due", _("Due"), cell=lambda row: moment(row.due_on), order="due_on", value=lambda row: row.due_on),
        Column(
            "expires",
            _("Valid until"),
            cell=lambda row: moment(row.expires_on),
            order="expires_on",
            value=lambda row: row.expires_on,
        ),
    ]
    default_order = "-key"

    def row_url(self, row: Assessment) -> str:
        """Lead to the assessment."""
        return reverse("assessments:assessment", args=[row.key])


class RiskTable(Table):
    """Risks with what they are about and what remains."""

    columns = [
        Column("key", _("Key"), order="key"),
        Column("title", _("Risk"), order="title"),
        Column("about", _("About"), cell=lambda row: str(row.subject), value=lambda row: str(row.subject)),
        Column("category", _("Category")),
        Column("owner", _("Owner"), value=lambda row: str(row.owner)),
        Column(
            "inherent",
            _("Inherent"),
            cell=lambda row: f"{row.inherent_likelihood} × {row.inherent_impact}",
            numeric=True,
        ),
        Column(
            "current", _("Today"), cell=lambda row: f"{row.current_likelihood} × {row.current_impact}", numeric=True
        ),
        Column(
            "residual",
            _("Residual"),
            cell=lambda row: f"{row.residual_likelihood} × {row.residual_impact}",
            numeric=True,
        ),
        Column("treatment", _("Treatment"), cell=lambda row: row.get_treatment_display()),
        Column("status", _("Status"), cell=lambda row: row.get_status_display()),
    ]
    default_order = "key"

    def row_url(self, row: RiskScenario) -> str:
        """Lead to the risk."""
        return reverse("assessments:risk", args=[row.key])
