from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Facts that flow in from other people's tools, and records that leave in their formats."""

    name = "apps.integrations"
    label = "integrations"

    def ready(self) -> None:
        from . import rules, subjects  # noqa: F401 - rules register themselves

        subjects.register_all()
