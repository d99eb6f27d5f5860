"""What reviews add to My work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.reach import held_permissions
from apps.kernel.owed import OwedItem, register

from . import queries
from .models import Review


def _decisions(person: Any) -> Iterable[OwedItem]:
    held = held_permissions(person)
    found = queries.waiting_for(person).select_related("system", "policy").summarised().order_by("submitted_at")
    for review in found[:50]:
        policy = queries.policy_of(review.policy)
        lanes = policy.gates[review.gate].lanes(review.tier)
        title = next((policy.lanes[lane].title for lane in lanes if policy.lanes[lane].permission in held), "")
        yield OwedItem(
            kind=_("Review"),
            title=str(review),
            url=reverse("gates:review", args=[review.key]),
            why=_("Your word as %(lane)s is needed") % {"lane": title},
            about=review.system.key,
            group="waiting",
            action=_("Decide"),
        )


def _own(person: Any) -> Iterable[OwedItem]:
    for review in (
        Review.objects.filter(submitted_by=person, state__in=["waiting", "conditions"])
        .select_related("system")
        .summarised()
    ):
        waiting = review.state == "waiting"
        yield OwedItem(
            kind=_("Review"),
            title=str(review),
            url=reverse("gates:review", args=[review.key]),
            why=_("Reviewers decide") if waiting else _("Conditions before use are open"),
            group="others" if waiting else "due",
            action="" if waiting else _("See what is open"),
        )
    for review in (
        Review.objects.filter(submitted_by=person, state="changes", followers=None)
        .select_related("system")
        .summarised()
    ):
        yield OwedItem(
            kind=_("Review"),
            title=str(review),
            url=reverse("gates:review", args=[review.key]),
            why=_("Changes were requested"),
            group="due",
            action=_("Mend and submit again"),
        )


def register_all() -> None:
    """Offer reviews to My work."""
    register("gates.decisions", _decisions)
    register("gates.own", _own)
