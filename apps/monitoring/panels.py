"""What monitoring adds to the pages of systems."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel.panels import Panel, register


def _metrics(request: Any, system: Any) -> dict[str, Any] | None:
    from .views.metrics import panel_of_system

    return panel_of_system(request, system)


def _incidents(request: Any, system: Any) -> dict[str, Any] | None:
    from .views.incidents import panel_of_system

    return panel_of_system(request, system)


def register_all() -> None:
    """Offer the panels."""
    for name, title, template, context, order in (
        ("monitoring.metrics", _("Metrics"), "monitoring/panels/metrics.html", _metrics, 34),
        ("monitoring.incidents", _("Incidents"), "monitoring/panels/incidents.html", _incidents, 36),
    ):
        register(Panel("inventory.system", name, title, template, context, order))
