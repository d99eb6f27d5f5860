"""What gates add to a system's page: what blocks it, and its reviews."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel.panels import Panel, register

from . import permissions, queries
from .models import Review
from .tables import TONES


def _blockers(request: Any, system: Any) -> dict[str, Any] | None:
    policy = queries.policy_in_force()
    gate = queries.next_gate(system, policy)
    if gate is None or not gate.lanes(system.effective_tier):
        return None
    return {
        "system": system,
        "blockers": queries.dry_run(system, gate),
        "lanes": [(policy.lanes[name].title, number) for name, number in gate.lanes(system.effective_tier).items()],
        "open_review": Review.objects.filter(system=system, gate=gate.gate, state__in=["waiting", "conditions"])
        .summarised()
        .first(),
        "may_submit": permissions.may_submit(actor=request.actor, system=system),
    }


def _reviews(request: Any, system: Any) -> dict[str, Any] | None:
    reviews = list(Review.objects.visible_to(request.user).filter(system=system).summarised()[:20])
    for review in reviews:
        # Each names its system; it is this one.
        review.system = system
    return {"reviews": reviews}


def _release_reviews(request: Any, release: Any) -> dict[str, Any]:
    rows = Review.objects.visible_to(request.user).filter(release=release).select_related("system").summarised()[:20]
    return {"reviews": [(row, TONES[row.state]) for row in rows]}


def register_all() -> None:
    """Offer the panels on a system's and a release's page."""
    register(
        Panel(
            "inventory.system", "gates.blockers", _("What blocks me"), "gates/panels/blockers.html", _blockers, order=10
        )
    )
    register(Panel("inventory.system", "gates.reviews", _("Reviews"), "gates/panels/reviews.html", _reviews, order=50))
    register(
        Panel(
            "inventory.release", "gates.reviews", _("Gates that looked at it"), "gates/panels/release_reviews.html",
            _release_reviews, order=10,
        )
    )  # fmt: skip
