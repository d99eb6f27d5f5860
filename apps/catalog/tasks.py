"""What the catalog does in the background; each task may run twice."""

from __future__ import annotations

from typing import Any

from celery import shared_task


@shared_task(name="catalog.suggest")
def suggest(*, dataset: str, **_rest: Any) -> None:
    """Suggest classifications for the fields of a dataset."""


@shared_task(name="catalog.carry")
def carry(*, dataset: str, **_rest: Any) -> None:
    """Carry classifications along column lineage into a dataset, and on from there."""


@shared_task(name="catalog.compare_permissions")
def compare_permissions(*, platform: str, **_rest: Any) -> None:
    """Compare the datasets of a platform with what it really allows, after a new reading."""
    from apps.compliance.engine import evaluate
    from apps.kernel.rules import rule_named

    for name in ("PRM-001", "PRM-002"):
        rule = rule_named(name)
        if rule is not None:
            evaluate(rule)
