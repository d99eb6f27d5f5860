"""Who compares candidates, and who decides on them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.models import Entry
from apps.inventory.models import UseCase, UseCaseStatus
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission
from apps.registry.events import Event
from apps.registry.models import Selection, SelectionStatus

from .holding import holds_here

# Opening is no content: an empty comparison that somebody else opened is still made by who fills it.
AUTHORING = (Event.SELECTION_EDITED, Event.CANDIDATE_ADDED, Event.CANDIDATE_EDITED, Event.CANDIDATE_REMOVED)
# Where one person alone may compare and choose.
ALONE = ("T3", "T4")


def may_open_selection(*, actor: Actor, use_case: UseCase, **_arguments: Any) -> Decision:
    """Let people compare candidates for use cases that count."""
    if not actor.is_person:
        return Denied(_("A person compares candidates."))
    if use_case.status not in (UseCaseStatus.PROPOSED, UseCaseStatus.ACTIVE):
        return Denied(_("This use case is closed: nothing is chosen for it."))
    return Allowed()


def may_edit_selection(*, actor: Actor, selection: Selection, **_arguments: Any) -> Decision:
    """Let what is compared change until it is decided."""
    if selection.status != SelectionStatus.OPEN:
        return Denied(_("This selection is closed: its table stays as it was."))
    if not actor.is_person:
        return Denied(_("A person compares candidates."))
    return Allowed()


def may_decide_selection(*, actor: Actor, selection: Selection, **_arguments: Any) -> Decision:
    """Let somebody choose: in the critical and high tiers never the one who made the comparison alone."""
    closed = may_edit_selection(actor=actor, selection=selection)
    if not closed:
        return closed
    own = str(selection.opened_by_id) == actor.id
    if selection.use_case.effective_tier in ALONE and own:
        return holds_here(actor, Permission.REGISTRY_SELECTION_EDIT, selection)
    if selection.use_case.effective_tier not in ALONE and (own or authors(selection) == {actor.id}):
        return Denied(_("You made this comparison: in this tier somebody else decides on it."))
    return holds_here(actor, Permission.REGISTRY_SELECTION_DECIDE, selection)


def may_dissent(*, actor: Actor, selection: Selection, **_arguments: Any) -> Decision:
    """Let every person who sees a selection say otherwise, also after it was decided."""
    person = Person.objects.filter(pk=actor.id).first() if actor.is_person else None
    if person is None or not Selection.objects.visible_to(person).filter(pk=selection.pk).exists():
        return Denied(_("Only people who see a selection disagree with it."))
    return Allowed()


def authors(selection: Selection) -> set[str]:
    """Return who entered something into a selection after it was opened."""
    entries = Entry.objects.filter(
        subject_type="registry.selection", subject_id=str(selection.pk), kind="operation", event__in=AUTHORING
    )
    return set(entries.values_list("actor_id", flat=True))
