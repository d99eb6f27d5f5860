"""What monitoring does in the background; each task may run twice."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from celery import shared_task

from apps.kernel.actors import Actor


@shared_task(name="monitoring.open_incident")
def open_incident(
    *,
    system: str,
    title: str,
    severity: str = "high",
    reference: str = "",
    occurred_at: str = "",
    description: str = "",
    **_rest: Any,
) -> None:
    """Open an incident after something that the portal did itself, such as a rollback; once for a reference."""
    from apps.inventory.models import AISystem
    from apps.kernel import clock
    from apps.monitoring import operations

    found = AISystem.objects.filter(pk=system).first()
    if found is not None:
        operations.open_incident(
            actor=Actor.system("beat"), system=found, title=title[:300], severity=severity, reference=reference[:120],
            occurred_at=datetime.fromisoformat(occurred_at) if occurred_at else clock.now(), description=description,
            source="portal",
        )  # fmt: skip


@shared_task(name="monitoring.watch_metric")
def watch_metric(*, metric: str, **_rest: Any) -> None:
    """Look at the bounds of one metric after a push; hours and days are computed first."""
    from apps.monitoring import operations
    from apps.monitoring.models import Bound

    beat = Actor.system("beat")
    operations.keep_rollups(actor=beat)
    bounds = Bound.objects.filter(metric=metric, active=True).select_related("metric__system")
    operations.watch(actor=beat, bounds=bounds)


@shared_task(name="monitoring.watch")
def watch(**_rest: Any) -> None:
    """Compute the rollups that are due, and look at the bounds that time alone may have crossed."""
    from apps.monitoring import operations
    from apps.monitoring.queries.bounds import to_watch

    beat = Actor.system("beat")
    operations.keep_rollups(actor=beat)
    operations.watch(actor=beat, bounds=to_watch().iterator())
