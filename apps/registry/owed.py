"""What the registry adds to My work: emergencies that wait for a second person, rollbacks to review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel.owed import OwedItem, register

from .queries import rollbacks, selections

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


def _selections(person: Any) -> Iterable[OwedItem]:
    for rows, why, action in (
        (selections.to_decide(person), _("Candidates are compared and wait for a choice"), _("Decide")),
        (selections.mine_open(person), _("You opened this comparison"), _("Go on")),
    ):
        for one in rows.select_related("use_case").order_by("opened_at")[:SHOWN]:
            yield OwedItem(
                kind=_("Selection"),
                title=f"{one.key}: {one.title}",
                url=reverse("registry:selection", args=[one.key]),
                why=why,
                about=str(one.use_case),
                action=action,
            )


def register_all() -> None:
    """Offer what waits for second persons and reviewers."""
    register("registry.emergencies", _emergencies, lambda person: rollbacks.waiting_for_second(person).count())
    register("registry.rollback_reviews", _reviews, lambda person: rollbacks.waiting_for_review(person).count())
    register(
        "registry.selections",
        _selections,
        lambda person: selections.to_decide(person).count() + selections.mine_open(person).count(),
    )
