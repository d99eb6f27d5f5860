"""Who may do what in the catalog, beyond the role: decisions with their reasons."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import current
from apps.inventory.models import AISystem, UseCase
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission

from .models import (
    OPEN_LEVELS,
    AccessRequest,
    AccessTerms,
    ActivityStatus,
    Campaign,
    DataGrant,
    Dataset,
    DatasetUse,
    Job,
    LegalHold,
    Platform,
    ProcessingActivity,
    RequestStatus,
    RetentionSource,
)
from .rules_pure.deciding import Facts


def inside(*rooms: str) -> bool:
    """Tell whether an operation of one of these rooms ("integrations.") is going on around this one."""
    outer = current()
    return outer is not None and outer.event.startswith(rooms)


def holds_here(actor: Actor, permission: Permission, subject: Any) -> Decision:
    """Ask for a role permission on one record."""
    from apps.kernel import authorisation

    return authorisation.decide(actor, permission, subject)


def _answers_in_scope(actor: Actor, dataset: Dataset, permission: Permission) -> bool:
    """Tell whether somebody answers for a dataset, and acts in person or by a token that was given this permission."""
    return dataset.is_responsible(actor.id) and (actor.scopes is None or str(permission) in actor.scopes)


def may_edit_dataset(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let those who answer for a dataset edit it, and stewards of its department."""
    if dataset.is_responsible(actor.id) or inside("catalog.", "integrations."):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_DATASET_EDIT, dataset)


def may_edit_platform(*, actor: Actor, platform: Platform, **_arguments: Any) -> Decision:
    """Let the owner of a platform edit it, and stewards of its department."""
    if str(platform.owner_id) == actor.id:
        return Allowed()
    return holds_here(actor, Permission.CATALOG_PLATFORM_EDIT, platform)


def may_observe(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let records be observed from inside an intake only: nobody types in what a tool should have seen."""
    if inside("integrations.", "catalog."):
        return Allowed()
    return Denied(_("What tools observe arrives through an intake."))


# Jobs.


def may_name_system_of_job(*, actor: Actor, job: Job, system: AISystem | None = None, **_arguments: Any) -> Decision:
    """Let those who answer for the system, and those who run intakes, say for which system a job runs."""
    if any(one is not None and one.is_responsible(actor.id) for one in (system, job.system)):
        return Allowed()
    return holds_here(actor, Permission.INTEGRATIONS_INTAKE_SEND, None)


# The register of processing activities.


def may_edit_activity(*, actor: Actor, activity: ProcessingActivity, **_arguments: Any) -> Decision:
    """Let the owner write a draft, and data protection change what is in force; what has ended stays as it was."""
    if activity.status == ActivityStatus.ENDED:
        return Denied(_("This entry has ended: it stays as it was."))
    editor = holds_here(actor, Permission.CATALOG_ACTIVITY_EDIT, activity)
    if activity.status == ActivityStatus.DRAFT and str(activity.owner_id) == actor.id:
        return Allowed()
    if activity.status == ActivityStatus.IN_FORCE and str(activity.owner_id) == actor.id:
        return Denied(_("This entry is in force and yours: somebody else in data protection changes it."))
    return editor


def may_publish_activity(*, actor: Actor, activity: ProcessingActivity, **_arguments: Any) -> Decision:
    """Let somebody other than its owner put a draft into force."""
    if activity.status != ActivityStatus.DRAFT:
        return Denied(_("This entry is %(status)s already.") % {"status": activity.get_status_display().lower()})
    if not actor.is_person:
        return Denied(_("A person puts an entry into force."))
    if str(activity.owner_id) == actor.id:
        return Denied(_("You answer for this activity: somebody else puts it into force."))
    if actor.id in {str(activity.last_author_id), *map(str, activity.written_by)}:
        return Denied(_("You wrote in this: somebody else reads it and puts it into force."))
    return Allowed()


# Retention.


def may_set_retention(*, actor: Actor, dataset: Dataset, source: str = "", **_arguments: Any) -> Decision:
    """Let stewards and who answers for the dataset set how long it is kept; contracts arrive through an intake."""
    if inside("integrations.", "catalog."):
        return Allowed()
    if source == RetentionSource.CONTRACT:
        return Denied(_("What a contract says arrives with the contract."))
    if _answers_in_scope(actor, dataset, Permission.CATALOG_RETENTION_EDIT):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_RETENTION_EDIT, dataset)


def may_place_hold(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let a person hold data."""
    return Allowed() if actor.is_person else Denied(_("A person places a legal hold."))


def may_release_hold(*, actor: Actor, hold: LegalHold, **_arguments: Any) -> Decision:
    """Let a person release what stands."""
    if hold.released_at is not None:
        return Denied(_("This hold is released already."))
    return Allowed() if actor.is_person else Denied(_("A person releases a legal hold."))


def may_attest_deletion(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let who answers for the dataset attest, and those whose role is to."""
    if not actor.is_person:
        return Denied(_("A person attests a deletion."))
    if _answers_in_scope(actor, dataset, Permission.CATALOG_RETENTION_ATTEST):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_RETENTION_ATTEST, dataset)


# Access to data: who asks, who decides, who ends it.


def may_only_inside(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let something happen only as part of an operation of the catalog."""
    return Allowed() if inside("catalog.") else Denied(_("This is a part of a decision, and nothing by itself."))


def may_request_access(*, actor: Actor, subject: Any, **_arguments: Any) -> Decision:
    """Let people ask for themselves, for systems they answer for, and for service identities they own."""
    if not actor.is_person:
        return Denied(_("A person asks for access."))
    if not _answers_for(actor, subject):
        return Denied(_("Ask for yourself, for a system you answer for, or for a service identity that you own."))
    from apps.kernel import authorisation

    return authorisation.decide(actor, Permission.CATALOG_ACCESS_REQUEST)


def may_request_extension(*, actor: Actor, grant: DataGrant, **_arguments: Any) -> Decision:
    """Let those who hold a grant, or answer for what holds it, ask for more time."""
    return may_request_access(actor=actor, subject=grant.subject)


def may_withdraw_request(*, actor: Actor, request: AccessRequest, **_arguments: Any) -> Decision:
    """Let people take back what they asked for."""
    if str(request.requester_id) == actor.id:
        return Allowed()
    return Denied(_("Only the person who asked can take the request back."))


def may_decide_request(*, actor: Actor, request: AccessRequest, **_arguments: Any) -> Decision:
    """Let somebody decide who answers for the data and has no part in the request; never the same person twice."""
    if str(request.requester_id) == actor.id:
        return Denied(_("You asked for this: somebody else decides."))
    if request.status == RequestStatus.SECOND and str(request.decided_by_id) == actor.id:
        return Denied(_("You decided first: somebody else gives the second decision."))
    return _outside(actor, request)


def may_decide_grant(*, actor: Actor, grant: DataGrant, **_arguments: Any) -> Decision:
    """Let somebody extend, resume or recertify who answers for the data and has no part in the grant."""
    if str(grant.request.requester_id) == actor.id:
        return Denied(_("You asked for this: somebody else decides."))
    return _outside(actor, grant)


def may_revoke_grant(*, actor: Actor, grant: DataGrant, **_arguments: Any) -> Decision:
    """Let those who answer for the data end a grant at once, and those who hold it give it back."""
    if inside("catalog.") or (actor.kind is ActorKind.SYSTEM and actor.id == "beat"):
        return Allowed()
    if actor.is_person and _answers_for(actor, grant.subject):
        return Allowed()
    return _answers_for_data(actor, grant.dataset)


def may_hold_back(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let a change of the data hold grants back, and those who decide on them."""
    return Allowed() if inside("catalog.", "integrations.") else _answers_for_data(actor, dataset)


def may_answer_campaign(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let people answer; the operation asks about each grant whether they may."""
    return Allowed() if actor.is_person else Denied(_("A person keeps or revokes a grant."))


def may_close_campaign(*, actor: Actor, campaign: Campaign, **_arguments: Any) -> Decision:
    """Let whoever started a campaign close it, others who run campaigns, and the day it is due."""
    if actor.kind is ActorKind.SYSTEM and actor.id == "beat":
        return Allowed()
    from apps.kernel import authorisation

    if str(campaign.started_by_id) == actor.id:
        return authorisation.decide(actor, Permission.CATALOG_CAMPAIGN_RUN)
    # Closing holds back what nobody decided on: others may only where they run campaigns over all of it.
    asked = campaign.items.values("grant__dataset")
    for dataset in Dataset.objects.filter(pk__in=asked).select_related("department"):
        decision = holds_here(actor, Permission.CATALOG_CAMPAIGN_RUN, dataset)
        if not decision:
            return decision
    return authorisation.decide(actor, Permission.CATALOG_CAMPAIGN_RUN)


def _answers_for(actor: Actor, subject: Any) -> bool:
    """Tell whether a person is, or answers for, whoever access is for."""
    if hasattr(subject, "stage"):
        return bool(subject.is_responsible(actor.id))
    return str(getattr(subject, "owner_id", subject.pk)) == actor.id


def _outside(actor: Actor, terms: AccessTerms) -> Decision:
    if not actor.is_person:
        return Denied(_("A person decides on access."))
    if str(terms.person_id) == actor.id:
        return Denied(_("It is for you: somebody else decides."))
    if _answers_for(actor, terms.subject):
        return Denied(_("It is for something that you answer for: somebody else decides."))
    return _answers_for_data(actor, terms.dataset)


def _answers_for_data(actor: Actor, dataset: Dataset) -> Decision:
    if actor.is_person and _answers_in_scope(actor, dataset, Permission.CATALOG_ACCESS_DECIDE):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_ACCESS_DECIDE, dataset)


# The runtime: decisions, the access log, bundles.


def may_seal_access_log(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let the portal itself and the command line seal: a person has nothing to choose there."""
    if actor.kind in (ActorKind.SYSTEM, ActorKind.OPERATOR):
        return Allowed()
    return Denied(_("The access log is sealed by the portal itself."))


def may_ask_about(actor: Actor, kind: str, subject_id: str, *, about_all: bool = False) -> Decision:
    """Let holders of the permission ask about anybody (`about_all`: known already), and everybody about themselves."""
    from apps.kernel import authorisation

    if about_all or (str(actor.kind), actor.id) == (kind, subject_id):
        return Allowed()
    return authorisation.decide(actor, Permission.CATALOG_ACCESS_EVALUATE)


def may_know_of(actor: Actor, facts: Facts) -> bool:
    """Tell whether somebody who asks may hear of data by name: what is hidden on pages is as good as not there."""
    from apps.kernel import authorisation

    if facts.dataset is None or facts.grants or facts.dataset.level in OPEN_LEVELS:
        return True
    if authorisation.decide(actor, Permission.CATALOG_ACCESS_EVALUATE):
        return True
    person = Person.objects.active().filter(pk=actor.id).first() if actor.is_person else None
    return person is not None and Dataset.objects.visible_to(person).filter(pk=facts.dataset.id).exists()


def may_issue_bundle(*, actor: Actor, subject: Any, **_arguments: Any) -> Decision:
    """Let those who may ask for decisions about a system or service take its grants along."""
    return may_ask_about(actor, subject.kind, subject.id)


# Declared uses.


def may_declare_use(*, actor: Actor, dataset: Dataset, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who answer for the system say what it works with, those who answer for the data, and its stewards."""
    if system.is_responsible(actor.id) or dataset.is_responsible(actor.id):
        return Allowed()
    if holds_here(actor, Permission.CATALOG_DATASET_EDIT, dataset):
        return Allowed()
    return Denied(
        _("Only the system's owner or deputy, or a steward of the data, declares what the system works with.")
    )


def may_end_use(*, actor: Actor, dataset: Dataset, use: DatasetUse, **_arguments: Any) -> Decision:
    """Let those who may declare a use end it."""
    return may_declare_use(actor=actor, dataset=dataset, system=use.system)


# Quality.


def may_know_dataset(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let people report on datasets that they may know of; machines report on any."""
    if not actor.is_person or dataset.is_responsible(actor.id):
        return Allowed()
    person = Person.objects.active().filter(pk=actor.id).first()
    if person is not None and Dataset.objects.visible_to(person).filter(pk=dataset.pk).exists():
        return Allowed()
    return Denied(_("You may not see this dataset."))


def may_set_fitness(*, actor: Actor, dataset: Dataset, use_case: UseCase, **_arguments: Any) -> Decision:
    """Let the use case's owner say what it needs, who answers for one of its systems, and the dataset's steward."""
    if str(use_case.owner_id) == actor.id or dataset.is_responsible(actor.id):
        return Allowed()
    if any(system.is_responsible(actor.id) for system in use_case.systems.all()):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_DATASET_EDIT, dataset)


# Classification.


def may_classify(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let a person say how data is classified who answers for it, or whose role is to."""
    if not actor.is_person:
        return Denied(_("A person confirms how data is classified."))
    if _answers_in_scope(actor, dataset, Permission.CATALOG_DATASET_CLASSIFY):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_DATASET_CLASSIFY, dataset)


def may_agree_to_fall(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let somebody agree that data is less than it was who may classify it and had no hand in it."""
    if dataset.falling_since is None:
        return Denied(_("Nothing waits here for a second person."))
    if actor.id in {str(one) for one in dataset.falling_by}:
        return Denied(_("You had a hand in this yourself: somebody else agrees."))
    return may_classify(actor=actor, dataset=dataset)


def may_suggest(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let the portal itself suggest and carry classes, and those who may confirm them ask for it."""
    if inside("catalog.", "integrations.") or (actor.kind is ActorKind.SYSTEM and actor.id == "beat"):
        return Allowed()
    return may_classify(actor=actor, dataset=dataset)
