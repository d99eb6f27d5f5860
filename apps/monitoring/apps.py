from django.apps import AppConfig


class MonitoringConfig(AppConfig):
    """Metrics that systems push, the bounds on them, alerts, and incidents."""

    name = "apps.monitoring"
    label = "monitoring"

    def ready(self) -> None:
        from . import owed, panels, rules, search, subjects  # noqa: F401 - rules register themselves

        for room in (subjects, search, owed, panels):
            room.register_all()
