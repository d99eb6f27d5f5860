"""Subscriptions to events: who is told, of what, under which signature."""

from __future__ import annotations

import base64
import os
from collections.abc import Iterable
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.accounts.models import Person
from apps.audit.models import Leaf
from apps.audit.operation import operation
from apps.integrations import permissions
from apps.integrations.calling import Unreachable, resolve
from apps.integrations.events import Event
from apps.integrations.models import EventDelivery, EventSubscription, SendingState
from apps.integrations.rules_pure.addresses import Forbidden
from apps.integrations.rules_pure.telling import PATTERN, PREFIX, identifier
from apps.integrations.secrets_kept import sealed
from apps.inventory.operations.checks import check_fields, check_words
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import uuid7
from apps.kernel.permissions import Permission

from .sending import keep


@operation(
    Event.SUBSCRIPTION_MADE, needs=Permission.INTEGRATIONS_INTAKE_SEND, may=permissions.may_subscribe
)  # fmt: skip
def subscribe(*, actor: Actor, name: str, url: str, patterns: Iterable[str], secret: str) -> EventSubscription:
    """Have events told to an address from now on, under a secret of `new_secret`."""
    found = _patterns(patterns)
    _check_address(url)
    check_fields(EventSubscription, {"name": name.strip(), "url": url})
    check_words({"name": name, "url": url})
    if not name.strip():
        raise Invalid({"name": [_("This cannot be empty.")]})
    made = EventSubscription(
        name=name.strip(), url=url, patterns=found, owner=Person.objects.get(pk=actor.id),
        position=Leaf.objects.aggregate(newest=Max("position"))["newest"] or 0,
    )  # fmt: skip
    made.secret = sealed(made, "secret", secret)
    made.save()
    return made


@operation(Event.SUBSCRIPTION_EDITED, needs=None, subject="subscription", may=permissions.may_edit_subscription)
def edit_subscription(*, actor: Actor, subscription: EventSubscription, changes: dict[str, Any]) -> EventSubscription:
    """Change the name, the address, the events, or whether it goes on."""
    if set(changes) - {"name", "url", "patterns", "active"}:
        raise Invalid({"": [_("Only name, address, events and whether it goes on can be changed.")]})
    if "patterns" in changes:
        changes = {**changes, "patterns": _patterns(changes["patterns"])}
    if "url" in changes:
        _check_address(changes["url"])
    check_fields(EventSubscription, changes)
    for field, value in changes.items():
        setattr(subscription, field, value)
    if changes.get("active"):
        subscription.position = Leaf.objects.aggregate(newest=Max("position"))["newest"] or 0
    subscription.save()
    return subscription


@operation(Event.SUBSCRIPTION_SECRET, needs=None, subject="subscription", may=permissions.may_edit_subscription)
def rotate_subscription(*, actor: Actor, subscription: EventSubscription, secret: str) -> EventSubscription:
    """Sign with another secret from now on."""
    subscription.secret = sealed(subscription, "secret", secret)
    subscription.save(update_fields=["secret"])
    return subscription


@operation(Event.SUBSCRIPTION_TESTED, needs=None, subject="subscription", may=permissions.may_edit_subscription)
def send_test(*, actor: Actor, subscription: EventSubscription) -> str:
    """Send an event that says nothing, to see whether it arrives; return its id."""
    identity = identifier("test", str(uuid7()))
    keep(
        subscription, identity=identity, event="integrations.subscription.tested", at=clock.now(),
        about=("integrations.subscription", str(subscription.pk), subscription.name), data={"test": True},
    )  # fmt: skip
    return identity


@operation(Event.EVENT_SENT_AGAIN, needs=None, subject="subscription", may=permissions.may_edit_subscription)
def send_again(*, actor: Actor, subscription: EventSubscription, delivery: EventDelivery) -> str:
    """Send an event once more, as it was and under its id."""
    if delivery.subscription_id != subscription.pk:
        raise Invalid({"delivery": [_("This event was for another subscription.")]})
    EventDelivery.objects.filter(pk=delivery.pk).update(
        state=SendingState.WAITING, attempts=0, next_try=clock.now(), problem=""
    )
    defer("integrations.deliver", delivery=str(delivery.pk))
    return delivery.event_id


def new_secret() -> str:
    """Return a secret in the form of Standard Webhooks."""
    return PREFIX + base64.b64encode(os.urandom(32)).decode()


def _patterns(patterns: Iterable[str]) -> list[str]:
    found = list(dict.fromkeys(one.strip() for one in patterns if one.strip()))
    if not found or len(found) > 50:
        raise Invalid({"patterns": [_("Name one event or more, at most 50.")]})
    if wrong := [one for one in found if not PATTERN.match(one) or len(one) > 80]:
        raise Invalid(
            {
                "patterns": [
                    _("“%(one)s” is no event: write registry.rollback.* or a whole name.") % {"one": wrong[0][:80]}
                ]
            }
        )
    return found


def _check_address(url: str) -> None:
    try:
        resolve(url)
    except (Forbidden, Unreachable) as problem:
        raise Invalid({"url": [str(problem)]}) from problem
