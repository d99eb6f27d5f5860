"""What the intakes do in the background."""

from __future__ import annotations

import logging
from typing import Any

from celery import shared_task

from apps.catalog.models import Platform
from apps.integrations.calling import Unreachable
from apps.integrations.models import MLflowServer
from apps.integrations.operations import following, sending
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


@shared_task(name="integrations.mlflow_pull")
def mlflow_pull(*, server: str, name: str, **_rest: Any) -> None:
    """Read one registered model of a server; when the server is away, the next round of polling makes up for it."""
    found = MLflowServer.objects.filter(pk=server, active=True).first()
    if found is not None:
        try:
            following.pull_model(actor=Actor.system("mlflow"), server=found, name=name)
        except Unreachable as problem:
            log.warning("%s of the MLflow server %s was not read: %s", name, server, problem)


@shared_task(name="integrations.mlflow_poll")
def mlflow_poll(*, server: str = "", **_rest: Any) -> None:
    """Read every followed server, or one; what raises no event is seen here."""
    wanted = MLflowServer.objects.filter(active=True)
    for found in wanted.filter(pk=server) if server else wanted:
        try:
            following.poll(actor=Actor.system("mlflow"), server=found)
        except (Unreachable, GatehouseError) as problem:
            log.warning("The MLflow server %s was not read: %s", found.pk, problem)
