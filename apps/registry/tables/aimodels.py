"""What lists of models look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge

STAGE_TONES = {"candidate": "info", "validated": "good", "deprecated": "warning", "retired": "neutral"}
YES_NO_TONES = {"yes": "bad", "no": "good", "unknown": "warning"}


def stage_badge(version: Any) -> Any:
    """Show where a version stands."""
    return badge(version.get_stage_display(), STAGE_TONES.get(version.stage, "neutral"))


def provider_name(ai_model: Any) -> str:
    """Return who provides a model."""
    return ai_model.provider.name if ai_model.provider else _("We ourselves")


class ModelTable(Table):
    """Models."""

    caption = gettext_lazy("Models")
    default_order = "name"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("name", gettext_lazy("Name"), order="name"),
        Column("provider", gettext_lazy("Provider"), cell=provider_name, value=provider_name),
        Column("task", gettext_lazy("Task")),
        Column("hosting", gettext_lazy("Hosting"), cell=lambda m: m.get_hosting_display(), value=lambda m: m.hosting),
        Column("owner", gettext_lazy("Owner"), cell=lambda m: m.owner.name if m.owner else _("nobody"),
               value=lambda m: m.owner.name if m.owner else ""),
        Column("versions", gettext_lazy("Versions"), cell=lambda m: m.counted, value=lambda m: m.counted, numeric=True),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the model."""
        return reverse("registry:ai_model", args=[row.key])
