"""Addresses of the registry, one module for each concern."""

from . import deployments, releases, selections

app_name = "registry"
urlpatterns = [
    *deployments.urlpatterns,
    *releases.urlpatterns,
    *selections.urlpatterns,
]
