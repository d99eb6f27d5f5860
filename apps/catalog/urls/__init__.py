"""Addresses of the data catalog, one module for each concern."""

from . import (
    access,
    accesslog,
    actual,
    classification,
    datasets,
    glossary,
    lineage,
    platforms,
    processing,
    quality,
    retention,
)

app_name = "catalog"
urlpatterns = [
    *actual.urlpatterns,
    *platforms.urlpatterns,
    *glossary.urlpatterns,
    *lineage.urlpatterns,
    *classification.urlpatterns,
    *quality.urlpatterns,
    *access.urlpatterns,
    *accesslog.urlpatterns,
    *processing.urlpatterns,
    *retention.urlpatterns,
    # The last: a dataset's key would match other words.
    *datasets.urlpatterns,
]
