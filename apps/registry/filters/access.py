"""What lists of requests for models and of model grants can be narrowed by; whose they are comes first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.catalog.filters.access import OfSomebody
from apps.catalog.models import SubjectKind
from apps.inventory.models.choices import Tier
from apps.kernel import clock
from apps.registry.models import Environment
from apps.registry.queries import access
from apps.registry.rules_pure.access_policy import ENDING_DAYS
from apps.registry.tables.access import STATUS_LABELS
from apps.web.filters import Facet, Search

WORDS = Search(("key", "purpose", "ai_model__search_text"), _("Key, purpose or model"))


def _anyway(queryset: Any, _values: list[str]) -> Any:
    return queryset


class RequestFilters(OfSomebody):
    """Whose, status, for whom, where."""

    search = WORDS
    facets = (
        Facet("whose", _("Whose"), [("mine", _("Mine")), ("to-decide", _("For me to decide"))], apply=_anyway),
        Facet("status", _("Status"), list(STATUS_LABELS.items())),
        Facet("subject_kind", _("For"), SubjectKind.choices),
        Facet("environment", _("Where"), Environment.choices),
    )

    def whose(self, value: str) -> Q:
        """Return the condition that a person made a request, or is to decide on it."""
        person = self.request.user
        if value == "mine":
            return Q(requester=person) | access.of_person(person)
        waiting = Q(pk__in=access.requests_to_decide(person).values("pk"))
        return waiting | Q(pk__in=access.second_decisions(person).values("pk"))


def _states(queryset: Any, values: list[str]) -> Any:
    now, condition = clock.now(), Q()
    going_on = Q(revoked_at=None, valid_until__gt=now)
    known = {
        "revoked": Q(revoked_at__isnull=False),
        "expired": Q(revoked_at=None, valid_until__lte=now),
        "valid": going_on & Q(held_back_at=None),
        "held_back": going_on & Q(held_back_at__isnull=False),
        "ending": going_on & Q(held_back_at=None, valid_until__lte=now + timedelta(days=ENDING_DAYS)),
    }
    for value in values:
        condition |= known[value]
    return queryset.filter(condition)


STATES = [
    ("valid", _("Valid")),
    ("ending", _("Ends within 14 days")),
    ("held_back", _("Held back")),
    ("expired", _("Expired")),
    ("revoked", _("Revoked")),
]


class GrantFilters(OfSomebody):
    """Whose, state, for whom, where, tier."""

    search = WORDS
    facets = (
        Facet(
            "whose",
            _("Whose"),
            [("mine", _("Mine and my systems'")), ("answer", _("On models I answer for"))],
            apply=_anyway,
        ),
        Facet("state", _("State"), STATES, apply=_states),
        Facet("subject_kind", _("For"), SubjectKind.choices),
        Facet("environment", _("Where"), Environment.choices),
        Facet("tier_granted", _("Tier"), Tier.choices),
    )

    def whose(self, value: str) -> Q:
        """Return the condition that a grant is a person's or their systems', or on models the person answers for."""
        person = self.request.user
        return access.of_person(person) if value == "mine" else access.on_models_of(person)
