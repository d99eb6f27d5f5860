from django.apps import AppConfig


class PortalConfig(AppConfig):
    """The assembly: settings, addresses, the processes and their commands."""

    name = "portal"
    label = "portal"
