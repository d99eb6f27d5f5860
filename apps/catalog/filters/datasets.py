"""What the list of datasets can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department
from apps.catalog.models import Category, Criticality, Level, Platform, Standing
from apps.catalog.queries.finding import datasets_matching
from apps.web.filters import Facet, Filters, Search

LEVELS = [*Level.choices, ("none", _("Not classified"))]


def departments(_request: Any) -> list[tuple[str, str]]:
    """Return the departments as a tree."""
    rows = Department.objects.order_by("path").values_list("id", "name", "path")
    return [(str(pk), f"{'– ' * (path.count('/') - 1)}{name}") for pk, name, path in rows[:300]]


def below(queryset: Any, values: list[str]) -> Any:
    """Keep what belongs to these departments or to those below them."""
    condition = Q(pk__in=[])
    for path in Department.objects.filter(pk__in=values).values_list("path", flat=True):
        condition |= Q(department__path__startswith=path)
    return queryset.filter(condition)


def mine(path: str = "") -> Facet:
    """Return the choice of what the reader answers for, as steward or owner of the dataset at a path."""

    def looked_after(queryset: Any, values: list[str]) -> Any:
        return queryset.filter(Q(**{f"{path}steward__in": values}) | Q(**{f"{path}owner__in": values}))

    return Facet("mine", _("Yours"), lambda request: [(request.user.pk, _("What you look after"))], apply=looked_after)


def _levels(queryset: Any, values: list[str]) -> Any:
    return queryset.filter(level__in=["" if value == "none" else value for value in values])


def _platforms(request: Any) -> list[tuple[str, str]]:
    rows = Platform.objects.visible_to(request.user).order_by("name").values_list("key", "name")
    return [(key, name) for key, name in rows[:300]]


def _state(queryset: Any, values: list[str]) -> Any:
    condition = Q()
    if values == ["current"]:
        condition = Q(dropped_at=None)
    elif values == ["dropped"]:
        condition = ~Q(dropped_at=None)
    return queryset.filter(condition)


class DatasetFilters(Filters):
    """Datasets by words, class, place, people and standing."""

    search = Search((), _("Key, name, field or another word for it"), apply=datasets_matching)
    facets = (
        mine(),
        Facet("level", _("Level"), LEVELS, apply=_levels),
        Facet(
            "category", _("Category"), Category.choices, apply=lambda q, values: q.filter(categories__overlap=values)
        ),
        Facet("platform", _("Platform"), _platforms, apply=lambda q, values: q.filter(platform__key__in=values)),
        Facet("department", _("Department"), departments, apply=below),
        Facet("standing", _("Standing"), Standing.choices),
        Facet("criticality", _("Criticality"), Criticality.choices),
        Facet("state", _("State"), [("current", _("Current")), ("dropped", _("Dropped"))], apply=_state),
    )
