"""What lists of permits look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy

from apps.registry.queries.permits import objection
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

WORDS = {
    "": (gettext_lazy("Counts"), "good"),
    "expired": (gettext_lazy("Expired"), "neutral"),
    "revoked": (gettext_lazy("Revoked"), "bad"),
    "suspended": (gettext_lazy("System suspended"), "bad"),
    "withdrawn": (gettext_lazy("Release withdrawn"), "bad"),
    "closed": (gettext_lazy("System closed"), "bad"),
    "retired": (gettext_lazy("Version retired"), "bad"),
}


def state_badge(permit: Any) -> Any:
    """Show whether a permit counts now."""
    label, tone = WORDS.get(objection(permit), (gettext_lazy("Approval not valid any more"), "bad"))
    return badge(label, tone)


class PermitTable(Table):
    """Deployment permits."""

    caption = gettext_lazy("Deployment permits")
    default_order = "-issued"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("state", gettext_lazy("State"), cell=state_badge, value=objection),
        Column("system", gettext_lazy("System"), cell=lambda r: str(r.system), value=lambda r: r.system.key),
        Column("release", gettext_lazy("Release"), cell=lambda r: str(r.release), value=lambda r: r.release.key),
        Column("where", gettext_lazy("Where"), cell=lambda r: f"{r.get_environment_display()} {r.region}",
               value=lambda r: f"{r.environment} {r.region}"),
        Column("issued", gettext_lazy("Issued"), cell=lambda r: moment(r.issued_at), order="issued_at",
               value=lambda r: r.issued_at),
        Column("until", gettext_lazy("Until"), cell=lambda r: moment(r.expires_at), order="expires_at",
               value=lambda r: r.expires_at),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the permit."""
        return reverse("registry:permit", args=[row.key])
