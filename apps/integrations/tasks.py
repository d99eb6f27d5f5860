"""What the intakes do in the background."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task

from apps.catalog.models import Platform
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
