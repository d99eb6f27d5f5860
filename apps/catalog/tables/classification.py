"""The queue of datasets whose fields wait to be confirmed."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

from .datasets import level_badge


def _holds(row: Any) -> Any:
    found = []
    if row.holds_special:
        found.append(badge(_("Special-category personal data"), "bad"))
    elif row.holds_personal:
        found.append(badge(_("Personal data"), "warning"))
    if row.in_use:
        found.append(badge(_("In use"), "info"))
    return format_html("{} {}", *found) if len(found) == 2 else found[0] if found else "–"


class QueueTable(Table):
    """What waits, most risky first."""

    caption = gettext_lazy("Classification that waits")
    default_order = "-risk"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("title", gettext_lazy("Dataset"), order="title"),
        Column("waiting", gettext_lazy("Fields that wait"), order="waiting", numeric=True),
        Column("holds", gettext_lazy("Probably holds"), cell=_holds, value=lambda d: d.holds_special),
        Column("level", gettext_lazy("Counts as"), cell=lambda d: level_badge(d.level)),
        Column("risk", gettext_lazy("Risk"), order="risk", numeric=True),
        Column("oldest", gettext_lazy("Since"), cell=lambda d: moment(d.oldest.date()) if d.oldest else "–"),
        Column(
            "steward",
            gettext_lazy("Steward"),
            cell=lambda d: d.steward.name if d.steward else badge(_("Nobody"), "bad"),
            value=lambda d: d.steward.email if d.steward else "",
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the table of fields."""
        return reverse("catalog:classify", args=[row.key])
