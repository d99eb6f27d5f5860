"""What lists of the inventory look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from .models import OperatingStatus, Stage

STAGE_TONES = {"production": "good", "pilot": "info", "retired": "neutral", "withdrawn": "neutral", "rejected": "bad"}
OPERATING_TONES = {OperatingStatus.RUNNING: "info", OperatingStatus.SUSPENDED: "bad"}
AUTHORISATION_LABELS = {
    "valid": (_("Valid"), "good"),
    "legacy": (_("Legacy"), "warning"),
    "stale": (_("Stale"), "bad"),
    "expired": (_("Expired"), "bad"),
    "revoked": (_("Revoked"), "bad"),
    "none": (_("None"), "neutral"),
}
# Read once: the models' own get_…_display() makes its table anew for every cell.
STAGE_LABELS = dict(Stage.choices)
OPERATING_LABELS = dict(OperatingStatus.choices)
CASE_TONES = {"active": "good", "proposed": "info", "refused": "bad"}
OUTCOME_TONES = {"accepted": "good", "waiting": "warning", "blocked": "bad", "refused": "bad"}


def tier_tone(row: Any) -> str:
    """Return how loudly a tier is shown."""
    return {"T1": "bad", "T2": "warning"}.get(row.effective_tier, "neutral")


def tier_badge(row: Any) -> Any:
    """Show the tier that counts; a provisional one says so."""
    if not row.tier and not row.provisional_tier:
        return badge(_("Not known"), "warning")
    return badge(
        row.effective_tier if row.tier else _("%(tier)s provisional") % {"tier": row.effective_tier}, tier_tone(row)
    )


def authorisation_badge(row: Any) -> Any:
    """Show the state of the authorisation that the list worked out."""
    label, tone = AUTHORISATION_LABELS.get(row.authorisation_state, AUTHORISATION_LABELS["none"])
    return badge(label, tone)


class SystemTable(Table):
    """AI systems."""

    caption = _("AI systems")
    default_order = "key"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("Name"), order="name"),
        Column("tier", _("Tier"), cell=tier_badge, order="tier", value=lambda s: s.tier or s.provisional_tier),
        Column(
            "stage",
            _("Stage"),
            cell=lambda s: badge(STAGE_LABELS.get(s.stage, s.stage), STAGE_TONES.get(s.stage, "neutral")),
            value=lambda s: str(s.get_stage_display()),
            order="stage",
        ),
        Column(
            "authorisation",
            _("Authorisation"),
            cell=authorisation_badge,
            value=lambda s: str(AUTHORISATION_LABELS[s.authorisation_state][0]),
        ),
        Column(
            "operating_status",
            _("Operation"),
            cell=lambda s: badge(
                OPERATING_LABELS.get(s.operating_status, s.operating_status),
                OPERATING_TONES.get(s.operating_status, "neutral"),
            ),
            value=lambda s: str(s.get_operating_status_display()),
        ),
        Column("department", _("Department"), cell=lambda s: s.department.name, value=lambda s: s.department.name),
        Column(
            "owner",
            _("Owner"),
            cell=lambda s: s.owner.name if s.owner else badge(_("Nobody"), "bad"),
            value=lambda s: s.owner.email if s.owner else "",
        ),
        Column(
            "updated",
            _("Changed"),
            cell=lambda s: moment(s.updated_at.date()),
            order="updated_at",
            value=lambda s: s.updated_at,
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the system."""
        return reverse("inventory:system", args=[row.key])


class UseCaseTable(Table):
    """Use cases."""

    caption = _("Use cases")
    default_order = "key"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("Name")),
        Column("tier", _("Tier"), cell=tier_badge, value=lambda u: u.tier or u.provisional_tier),
        Column(
            "legal_class",
            _("Legal class"),
            cell=lambda u: u.get_legal_class_display() or badge(_("Not classified"), "warning"),
            value=lambda u: str(u.get_legal_class_display()),
        ),
        Column(
            "status",
            _("Status"),
            cell=lambda u: badge(u.get_status_display(), CASE_TONES.get(u.status, "neutral")),
            value=lambda u: str(u.get_status_display()),
            order="status",
        ),
        Column("department", _("Department"), cell=lambda u: u.department.name, value=lambda u: u.department.name),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the use case."""
        return reverse("inventory:use_case", args=[row.key])


class VendorTable(Table):
    """Vendors."""

    caption = _("Vendors")
    default_order = "name"
    columns = (
        Column("name", _("Name"), order="name"),
        Column("country", _("Country")),
        Column("website", _("Website")),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the vendor."""
        return reverse("inventory:vendor", args=[row.pk])


class IntakeTable(Table):
    """Intakes."""

    caption = _("Intakes")
    default_order = "proposed"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("What is wanted")),
        Column(
            "tier", _("Provisional tier"), cell=lambda i: i.provisional_tier or "–", value=lambda i: i.provisional_tier
        ),
        Column(
            "outcome",
            _("Outcome"),
            cell=lambda i: badge(i.get_outcome_display(), OUTCOME_TONES.get(i.outcome, "neutral")),
            value=lambda i: str(i.get_outcome_display()),
        ),
        Column("department", _("Department"), cell=lambda i: i.department.name, value=lambda i: i.department.name),
        Column("proposer", _("Proposed by"), cell=lambda i: i.proposer.name, value=lambda i: i.proposer.email),
        Column(
            "proposed",
            _("Proposed"),
            cell=lambda i: moment(i.proposed_at.date()),
            order="proposed_at",
            value=lambda i: i.proposed_at,
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the triage of the intake."""
        return reverse("inventory:triage_intake", args=[row.key])
