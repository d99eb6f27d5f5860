"""What the list of models can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.registry.models import Derivation, Hosting, VersionStage
from apps.web.filters import Facet, Filters, Search


def _whose(queryset: Any, values: list[str]) -> Any:
    wanted = Q(pk__in=[])
    wanted |= Q(provider=None) if "own" in values else Q(pk__in=[])
    wanted |= Q(provider__isnull=False) if "third" in values else Q(pk__in=[])
    return queryset.filter(wanted)


def _stages(queryset: Any, values: list[str]) -> Any:
    return queryset.filter(versions__stage__in=values).distinct()


class ModelFilters(Filters):
    """Name, whose, hosting, derivation, stage of its versions."""

    search = Search("search_text")
    facets = (
        Facet("whose", _("Provider"), [("own", _("We ourselves")), ("third", _("Third parties"))], apply=_whose),
        Facet("hosting", _("Hosting"), Hosting.choices),
        Facet("derivation", _("Derivation"), Derivation.choices),
        Facet("stage", _("A version is"), VersionStage.choices, apply=_stages),
    )
