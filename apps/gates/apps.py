from django.apps import AppConfig


class GatesConfig(AppConfig):
    """Gate policy, reviews, lanes and decisions."""

    name = "apps.gates"
    label = "gates"

    def ready(self) -> None:
        from . import owed, panels, search, subjects

        subjects.register_all()
        owed.register_all()
        panels.register_all()
        search.register_all()
