"""The outbox: what a transaction asks for is kept in the same transaction, and relayed once it is committed."""

from __future__ import annotations

import json
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder

from apps.kernel import correlation

from .models import OutboxMessage


def write(task: str, payload: dict[str, Any]) -> None:
    """Keep a deferred task; the payload is JSON, ids as text."""
    plain = json.loads(json.dumps(payload, cls=DjangoJSONEncoder))
    OutboxMessage.objects.create(task=task, payload=plain, correlation_id=correlation.current())
