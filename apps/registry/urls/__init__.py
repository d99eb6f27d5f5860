"""Addresses of the registry, one module for each concern."""

from . import access, aimodels, deployments, permits, releases

app_name = "registry"
urlpatterns = [
    *access.urlpatterns,
    *deployments.urlpatterns,
    *permits.urlpatterns,
    *releases.urlpatterns,
    # The last: a model's key would match other words.
    *aimodels.urlpatterns,
]
