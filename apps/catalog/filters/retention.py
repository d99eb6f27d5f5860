"""What lists of retention can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import RetentionSource
from apps.kernel import clock
from apps.web.filters import Facet, Filters, Search

from .datasets import mine


def _state(queryset: Any, values: list[str]) -> Any:
    wanted = Q(pk__in=[])
    if "held" in values:
        wanted |= Q(held=True)
    if "overdue" in values:
        wanted |= Q(held=False, due_on__lt=clock.today())
    if "ahead" in values:
        wanted |= Q(held=False, due_on__gte=clock.today())
    return queryset.filter(wanted)


class DueFilters(Filters):
    """State and source."""

    search = Search(("dataset__search_text",))
    facets = (
        mine("dataset__"),
        Facet(
            "state", _("State"), [("overdue", _("Overdue")), ("held", _("Held")), ("ahead", _("Ahead"))], apply=_state
        ),
        Facet("source", _("Set by"), RetentionSource.choices),
    )


class HoldFilters(Filters):
    """Whether it stands."""

    search = Search(("key", "matter"))
    facets = (
        Facet(
            "state",
            _("State"),
            [("stands", _("Stands")), ("released", _("Released"))],
            apply=lambda q, v: q if len(v) > 1 else q.filter(released_at__isnull="stands" in v),
        ),
    )
