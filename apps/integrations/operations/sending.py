"""Telling subscribers: from the sealed ledger into a queue of deliveries, and from there to their addresses.

The ledger is the source, so no operation does anything for it and no event can be lost: what is committed is sealed in
one order, and each subscription remembers how far it was read. A delivery is a row of a queue, no record.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F

from apps.audit.models import Entry, Leaf
from apps.integrations.calling import Unreachable, call
from apps.integrations.models import EventDelivery, EventSubscription, SendingState
from apps.integrations.rules_pure.addresses import Forbidden
from apps.integrations.rules_pure.telling import envelope, identifier, matches, pause_after, signature
from apps.integrations.secrets_kept import opened
from apps.kernel import clock, correlation, subjects
from apps.kernel.deferral import defer

log = logging.getLogger("gatehouse.events")
BATCH = 500
LEASE = timedelta(minutes=2)
GONE = 410


def tell_subscribers() -> bool:
    """Queue what was sealed since the last time for every subscription; tell whether more waits."""
    more = False
    for pk in list(EventSubscription.objects.filter(active=True).values_list("pk", flat=True)):
        more = _advance(pk) or more
    return more


def _advance(pk: Any) -> bool:
    with transaction.atomic():
        standing = EventSubscription.objects.select_for_update(skip_locked=True).filter(pk=pk, active=True)
        subscription = standing.first()
        if subscription is None:
            return False
        leaves = list(Leaf.objects.filter(position__gt=subscription.position).order_by("position")[:BATCH])
        if not leaves:
            return False
        found = Entry.objects.filter(kind="operation").in_bulk([leaf.entry_id for leaf in leaves])
        queue(subscription, [found[leaf.entry_id] for leaf in leaves if leaf.entry_id in found])
        EventSubscription.objects.filter(pk=pk).update(position=leaves[-1].position)
    return len(leaves) == BATCH


def queue(subscription: EventSubscription, entries: Iterable[Entry]) -> int:
    """Queue the entries that a subscription is about and whose subject its owner may see; return how many."""
    kept = 0
    for entry in entries:
        if not matches(subscription.patterns, entry.event):
            continue
        about = (entry.subject_type, entry.subject_id)
        if (key := _seen(subscription, *about)) is None:
            continue
        kept += keep(
            subscription, identity=f"evt_{entry.pk}", event=entry.event, about=(*about, key),
            data={"entry": entry.pk}, at=entry.occurred_at,
        )  # fmt: skip
    return kept


def publish(
    *, event: str, subject_type: str, subject_id: str, key: str = "", data: dict[str, Any] | None = None,
    occurred_at: str | None = None,
) -> int:  # fmt: skip
    """Queue one event with what its operation says of it; the ledger's own telling of it adds no second one."""
    here = correlation.current()
    entry = (
        Entry.objects.filter(correlation_id=here, kind="operation", event=event, subject_id=subject_id)
        .order_by("-id").first()
        if here else None
    )  # fmt: skip
    said = json.dumps(data or {}, sort_keys=True, cls=DjangoJSONEncoder)
    identity = f"evt_{entry.pk}" if entry else identifier(here, event, subject_type, subject_id, said)
    at = datetime.fromisoformat(occurred_at) if occurred_at else entry.occurred_at if entry else clock.now()
    kept = 0
    for subscription in EventSubscription.objects.filter(active=True).select_related("owner"):
        known = _seen(subscription, subject_type, subject_id) if matches(subscription.patterns, event) else None
        if known is not None:
            kept += keep(
                subscription, identity=identity, event=event, about=(subject_type, subject_id, key or known),
                data={**(data or {}), **({"entry": entry.pk} if entry else {})}, at=at,
            )  # fmt: skip
    return kept


def _seen(subscription: EventSubscription, subject_type: str, subject_id: str) -> str | None:
    """Return the key of a subject that the owner may see, else None."""
    kind = subjects.named(subject_type)
    if kind is None or not subject_id:
        return None
    found = kind.visible(subscription.owner).filter(pk=subject_id).first()
    return None if found is None else str(getattr(found, "key", "") or "")


def keep(
    subscription: EventSubscription, *, identity: str, event: str, about: tuple[str, str, str], data: dict[str, Any],
    at: datetime,
) -> int:  # fmt: skip
    """Put one event into the queue of a subscription, once."""
    subject_type, subject_id, key = about
    body = envelope(
        identity=identity, source=f"urn:gatehouse:{settings.LEDGER_ORIGIN or settings.ALLOWED_HOSTS[0]}", event=event,
        subject_type=subject_type, subject_id=subject_id, key=key, data=data, at=at.isoformat(),
    )  # fmt: skip
    text = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False)
    with transaction.atomic():
        made, created = EventDelivery.objects.get_or_create(
            subscription=subscription, event_id=identity, defaults={"event": event, "body": text}
        )
        if created:
            defer("integrations.deliver", delivery=str(made.pk))
    return int(created)


def send_due() -> None:
    """Send what waits and is due: what was asked for by name and got lost, and what is tried again."""
    due = EventDelivery.objects.filter(state=SendingState.WAITING, next_try__lte=clock.now(), subscription__active=True)
    for pk in list(due.order_by("next_try").values_list("pk", flat=True)[:BATCH]):
        send_one(str(pk))


def send_one(pk: str) -> None:
    """Send one delivery if it is due; two workers at once send it once."""
    now = clock.now()
    due = EventDelivery.objects.filter(
        pk=pk, state=SendingState.WAITING, next_try__lte=now, subscription__active=True
    )  # fmt: skip
    if not due.update(next_try=now + LEASE, attempts=F("attempts") + 1):
        return
    delivery = EventDelivery.objects.select_related("subscription").get(pk=pk)
    status, problem = _post(delivery)
    values: dict[str, Any] = {"status": status, "problem": problem}
    if status is not None and 200 <= status < 300:
        values |= {"state": SendingState.SENT, "sent_at": clock.now(), "problem": ""}
    else:
        pause = None if status == GONE else pause_after(delivery.attempts)
        values |= {"state": SendingState.DEAD} if pause is None else {"next_try": now + timedelta(seconds=pause)}
        log.warning("Event %s for %s was not taken: %s", delivery.event_id, delivery.subscription_id, problem)
    EventDelivery.objects.filter(pk=pk).update(**values)


def _post(delivery: EventDelivery) -> tuple[int | None, str]:
    subscription, body, stamp = delivery.subscription, delivery.body.encode(), int(clock.now().timestamp())
    headers = {
        "Content-Type": "application/cloudevents+json; charset=utf-8",
        "webhook-id": delivery.event_id,
        "webhook-timestamp": str(stamp),
        "webhook-signature": signature(opened(subscription, "secret"), delivery.event_id, stamp, body),
    }
    try:
        status, _answer = call("POST", subscription.url, headers=headers, body=body, largest=65_536)
    except (Unreachable, Forbidden) as problem:
        return None, str(problem)[:300]
    return status, "" if status < 300 else f"It answered {status}."
