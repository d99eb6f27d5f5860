"""What the registry adds to My work: emergencies that wait for a second person, rollbacks to review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel.owed import OwedItem, register

from .queries import rollbacks

SHOWN = 50
REVIEW_WITHIN = timedelta(days=2)


def _emergencies(person: Any) -> Iterable[OwedItem]:
    for one in rollbacks.waiting_for_second(person).select_related("system")[:SHOWN]:
        yield OwedItem(
            kind=_("Emergency"),
            title=f"{one.key}: {one.system.name}",
            url=reverse("registry:rollback", args=[one.key]),
            why=one.reason[:120],
            due=one.asked_at + timedelta(minutes=15),
            action=_("Confirm or refuse"),
        )


def _reviews(person: Any) -> Iterable[OwedItem]:
    for one in rollbacks.waiting_for_review(person).select_related("system")[:SHOWN]:
        yield OwedItem(
            kind=_("Rollback to review"),
            title=f"{one.key}: {one.system.name}",
            url=reverse("registry:rollback_review", args=[one.key]),
            why=one.reason[:120],
            due=one.asked_at + REVIEW_WITHIN,
            action=_("Review"),
        )


def register_all() -> None:
    """Offer what waits for second persons and reviewers."""
    register("registry.emergencies", _emergencies, lambda person: rollbacks.waiting_for_second(person).count())
    register("registry.rollback_reviews", _reviews, lambda person: rollbacks.waiting_for_review(person).count())
