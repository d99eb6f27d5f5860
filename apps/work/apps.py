from django.apps import AppConfig


class WorkConfig(AppConfig):
    """What is owed by whom: actions, comments, notices, background jobs."""

    name = "apps.work"
    label = "work"

    def ready(self) -> None:
        from . import owed, panels, subjects

        subjects.register_all()
        owed.register_all()
        panels.register_all()
