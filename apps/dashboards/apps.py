from django.apps import AppConfig


class DashboardsConfig(AppConfig):
    """Pages that read across rooms: home per persona, portfolio, search. No models."""

    name = "apps.dashboards"
    label = "dashboards"
