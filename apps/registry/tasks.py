"""What the queue runs for the registry."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task(name="registry.use_case_changed")
def use_case_changed(*, use_case: str, **_rest: Any) -> None:
    """Revoke or hold back what was granted for a use case that ended or rose."""
    from apps.registry.operations.sweeping import sweep_grants

    sweep_grants(use_case=use_case)


@shared_task(name="registry.access_nightly")
def access_nightly(**_rest: Any) -> None:
    """Revoke and hold back what no longer stands on anything, and tell the others two weeks before the end."""
    from apps.registry.operations.sweeping import announce_ends, sweep_grants

    sweep_grants()
    announce_ends()
