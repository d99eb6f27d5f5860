"""Who may do what with which data, what forbids it, and what waits for whom."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Exists, F, Func, OuterRef, Q

from apps.accounts.models import Person, ServiceIdentity
from apps.accounts.reach import reach
from apps.catalog.models import (
    AccessRequest,
    AccessTerms,
    ActivityStatus,
    CampaignItem,
    DataGrant,
    Dataset,
    ProcessingActivity,
    RequestStatus,
    SubjectKind,
)
from apps.catalog.models.access import concerning
from apps.catalog.rules_pure import access_policy
from apps.catalog.rules_pure.access_policy import AccessFacts
from apps.catalog.rules_pure.fitting import PERSONAL, Objection, Wanted
from apps.inventory.models import AISystem, UseCase, UseCaseSystem
from apps.kernel import clock
from apps.kernel.permissions import Permission

from .processing import terms_of

activity_terms = terms_of
OPEN_USES = ("proposed", "active")


def subject_columns(subject: Any) -> dict[str, Any]:
    """Return the columns that say who access is for: a person, a system or a service identity."""
    kinds = {Person: SubjectKind.PERSON, AISystem: SubjectKind.SYSTEM, ServiceIdentity: SubjectKind.SERVICE}
    kind = kinds[type(subject)]
    return {"subject_kind": kind, str(kind.value): subject}


def refusals_for(terms: AccessTerms, days: int) -> list[Objection]:
    """Return every rule that a request or grant contradicts as the world is now."""
    dataset, activity, use_case = terms.dataset, terms.activity, terms.use_case
    system = terms.system
    facts = AccessFacts(
        wanted=Wanted(
            purpose=terms.purpose,
            actions=frozenset(terms.actions),
            dataset=str(dataset.pk),
            categories=frozenset(dataset.categories),
            use_case=str(use_case.pk) if use_case else "",
            region=terms.region,
            subject_kind=terms.subject_kind,
        ),
        dataset_key=dataset.key,
        level=dataset.level,
        days=days,
        region=dataset.effective_region,
        dropped=dataset.dropped_at is not None,
        subject_name=system.key if system else str(terms.subject),
        subject_gone=_gone(terms),
        use_case_key=use_case.key if use_case else "",
        use_case_status=use_case.status if use_case else "",
        use_case_on_system=not (system and use_case) or use_case.systems.filter(pk=system.pk).exists(),
        use_cases_known=bool(system) and system.use_cases.filter(status__in=OPEN_USES).exists(),
        transfers=activity.transfers if activity else "",
    )
    return access_policy.refusals(activity_terms(activity) if activity else None, facts)


def _gone(terms: AccessTerms) -> str:
    if terms.system:
        if terms.system.merged_into_id:
            return "merged into another system"
        return terms.system.stage if terms.system.stage in access_policy.GONE_STAGES else ""
    return "" if terms.subject.is_active else "closed"


def needs_second(dataset: Dataset) -> bool:
    """Tell whether two people decide on access to a dataset."""
    return access_policy.needs_second(dataset.level, dataset.categories)


def entries_to_cite(dataset: Dataset, person: Any) -> Any:
    """Return the entries in force that a request for a dataset may name.

    Those that name the dataset, those that name none but its kinds of data, and those that the person may see anyway.
    Somebody who asks for data may know for what it is kept.
    """
    personal = sorted(set(dataset.categories) & PERSONAL)
    general = Q(datasets=None) & (Q(data_categories__contains=personal) if personal else Q(data_categories=[]))
    seen = Q(pk__in=ProcessingActivity.objects.visible_to(person).values("pk"))
    return ProcessingActivity.objects.in_force().filter(Q(datasets=dataset) | general | seen).distinct().order_by("key")


def systems_of(person: Any) -> Any:
    """Return the current systems that a person answers for."""
    return AISystem.objects.current().filter(Q(owner=person) | Q(deputy=person), merged_into=None)


def services_of(person: Any) -> Any:
    """Return the service identities that a person owns."""
    return ServiceIdentity.objects.filter(owner=person, is_active=True)


def uses_of(systems: Any) -> Any:
    """Return the use cases that run on systems and count."""
    return UseCase.objects.filter(systems__in=systems, status__in=OPEN_USES).distinct().order_by("key")


def grants_of(person: Any) -> Any:
    """Return the grants of a person, of their systems and of their services."""
    return DataGrant.objects.filter(concerning(person))


def may_i(person: Any, dataset: Dataset, action: str = "read") -> bool:
    """Tell whether a person may do something with a dataset at this moment, by a grant of their own."""
    if access_policy.needs_no_grant(dataset.level, dataset.categories, [action]):
        return True
    return DataGrant.objects.filter(person=person, dataset=dataset, actions__contains=[action]).standing().exists()


def answerable(person: Any, dataset: str = "dataset") -> Q:
    """Return the condition that a person decides on access to a row's dataset."""
    mine = Q(**{f"{dataset}__owner": person}) | Q(**{f"{dataset}__steward": person})
    return mine | reach(person, Permission.CATALOG_ACCESS_DECIDE, f"{dataset}__department")


def _not_theirs(person: Any) -> Q:
    theirs = Q(person=person) | Q(system__owner=person) | Q(system__deputy=person) | Q(service__owner=person)
    return ~Q(pk__in=AccessRequest.objects.filter(theirs | Q(requester=person)).values("pk"))


def requests_to_decide(person: Any) -> Any:
    """Return the first decisions that wait for a person: on their datasets, and on those nobody answers for in reach."""
    mine = Q(dataset__owner=person) | Q(dataset__steward=person)
    nobody = Q(dataset__owner=None, dataset__steward=None)
    reached = nobody & reach(person, Permission.CATALOG_ACCESS_DECIDE, "dataset__department")
    return AccessRequest.objects.filter(mine | reached, _not_theirs(person), status=RequestStatus.WAITING)


def second_decisions(person: Any) -> Any:
    """Return the requests that wait for a second decision which a person may give."""
    waiting = AccessRequest.objects.filter(answerable(person), _not_theirs(person), status=RequestStatus.SECOND)
    return waiting.exclude(decided_by=person)


def ending_soon(days: int = access_policy.ENDING_DAYS, grants: Any = DataGrant.objects) -> Any:
    """Return the standing grants that end within some days."""
    return grants.standing().filter(valid_until__lte=clock.now() + timedelta(days=days))


def orphaned() -> Any:
    """Return the grants that hold although whoever they are for is gone."""
    gone = Q(person__is_active=False) | Q(service__is_active=False)
    gone |= Q(system__stage__in=list(access_policy.GONE_STAGES)) | Q(system__merged_into__isnull=False)
    return DataGrant.objects.filter(gone, revoked_at=None, valid_until__gt=clock.now())


def outliving() -> Any:
    """Return the standing grants whose purpose is gone.

    The use case ended or does not run on the system any more, or the entry ended or covers them no more.
    """
    gone = Q(use_case__status__in=list(access_policy.GONE_USES))
    runs = UseCaseSystem.objects.filter(use_case_id=OuterRef("use_case_id"), system_id=OuterRef("system_id"))
    gone |= Q(use_case__isnull=False, system__isnull=False) & ~Exists(runs)
    return DataGrant.objects.standing().filter(gone | (Q(activity__isnull=False) & _unfit()))


def _unfit() -> Q:
    """Return the condition that a grant does not fit the entry it stands on; field by field, in one pass."""
    purpose = Func(F("purpose"), template="ARRAY[%(expressions)s]::varchar[]", output_field=ArrayField(CharField()))
    unfit = ~Q(activity__status=ActivityStatus.IN_FORCE) | Q(activity__impact_assessment="required")
    unfit |= ~Q(activity__purpose_codes__contains=purpose)
    unfit |= ~Q(activity__actions=[]) & ~Q(activity__actions__contains=F("actions"))
    region = Func(F("region"), template="ARRAY[%(expressions)s]::varchar[]", output_field=ArrayField(CharField()))
    unfit |= ~Q(region="") & ~Q(activity__regions=[]) & ~Q(activity__regions__contains=region)
    for category in sorted(PERSONAL):
        held = Q(dataset__categories__contains=[category])
        unfit |= held & ~Q(activity__data_categories__contains=[category])
    links = (("datasets", "dataset_id"), ("use_cases", "usecase_id"))
    for name, column in links:
        through = getattr(ProcessingActivity, name).through.objects
        ours = OuterRef("dataset_id" if name == "datasets" else "use_case_id")
        named = through.filter(**{"processingactivity_id": OuterRef("activity_id"), column: ours})
        some = Q(activity__in=through.values("processingactivity_id"))
        asked = Q() if name == "datasets" else Q(use_case__isnull=False)
        unfit |= asked & some & ~Exists(named)
    return unfit


def items_to_decide(person: Any) -> Any:
    """Return the items of open campaigns that a person answers for as owner or steward, or in reach where nobody does."""
    mine = Q(grant__dataset__owner=person) | Q(grant__dataset__steward=person)
    nobody = Q(grant__dataset__owner=None, grant__dataset__steward=None)
    reached = nobody & reach(person, Permission.CATALOG_ACCESS_DECIDE, "grant__dataset__department")
    open_items = CampaignItem.objects.filter(keep=None, campaign__closed_at=None, grant__revoked_at=None)
    theirs = DataGrant.objects.filter(Q(person=person) | Q(system__owner=person) | Q(service__owner=person))
    return open_items.filter(mine | reached).exclude(grant__in=theirs)
