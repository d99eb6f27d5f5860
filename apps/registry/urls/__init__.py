"""Addresses of the registry, one module for each concern."""

from . import releases

app_name = "registry"
urlpatterns: list[object] = [
    *releases.urlpatterns,
]
