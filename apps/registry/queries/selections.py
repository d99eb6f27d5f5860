"""Reads about selections: the table, what a provider's terms say of a candidate, and what waits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.accounts.reach import holds, reach
from apps.kernel import clock
from apps.kernel.permissions import Permission
from apps.registry.models import Candidate, ModelVersion, ProviderTerms, Selection, SelectionStatus, YesNo
from apps.registry.rules_pure.selecting import Comparison, Facts, Need, Volume, compare

LABELS = {
    "quality": _("Quality"),
    "price": _("Price"),
    "latency": _("Latency"),
    "risk": _("Risk"),
    "region": _("Region"),
    "terms": _("Terms"),
}
LONG_KEPT = 30
MANY = 3


def need_of(data: dict[str, Any]) -> Need:
    """Return a need as it is on record."""
    bounds = {name: Decimal(data[name]) for name in ("least", "most") if data.get(name)}
    return Need(data["criterion"], data["weight"], data["must"], among=tuple(data.get("among", ())), **bounds)


def facts_of(candidate: Candidate) -> Facts:
    """Return what is known of a candidate."""
    return Facts(
        key=str(candidate.pk),
        name=candidate.name,
        quality=candidate.quality,
        input_price=candidate.input_price,
        output_price=candidate.output_price,
        fixed_price=candidate.fixed_price,
        latency=candidate.latency_ms,
        risk=candidate.risk,
        region=candidate.region,
        trains=candidate.trains_on_our_data,
    )


def comparison(selection: Selection) -> Comparison:
    """Return the table as it stands now."""
    candidates = selection.candidates.order_by("name")
    volume = Volume(selection.calls_a_month, selection.input_tokens, selection.output_tokens)
    return compare([need_of(need) for need in selection.needs], [facts_of(one) for one in candidates], volume)


def as_data(selection: Selection, table: Comparison) -> dict[str, Any]:
    """Return the whole table as it is frozen with the decision: needs, volume, what was known, and how each stood."""
    names = (
        "name", "quality", "input_price", "output_price", "fixed_price", "latency_ms", "region", "terms",
        "trains_on_our_data", "risk", "notes", "evidence",
    )  # fmt: skip
    rows = {str(one.pk): one for one in selection.candidates.select_related("model_version")}
    candidates = []
    for place, standing in enumerate(table.standings):
        row = rows[standing.key]
        candidates.append(
            {
                "id": standing.key,
                **{name: _plain(getattr(row, name)) for name in names},
                "model_version": row.model_version.key if row.model_version else "",
                "cost": _plain(standing.cost),
                "score": _plain(standing.score),
                "fails": list(standing.fails),
                "lacks": list(standing.lacks),
                "leads": standing.leads,
                "best": [line.need.criterion for line in table.rows if line.cells[place].best],
                "verdicts": {line.need.criterion: line.cells[place].verdict for line in table.rows},
            }
        )
    return {
        "needs": selection.needs,
        "volume": {name: getattr(selection, name) for name in ("calls_a_month", "input_tokens", "output_tokens")},
        "currency": selection.currency,
        "evaluation": {
            "dataset": selection.evaluation_dataset.key if selection.evaluation_dataset else "",
            "metric": selection.evaluation_metric,
        },
        "candidates": candidates,
    }


def _plain(value: Any) -> Any:
    """Write a number without the zeros that the database adds."""
    return f"{value.normalize():f}" if isinstance(value, Decimal) else value


def facts_from_terms(version: ModelVersion | None) -> dict[str, Any]:
    """Return what the standing terms of a model's provider say of a candidate."""
    terms = standing_terms(version)
    if terms is None:
        return {}
    return {
        "region": ", ".join(terms.regions)[:40] if len(terms.regions) == 1 else "",
        "terms": f"{terms.title} {terms.url}".strip(),
        "trains_on_our_data": terms.trains_on_our_data,
        "risk": risk_of(terms),
    }


def standing_terms(version: ModelVersion | None) -> ProviderTerms | None:
    """Return the terms that hold today for the model of a version."""
    if version is None:
        return None
    today = clock.today()
    held = version.ai_model.terms.filter(Q(valid_until=None) | Q(valid_until__gte=today), valid_from__lte=today)
    return held.order_by("-valid_from").first()


def risk_of(terms: ProviderTerms) -> int:
    """Suggest the risk that lies in terms: who trains on our data, keeps it long or hands it on; unknown counts too."""
    points = {YesNo.YES: 2, YesNo.UNKNOWN: 1}.get(YesNo(terms.trains_on_our_data), 0)
    points += terms.keeps_input_days is None or terms.keeps_input_days > LONG_KEPT
    points += len(terms.sub_processors) > MANY
    return 1 + points


def mine_open(person: Any) -> QuerySet[Selection]:
    """Return the comparisons that a person began and that are not decided."""
    return Selection.objects.filter(opened_by_id=person.pk, status=SelectionStatus.OPEN)


def to_decide(person: Any) -> QuerySet[Selection]:
    """Return the comparisons of others that a person could decide on: open, with two candidates at least."""
    if not person.is_active or not holds(person, Permission.REGISTRY_SELECTION_DECIDE):
        return Selection.objects.none()
    within = reach(person, Permission.REGISTRY_SELECTION_DECIDE, department="use_case__department")
    found = Selection.objects.filter(within, status=SelectionStatus.OPEN).exclude(opened_by_id=person.pk)
    ready = found.annotate(number=Count("candidates")).filter(number__gte=2).values("pk")
    return Selection.objects.visible_to(person).filter(pk__in=ready)
