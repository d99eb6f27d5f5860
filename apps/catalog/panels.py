"""What the catalog adds to the pages of datasets, systems and use cases."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.kernel import authorisation
from apps.kernel.panels import Panel, register
from apps.kernel.permissions import Permission

from .models import ProcessingActivity

PERSONAL = {"personal", "special_category", "health"}


def _processing(request: Any, about: Any) -> dict[str, Any] | None:
    """Show which entries of the processing register name a dataset or use case."""
    if not authorisation.holds(request.actor, Permission.CATALOG_ACTIVITY_VIEW):
        return None
    is_use_case = about._meta.label == "inventory.UseCase"
    found = ProcessingActivity.objects.visible_to(request.user)
    found = found.filter(use_cases=about) if is_use_case else found.filter(datasets=about)
    classes = about.data_classes if is_use_case else about.categories
    begin = authorisation.holds(request.actor, Permission.CATALOG_ACTIVITY_EDIT) and is_use_case
    return {
        "activities": list(found.order_by("key")),
        "needed": bool(PERSONAL & set(classes)),
        "begin_url": f"{reverse('catalog:activity_register')}?use_case={about.key}" if begin else "",
    }


def register_all() -> None:
    """Offer the panels."""
    from .views.uses import uses_panel

    register(Panel("catalog.dataset", "uses", _("Declared uses"), "catalog/panels/uses.html", uses_panel, 70))
    register(Panel("inventory.system", "data", _("Data it works with"), "catalog/panels/uses.html", uses_panel, 45))
    for subject, order in (("catalog.dataset", 60), ("inventory.use_case", 50)):
        register(
            Panel(subject, "processing", _("Processing register"), "catalog/panels/processing.html", _processing, order)
        )
