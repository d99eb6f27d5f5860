"""What lists of deployments and rollbacks look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.registry.models import GATED, RollbackKind
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

STATE_TONES = {"waiting": "warning", "ordered": "info", "observed": "warning", "refused": "bad", "reviewed": "good"}
KIND_TONES = {"emergency": "warning", "break_glass": "bad", "drill": "neutral", "normal": "info"}
APPROVAL = {
    "valid": (gettext_lazy("Approved"), "good"),
    "free": (gettext_lazy("Needs none"), "neutral"),
    "none": (gettext_lazy("Not approved"), "bad"),
    "revoked": (gettext_lazy("Revoked"), "bad"),
    "expired": (gettext_lazy("Expired"), "bad"),
    "stale": (gettext_lazy("Stale"), "bad"),
    "withdrawn": (gettext_lazy("Release withdrawn"), "bad"),
    "ahead": (gettext_lazy("Not in force yet"), "bad"),
}


def approval_badge(standing: str) -> Any:
    """Show how an approval stands, or stood."""
    label, tone = APPROVAL[standing]
    return badge(label, tone)


def state_badge(rollback: Any) -> Any:
    """Show where a rollback stands."""
    if rollback.kind == RollbackKind.DRILL:
        return badge(_("Practised"), "neutral")
    return badge(rollback.get_state_display(), STATE_TONES.get(rollback.state, "neutral"))


def kind_badge(rollback: Any) -> Any:
    """Show by which right it went back."""
    return badge(rollback.get_kind_display(), KIND_TONES.get(rollback.kind, "neutral"))


def what(row: Any) -> str:
    """Return what runs: a release of ours, or what it called itself."""
    return str(row.release) if row.release else row.observed_label


def _side(row: Any) -> Any:
    if row.side == "observed":
        return badge(row.get_side_display(), "info")
    return badge(row.get_side_display(), "neutral")


def _beside(row: Any) -> Any:
    """Show what stands on the other side of the place, and whether it is something else."""
    if row.valid_until is not None:
        return ""
    told = f"{row.other_release} {row.other_name}".strip() if row.other_release else row.other_label or ""
    if not told:
        gated = row.side == "observed" and row.environment in GATED
        return badge(_("Nothing should run"), "bad") if gated else _("nobody reported") if row.side == "desired" else ""
    if row.other_id == row.release_id:
        return badge(_("The same"), "good")
    return format_html("{} {}", badge(_("Differs"), "bad"), told)


def _seconds(row: Any) -> str:
    if row.ordered_at is None or row.observed_at is None:
        return "–"
    return f"{(row.observed_at - row.ordered_at).total_seconds():.1f}"


class DeploymentTable(Table):
    """What should run, and what was seen."""

    caption = gettext_lazy("Deployments")
    default_order = "-from"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("system", gettext_lazy("System"), cell=lambda r: str(r.system), value=lambda r: r.system.key),
        Column("environment", gettext_lazy("Environment"), cell=lambda r: r.get_environment_display()),
        Column("region", gettext_lazy("Region")),
        Column("side", gettext_lazy("Side"), cell=_side, value=lambda r: r.side),
        Column("release", gettext_lazy("What"), cell=what, value=what),
        Column("beside", gettext_lazy("Other side now"), cell=_beside, value=lambda r: r.other_release or r.other_label or ""),
        Column("from", gettext_lazy("From"), cell=lambda r: moment(r.valid_from), order="valid_from",
               value=lambda r: r.valid_from),
        Column("until", gettext_lazy("Until"), cell=lambda r: moment(r.valid_until) if r.valid_until else _("now"),
               value=lambda r: r.valid_until),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the deployment."""
        return reverse("registry:deployment", args=[row.key])


class RollbackTable(Table):
    """Rollbacks and drills."""

    caption = gettext_lazy("Rollbacks")
    default_order = "-asked"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("system", gettext_lazy("System"), cell=lambda r: str(r.system), value=lambda r: r.system.key),
        Column("where", gettext_lazy("Where"), cell=lambda r: f"{r.get_environment_display()}, {r.region}",
               value=lambda r: f"{r.environment} {r.region}"),
        Column("kind", gettext_lazy("By"), cell=kind_badge, value=lambda r: r.kind),
        Column("state", gettext_lazy("State"), cell=state_badge, value=lambda r: r.state),
        Column("to", gettext_lazy("Back to"), cell=lambda r: str(r.to_release), value=lambda r: r.to_release.key),
        Column("seconds", gettext_lazy("Seconds until seen"), cell=_seconds, value=_seconds, numeric=True),
        Column("asked", gettext_lazy("When"), cell=lambda r: moment(r.asked_at), order="asked_at",
               value=lambda r: r.asked_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the rollback."""
        return reverse("registry:rollback", args=[row.key])
