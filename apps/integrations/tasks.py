"""What the intakes do in the background."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task

from apps.catalog.models import Platform
from apps.integrations.operations import sending
from apps.integrations.operations.permissions import connection_of, read_postgresql
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError

log = logging.getLogger(__name__)


@shared_task(name="integrations.read_permissions")
def read_permissions(**_rest: Any) -> None:
    """Read the permissions of every platform that a connection is set up for; one that is away holds up no other."""
    for platform in Platform.objects.order_by("key"):
        if connection_of(platform) is None:
            continue
        try:
            read_postgresql(actor=Actor.system("beat"), platform=platform)
        except GatehouseError as problem:
            log.warning("permissions of %s were not read: %s", platform.key, problem)


@shared_task(name="integrations.publish")
def publish(
    *, event: str, subject_type: str, subject_id: str, key: str = "", data: dict[str, Any] | None = None,
    occurred_at: str | None = None, **_rest: Any,
) -> None:  # fmt: skip
    """Tell subscribers of one event, with what the operation says of it."""
    sending.publish(
        event=event, subject_type=subject_type, subject_id=str(subject_id), key=key, data=data, occurred_at=occurred_at
    )


@shared_task(name="integrations.deliver")
def deliver(*, delivery: str, **_rest: Any) -> None:
    """Send one event to one address."""
    sending.send_one(delivery)


@shared_task(name="integrations.deliver_due")
def deliver_due(**_rest: Any) -> None:
    """Send what is to be tried again."""
    sending.send_due()
