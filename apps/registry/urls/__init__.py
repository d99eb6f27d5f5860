"""Addresses of the registry, one module for each concern."""

from . import deployments

app_name = "registry"
urlpatterns = [
    *deployments.urlpatterns,
]
