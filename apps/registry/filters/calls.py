"""What decided calls can be narrowed by."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.catalog.models import AccessOutcome
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.registry.models import AIModel, ModelGrant
from apps.registry.tables.calls import RULES
from apps.web.filters import Facet, Filters, Search

# The most names that a choice offers; whoever is beyond them is found by the search.
MOST = 200
HOURS = {"1": _("The last hour"), "24": _("24 hours"), "168": _("7 days"), "720": _("30 days")}


def _models(request: Any) -> list[tuple[str, str]]:
    rows = AIModel.objects.visible_to(request.user).order_by("name", "key").values_list("key", "name")[:MOST]
    return [(key, f"{key} {name}") for key, name in rows]


def _applications(request: Any) -> list[tuple[str, str]]:
    granted = ModelGrant.objects.visible_to(request.user).filter(system__isnull=False).values("system")
    rows = AISystem.objects.visible_to(request.user).filter(pk__in=granted).order_by("name", "key")
    return [(key, f"{key} {name}") for key, name in rows.values_list("key", "name")[:MOST]]


def _of_applications(queryset: Any, values: list[str]) -> Any:
    return queryset.filter(subject_kind="system", subject_label__in=values)


def _of_models(queryset: Any, values: list[str]) -> Any:
    return queryset.filter(model_key__in=values)


def _within(queryset: Any, values: list[str]) -> Any:
    return queryset.filter(at__gte=clock.now() - timedelta(hours=max(int(value) for value in values)))


def _named(queryset: Any, text: str, person: Any) -> Any:
    """Keep calls whose caller, model, grant, rule or request is called so; a name one may not know finds nothing."""
    for word in text.split()[:4]:
        people = Person.objects.filter(Q(name__icontains=word) | Q(email__iexact=word)).values("pk")
        systems = AISystem.objects.visible_to(person).filter(search_text__contains=word.lower()).values("pk")
        models = AIModel.objects.filter(search_text__contains=word.lower()).values("key")
        queryset = queryset.filter(
            Q(subject_label__iexact=word)
            | Q(subject_id__in=people)
            | Q(subject_id__in=systems)
            | Q(model_key__in=models)
            | Q(dataset_label__icontains=word)
            | Q(grant_key__iexact=word)
            | Q(request_id=word)
        )
    return queryset


class CallFilters(Filters):
    """Model, application, outcome, why, when."""

    search = Search((), _("Caller, model or grant"), apply_for=_named)
    facets = (
        Facet("model", _("Model"), _models, apply=_of_models),
        Facet("application", _("Application"), _applications, apply=_of_applications),
        Facet("outcome", _("Outcome"), [one for one in AccessOutcome.choices if one[0] != AccessOutcome.NO_GRANT]),
        Facet("rule", _("Why"), [(rule, f"{rule} {words}") for rule, words in RULES.items()]),
        Facet("within", _("Within"), list(HOURS.items()), apply=_within),
    )
