"""The addresses of the portal; each room has its own list."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from . import api, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    # Asked all day: found first.
    path("", include("apps.catalog.urls.decisions")),
    path("", include("apps.registry.urls.runtime")),
    path("api/", api.reference, name="api_reference"),
    path("api/openapi.json", api.openapi, name="openapi"),
    path("api/v1/", include((api.endpoints(), "api"))),
    path("", include("apps.accounts.urls")),
    path("", include("apps.audit.urls")),
    path("", include("apps.evidence.urls")),
    path("", include("apps.inventory.urls")),
    path("", include("apps.assessments.urls")),
    path("", include("apps.work.urls")),
    path("", include("apps.compliance.urls")),
    path("", include("apps.gates.urls")),
    path("data/intake/", include("apps.integrations.urls")),
    path("integrations/", include("apps.integrations.urls.exchange")),
    path("data/", include("apps.catalog.urls")),
    path("", include("apps.registry.urls")),
    path("monitoring/", include("apps.monitoring.urls")),
    path("", include("apps.dashboards.urls")),
]

if settings.MODE in ("embedded", "test"):
    urlpatterns.append(path("", include("apps.web.urls")))

handler400 = "apps.web.errors.bad_request"
handler403 = "apps.web.errors.forbidden"
handler404 = "apps.web.errors.not_found"
handler500 = "apps.web.errors.server_error"
