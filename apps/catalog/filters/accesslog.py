"""What the access log can be narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.catalog.models import AccessKind, AccessOutcome, DataAction, Dataset, SubjectKind
from apps.kernel import clock
from apps.web.filters import Facet, Filters, Search


def _months(_request: Any) -> list[tuple[str, str]]:
    first, found = clock.today().replace(day=1), []
    for _number in range(13):
        found.append((f"{first:%Y-%m}", f"{first:%B %Y}"))
        first = (first - timedelta(days=1)).replace(day=1)
    return found


def _of_months(queryset: Any, values: list[str]) -> Any:
    narrowed = queryset.within(values[0])
    for value in values[1:]:
        narrowed |= queryset.within(value)
    return narrowed


def _named(queryset: Any, text: str) -> Any:
    """Keep records whose subject, dataset, grant or request is called so."""
    for word in text.split()[:4]:
        people = Person.objects.filter(Q(name__icontains=word) | Q(email__icontains=word)).values("pk")
        datasets = Dataset.objects.filter(search_text__contains=word.lower()).values("pk")
        queryset = queryset.filter(
            Q(subject_label__icontains=word)
            | Q(subject_id__in=people)
            | Q(dataset_id__in=datasets)
            | Q(grant_key__iexact=word)
            | Q(request_id=word)
        )
    return queryset


class AccessFilters(Filters):
    """Who or what, outcome, kind, subject's kind, action, month."""

    search = Search((), apply=_named)
    facets = (
        Facet("outcome", _("Outcome"), AccessOutcome.choices),
        Facet("kind", _("What"), AccessKind.choices),
        Facet("subject_kind", _("Who"), SubjectKind.choices),
        Facet("action", _("Action"), DataAction.choices),
        Facet("month", _("Month"), _months, apply=_of_months),
    )
