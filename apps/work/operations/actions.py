"""Owed work: asked for, done with proof, accepted by somebody else."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.kernel import clock, subjects
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.work import permissions
from apps.work.events import Event
from apps.work.models import Action, ActionKind, ActionStatus

from .talk import send_notice


@operation(Event.ACTION_OWED, needs=None, may=permissions.may_ask_for_work)
def owe_action(
    *,
    actor: Actor,
    about: Any,
    title: str,
    owner: Person,
    due_at: datetime,
    kind: str = ActionKind.PLAN,
    source: str = "",
) -> Action:
    """Make a person owe something about a record by a date."""
    if not title.strip():
        raise Invalid({"title": [_("Say what is owed.")]})
    asked_by = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    action = Action.objects.create(
        key=next_key("ACT"),
        kind=kind,
        title=title.strip()[:300],
        subject_type=subjects.type_name(about),
        subject_id=str(about.pk),
        owner=owner,
        asked_by=asked_by,
        source=source,
        due_at=due_at,
    )
    send_notice(actor=actor, person=owner, text=_("You owe: %(title)s") % {"title": action.title}, about=about)
    return action


@operation(Event.ACTION_DONE, needs=None, subject="action", may=permissions.may_finish)
def finish_action(*, actor: Actor, action: Action, proof: str) -> Action:
    """Say that owed work is done, with the proof."""
    if not proof.strip():
        raise Invalid({"proof": [_("Say what shows that it is done, for example a link or a document's key.")]})
    action.status, action.proof, action.done_at = ActionStatus.DONE, proof.strip(), clock.now()
    action.save(update_fields=["status", "proof", "done_at"])
    if action.asked_by is not None:
        text = _("Waiting for your acceptance: %(title)s") % {"title": action.title}
        send_notice(actor=actor, person=action.asked_by, text=text, about=action)
    return action


@operation(Event.ACTION_ACCEPTED, needs=None, subject="action", may=permissions.may_accept)
def accept_action(*, actor: Actor, action: Action, reason: str = "") -> Action:
    """Accept finished work."""
    action.status, action.accepted_by_id = ActionStatus.ACCEPTED, actor.id
    action.save(update_fields=["status", "accepted_by"])
    return action


@operation(Event.ACTION_RETURNED, needs=None, subject="action", may=permissions.may_accept)
def return_action(*, actor: Actor, action: Action, reason: str) -> Action:
    """Return work that is not done after all; its owner owes it again."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say what is missing.")]})
    action.status, action.done_at = ActionStatus.OPEN, None
    action.save(update_fields=["status", "done_at"])
    text = _("Returned to you: %(title)s") % {"title": action.title}
    send_notice(actor=actor, person=action.owner, text=text, about=action)
    return action


@operation(Event.ACTION_CANCELLED, needs=None, subject="action", may=permissions.may_cancel)
def cancel_action(*, actor: Actor, action: Action, reason: str) -> Action:
    """Take owed work back, with the reason."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say why it is not owed any more.")]})
    action.status = ActionStatus.CANCELLED
    action.save(update_fields=["status"])
    return action
