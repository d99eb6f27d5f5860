"""Who may do what about owed work and talk, beyond the role."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import current
from apps.kernel import authorisation, subjects
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission

from .models import Action, ActionStatus, Comment, Job


def may_ask_for_work(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let people and the portal itself ask for work; the command line never does."""
    if actor.kind is ActorKind.OPERATOR:
        return Denied(_("The command line cannot ask for work."))
    return Denied(_("Sign in first.")) if actor.kind is ActorKind.ANONYMOUS else Allowed()


def may_cancel(*, actor: Actor, action: Action, **_arguments: Any) -> Decision:
    """Let the person who asked take work back, and operations of upper rooms: a cancelled condition opens a gate."""
    if action.status not in (ActionStatus.OPEN, ActionStatus.DONE):
        return Denied(_("This is no longer open."))
    if current() is not None or (action.asked_by_id is not None and str(action.asked_by_id) == actor.id):
        return Allowed()
    return Denied(_("Only the person who asked for this can take it back."))


def may_run(*, actor: Actor, job: Job, **_arguments: Any) -> Decision:
    """Let a job be moved by the operation it does, by the portal, and by the person who asked for it."""
    if current() is not None or actor.kind in (ActorKind.SYSTEM, ActorKind.OPERATOR):
        return Allowed()
    return Allowed() if str(job.asked_by_id) == actor.id else Denied(_("This job is somebody else's."))


def may_finish(*, actor: Actor, action: Action, **_arguments: Any) -> Decision:
    """Let the owner of owed work say that it is done."""
    if str(action.owner_id) != actor.id:
        return Denied(_("Only the person who owes this can say that it is done."))
    if action.status != ActionStatus.OPEN:
        return Denied(_("This is no longer open."))
    return Allowed()


def may_accept(*, actor: Actor, action: Action, **_arguments: Any) -> Decision:
    """Let the person who asked (never the one who owes) accept or return finished work."""
    if action.status != ActionStatus.DONE:
        return Denied(_("Its owner has not said yet that it is done."))
    if str(action.owner_id) == actor.id:
        return Denied(_("Nobody accepts their own work."))
    if action.asked_by_id is not None and str(action.asked_by_id) != actor.id:
        return Denied(_("Only the person who asked for this can accept it."))
    if action.asked_by_id is None:
        # The portal asked: somebody accepts who works on what is owed about such records.
        about = subjects.find(action.subject_type, action.subject_id)
        return authorisation.decide(actor, Permission.WORK_ACTION_EDIT, about)
    return Allowed()


def may_comment(*, actor: Actor, subject_type: str, subject_id: str, **_arguments: Any) -> Decision:
    """Let a person remark on what they may see."""
    person = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    if person is None or subjects.find_visible(subject_type, subject_id, person) is None:
        return Denied(_("You cannot comment on this."))
    return Allowed()


def may_resolve(*, actor: Actor, comment: Comment, **_arguments: Any) -> Decision:
    """Let those who see the record resolve a remark on it."""
    return may_comment(actor=actor, subject_type=comment.subject_type, subject_id=comment.subject_id)


def may_send(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let any operation or part of the portal send a notice; it carries no rights."""
    return Denied(_("Sign in first.")) if actor.kind is ActorKind.ANONYMOUS else Allowed()


def may_read_own(*, actor: Actor, person: Person, **_arguments: Any) -> Decision:
    """Let a person mark their own notices as read."""
    return Allowed() if str(person.pk) == actor.id else Denied(_("These notices are somebody else's."))
