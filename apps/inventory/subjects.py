"""The records of this room that entries, findings, comments and inbox items may be about."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from apps.kernel.subjects import SubjectType, register


def _visible(name: str) -> Any:
    """Return the function that narrows a model to what a person may know of."""

    def visible(person: Any) -> Any:
        from django.apps import apps

        return apps.get_model("inventory", name).objects.visible_to(person)

    return visible


def _vendors(person: Any) -> Any:
    from apps.accounts.reach import holds
    from apps.kernel.permissions import Permission

    from .models import Vendor

    return Vendor.objects.all() if holds(person, Permission.INVENTORY_VENDOR_VIEW) else Vendor.objects.none()


def _page(name: str, attribute: str = "key") -> Any:
    return lambda record: reverse(f"inventory:{name}", args=[getattr(record, attribute)])


def _of_system(record: Any) -> str:
    return reverse("inventory:system", args=[record.system.key])


def register_all() -> None:
    """Register what this room keeps on record."""
    kinds = (
        ("inventory.system", "AISystem", _page("system")),
        ("inventory.use_case", "UseCase", _page("use_case")),
        ("inventory.authorisation", "Authorisation", _of_system),
        ("inventory.intake", "Intake", _page("intake_detail")),
        ("inventory.approved_use", "ApprovedUse", _page("approved_use")),
        ("inventory.legacy_period", "LegacyPeriod", _of_system),
        # A release is shown with its models, which this room does not know.
        ("inventory.release", "Release", lambda record: reverse("registry:release", args=[record.key])),
    )
    for name, model, url in kinds:
        register(SubjectType(name, f"inventory.{model}", str, _visible(model), url))
    register(SubjectType("inventory.vendor", "inventory.Vendor", str, _vendors, _page("vendor", "pk")))
