"""What the glossary and the master data can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Category, Level
from apps.catalog.queries.glossary import terms_matching
from apps.web.filters import Facet, Filters, Search


def _flagged(queryset: Any, values: list[str]) -> Any:
    if len(values) > 1:
        return queryset
    return queryset.filter(misaligned_count__gt=0) if values == ["yes"] else queryset.filter(misaligned_count=0)


class TermFilters(Filters):
    """Terms by words (synonyms too), level and category."""

    search = Search((), _("A word, or another word for it"), apply=terms_matching)
    facets = (
        Facet("level", _("Suggests"), Level.choices),
        Facet("category", _("Category"), Category.choices, apply=lambda q, v: q.filter(categories__overlap=v)),
    )


class EntityFilters(Filters):
    """Entities by words, and those whose identifier has other names somewhere."""

    search = Search(("name", "identifier", "description"), _("Name or identifier"))
    facets = (Facet("misaligned", _("Identifiers"), [("yes", _("Misaligned")), ("no", _("Aligned"))], apply=_flagged),)
