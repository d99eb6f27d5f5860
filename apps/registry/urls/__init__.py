"""Addresses of the registry, one module for each concern."""

from . import access, deployments, releases

app_name = "registry"
urlpatterns = [
    *access.urlpatterns,
    *deployments.urlpatterns,
    *releases.urlpatterns,
]
