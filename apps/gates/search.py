"""Reviews in the search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.kernel.search import Hit, register

from .models import Review


def _find(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = Review.objects.visible_to(person).filter(Q(key__iexact=text) | Q(system__name__icontains=text))
    for review in found.select_related("system").order_by("-submitted_at")[:limit]:
        yield Hit(
            "review",
            review.key,
            review.system.name,
            reverse("gates:review", args=[review.key]),
            str(review.get_state_display()),
        )


def register_all() -> None:
    """Offer reviews to the search."""
    register("gates.reviews", _("Reviews"), _find)
