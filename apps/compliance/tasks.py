"""Background checks."""

from __future__ import annotations

from typing import Any

from celery import shared_task

from apps.kernel.actors import Actor

from . import operations


@shared_task(name="compliance.sweep")
def sweep(*, trigger: str = "scheduled", **_extra: Any) -> None:
    """Run every rule over everything."""
    operations.sweep(actor=Actor.system("beat"), trigger=trigger)


@shared_task(name="compliance.evaluate")
def evaluate(*, subject_type: str, subject_id: str, **_extra: Any) -> None:
    """Run the rules about one record that changed."""
    operations.evaluate_subject(actor=Actor.system("beat"), subject_type=subject_type, subject_id=subject_id)
