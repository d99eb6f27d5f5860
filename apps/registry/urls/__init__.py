"""Addresses of the registry, one module for each concern."""

from . import access, deployments, permits, releases, selections

app_name = "registry"
urlpatterns = [
    *access.urlpatterns,
    *deployments.urlpatterns,
    *permits.urlpatterns,
    *releases.urlpatterns,
    *selections.urlpatterns,
]
