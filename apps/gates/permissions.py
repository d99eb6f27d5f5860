"""Who may decide at a gate: a person of the lane, outside the line that profits, on what they had no hand in."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from apps.audit.models import Entry
from apps.inventory.models import AISystem
from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission

from . import queries
from .models import Review, ReviewState


def may_publish(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let a person publish a policy who has the role everywhere: the policy holds everywhere."""
    if not actor.is_person:
        return Denied(_("A policy is published by a person."))
    return authorisation.decide(actor, Permission.GATES_POLICY_EDIT, authorisation.EVERYWHERE)


def may_submit(*, actor: Actor, system: AISystem, **_arguments: Any) -> Decision:
    """Let those who answer for a system submit it."""
    if not actor.is_person:
        return Denied(_("Only a person submits a system to a gate."))
    if not system.is_responsible(actor.id):
        return Denied(_("Only the system's owner or deputy submits it for review."))
    return Allowed()


def may_withdraw(*, actor: Actor, review: Review, **_arguments: Any) -> Decision:
    """Let the submitter or owner take a review back while it is open."""
    if review.state not in (ReviewState.WAITING, ReviewState.CONDITIONS):
        return Denied(_("This review is closed."))
    if str(review.submitted_by_id) == actor.id or review.system.is_responsible(actor.id):
        return Allowed()
    return Denied(_("Only those who submitted the review may withdraw it."))


def may_decide(*, actor: Actor, review: Review, lane: str, **_arguments: Any) -> Decision:
    """Let a person of the lane decide, unless they have a hand in what is reviewed."""
    if not actor.is_person:
        return Denied(_("Only a person decides."))
    if review.state != ReviewState.WAITING:
        return Denied(_("This review no longer waits for decisions."))
    if queries.has_lapsed(review):
        return Denied(_("This review waited too long and has lapsed; the system must be submitted again."))
    policy = queries.policy_of(review.policy)
    if lane not in policy.gates[review.gate].lanes(review.tier):
        return Denied(_("This review has no such lane."))
    role = authorisation.decide(actor, Permission(policy.lanes[lane].permission), review)
    if not role:
        return role
    hand = hand_in(actor, review)
    if hand:
        return Denied(hand)
    if review.decisions.filter(person_id=actor.id).exists():
        return Denied(_("You have decided on this review already; a decision is never changed."))
    stale = queries.stale_fields(review)
    if stale:
        return Denied(
            _("The system changed after it was submitted (%(fields)s); it must be submitted again.")
            % {"fields": ", ".join(stale)}
        )
    if review.release is not None and review.release.withdrawn_at is not None:
        return Denied(
            _("%(release)s was withdrawn; submit the system again with another.") % {"release": review.release}
        )
    return Allowed()


def hand_in(actor: Actor, review: Review) -> str:
    """Return the sentence of why somebody has a hand in what is reviewed, or an empty one."""
    system = review.system
    if str(review.submitted_by_id) == actor.id:
        return _("You submitted this review, so you cannot decide on it.")
    if system.is_responsible(actor.id):
        return _("You answer for this system, so you cannot decide on it.")
    if str(system.proposer_id) == actor.id:
        return _("You proposed this system, so you cannot decide on it.")
    if queries.use_cases_of(actor.id).filter(systems=system).exists():
        return _("You answer for, or proposed, a use case of this system, so you cannot decide on it.")
    if review.release is not None and str(review.release.frozen_by_id) == actor.id:
        return _("You composed this release, so you cannot decide on it.")
    if _assessed(actor, system):
        return _("You filled in its risk assessment, so you cannot decide on it.")
    if _edited_last(actor, system):
        return _("You were the last to edit this record, so you cannot decide on it.")
    return ""


def _assessed(actor: Actor, system: AISystem) -> bool:
    about = Q(system=system) | Q(use_case__in=system.use_cases.all())
    return bool(queries.assessments_by(actor.id).filter(about).exists())


def _edited_last(actor: Actor, system: AISystem) -> bool:
    """Look the last editor up in the ledger: it knows also those who are no longer named in the record."""
    last = (
        Entry.objects.filter(
            subject_type="inventory.system", subject_id=str(system.pk), kind="operation",
            event__in=queries.EDITS,
        )
        .order_by("-id")
        .values_list("actor_id", flat=True)
        .first()
    )  # fmt: skip
    return last == actor.id


def lanes_open_to(actor: Actor, review: Review) -> list[tuple[str, str, Decision]]:
    """Return the lanes of a review whose permission the actor holds, each with whether they may decide now."""
    policy = queries.policy_of(review.policy)
    found = []
    for lane in policy.gates[review.gate].lanes(review.tier):
        if authorisation.decide(actor, Permission(policy.lanes[lane].permission), review):
            found.append((lane, policy.lanes[lane].title, may_decide(actor=actor, review=review, lane=lane)))
    return found


def may_collect(*, actor: Actor, review: Review, **_arguments: Any) -> Decision:
    """Let those who answer for the system collect what was approved under conditions before use."""
    if review.state != ReviewState.CONDITIONS:
        return Denied(_("No condition before use is open here."))
    if not review.system.is_responsible(actor.id):
        return Denied(_("Only the system's owner or deputy collects the authorisation."))
    if queries.has_lapsed(review):
        return Denied(_("The conditions were not met in time, so this review has lapsed."))
    stale = queries.stale_fields(review)
    if stale:
        return Denied(_("The system changed since it was approved (%(fields)s).") % {"fields": ", ".join(stale)})
    return Allowed()


def may_expire(*, actor: Actor, review: Review, **_arguments: Any) -> Decision:
    """Let only time end a review that waited too long."""
    if actor.kind is not ActorKind.SYSTEM:
        return Denied(_("A review lapses by itself; withdraw it if it is no longer wanted."))
    if review.state not in (ReviewState.WAITING, ReviewState.CONDITIONS):
        return Denied(_("This review is closed."))
    return Allowed() if queries.has_lapsed(review) else Denied(_("This review has time left."))


def holders_of(names: list[str]) -> Q:
    """Return the condition that a person holds a role with one of the permissions, directly or by a provider group."""
    direct = Q(role_assignments__role__permissions__overlap=names)
    return direct | Q(groups__role_assignments__role__permissions__overlap=names)
