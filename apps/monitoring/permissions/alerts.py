"""Who may set bounds, and who deals with alerts."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.kernel import authorisation
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission
from apps.monitoring.models import Alert, Bound


def may_set_bound(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let whoever holds the permission set bounds: a person or a pipeline."""
    return Allowed()


def may_edit_bound(*, actor: Actor, bound: Bound, **_arguments: Any) -> Decision:
    """Let a bound be changed while it counts."""
    if not bound.active:
        return Denied(_("This bound was ended: set a new one."))
    return Allowed()


def may_deal_with_alert(*, actor: Actor, alert: Alert, **_arguments: Any) -> Decision:
    """Let a person deal with an alert that stands: the bound's owner, and whose role says so here."""
    if not actor.is_person:
        return Denied(_("A person deals with an alert."))
    if alert.closed_at is not None:
        return Denied(_("This alert is closed."))
    scoped = actor.scopes is None or str(Permission.MONITORING_ALERT_EDIT) in actor.scopes
    if scoped and str(alert.bound.owner_id) == actor.id:
        return Allowed()
    return authorisation.decide(actor, Permission.MONITORING_ALERT_EDIT, alert)


def may_watch(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let only the portal itself compute rollups, and open and take back alerts."""
    return Allowed() if actor.kind is ActorKind.SYSTEM else Denied(_("The portal does this itself."))
