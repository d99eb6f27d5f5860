"""What lists of releases and artefacts can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.registry.models import ArtefactKind
from apps.web.filters import Facet, Filters, Search


def _state(queryset: Any, values: list[str]) -> Any:
    wanted = Q(pk__in=[])
    if "withdrawn" in values:
        wanted |= Q(withdrawn_at__isnull=False)
    if "deployed" in values:
        wanted |= Q(withdrawn_at=None, runs=True)
    if "approved" in values:
        wanted |= Q(withdrawn_at=None, runs=False, allowed=True)
    if "frozen" in values:
        wanted |= Q(withdrawn_at=None, runs=False, allowed=False)
    return queryset.filter(wanted)


class ReleaseFilters(Filters):
    """Where they stand."""

    search = Search(("key", "name", "system__search_text"))
    facets = (
        Facet(
            "state",
            _("State"),
            [
                ("frozen", _("Frozen")),
                ("approved", _("Approved")),
                ("deployed", _("Deployed")),
                ("withdrawn", _("Withdrawn")),
            ],
            apply=_state,
        ),
    )


class ArtefactFilters(Filters):
    """What they are."""

    search = Search(("key", "name", "system__search_text"))
    facets = (Facet("kind", _("Kind"), ArtefactKind.choices),)
