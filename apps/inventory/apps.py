from django.apps import AppConfig


class InventoryConfig(AppConfig):
    """AI systems, use cases and their authorisations."""

    name = "apps.inventory"
    label = "inventory"

    def ready(self) -> None:
        from . import dossier, owed, rules, search, subjects  # noqa: F401 - rules register themselves

        for room in (subjects, dossier, search, owed):
            room.register_all()
