"""What the search over everything finds in the data catalog."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.search import Hit, register

from .models import Dataset, GlossaryTerm
from .queries.glossary import terms_matching


def containing(queryset: Any, text: str) -> Any:
    """Keep the rows whose text holds every word."""
    for word in text.replace("\x00", "").lower().split()[:8]:
        queryset = queryset.filter(search_text__contains=word)
    return queryset


def _datasets(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = containing(Dataset.objects.visible_to(person).current(), text).select_related("platform")
    for dataset in found.order_by("key")[:limit]:
        detail = f"{dataset.get_level_display() or _('Not classified')} · {dataset.platform.name}"
        yield Hit(_("Dataset"), dataset.key, dataset.title, reverse("catalog:dataset", args=[dataset.key]), detail)


def _terms(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = terms_matching(GlossaryTerm.objects.visible_to(person), text)
    for term in found.order_by("name")[:limit]:
        yield Hit(_("Term"), "", term.name, reverse("catalog:term", args=[term.pk]), term.definition[:120])


def register_all() -> None:
    """Offer datasets and glossary terms."""
    register("catalog.datasets", gettext_lazy("Data"), _datasets)
    register("catalog.terms", gettext_lazy("Glossary"), _terms)
