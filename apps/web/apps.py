from django.apps import AppConfig


class WebConfig(AppConfig):
    """The page kit: pages, tables, filters, forms, exports, components."""

    name = "apps.web"
    label = "web"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - checks register themselves
