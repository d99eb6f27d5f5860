"""Who may do what in the inventory, beyond the role: decisions with their reasons."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.accounts.reach import decide
from apps.audit.operation import current
from apps.kernel import reading
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied, first_denial
from apps.kernel.permissions import Permission

from . import queries
from .models import (
    AISystem,
    ApprovedUse,
    ApprovedUseStatus,
    Authorisation,
    Intake,
    IntakeOutcome,
    LegacyPeriod,
    OperatingStatus,
    Release,
    Stage,
    UseCase,
    UseCaseStatus,
)

GONE = (Stage.RETIRED, Stage.WITHDRAWN, Stage.REJECTED)


def may_edit(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who answer for a system edit it, and nobody else."""
    if system.merged_into_id:
        return Denied(_("This record was merged into another; edit that one."))
    if system.is_responsible(actor.id):
        return Allowed()
    return Denied(_("Only the system's owner or deputy may edit its record."))


def may_freeze_release(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let releases be made of systems that are alive."""
    if system.merged_into_id:
        return Denied(_("This record was merged into another; freeze releases of that one."))
    if system.stage in (Stage.RETIRED, Stage.WITHDRAWN, Stage.REJECTED):
        return Denied(_("This system is closed: it has no further releases."))
    return Allowed()


def may_withdraw_release(*, actor: Actor, release: Release, **_arguments: Any) -> Decision:
    """Let a release be withdrawn once, and not under a review that waits."""
    if release.withdrawn_at is not None:
        return Denied(_("This release is withdrawn already."))
    return Allowed()


def may_change_people(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let the owner hand a system over, and triage name an owner where there is none who could."""
    if system.owner_id and str(system.owner_id) == actor.id:
        return decide(actor, Permission.INVENTORY_SYSTEM_EDIT, system)
    if _inside("inventory."):
        return Allowed()
    if system.owner_id and system.owner is not None and system.owner.is_active:
        return Denied(_("Only the owner, %(name)s, may hand this system over.") % {"name": system.owner})
    return decide(actor, Permission.INVENTORY_INTAKE_TRIAGE, system)


def may_change_stage(*, actor: Actor, system: AISystem, target: str, **_arguments: Any) -> Decision:
    """Let the owner take the next step when the policy knows it and its gate has decided."""
    if not system.is_responsible(actor.id):
        return Denied(_("Only the system's owner or deputy may change its stage."))
    return stage_step(system, target)


def stage_step(system: AISystem, target: str) -> Decision:
    """Say whether the step itself is open, whoever asks."""
    names = {"from": system.get_stage_display(), "to": Stage(target).label if target in Stage else target}
    if system.merged_into_id:
        return Denied(_("This record was merged into another."))
    gates = queries.gates_to(system, target)
    if gates is None:
        return Denied(_("There is no step from %(from)s to %(to)s for a system of this tier.") % names)
    if not gates or queries.usable_authorisation(system, gates, target):
        return Allowed()
    return Denied(queries.why_no_authorisation(system, gates, target))


def may_withdraw(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let the owner or proposer take back what is not yet in use."""
    if not system.is_responsible(actor.id) and str(system.proposer_id) != actor.id:
        return Denied(_("Only the system's owner, deputy or proposer may withdraw it."))
    if system.stage in (Stage.PILOT, Stage.PRODUCTION, Stage.RETIRING):
        return Denied(_("A system in use is not withdrawn: it retires through gate G7."))
    return stage_step(system, Stage.WITHDRAWN)


def may_reject(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let a gate reject what is not yet in use."""
    if not _inside("gates."):
        return Denied(_("A system is rejected by a decision at its gate."))
    return stage_step(system, Stage.REJECTED)


def may_suspend(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who answer for a system, the governance lead and security stop it at once."""
    if system.operating_status == OperatingStatus.SUSPENDED:
        return Denied(_("This system is suspended already."))
    if system.stage in GONE:
        return Denied(_("This system is not in use any more."))
    if system.is_responsible(actor.id) or _sees(actor, system):
        return Allowed()
    return Denied(_("Only the owner, the governance lead or security may suspend a system."))


def may_resume(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let the owner resume once a review (gate G5) after the suspension allows it."""
    if system.operating_status != OperatingStatus.SUSPENDED:
        return Denied(_("This system is not suspended."))
    if not system.is_responsible(actor.id):
        return Denied(_("Only the system's owner or deputy may resume it."))
    if queries.usable_authorisation(system, ["G5"], "operation", since=system.suspended_at):
        return Allowed()
    return Denied(queries.why_no_authorisation(system, ["G5"], "operation", since=system.suspended_at))


def may_observe(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who answer for a system and machines that watch it say whether it runs."""
    if actor.kind is not ActorKind.PERSON or _inside("inventory.") or _inside("registry.deployment."):
        return Allowed()
    return may_edit(actor=actor, system=system)


def may_grant_access(*, actor: Actor, system: AISystem, person: Person, **_arguments: Any) -> Decision:
    """Let those who see a restricted system name others, never themselves."""
    if str(person.pk) == actor.id:
        return Denied(_("Nobody grants access to themselves."))
    if not person.is_active:
        return Denied(_("%(name)s has left.") % {"name": person})
    if not system.restricted:
        return Denied(_("This system is not restricted: roles and departments say who sees it."))
    return may_restrict(actor=actor, system=system)


def may_restrict(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who see the system keep it from, or open it to, others."""
    return Allowed() if _sees(actor, system) else Denied(_("You may not see this system."))


def may_issue(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let authorisations come from a gate's decision only."""
    if _inside("gates."):
        return Allowed()
    return Denied(_("An authorisation is issued by a gate's decision, never by itself."))


def may_revoke(*, actor: Actor, authorisation: Authorisation, **_arguments: Any) -> Decision:
    """Revoke what stands."""
    return Denied(_("This authorisation is revoked already.")) if authorisation.revoked_at else Allowed()


def may_set_tier(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let tiers and legal classes come from assessments and gates only."""
    if _inside("assessments.") or _inside("gates.") or _inside("inventory."):
        return Allowed()
    return Denied(_("Tier and legal class are set by a signed assessment, never by hand."))


def may_sign_legacy(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let somebody outside the line that profits sign that a running system may go on for a while."""
    if not actor.is_person:
        return Denied(_("A person signs."))
    if system.operating_status != OperatingStatus.RUNNING:
        return Denied(_("A legacy period is for systems that run already."))
    if system.stage in (Stage.PILOT, Stage.PRODUCTION) or system.stage in GONE:
        return Denied(_("This system came through its gates, or is gone: no legacy period."))
    if system.is_responsible(actor.id) or str(system.proposer_id) == actor.id:
        return Denied(_("Who answers for the system does not sign for it."))
    return Allowed()


def may_grant_legacy(*, actor: Actor, period: LegacyPeriod, **_arguments: Any) -> Decision:
    """Let a second person, neither the first nor the owner, put the legacy period into force."""
    if period.countersigned_by_id:
        return Denied(_("This legacy period is signed by two people already."))
    if str(period.signed_by_id) == actor.id:
        return Denied(_("You signed first: a second person has to countersign."))
    return may_sign_legacy(actor=actor, system=period.system)


def may_merge(*, actor: Actor, duplicate: Any, survivor: Any, **_arguments: Any) -> Decision:
    """Merge a record that is not in use into another that stands."""
    if duplicate.pk == survivor.pk:
        return Denied(_("A record cannot be merged into itself."))
    if duplicate.merged_into_id or survivor.merged_into_id:
        return Denied(_("One of the two was merged already."))
    if isinstance(duplicate, AISystem):
        if not _sees(actor, duplicate) or not _sees(actor, survivor):
            return Denied(_("You may not see both systems."))
        if duplicate.stage in (Stage.PILOT, Stage.PRODUCTION, Stage.RETIRING):
            return Denied(_("%(key)s is in use: merge the other one into it.") % {"key": duplicate.key})
        if duplicate.operating_status == OperatingStatus.SUSPENDED:
            return Denied(_("%(key)s is suspended: merge the other one into it.") % {"key": duplicate.key})
    elif not all(_sees_use_case(actor, use_case) for use_case in (duplicate, survivor)):
        return Denied(_("You may not see both use cases."))
    return Allowed()


def may_edit_use_case(*, actor: Actor, use_case: UseCase, **_arguments: Any) -> Decision:
    """Let the use case's owner, or who answers for one of its systems, edit it."""
    if use_case.status in (UseCaseStatus.MERGED, UseCaseStatus.REFUSED, UseCaseStatus.RETIRED):
        return Denied(_("This use case is closed: %(status)s.") % {"status": use_case.get_status_display().lower()})
    if str(use_case.owner_id) == actor.id:
        return Allowed()
    if any(system.is_responsible(actor.id) for system in use_case.systems.all()):
        return Allowed()
    return Denied(_("Only the use case's owner, or the owner of one of its systems, may change it."))


def may_link(*, actor: Actor, use_case: UseCase, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who answer for both the use case and the system join or part them."""
    if _inside("inventory."):
        return Allowed()
    return first_denial(
        may_edit_use_case(actor=actor, use_case=use_case), may_edit(actor=actor, system=system), _in_life(system)
    )


def may_propose_use(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let the owner propose what may be used, before the gate decides."""
    return first_denial(may_edit(actor=actor, system=system), _in_life(system))


def may_withdraw_use(*, actor: Actor, approved_use: ApprovedUse, **_arguments: Any) -> Decision:
    """Let the owner take back what was offered; revoking the authorisation does it too."""
    if approved_use.status == ApprovedUseStatus.WITHDRAWN:
        return Denied(_("This use is withdrawn already."))
    return Allowed() if _inside("inventory.") else may_edit(actor=actor, system=approved_use.system)


def may_propose(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let people propose; machines have no wishes."""
    return Allowed() if actor.is_person else Denied(_("A person proposes a use of AI."))


def may_triage(*, actor: Actor, intake: Intake, **_arguments: Any) -> Decision:
    """Let somebody other than the proposer decide an intake that waits."""
    if not actor.is_person:
        return Denied(_("A person decides."))
    if intake.outcome != IntakeOutcome.WAITING:
        return Denied(_("This is decided already: %(outcome)s.") % {"outcome": intake.get_outcome_display().lower()})
    if str(intake.proposer_id) == actor.id:
        return Denied(_("You proposed this yourself: somebody else decides."))
    return Allowed()


def may_accept(*, actor: Actor, intake: Intake, **_arguments: Any) -> Decision:
    """Accept what is no prohibited practice."""
    if intake.prohibited:
        return Denied(_("A prohibited practice is named: nobody can accept this."))
    return may_triage(actor=actor, intake=intake)


def may_withdraw_intake(*, actor: Actor, intake: Intake, **_arguments: Any) -> Decision:
    """Let the proposer take it back while it waits."""
    if str(intake.proposer_id) != actor.id:
        return Denied(_("Only who proposed it may take it back."))
    return Allowed() if intake.outcome == IntakeOutcome.WAITING else Denied(_("This is decided already."))


def _in_life(system: AISystem) -> Decision:
    return Denied(_("This system is not in use any more.")) if system.stage in GONE else Allowed()


def _inside(room: str) -> bool:
    """Tell whether an operation of that room is going on around this one."""
    outer = current()
    return outer is not None and outer.event.startswith(room)


def _sees_use_case(actor: Actor, use_case: UseCase) -> bool:
    if not actor.is_person:
        return actor.kind is not ActorKind.ANONYMOUS
    person = reading.reader(actor.id) or Person.objects.filter(pk=actor.id).first()
    return person is not None and UseCase.objects.visible_to(person).filter(pk=use_case.pk).exists()


def _sees(actor: Actor, system: AISystem) -> bool:
    if not actor.is_person:
        return actor.kind is not ActorKind.ANONYMOUS
    person = reading.reader(actor.id) or Person.objects.filter(pk=actor.id).first()
    if person is None:
        return False
    seen = AISystem.objects.visible_to(person).filter(pk=system.pk)
    return reading.once(person, f"sees {system.pk}", seen.exists)
