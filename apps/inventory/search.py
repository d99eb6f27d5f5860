"""What the search over everything finds in the inventory."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.reach import holds
from apps.kernel.permissions import Permission
from apps.kernel.search import Hit, register

from .models import AISystem, ApprovedUse, UseCase, Vendor


def containing(queryset: Any, text: str) -> Any:
    """Keep the rows whose text holds every word."""
    for word in text.replace("\x00", "").lower().split()[:8]:
        queryset = queryset.filter(search_text__contains=word)
    return queryset


def _systems(person: Any, text: str, limit: int) -> Iterable[Hit]:
    found = containing(AISystem.objects.visible_to(person), text).select_related("department")
    for system in found.order_by("key")[:limit]:
        detail = f"{system.get_stage_display()} · {system.department}"
        yield Hit(_("AI system"), system.key, system.name, reverse("inventory:system", args=[system.key]), detail)


def _use_cases(person: Any, text: str, limit: int) -> Iterable[Hit]:
    for use_case in containing(UseCase.objects.visible_to(person), text).order_by("key")[:limit]:
        url = reverse("inventory:use_case", args=[use_case.key])
        yield Hit(_("Use case"), use_case.key, use_case.name, url, use_case.get_status_display())


def _uses(person: Any, text: str, limit: int) -> Iterable[Hit]:
    for use in containing(ApprovedUse.objects.offered_to(person), text).order_by("title")[:limit]:
        yield Hit(
            _("You may use"), use.key, use.title, reverse("inventory:approved_use", args=[use.key]), use.purpose[:120]
        )


def _vendors(person: Any, text: str, limit: int) -> Iterable[Hit]:
    if holds(person, Permission.INVENTORY_VENDOR_VIEW):
        for vendor in Vendor.objects.filter(name__icontains=text.replace("\x00", ""))[:limit]:
            yield Hit(
                _("Vendor"), vendor.name, vendor.name, reverse("inventory:vendor", args=[vendor.pk]), vendor.country
            )


def register_all() -> None:
    """Offer systems, use cases, approved uses and vendors."""
    register("inventory.uses", gettext_lazy("What you may use"), _uses)
    register("inventory.systems", gettext_lazy("AI systems"), _systems)
    register("inventory.use_cases", gettext_lazy("Use cases"), _use_cases)
    register("inventory.vendors", gettext_lazy("Vendors"), _vendors)
