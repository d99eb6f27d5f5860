"""Whom decisions about access are told."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.catalog.models import AccessRequest, DataGrant
from apps.kernel.actors import Actor
from apps.work.operations import send_notice


def holders(terms: Any) -> list[Person]:
    """Return the people who hear about access: the person, or who answers for the system or service."""
    subject = terms.subject
    people = [subject] if terms.person_id else [subject.owner, getattr(subject, "deputy", None)]
    return [person for person in people if person is not None and person.is_active]


def tell_holders(actor: Actor, grant: DataGrant, text: str, *, once: str = "") -> None:
    """Tell those who hold a grant; `text` may name %(grant)s and %(dataset)s."""
    words = text % {"grant": grant.key, "dataset": grant.dataset.title}
    for person in holders(grant):
        if str(person.pk) != actor.id:
            key = f"{once}:{person.pk}" if once else None
            send_notice(actor=actor, person=person, text=words, about=grant, kind="access", once=key)


def tell_requester(actor: Actor, request: AccessRequest, text: str) -> None:
    """Tell whoever asked, and whom it is for, what was decided."""
    for person in {request.requester, *holders(request)}:
        if str(person.pk) != actor.id:
            send_notice(actor=actor, person=person, text=text, about=request, kind="access")


def tell_deciders(actor: Actor, about: Any) -> None:
    """Tell the dataset's steward and owner that something waits for a decision."""
    dataset, asked_by = about.dataset, {actor.id, *(str(person.pk) for person in holders(about))}
    for person in {dataset.steward, dataset.owner} - {None}:
        if str(person.pk) not in asked_by:
            text = f"{about.key}: {dataset.title}"
            send_notice(actor=actor, person=person, text=text, about=about, kind="decision", once=_once(about, person))


def _once(about: Any, person: Any) -> str:
    held = getattr(about, "held_back_at", None)
    return f"{about.pk}:{person.pk}:{getattr(about, 'status', '')}{held.isoformat() if held else ''}"[:200]


def tell_stewards(actor: Actor, campaign: Any, grants: list[DataGrant]) -> None:
    """Tell each steward (or owner) how many grants of a campaign are theirs to decide."""
    theirs: dict[Any, int] = {}
    for grant in grants:
        person = grant.dataset.steward or grant.dataset.owner
        if person is not None:
            theirs[person] = theirs.get(person, 0) + 1
    for person, number in theirs.items():
        text = _("%(campaign)s: %(number)s grants to keep or revoke") % {"campaign": campaign, "number": number}
        send_notice(actor=actor, person=person, text=text, about=campaign, kind="decision")
