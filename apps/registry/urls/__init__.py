"""Addresses of the registry, one module for each concern."""

from . import deployments, permits, releases

app_name = "registry"
urlpatterns = [
    *deployments.urlpatterns,
    *permits.urlpatterns,
    *releases.urlpatterns,
]
