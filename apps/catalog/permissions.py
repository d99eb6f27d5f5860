"""Who may do what in the catalog, beyond the role: decisions with their reasons."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import current
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission

from .models import ActivityStatus, Dataset, LegalHold, Platform, ProcessingActivity, RetentionSource


def inside(*rooms: str) -> bool:
    """Tell whether an operation of one of these rooms ("integrations.") is going on around this one."""
    outer = current()
    return outer is not None and outer.event.startswith(rooms)


def holds_here(actor: Actor, permission: Permission, subject: Any) -> Decision:
    """Ask for a role permission on one record."""
    from apps.kernel import authorisation

    return authorisation.decide(actor, permission, subject)


def may_edit_dataset(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let those who answer for a dataset edit it, and stewards of its department."""
    if dataset.is_responsible(actor.id) or inside("catalog.", "integrations."):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_DATASET_EDIT, dataset)


def may_edit_platform(*, actor: Actor, platform: Platform, **_arguments: Any) -> Decision:
    """Let the owner of a platform edit it, and stewards of its department."""
    if str(platform.owner_id) == actor.id:
        return Allowed()
    return holds_here(actor, Permission.CATALOG_PLATFORM_EDIT, platform)


def may_observe(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let records be observed from inside an intake only: nobody types in what a tool should have seen."""
    if inside("integrations.", "catalog."):
        return Allowed()
    return Denied(_("What tools observe arrives through an intake."))


# The register of processing activities.


def may_edit_activity(*, actor: Actor, activity: ProcessingActivity, **_arguments: Any) -> Decision:
    """Let the owner write a draft, and data protection change what is in force; what has ended stays as it was."""
    if activity.status == ActivityStatus.ENDED:
        return Denied(_("This entry has ended: it stays as it was."))
    editor = holds_here(actor, Permission.CATALOG_ACTIVITY_EDIT, activity)
    if activity.status == ActivityStatus.DRAFT and str(activity.owner_id) == actor.id:
        return Allowed()
    if activity.status == ActivityStatus.IN_FORCE and str(activity.owner_id) == actor.id:
        return Denied(_("This entry is in force and yours: somebody else in data protection changes it."))
    return editor


def may_publish_activity(*, actor: Actor, activity: ProcessingActivity, **_arguments: Any) -> Decision:
    """Let somebody other than its owner put a draft into force."""
    if activity.status != ActivityStatus.DRAFT:
        return Denied(_("This entry is %(status)s already.") % {"status": activity.get_status_display().lower()})
    if not actor.is_person:
        return Denied(_("A person puts an entry into force."))
    if str(activity.owner_id) == actor.id:
        return Denied(_("You answer for this activity: somebody else puts it into force."))
    return Allowed()


# Retention.


def may_set_retention(*, actor: Actor, dataset: Dataset, source: str = "", **_arguments: Any) -> Decision:
    """Let stewards and who answers for the dataset set how long it is kept; contracts arrive through an intake."""
    if inside("integrations.", "catalog."):
        return Allowed()
    if source == RetentionSource.CONTRACT:
        return Denied(_("What a contract says arrives with the contract."))
    if dataset.is_responsible(actor.id):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_RETENTION_EDIT, dataset)


def may_place_hold(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let a person hold data."""
    return Allowed() if actor.is_person else Denied(_("A person places a legal hold."))


def may_release_hold(*, actor: Actor, hold: LegalHold, **_arguments: Any) -> Decision:
    """Let a person release what stands."""
    if hold.released_at is not None:
        return Denied(_("This hold is released already."))
    return Allowed() if actor.is_person else Denied(_("A person releases a legal hold."))


def may_attest_deletion(*, actor: Actor, dataset: Dataset, **_arguments: Any) -> Decision:
    """Let who answers for the dataset attest, and those whose role is to."""
    if not actor.is_person:
        return Denied(_("A person attests a deletion."))
    if dataset.is_responsible(actor.id):
        return Allowed()
    return holds_here(actor, Permission.CATALOG_RETENTION_ATTEST, dataset)
