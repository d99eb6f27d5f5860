from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """Facts that flow in from other people's tools, and records that leave in their formats."""

    name = "apps.integrations"
    label = "integrations"
