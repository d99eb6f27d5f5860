"""Who has events told to an address."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.integrations.models import EventSubscription
from apps.kernel.actors import Actor
from apps.kernel.decision import Allowed, Decision, Denied
from apps.kernel.permissions import Permission


def may_subscribe(*, actor: Actor, **_arguments: Any) -> Decision:
    """Let people subscribe: a subscription carries what one person may see."""
    return Allowed() if actor.is_person else Denied(_("A person subscribes to events: it carries what they may see."))


def may_edit_subscription(*, actor: Actor, subscription: EventSubscription, **_arguments: Any) -> Decision:
    """Let its owner change it."""
    scoped = actor.scopes is None or str(Permission.INTEGRATIONS_INTAKE_SEND) in actor.scopes
    if actor.is_person and scoped and actor.id == str(subscription.owner_id):
        return Allowed()
    return Denied(_("Only the one who subscribed may change this."))
