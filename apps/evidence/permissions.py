"""Who may do what with evidence: permission on a file is permission on what it is linked to."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.kernel import subjects
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied

from .models import LINKABLE, Evidence, EvidenceLink


def may_add(*, actor: Actor, about: Any, **_arguments: Any) -> Decision:
    """Let a person add evidence to a record they may see."""
    name = subjects.type_name(about)
    if name not in LINKABLE:
        return Denied(_("Evidence cannot be linked to this kind of record."))
    person = _person(actor)
    if person is None:
        return Denied(_("Evidence is added by a person."))
    if subjects.find_visible(name, str(about.pk), person) is None:
        return Denied(_("You may not see the record that this would prove."))
    return Allowed()


def may_link(*, actor: Actor, evidence: Evidence, about: Any, **_arguments: Any) -> Decision:
    """Let a person use evidence they may see for a record they may see."""
    person = _person(actor)
    if person is None or not Evidence.objects.visible_to(person).filter(pk=evidence.pk).exists():
        return Denied(_("You may not see this evidence."))
    return may_add(actor=actor, about=about)


def may_renew(*, actor: Actor, evidence: Evidence, **_arguments: Any) -> Decision:
    """Let only the person who added it put a newer version in its place."""
    if str(evidence.owner_id) == actor.id:
        return Allowed()
    return Denied(_("Only %(name)s, who added it, may put a newer version in its place.") % {"name": evidence.owner})


def may_unlink(*, actor: Actor, link: EvidenceLink, **_arguments: Any) -> Decision:
    """Let the person who linked it take the link back."""
    if str(link.linked_by_id) == actor.id:
        return Allowed()
    return Denied(_("Only %(name)s, who linked it, may take it off.") % {"name": link.linked_by})


def _person(actor: Actor) -> Person | None:
    return Person.objects.active().filter(pk=actor.id).first() if actor.is_person else None
