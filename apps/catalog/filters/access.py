"""What lists of requests and grants can be narrowed by; whose they are comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import DataAction, RequestStatus, SubjectKind
from apps.catalog.models.access import concerning, on_own_data
from apps.catalog.queries import access
from apps.catalog.rules_pure.access_policy import ENDING_DAYS
from apps.kernel import clock
from apps.web.filters import Facet, Filters, Search

from .datasets import LEVELS


def _levels(queryset: Any, values: list[str]) -> Any:
    return queryset.filter(dataset__level__in=["" if value == "none" else value for value in values])


class OfSomebody(Filters):
    """Rows that may be one's own, or wait for one: the facet `whose` needs to know who asks."""

    def apply(self, queryset: Any) -> Any:
        """Narrow by whose they are, then by the rest."""
        whose = Q()
        for value in self.chosen.get("whose", ()):
            whose |= self.whose(value)
        return super().apply(queryset.filter(whose))

    def whose(self, value: str) -> Q:
        """Return the condition that rows are somebody's."""
        raise NotImplementedError


class RequestFilters(OfSomebody):
    """Whose, status, for whom, to do what, level."""

    search = Search(("key", "purpose", "dataset__search_text"), _("Key, purpose or data"))
    facets = (
        Facet(
            "whose",
            _("Whose"),
            [("mine", _("Mine")), ("to-decide", _("For me to decide"))],
            apply=lambda queryset, _values: queryset,
        ),
        Facet("status", _("Status"), RequestStatus.choices),
        Facet("subject_kind", _("For"), SubjectKind.choices),
        Facet(
            "actions", _("To do what"), DataAction.choices, apply=lambda q, values: q.filter(actions__overlap=values)
        ),
        Facet("level", _("Level"), LEVELS, apply=_levels),
    )

    def whose(self, value: str) -> Q:
        """Return the condition that a person made a request, or is to decide on it."""
        person = self.request.user
        if value == "mine":
            return Q(requester=person) | concerning(person)
        waiting = Q(pk__in=access.requests_to_decide(person).values("pk"))
        return waiting | Q(pk__in=access.second_decisions(person).values("pk"))


def _states(queryset: Any, values: list[str]) -> Any:
    now, condition = clock.now(), Q()
    ended = {"revoked": Q(revoked_at__isnull=False), "expired": Q(revoked_at=None, valid_until__lte=now)}
    going_on = Q(revoked_at=None, valid_until__gt=now)
    known = ended | {
        "valid": going_on & Q(held_back_at=None),
        "held_back": going_on & Q(held_back_at__isnull=False),
        "ending": going_on & Q(held_back_at=None, valid_until__lte=now + timedelta(days=ENDING_DAYS)),
    }
    for value in values:
        condition |= known[value]
    return queryset.filter(condition)


class GrantFilters(OfSomebody):
    """Whose, state, for whom, what may be done, level."""

    search = Search(("key", "purpose", "dataset__search_text"), _("Key, purpose or data"))
    facets = (
        Facet(
            "whose",
            _("Whose"),
            [("mine", _("Mine and my systems'")), ("answer", _("On data I answer for"))],
            apply=lambda queryset, _values: queryset,
        ),
        Facet(
            "state",
            _("State"),
            [
                ("valid", _("Valid")),
                ("ending", _("Ends within 14 days")),
                ("held_back", _("Held back")),
                ("expired", _("Expired")),
                ("revoked", _("Revoked")),
            ],
            apply=_states,
        ),
        Facet("subject_kind", _("For"), SubjectKind.choices),
        Facet("actions", _("May"), DataAction.choices, apply=lambda q, values: q.filter(actions__overlap=values)),
        Facet("level", _("Level"), LEVELS, apply=_levels),
    )

    def whose(self, value: str) -> Q:
        """Return the condition that a grant is a person's or their systems', or on data the person answers for."""
        person = self.request.user
        return concerning(person) if value == "mine" else on_own_data(person)


def _campaign_state(queryset: Any, values: list[str]) -> Any:
    return queryset if len(values) > 1 else queryset.filter(closed_at__isnull=values[0] == "open")


class CampaignFilters(Filters):
    """Name and state."""

    search = Search(("key", "name"))
    facets = (Facet("state", _("State"), [("open", _("Under way")), ("closed", _("Closed"))], apply=_campaign_state),)
