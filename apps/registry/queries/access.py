"""Who may call which model, what forbids it, and what waits for whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, NullIf

from apps.accounts.models import Person, ServiceIdentity
from apps.accounts.reach import reach
from apps.catalog.models import RequestStatus, SubjectKind
from apps.inventory.models import AISystem, Authorisation, UseCase
from apps.inventory.models.usecases import UseCaseSystem
from apps.kernel import clock
from apps.kernel.permissions import Permission
from apps.registry.models import AIModel, ModelAccessRequest, ModelGrant, ModelVersion, ProviderTerms, VersionStage
from apps.registry.queries import spending as spending_periods
from apps.registry.rules_pure import access_policy
from apps.registry.rules_pure.access_policy import AccessFacts, Objection, Wanted

OPEN_USES = ("proposed", "active")
AROUND = ("ai_model", "model_version", "person", "system", "service", "use_case")


def subject_columns(subject: Any) -> dict[str, Any]:
    """Return the columns that say who access is for: a person, a system or a service identity."""
    kinds = {Person: SubjectKind.PERSON, AISystem: SubjectKind.SYSTEM, ServiceIdentity: SubjectKind.SERVICE}
    kind = kinds[type(subject)]
    return {"subject_kind": kind, str(kind.value): subject}


def terms_in_force(ai_model: AIModel) -> ProviderTerms | None:
    """Return the terms under which a third party lets us use a model today."""
    today = clock.today()
    found = ai_model.terms.filter(Q(valid_until=None) | Q(valid_until__gte=today), valid_from__lte=today)
    return found.order_by("-valid_from").first()


def usable_versions(ai_model: AIModel) -> Any:
    """Return the versions that may be called today: not retired, and their day to retire not past."""
    return ai_model.versions.exclude(gone_versions())


def gone_versions() -> Q:
    """Return the condition that a version may not be called any more."""
    return Q(stage=VersionStage.RETIRED) | Q(retires_on__lt=clock.today(), retires_on__isnull=False)


def refusals_for(terms: Any, days: int, *, last_known_agreed: bool = True) -> list[Objection]:
    """Return every rule of the policy that a request or grant contradicts as the world is now."""
    return access_policy.refusals(facts_for(terms, days, last_known_agreed=last_known_agreed))


def facts_for(terms: Any, days: int, *, last_known_agreed: bool = True) -> AccessFacts:
    """Read what the policy needs to know about a request or grant."""
    ai_model, use_case, system, given = terms.ai_model, terms.use_case, terms.system, terms_in_force(terms.ai_model)
    wanted = Wanted(
        environment=terms.environment, days=days, region=terms.region, alias=terms.alias,
        max_tokens=terms.max_tokens, rate=terms.rate_limit is not None, budget=terms.budget is not None,
        data_level=terms.data_level, data_categories=frozenset(terms.data_categories),
        modalities=frozenset(terms.modalities), fail_mode=terms.fail_mode,
    )  # fmt: skip
    return AccessFacts(
        wanted=wanted,
        model_key=ai_model.key,
        tier=use_case.effective_tier,
        use_case_key=use_case.key,
        use_case_status=use_case.status,
        legal_class=use_case.legal_class,
        subject_name=system.key if system else str(terms.subject),
        subject_kind=terms.subject_kind,
        subject_gone=gone(terms),
        on_system=system is None or use_case.systems.filter(pk=system.pk).exists(),
        authorised=is_authorised(terms),
        versions=ai_model.versions.count(),
        usable_versions=usable_versions(ai_model).count(),
        alias_known=not terms.alias or ai_model.aliases.standing().filter(name=terms.alias).exists(),
        version_gone=_version_gone(terms.model_version),
        third_party=ai_model.provider_id is not None,
        trains=given.trains_on_our_data if given else "unknown",
        regions=tuple(given.regions) if given else (),
        model_modalities=frozenset([*ai_model.modalities_in, *ai_model.modalities_out]),
        last_known_agreed=last_known_agreed,
    )


def gone(terms: Any) -> str:
    """Return how whoever access is for is gone; empty when they are not."""
    if terms.system:
        if terms.system.merged_into_id:
            return "merged into another system"
        return terms.system.stage if terms.system.stage in access_policy.GONE_STAGES else ""
    return "" if terms.subject.is_active else "closed"


def is_authorised(terms: Any) -> bool:
    """Tell whether a gate's decision lets the system run where access is for; of a service, one that its use case runs on."""
    decided = decisions_for(access_policy.OPENED_BY.get(terms.environment, ()))
    if terms.system:
        return decided.filter(system=terms.system).exists()
    return terms.subject_kind == "service" and decided.filter(system__in=systems_serving(terms.use_case_id)).exists()


def systems_going_on() -> Any:
    """Return the systems that are neither suspended nor gone."""
    return AISystem.objects.current().filter(suspended_at=None, merged_into=None)


def systems_serving(use_case: Any) -> Any:
    """Return the systems that a use case runs on and that may go on."""
    return systems_going_on().filter(use_case_links__use_case=use_case)


def decisions_for(opened: Any) -> Any:
    """Return the gates' decisions that hold now and open one of some environments."""
    return Authorisation.objects.valid().filter(kind="decision", environment__in=opened)


def _version_gone(model_version: ModelVersion | None) -> str:
    if model_version is None:
        return ""
    if model_version.stage == VersionStage.RETIRED:
        return "retired"
    past = model_version.retires_on is not None and model_version.retires_on < clock.today()
    return "deprecated, and its day has passed" if past else ""


def systems_of(person: Any) -> Any:
    """Return the current systems that a person answers for."""
    return AISystem.objects.current().filter(Q(owner=person) | Q(deputy=person), merged_into=None)


def services_of(person: Any) -> Any:
    """Return the service identities that a person owns."""
    return ServiceIdentity.objects.filter(owner=person, is_active=True)


def uses_to_name(person: Any) -> Any:
    """Return the use cases that count and that a person may see."""
    return UseCase.objects.visible_to(person).filter(status__in=OPEN_USES).order_by("key")


def of_person(person: Any) -> Q:
    """Return the condition that a row is a person's, or of something they answer for."""
    theirs = Q(system__owner=person) | Q(system__deputy=person) | Q(service__owner=person)
    return Q(person=person) | theirs


def on_models_of(person: Any) -> Q:
    """Return the condition that a person decides on a row's model."""
    return Q(ai_model__owner=person) | reach(person, Permission.REGISTRY_ACCESS_DECIDE, "ai_model__department")


def _not_theirs(person: Any) -> Q:
    mine = ModelAccessRequest.objects.filter(of_person(person) | Q(requester=person))
    return ~Q(pk__in=mine.values("pk"))


def requests_to_decide(person: Any) -> Any:
    """Return the first decisions that wait for a person: on their models, and on those nobody owns in reach."""
    reached = Q(ai_model__owner=None) & reach(person, Permission.REGISTRY_ACCESS_DECIDE, "ai_model__department")
    mine = Q(ai_model__owner=person) | reached
    return ModelAccessRequest.objects.filter(mine, _not_theirs(person), status=RequestStatus.WAITING)


def second_decisions(person: Any) -> Any:
    """Return the requests that wait for a second decision which a person may give."""
    waiting = ModelAccessRequest.objects.filter(on_models_of(person), _not_theirs(person), status=RequestStatus.SECOND)
    return waiting.exclude(decided_by=person)


def held_back_for(person: Any) -> Any:
    """Return the grants that are held back and that a person decides on anew."""
    waiting = ModelGrant.objects.filter(revoked_at=None, held_back_at__isnull=False, valid_until__gt=clock.now())
    renewed = ModelAccessRequest.objects.waiting().filter(renews__isnull=False).values("renews_id")
    theirs = ModelGrant.objects.filter(of_person(person) | Q(request__requester=person)).values("pk")
    return waiting.filter(on_models_of(person)).exclude(pk__in=renewed).exclude(pk__in=theirs)


def grants_of(person: Any) -> Any:
    """Return the grants of a person, of their systems and of their services."""
    return ModelGrant.objects.filter(of_person(person))


def ending_soon(days: int = access_policy.ENDING_DAYS, grants: Any = ModelGrant.objects) -> Any:
    """Return the standing grants that end within some days."""
    return grants.standing().filter(valid_until__lte=clock.now() + timedelta(days=days))


def counting() -> Any:
    """Return the grants that allow anything now: standing, for somebody who is there and a use that goes on."""
    paused = Q(system__suspended_at__isnull=False) | Q(service__owner__is_active=False)
    runs = UseCaseSystem.objects.filter(use_case_id=OuterRef("use_case_id"), system_id=OuterRef("system_id"))
    moved = Q(system__isnull=False) & ~Exists(runs)
    return ModelGrant.objects.standing().exclude(_ended()).exclude(higher()).exclude(paused).exclude(moved)


def ended_with_cause() -> Any:
    """Return the unrevoked grants whose use case or whose holder is gone."""
    return ModelGrant.objects.filter(_ended(), revoked_at=None, valid_until__gt=clock.now())


def risen() -> Any:
    """Return the grants that were decided for a lower tier than the use case has now."""
    return ModelGrant.objects.filter(higher(), revoked_at=None, held_back_at=None, valid_until__gt=clock.now())


def _ended() -> Q:
    gone_now = Q(person__is_active=False) | Q(service__is_active=False)
    gone_now |= Q(system__stage__in=list(access_policy.GONE_STAGES)) | Q(system__merged_into__isnull=False)
    closed = Q(use_case__status__in=list(access_policy.CLOSED_USES)) | Q(use_case__legal_class="prohibited")
    return gone_now | closed


def higher() -> Q:
    """Return the condition that the tier now is above the one of the decision; T1 sorts before T4."""
    cases = UseCase.objects.annotate(
        counts=Coalesce(NullIf("tier", Value("")), NullIf("provisional_tier", Value("")), Value("T1"))
    )
    higher = Q(pk__in=[])
    for granted in ("T2", "T3", "T4"):
        higher |= Q(tier_granted=granted, use_case__in=cases.filter(counts__lt=granted).values("pk"))
    return higher


@dataclass(frozen=True, slots=True)
class Spending:
    """What was spent of a grant's budget in its period, as settled."""

    spent: Decimal
    calls: int
    budget: Decimal | None

    @property
    def remaining(self) -> Decimal | None:
        """What is left; never below nothing."""
        return None if self.budget is None else max(self.budget - self.spent, Decimal(0))

    @property
    def percent(self) -> int:
        """How much of the budget is gone, in hundredths."""
        return int(self.spent * 100 / self.budget) if self.budget else 0


def period_of(budget_period: str) -> str:
    """Return the name of the period that is running: 2026-11-23, 2026-11 or total."""
    return spending_periods.period_of(budget_period, clock.now())


def spending(grant: ModelGrant) -> Spending:
    """Return what is settled of a grant's budget in the period that is running."""
    row = grant.settlements.filter(period=period_of(grant.budget_period)).first()
    return Spending(row.spent if row else Decimal(0), row.calls if row else 0, grant.budget)


def overspent() -> Any:
    """Return the standing grants of whose budget more was spent than there was, in the period that is running."""
    condition = Q(pk__in=[])
    for period in ("day", "month", "total"):
        condition |= Q(budget_period=period, settlements__period=period_of(period), settlements__spent__gt=F("budget"))
    return ModelGrant.objects.filter(condition, budget__isnull=False, revoked_at=None)


@dataclass(frozen=True, slots=True)
class ModelAccess:
    """What a person may know of access to a model: for its page."""

    mine: list[ModelGrant]
    waiting: list[ModelAccessRequest]
    others: list[ModelGrant]
    number: int


def access_to(ai_model: AIModel, person: Any, shown: int = 20) -> ModelAccess:
    """Return who may call a model, as far as a person may know."""
    seen = ModelGrant.objects.visible_to(person).filter(ai_model=ai_model, revoked_at=None)
    seen = seen.filter(valid_until__gt=clock.now()).select_related(*AROUND).order_by("valid_until")
    waiting = ModelAccessRequest.objects.visible_to(person).waiting().filter(ai_model=ai_model)
    mine = list(seen.filter(pk__in=grants_of(person).values("pk"))[:shown])
    others = seen.exclude(pk__in=grants_of(person).values("pk"))
    return ModelAccess(mine, list(waiting.select_related(*AROUND)[:shown]), list(others[:shown]), others.count())
