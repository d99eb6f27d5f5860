"""What the queue runs for the registry; each task may run twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.kernel.actors import Actor


@shared_task(name="registry.settle_budgets")
def settle_budgets(**_rest: Any) -> None:
    """Write what was spent of budgets from the counters into the database."""
    from apps.registry import operations

    operations.settle_budgets(actor=Actor.system("beat"))
