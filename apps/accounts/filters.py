"""What the list of people can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.web.filters import Facet, Filters, Search

from .models import RoleAssignment


def _in_state(people: Any, states: list[str]) -> Any:
    conditions = {
        "active": Q(is_active=True, expected=False),
        "expected": Q(is_active=True, expected=True),
        "closed": Q(is_active=False),
    }
    wanted = Q()
    for state in states:
        wanted |= conditions[state]
    return people.filter(wanted)


def _roles(request: Any) -> list[tuple[str, str]]:
    from .models import Role

    return list(Role.objects.values_list("key", "name"))


def _with_role(people: Any, keys: list[str]) -> Any:
    standing = RoleAssignment.objects.standing().filter(role__key__in=keys)
    return people.filter(
        Q(pk__in=standing.values("person")) | Q(groups__in=standing.filter(group__isnull=False).values("group"))
    ).distinct()


class PeopleFilters(Filters):
    """By words, state and role."""

    search = Search(("name", "email"), label=_("Name or e-mail"))
    facets = (
        Facet(
            "state",
            _("State"),
            choices=(("active", _("Active")), ("expected", _("Expected")), ("closed", _("Closed"))),
            apply=_in_state,
        ),
        Facet("role", _("Role"), choices=_roles, apply=_with_role),
    )
