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
