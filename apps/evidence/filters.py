"""What the list of evidence can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.kernel import clock
from apps.web.filters import Facet, Filters, Search


def _by_expiry(queryset: Any, values: list[str]) -> Any:
    condition = Q(pk__in=[])
    if "expired" in values:
        condition |= Q(expires_on__lt=clock.today())
    if "soon" in values:
        condition |= Q(expires_on__gte=clock.today(), expires_on__lt=clock.days_from_now(90).date())
    if "valid" in values:
        condition |= Q(expires_on=None) | Q(expires_on__gte=clock.today())
    return queryset.filter(condition)


class EvidenceFilters(Filters):
    """Search by title or key; narrow by expiry."""

    search = Search(["title", "key"])
    facets = [
        Facet(
            "expiry",
            _("Expiry"),
            [("valid", _("Valid")), ("soon", _("Expires within 90 days")), ("expired", _("Expired"))],
            apply=_by_expiry,
        )
    ]
