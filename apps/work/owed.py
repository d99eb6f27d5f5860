"""What actions and mentions add to My work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel import subjects
from apps.kernel.owed import OwedItem, register

from .models import Action, ActionStatus, Notice


def _why(source: str) -> str:
    """Say what made it owed; a condition names its review and when it is due."""
    review, _space, when = source.partition(" ")
    if when == "before":
        return _("%(review)s was approved on this condition; it holds the authorisation back") % {"review": review}
    if when == "after":
        return _("%(review)s was approved on this condition, due afterwards") % {"review": review}
    return _("Owed by you") + (f" ({source})" if source else "")


def _actions(person: Any) -> Iterable[OwedItem]:
    for action in Action.objects.filter(owner=person, status=ActionStatus.OPEN):
        yield OwedItem(
            kind=action.get_kind_display(),
            title=action.title,
            url=reverse("work:action", args=[action.key]),
            why=_why(action.source),
            due=action.due_at,
            group="due",
            action=_("Say it is done"),
        )
    for action in Action.objects.filter(asked_by=person, status=ActionStatus.DONE).exclude(owner=person):
        yield OwedItem(
            kind=_("Acceptance"),
            title=action.title,
            url=reverse("work:action", args=[action.key]),
            why=_("%(name)s says it is done") % {"name": action.owner},
            group="waiting",
            action=_("Accept or return"),
        )
    for action in Action.objects.filter(asked_by=person, status=ActionStatus.OPEN).exclude(owner=person):
        yield OwedItem(
            kind=action.get_kind_display(),
            title=action.title,
            url=reverse("work:action", args=[action.key]),
            why=_("%(name)s owes it to you") % {"name": action.owner},
            due=action.due_at,
            group="others",
        )


def _mentions(person: Any) -> Iterable[OwedItem]:
    for notice in Notice.objects.filter(person=person, kind="mention", read_at=None)[:50]:
        subject_type = subjects.named(notice.subject_type)
        about = subjects.find_visible(notice.subject_type, notice.subject_id, person)
        if about is None or subject_type is None or subject_type.url is None:
            continue
        yield OwedItem(
            kind=_("Mention"),
            title=notice.text,
            url=subject_type.url(about),
            why=_("You were mentioned"),
            group="mentioned",
        )


def register_all() -> None:
    """Offer actions and mentions to My work."""
    register("work.actions", _actions)
    register("work.mentions", _mentions)
