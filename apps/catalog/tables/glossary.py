"""What the lists of glossary terms and master-data entities look like."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge

from .datasets import category_badges, level_badge


class TermTable(Table):
    """Glossary terms."""

    caption = gettext_lazy("Glossary")
    default_order = "name"
    columns = (
        Column("name", gettext_lazy("Term"), order="name"),
        Column("synonyms", gettext_lazy("Also called"), cell=lambda t: ", ".join(t.synonyms)),
        Column(
            "definition",
            gettext_lazy("Meaning"),
            cell=lambda t: Truncator(t.definition).chars(160),
            value=lambda t: t.definition,
        ),
        Column(
            "level", gettext_lazy("Suggests"), cell=lambda t: level_badge(t.level) if t.level else "–",
            value=lambda t: t.level,
        ),
        Column("categories", gettext_lazy("Categories"), cell=lambda t: category_badges(t.categories)),
        Column(
            "steward",
            gettext_lazy("Steward"),
            cell=lambda t: t.steward.name if t.steward else "–",
            value=lambda t: t.steward.email if t.steward else "",
        ),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the term."""
        return reverse("catalog:term", args=[row.pk])


class EntityTable(Table):
    """Master-data entities."""

    caption = gettext_lazy("Master data")
    default_order = "name"
    columns = (
        Column("name", gettext_lazy("Entity"), order="name"),
        Column("identifier", gettext_lazy("Identifier")),
        Column("datasets", gettext_lazy("Datasets"), cell=lambda e: e.dataset_count, value=lambda e: e.dataset_count,
               numeric=True),
        Column("fields", gettext_lazy("Fields"), cell=lambda e: e.field_count, value=lambda e: e.field_count,
               numeric=True),
        Column(
            "misaligned",
            gettext_lazy("Under another name"),
            cell=lambda e: badge(str(e.misaligned_count), "bad") if e.misaligned_count else badge(_("None"), "good"),
            value=lambda e: e.misaligned_count,
        ),
        Column(
            "owner",
            gettext_lazy("Owner"),
            cell=lambda e: e.owner.name if e.owner else badge(_("Nobody"), "warning"),
            value=lambda e: e.owner.email if e.owner else "",
        ),
    )  # fmt: skip

    def row_url(self, row: Any) -> str:
        """Lead to the entity."""
        return reverse("catalog:entity", args=[row.pk])
