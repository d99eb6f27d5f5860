"""The outbox: what a transaction asks for is kept in the same transaction, and relayed once it is committed."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from apps.kernel import correlation

from .models import OutboxMessage

logger = logging.getLogger("gatehouse.outbox")
BATCH = 100
KEPT = timedelta(days=14)
Send = Callable[[str, dict[str, Any], str, int], None]


def write(task: str, payload: dict[str, Any]) -> None:
    """Keep a deferred task; the payload is JSON, ids as text."""
    plain = json.loads(json.dumps(payload, cls=DjangoJSONEncoder))
    OutboxMessage.objects.create(task=task, payload=plain, correlation_id=correlation.current())


def relay_waiting(send: Send, *, batch: int = BATCH) -> bool:
    """Hand the oldest waiting messages to the queue; tell whether more wait. At least once: a crash repeats some."""
    with transaction.atomic():
        waiting = OutboxMessage.objects.filter(relayed_at=None, available_at__lte=Now()).order_by("available_at", "id")
        messages = list(waiting.select_for_update(skip_locked=True)[:batch])
        sent: list[int] = []
        problem: Exception | None = None
        for message in messages:
            try:
                send(message.task, message.payload, message.correlation_id, message.pk)
            except Exception as failure:
                problem = failure
                OutboxMessage.objects.filter(pk=message.pk).update(attempts=F("attempts") + 1)
                break
            sent.append(message.pk)
        OutboxMessage.objects.filter(pk__in=sent).update(relayed_at=Now(), attempts=F("attempts") + 1)
    if problem is not None:
        raise problem
    return len(messages) == batch


def forget_relayed() -> int:
    """Delete messages that were handed over two weeks ago or earlier."""
    return OutboxMessage.objects.filter(relayed_at__lt=Now() - KEPT).delete()[0]
