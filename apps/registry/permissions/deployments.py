"""Who may say what runs where, report what was seen running, and bring it back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils.translation import gettext as _

from apps.inventory.models import AISystem, OperatingStatus, Stage
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.registry.models import Deployment, Rollback, RollbackKind, RollbackState

GONE = (Stage.RETIRED, Stage.WITHDRAWN, Stage.REJECTED)
# An emergency that nobody confirmed by then is called again, with what is known by then.
EMERGENCY_LASTS = timedelta(hours=4)


def may_deploy(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let what is alive and not suspended be deployed."""
    why = why_closed(system)
    return Denied(why) if why else Allowed()


def why_closed(system: AISystem) -> str:
    """Return why nothing of a system is deployed whatever its gates say; empty: nothing speaks against it."""
    if system.merged_into_id or system.stage in GONE:
        return _("This system is closed: nothing is deployed of it.")
    if system.operating_status == OperatingStatus.SUSPENDED:
        return _("%(system)s is suspended: it resumes by gate G5 first.") % {"system": system.key}
    return ""


def may_observe(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let whoever holds the permission report what runs: a fact is recorded whatever it is."""
    return Allowed()


def may_end(*, actor: Actor, deployment: Deployment, **_arguments: Any) -> Decision:
    """Let what stands be ended, once."""
    if deployment.valid_until is not None:
        return Denied(_("This deployment has ended already."))
    return Allowed()


def may_roll_back(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let what is alive be rolled back, also while it is suspended: going back widens nothing."""
    if system.merged_into_id or system.stage in GONE:
        return Denied(_("This system is closed: there is nothing to roll back."))
    return Allowed()


def may_call_emergency(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let a person call an emergency: somebody has to answer for it."""
    if not actor.is_person:
        return Denied(_("A person calls an emergency."))
    return may_roll_back(actor=actor, system=system)


def may_second(*, actor: Actor, rollback: Rollback, **_arguments: Any) -> Decision:
    """Let another person confirm or refuse an emergency that still waits."""
    if not actor.is_person:
        return Denied(_("A person confirms an emergency."))
    if rollback.state != RollbackState.WAITING:
        return Denied(_("This does not wait for a second person any more."))
    if str(rollback.asked_by_id) == actor.id:
        return Denied(_("You called this emergency: somebody else confirms it."))
    if rollback.asked_at + EMERGENCY_LASTS < clock.now():
        return Denied(_("This was called more than four hours ago: call it again with what is known now."))
    return Allowed()


def may_review_rollback(*, actor: Actor, rollback: Rollback, **_arguments: Any) -> Decision:
    """Let somebody review a rollback who neither called nor confirmed it."""
    if rollback.kind == RollbackKind.DRILL:
        return Denied(_("A drill changed nothing: there is nothing to review."))
    if rollback.state not in (RollbackState.ORDERED, RollbackState.OBSERVED):
        return Denied(_("There is nothing to review here."))
    if not actor.is_person:
        return Denied(_("A person reviews a rollback."))
    service = rollback.asked_by_service
    by_theirs = service is not None and str(service.owner_id) == actor.id
    if by_theirs or actor.id in (str(rollback.asked_by_id), str(rollback.second_by_id)):
        return Denied(_("You had a hand in it: somebody else reviews it."))
    if rollback.system.is_responsible(actor.id):
        return Denied(_("You answer for this system: somebody else reviews what happened to it."))
    return Allowed()
