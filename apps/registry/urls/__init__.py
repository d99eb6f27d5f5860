"""Addresses of the registry, one module for each concern."""

from . import access, aimodels, deployments, manifests, permits, releases, selections

app_name = "registry"
urlpatterns = [
    *access.urlpatterns,
    *deployments.urlpatterns,
    *manifests.urlpatterns,
    *permits.urlpatterns,
    *releases.urlpatterns,
    *selections.urlpatterns,
    # The last: a model's key would match other words.
    *aimodels.urlpatterns,
]
