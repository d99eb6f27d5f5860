"""What monitoring adds to the search."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.search import Hit, register

from .models import Incident


def _incidents(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = Incident.objects.visible_to(person)
    for word in text.replace("\x00", "").split()[:8]:
        found = found.filter(
            Q(key__iexact=word)
            | Q(title__icontains=word)
            | Q(reference__icontains=word)
            | Q(root_cause__icontains=word)
        )
    for one in found.select_related("system").order_by("-occurred_at")[:limit]:
        detail = f"{one.get_severity_display()} · {one.get_state_display()} · {one.system.name}"
        yield Hit(_("Incident"), one.key, one.title, reverse("monitoring:incident", args=[one.key]), detail)


def register_all() -> None:
    """Offer incidents."""
    register("monitoring.incidents", gettext_lazy("Incidents"), _incidents)
