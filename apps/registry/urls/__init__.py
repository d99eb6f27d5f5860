"""Addresses of the registry, one module for each concern."""

from . import deployments, releases

app_name = "registry"
urlpatterns = [
    *deployments.urlpatterns,
    *releases.urlpatterns,
]
