"""What lists of the inventory look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.web.tables import Column, Table


class SystemTable(Table):
    """AI systems."""

    caption = _("AI systems")
    default_order = "key"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("Name"), order="name"),
        Column(
            "stage",
            _("Stage"),
            cell=lambda s: s.get_stage_display(),
            value=lambda s: s.get_stage_display(),
            order="stage",
        ),
        Column("department", _("Department"), cell=lambda s: s.department.name, value=lambda s: s.department.name),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the system."""
        return reverse("inventory:system", args=[row.key])
