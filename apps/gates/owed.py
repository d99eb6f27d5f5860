"""What reviews add to My work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.reach import held_permissions
from apps.kernel.owed import OwedItem, register

from . import permissions
from .models import Review


def _decisions(person: Any) -> Iterable[OwedItem]:
    if not any(name.startswith("gates.decision.") for name in held_permissions(person)):
        return
    actor = person.as_actor()
    for review in Review.objects.visible_to(person).waiting().select_related("system__department", "policy")[:50]:
        for _lane, title, decision in permissions.lanes_open_to(actor, review):
            if decision:
                yield OwedItem(
                    kind=_("Review"),
                    title=str(review),
                    url=reverse("gates:review", args=[review.key]),
                    why=_("Your word as %(lane)s is needed") % {"lane": title},
                    about=review.system.key,
                    group="waiting",
                    action=_("Decide"),
                )
                break


def _own(person: Any) -> Iterable[OwedItem]:
    for review in Review.objects.filter(submitted_by=person, state__in=["waiting", "conditions"]).select_related(
        "system"
    ):
        waiting = review.state == "waiting"
        yield OwedItem(
            kind=_("Review"),
            title=str(review),
            url=reverse("gates:review", args=[review.key]),
            why=_("Reviewers decide") if waiting else _("Conditions before use are open"),
            group="others" if waiting else "due",
        )
    for review in Review.objects.filter(submitted_by=person, state="changes", followers=None).select_related("system"):
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
