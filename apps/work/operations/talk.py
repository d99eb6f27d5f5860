"""Comments with mentions, and notices."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.operation import operation
from apps.kernel import clock, subjects
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.work import permissions
from apps.work.events import Event
from apps.work.models import Comment, Notice


@operation(Event.NOTICE_SENT, needs=None, may=permissions.may_send)
def send_notice(
    *, actor: Actor, person: Person, text: str, about: Any = None, kind: str = "notice", once: str | None = None
) -> Notice:
    """Tell a person something; with `once`, the same thing is told a single time."""
    if once is not None:
        known = Notice.objects.filter(once=once).first()
        if known is not None:
            return known
    return Notice.objects.create(
        person=person,
        text=text[:300],
        kind=kind,
        once=once,
        subject_type=subjects.type_name(about) if about is not None else "",
        subject_id=str(about.pk) if about is not None else "",
        sent_at=clock.now(),
    )


@operation(Event.COMMENT_WRITTEN, needs=None, may=permissions.may_comment)
def write_comment(
    *,
    actor: Actor,
    subject_type: str,
    subject_id: str,
    text: str,
    anchor: str = "",
    mentions: Sequence[Person] = (),
) -> Comment:
    """Remark on a record; those mentioned must be able to see it, and are told once."""
    if not text.strip():
        raise Invalid({"text": [_("Write something first.")]})
    about = subjects.find(subject_type, subject_id)
    blind = [p.name for p in mentions if subjects.find_visible(subject_type, subject_id, p) is None]
    if blind:
        raise Invalid({"mentions": [_("%(names)s cannot see this record.") % {"names": ", ".join(blind)}]})
    comment = Comment.objects.create(
        subject_type=subject_type, subject_id=subject_id, anchor=anchor, author_id=actor.id, text=text.strip()
    )
    comment.mentions.set(mentions)
    for person in mentions:
        message = _("%(name)s mentioned you on %(record)s") % {"name": actor.label, "record": about}
        send_notice(
            actor=actor, person=person, text=message, about=about, kind="mention", once=f"{comment.pk}:{person.pk}"
        )
    return comment


@operation(Event.COMMENT_RESOLVED, needs=None, subject="comment", may=permissions.may_resolve)
def resolve_comment(*, actor: Actor, comment: Comment) -> Comment:
    """Close a remark; it stays readable."""
    if comment.resolved_at is None:
        comment.resolved_at, comment.resolved_by_id = clock.now(), actor.id
        comment.save(update_fields=["resolved_at", "resolved_by"])
    return comment


@operation(Event.NOTICE_READ, needs=None, may=permissions.may_read_own)
def mark_notices_read(*, actor: Actor, person: Person) -> int:
    """Mark a person's notices as read; return how many were new."""
    return Notice.objects.filter(person=person, read_at=None).update(read_at=clock.now())
