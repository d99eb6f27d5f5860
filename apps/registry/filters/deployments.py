"""What lists of deployments and rollbacks can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import Tier
from apps.registry.models import Environment, RollbackKind, RollbackState, Side
from apps.web.filters import Facet, Filters, Search


def _tiers(queryset: Any, values: list[str]) -> Any:
    """Keep the systems whose tier counts as one of these: assessed, else provisional."""
    return queryset.filter(Q(system__tier__in=values) | Q(system__tier="", system__provisional_tier__in=values))


def _standing(queryset: Any, values: list[str]) -> Any:
    return queryset if len(values) > 1 else queryset.filter(valid_until__isnull=values[0] == "now")


class DeploymentFilters(Filters):
    """System or region, environment, tier, side, whether it stands."""

    search = Search(("key", "system__search_text", "region", "observed_label"), _("Key, system or region"))
    facets = (
        Facet("environment", _("Environment"), Environment.choices),
        Facet("tier", _("Tier"), Tier.choices, apply=_tiers),
        Facet("side", _("Side"), Side.choices),
        Facet("standing", _("Standing"), [("now", _("Now")), ("past", _("Past"))], apply=_standing),
    )


class RollbackFilters(Filters):
    """System, kind and state."""

    search = Search(("key", "system__search_text"), _("Key or system"))
    facets = (
        Facet("kind", _("By"), RollbackKind.choices),
        Facet("state", _("State"), RollbackState.choices),
        Facet("environment", _("Environment"), Environment.choices),
    )
