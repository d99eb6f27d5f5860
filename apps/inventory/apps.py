from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """AI systems, use cases and their authorisations."""

    name = "apps.inventory"
    label = "inventory"

    def ready(self) -> None:
        from . import rules, subjects  # noqa: F401 - rules register themselves

        subjects.register_all()
