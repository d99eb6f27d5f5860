from django.apps import AppConfig


class CatalogConfig(AppConfig):
    """Platforms, datasets and fields, and who may do what with them."""

    name = "apps.catalog"
    label = "catalog"

    def ready(self) -> None:
        from . import dossier, owed, panels, rules, search, subjects  # noqa: F401 - rules register themselves

        for room in (subjects, dossier, search, owed, panels):
            room.register_all()
