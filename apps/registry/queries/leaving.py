"""Grants as they leave the portal: resolved to the names, versions, bounds and money that a gateway works with."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.db.models import Count

from apps.inventory.models.usecases import UseCaseSystem
from apps.registry.models import AIModel, BudgetSettlement, ModelAlias, ModelGrant, ModelVersion
from apps.registry.queries.access import counting, decisions_for, gone_versions, period_of, systems_going_on
from apps.registry.rules_pure.access_policy import OPENED_BY
from apps.registry.rules_pure.bundles import names_of

AROUND = ("ai_model__owner", "ai_model__provider", "model_version", "person", "system", "service", "use_case")


def leaving(grants: Any = None) -> list[dict[str, Any]]:
    """Return the grants that allow something at this moment, in the order of their keys, as a gateway needs them."""
    rows = counting() if grants is None else grants
    found = list(rows.select_related(*AROUND).order_by("key"))
    world = _World(found)
    return [claims for grant in found if (claims := _claims(grant, world)) is not None]


class _World:
    """What many grants share, read once for all of them."""

    def __init__(self, grants: Iterable[ModelGrant]) -> None:
        grants = list(grants)
        models = {grant.ai_model_id: grant.ai_model for grant in grants}
        self.versions: dict[Any, list[ModelVersion]] = {key: [] for key in models}
        usable = ModelVersion.objects.filter(ai_model__in=models).exclude(gone_versions())
        for version in usable.order_by("registered_at", "pk"):
            self.versions[version.ai_model_id].append(version)
        self.aliases: dict[Any, dict[str, Any]] = {}
        for alias in ModelAlias.objects.standing().filter(ai_model__in=models):
            self.aliases.setdefault(alias.ai_model_id, {})[alias.name] = alias.model_version_id
        # A name that two models have names neither: such models go by their keys.
        named = AIModel.objects.filter(name__in={one.name for one in models.values()}).values("name").order_by()
        self.shared = set(named.annotate(number=Count("pk")).filter(number__gt=1).values_list("name", flat=True))
        periods = {period_of(kind) for kind in ("day", "month", "total")}
        rows = BudgetSettlement.objects.filter(grant__in=grants, period__in=periods)
        self.spent = {(row.grant_id, row.period): row.spent for row in rows}
        gated = [grant for grant in grants if grant.environment in OPENED_BY]
        systems = {grant.system_id for grant in gated} - {None}
        cases = {grant.use_case_id for grant in gated if grant.service_id}
        serving = UseCaseSystem.objects.filter(use_case__in=cases, system__in=systems_going_on())
        self.authorised = set()
        for environment, opened in OPENED_BY.items():
            decided = decisions_for(opened)
            found = decided.filter(system__in=systems).values_list("system_id", flat=True)
            served = serving.filter(system__in=decided.values("system_id")).values_list("use_case_id", flat=True)
            self.authorised |= {(pk, environment) for pk in (*found, *served)}

    def may_run(self, grant: ModelGrant) -> bool:
        """Tell whether the grant's system, or of a service one that its use case runs on, may be where the grant is for."""
        if grant.person_id is not None or grant.environment not in OPENED_BY:
            return True
        return (grant.system_id or grant.use_case_id, grant.environment) in self.authorised


def _claims(grant: ModelGrant, world: _World) -> dict[str, Any] | None:
    """Return what a gateway is told of a grant; None where there is nothing to call any more."""
    aliases = world.aliases.get(grant.ai_model_id, {})
    versions = world.versions[grant.ai_model_id]
    if grant.alias:
        versions = [one for one in versions if one.pk == aliases.get(grant.alias)]
    elif grant.model_version_id:
        versions = [one for one in versions if one.pk == grant.model_version_id]
    if not versions or not world.may_run(grant):
        return None
    whole = not grant.alias and not grant.model_version_id
    told = [{"key": one.key, "name": one.name, "snapshot": one.snapshot, "identity": one.identity} for one in versions]
    here = {one.pk for one in versions}
    pointing = [] if grant.alias else [name for name, version in aliases.items() if version in here]
    subject, model = grant.subject, grant.ai_model
    name = model.key if model.name in world.shared else model.name
    return {
        "grant": grant.key,
        "subject": {"type": grant.subject_kind, "id": str(subject.pk), "name": name_of(grant)},
        "use_case": grant.use_case.key,
        "purpose": grant.purpose,
        "environment": grant.environment,
        "region": grant.region,
        "model": model.key,
        "model_name": name,
        "provider": model.provider.name if model.provider else "",
        "alias": grant.alias,
        "names": names_of(model.key, name, grant.alias, told, sorted(pointing), whole=whole),
        "versions": told,
        "bounds": bounds_of(grant),
        "rate": {"limit": grant.rate_limit, "window": grant.rate_window} if grant.rate_limit else None,
        "budget": _budget(grant, world),
        "from": int(grant.valid_from.timestamp()),
        "until": int(grant.valid_until.timestamp()),
        "fail_mode": grant.fail_mode,
        "tier": grant.tier_granted,
        "ask": model.owner.name if model.owner else "",
    }


def name_of(grant: ModelGrant) -> str:
    """Return how programs name whoever a grant is for: e-mail, key of the system, name of the service."""
    if grant.person:
        return grant.person.email
    return grant.system.key if grant.system else grant.service.name


def bounds_of(grant: ModelGrant) -> dict[str, Any]:
    """Return the bounds of parameters and input, in what JSON knows."""
    return {
        "max_tokens": grant.max_tokens,
        "max_temperature": None if grant.max_temperature is None else str(grant.max_temperature),
        "tools": sorted(grant.tools or []),
        "any_tool": grant.any_tool,
        "modalities": sorted(grant.modalities),
        "data_level": grant.data_level,
        "data_categories": sorted(grant.data_categories),
    }


def _budget(grant: ModelGrant, world: _World) -> dict[str, str] | None:
    if grant.budget is None:
        return None
    period = period_of(grant.budget_period)
    spent = world.spent.get((grant.pk, period), Decimal(0))
    return {
        "amount": str(grant.budget),
        "currency": grant.currency,
        "period": grant.budget_period,
        "period_name": period,
        "remaining": str(max(grant.budget - spent, Decimal(0))),
    }
