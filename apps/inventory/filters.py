"""What lists of the inventory can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Case, CharField, Exists, OuterRef, Q, Subquery, Value, When
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department
from apps.kernel import clock
from apps.web.filters import Facet, Filters, Search

from .models import (
    AISystem,
    Authorisation,
    AuthorisationKind,
    IntakeOutcome,
    LegalClass,
    OperatingStatus,
    Sourcing,
    Stage,
    Tier,
    UseCaseStatus,
)
from .tables import AUTHORISATION_LABELS


def with_authorisation_state(systems: Any) -> Any:
    """Work out, for each system, how its authorisation to operate stands: one of AUTHORISATION_LABELS."""
    moment = clock.now()
    own = Authorisation.objects.filter(system_id=OuterRef("pk"), environment__in=["pilot", "production"])
    lasting = own.filter(revoked_at=None, valid_from__lte=moment, valid_until__gt=moment)
    fitting = lasting.filter(material_revision=OuterRef("material_revision"))
    latest_revoked = Subquery(own.order_by("-issued_at").values("revoked_at")[:1])
    return systems.annotate(latest_revoked_at=latest_revoked).annotate(
        authorisation_state=Case(
            When(Exists(fitting.exclude(kind=AuthorisationKind.LEGACY)), then=Value("valid")),
            When(Exists(fitting), then=Value("legacy")),
            When(Exists(lasting), then=Value("stale")),
            When(latest_revoked_at__isnull=False, then=Value("revoked")),
            When(Exists(own), then=Value("expired")),
            default=Value("none"),
            output_field=CharField(),
        )
    )


def _tiers(queryset: Any, values: list[str]) -> Any:
    """Keep the systems whose tier counts as one of these: assessed, else provisional, else unknown."""
    condition = Q(tier__in=values) | Q(tier="", provisional_tier__in=values)
    if "unknown" in values:
        condition |= Q(tier="", provisional_tier="")
    return queryset.filter(condition)


def _departments(_request: Any) -> list[tuple[str, str]]:
    rows = Department.objects.order_by("path").values_list("id", "name", "path")
    return [(str(pk), f"{'– ' * (path.count('/') - 1)}{name}") for pk, name, path in rows[:300]]


def _below(queryset: Any, values: list[str]) -> Any:
    condition = Q(pk__in=[])
    for path in Department.objects.filter(pk__in=values).values_list("path", flat=True):
        condition |= Q(department__path__startswith=path)
    return queryset.filter(condition)


TIERS = [*Tier.choices, ("unknown", _("Not known"))]
STATES = [(name, label) for name, (label, _tone) in AUTHORISATION_LABELS.items()]


class SystemFilters(Filters):
    """Systems by words, stage, tier and states."""

    search = Search("search_text", _("Key, name or what it does"))
    facets = (
        Facet("stage", _("Stage"), Stage.choices),
        Facet("tier", _("Tier"), TIERS, apply=_tiers),
        Facet("authorisation", _("Authorisation"), STATES, apply=lambda qs, v: qs.filter(authorisation_state__in=v)),
        Facet("operating_status", _("Operation"), OperatingStatus.choices),
        Facet("department", _("Department"), _departments, apply=_below),
        Facet("sourcing", _("Sourcing"), Sourcing.choices),
    )


class UseCaseFilters(Filters):
    """Use cases by words, status, tier and legal class."""

    search = Search("search_text", _("Key, name or purpose"))
    facets = (
        Facet("status", _("Status"), UseCaseStatus.choices),
        Facet("tier", _("Tier"), TIERS, apply=_tiers),
        Facet("legal_class", _("Legal class"), LegalClass.choices),
        Facet("department", _("Department"), _departments, apply=_below),
    )


class VendorFilters(Filters):
    """Vendors by name."""

    search = Search(("name", "notes"), _("Name"))


class IntakeFilters(Filters):
    """Intakes by outcome and department."""

    search = Search(("name", "key"), _("Key or words"))
    facets = (
        Facet("outcome", _("Outcome"), IntakeOutcome.choices),
        Facet("department", _("Department"), _departments, apply=_below),
    )


__all__ = ["AISystem", "IntakeFilters", "SystemFilters", "UseCaseFilters", "VendorFilters", "with_authorisation_state"]
