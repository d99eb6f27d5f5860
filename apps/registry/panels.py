"""What the registry adds to the pages of systems, datasets and vendors."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel import authorisation
from apps.kernel.panels import HOME, Panel, register
from apps.kernel.permissions import Permission


def _places(request: Any, system: Any) -> dict[str, Any] | None:
    from .views.deployments import panel_of_system

    return panel_of_system(request, system)


def _releases(request: Any, system: Any) -> dict[str, Any] | None:
    from .views.releases import panel_of_system

    return panel_of_system(request, system)


def _model_access(request: Any, system: Any) -> dict[str, Any] | None:
    from .views.grants import panel_of_system

    return panel_of_system(request, system)


def _selections(request: Any, use_case: Any) -> dict[str, Any] | None:
    from .views.selections import panel_of_use_case

    return panel_of_use_case(request, use_case)


def _trained(request: Any, dataset: Any) -> dict[str, Any] | None:
    from .views.aimodels import panel_of_dataset

    return panel_of_dataset(request, dataset)


def _of_vendor(request: Any, vendor: Any) -> dict[str, Any] | None:
    from .views.aimodels import panel_of_vendor

    return panel_of_vendor(request, vendor)


def _own_models(_request: Any, person: Any) -> dict[str, Any] | None:
    """Show somebody who answers for models where they run."""
    from .queries.home import models_of

    found = models_of(person)
    return {"models": found} if found else None


def _to_ship(request: Any, person: Any) -> dict[str, Any] | None:
    """Show somebody who ships what does not run as it should."""
    from .queries.home import to_ship

    if not authorisation.holds(request.actor, Permission.REGISTRY_DEPLOYMENT_OBSERVE):
        return None
    return {"places": to_ship(person)}


def register_all() -> None:
    """Offer the panels."""
    for subject, name, title, template, context, order in (
        (HOME, "registry.to_ship", _("Does not run as it should"), "registry/panels/to_ship.html", _to_ship, 15),
        (HOME, "registry.models", _("Models you answer for"), "registry/panels/home.html", _own_models, 20),
        ("catalog.dataset", "registry.trained", _("Models made from it"), "registry/panels/trained.html", _trained, 60),
        ("inventory.vendor", "registry.models", _("Models"), "registry/panels/vendor.html", _of_vendor, 30),
        ("inventory.system", "registry.places", _("Where it runs"), "registry/panels/places.html", _places, 30),
        ("inventory.system", "registry.releases", _("Releases"), "registry/panels/releases.html", _releases, 25),
        (
            "inventory.use_case",
            "registry.selections",
            _("Selections"),
            "registry/panels/selections.html",
            _selections,
            40,
        ),
        (
            "inventory.system",
            "registry.model_access",
            _("Models it may call"),
            "registry/panels/model_access.html",
            _model_access,
            46,
        ),
    ):
        register(Panel(subject, name, title, template, context, order))
