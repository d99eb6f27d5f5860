"""The lists: systems, use cases, vendors, intakes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory import filters, tables
from apps.inventory.models import AISystem, Intake, UseCase, Vendor
from apps.kernel import authorisation
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage


def _button(request: HttpRequest, permission: Permission, label: str, name: str) -> list[dict[str, Any]]:
    if not authorisation.holds(request.actor, permission):
        return []
    return [{"label": label, "url": reverse(f"inventory:{name}"), "primary": True}]


class Systems(ListPage):
    """The AI systems a person may see."""

    permission = Permission.INVENTORY_CATALOG_BROWSE
    title = gettext_lazy("AI systems")
    table = tables.SystemTable
    filters = filters.SystemFilters
    export_name = "systems"
    export_permission = Permission.INVENTORY_SYSTEM_EXPORT
    empty_text = gettext_lazy(
        "You see your own systems, those of the departments you work for, and those opened to you."
    )

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see, with how its authorisation stands."""
        systems = AISystem.objects.visible_to(request.user).filter(merged_into=None)
        return filters.with_authorisation_state(systems).select_related("department", "owner")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to register one."""
        label = _("Register a system")
        return {"buttons": _button(request, Permission.INVENTORY_SYSTEM_REGISTER, label, "system_register")}


class UseCases(ListPage):
    """The use cases a person may see."""

    permission = Permission.INVENTORY_CATALOG_BROWSE
    title = gettext_lazy("Use cases")
    intro = gettext_lazy("One intended purpose each: what the law and the tier look at.")
    table = tables.UseCaseTable
    filters = filters.UseCaseFilters
    export_name = "use-cases"

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return UseCase.objects.visible_to(request.user).filter(merged_into=None).select_related("department")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to register one."""
        label = _("Register a use case")
        return {"buttons": _button(request, Permission.INVENTORY_SYSTEM_REGISTER, label, "use_case_register")}


class Vendors(ListPage):
    """The suppliers of AI."""

    permission = Permission.INVENTORY_VENDOR_VIEW
    title = gettext_lazy("Vendors")
    table = tables.VendorTable
    filters = filters.VendorFilters
    export_name = "vendors"

    def queryset(self, request: HttpRequest) -> Any:
        """Return all: suppliers are no secret among those who may see this list."""
        return Vendor.objects.all()

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to put one on record."""
        label = _("Add a vendor")
        return {"buttons": _button(request, Permission.INVENTORY_VENDOR_EDIT, label, "vendor_register")}


class Triage(ListPage):
    """What waits for triage, and what became of the rest."""

    permission = Permission.INVENTORY_INTAKE_TRIAGE
    title = gettext_lazy("Triage")
    intro = gettext_lazy("What colleagues would like to use AI for. Decide, and say why: they read it.")
    table = tables.IntakeTable
    filters = filters.IntakeFilters
    export_name = "intakes"
    empty_title = gettext_lazy("Nothing waits")
    empty_text = gettext_lazy("New proposals appear here.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return those that wait, or, when an outcome is chosen, all of that outcome."""
        intakes = Intake.objects.visible_to(request.user).select_related("department", "proposer")
        return intakes if request.GET.get("outcome") else intakes.waiting()

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to what was decided before."""
        done = "?outcome=accepted&outcome=refused&outcome=not_ai&outcome=duplicate&outcome=platform&outcome=blocked"
        return {"buttons": [{"label": _("Decided before"), "url": done}]}
