"""What the list of platforms looks like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Encryption, PlatformKind, Standing
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge

from .datasets import criticality_badge, standing_badge

KIND_LABELS, ENCRYPTION_LABELS = dict(PlatformKind.choices), dict(Encryption.choices)
ENCRYPTION_TONES = {"none": "bad", "unknown": "warning", "own_key": "good", "provider_key": "good"}


def encryption_badge(encryption: str) -> Any:
    """Show whether a store is encrypted."""
    return badge(ENCRYPTION_LABELS.get(encryption, encryption), ENCRYPTION_TONES.get(encryption, "neutral"))


def _named(row: Any) -> Any:
    """Show a name with the namespace that tools use; what was only observed says so."""
    observed = format_html(" {}", standing_badge(row.standing)) if row.standing == Standing.OBSERVED else ""
    return format_html('{}{}<br><span class="muted">{}</span>', row.name, observed, row.namespace)


class PlatformTable(Table):
    """Platforms."""

    caption = gettext_lazy("Platforms")
    default_order = "key"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("name", gettext_lazy("Platform"), cell=_named, order="name"),
        Column("kind", gettext_lazy("Kind"), cell=lambda p: KIND_LABELS.get(p.kind, p.kind)),
        Column("region", gettext_lazy("Region"), cell=lambda p: p.region or "–"),
        Column("criticality", gettext_lazy("Criticality"), cell=lambda p: criticality_badge(p.criticality)),
        Column("encryption", gettext_lazy("Encryption"), cell=lambda p: encryption_badge(p.encryption)),
        Column(
            "owner",
            gettext_lazy("Owner"),
            cell=lambda p: p.owner.name if p.owner else badge(_("Nobody"), "warning"),
            value=lambda p: p.owner.email if p.owner else "",
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the platform."""
        return reverse("catalog:platform", args=[row.key])


class PlatformExport(Table):
    """Platforms with everything that a spreadsheet holds."""

    default_order = "key"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("name", gettext_lazy("Name"), order="name"),
        Column("namespace", gettext_lazy("Namespace")),
        Column("kind", gettext_lazy("Kind")),
        Column("owner", gettext_lazy("Owner"), value=lambda p: p.owner.email if p.owner else ""),
        Column("department", gettext_lazy("Department"), value=lambda p: p.department.name if p.department else ""),
        Column("location", gettext_lazy("Location")),
        Column("region", gettext_lazy("Region")),
        Column("criticality", gettext_lazy("Criticality")),
        Column("encryption", gettext_lazy("Encryption")),
        Column("key_reference", gettext_lazy("Key reference")),
        Column("key_rotated_on", gettext_lazy("Key rotated on")),
        Column("standing", gettext_lazy("Standing")),
    )
