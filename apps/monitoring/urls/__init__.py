"""Addresses of monitoring, one module for each concern."""

from . import bounds, incidents, metrics

app_name = "monitoring"
urlpatterns = [
    *metrics.urlpatterns,
    *bounds.urlpatterns,
    *incidents.urlpatterns,
]
