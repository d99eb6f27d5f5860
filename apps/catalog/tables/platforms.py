"""What the list of platforms looks like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Encryption, PlatformKind
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge

from .datasets import criticality_badge, standing_badge

KIND_LABELS, ENCRYPTION_LABELS = dict(PlatformKind.choices), dict(Encryption.choices)
ENCRYPTION_TONES = {"none": "bad", "unknown": "warning", "own_key": "good", "provider_key": "good"}


def encryption_badge(encryption: str) -> Any:
    """Show whether a store is encrypted."""
    return badge(ENCRYPTION_LABELS.get(encryption, encryption), ENCRYPTION_TONES.get(encryption, "neutral"))


class PlatformTable(Table):
    """Platforms."""

    caption = gettext_lazy("Platforms")
    default_order = "key"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("name", gettext_lazy("Name"), order="name"),
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
        Column("standing", gettext_lazy("Standing"), cell=lambda p: standing_badge(p.standing)),
        Column("namespace", gettext_lazy("Namespace")),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the platform."""
        return reverse("catalog:platform", args=[row.key])
