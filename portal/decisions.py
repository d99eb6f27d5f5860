"""What the decision processes answer: the questions that programs ask at run time, and nothing else.

They run apart from the pages, so that neither a slow page nor a rush of people makes a gateway wait, and a fault in a page
stops no decision. The web processes answer the same addresses for whoever has only one.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import URLPattern, URLResolver, include, path

from . import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.prometheus, name="metrics"),
    path("", include("apps.catalog.urls.decisions")),
    path("", include("apps.registry.urls.runtime")),
]


def _problem(status: int, title: str) -> JsonResponse:
    body = {"type": "about:blank", "title": title, "status": status}
    return JsonResponse(body, status=status, content_type="application/problem+json")


def bad_request(request: HttpRequest, exception: Any = None) -> JsonResponse:
    """Answer what cannot be read."""
    return _problem(400, "This request cannot be read.")


def forbidden(request: HttpRequest, exception: Any = None) -> JsonResponse:
    """Answer what is not allowed."""
    return _problem(403, "This is not allowed.")


def not_found(request: HttpRequest, exception: Any = None) -> JsonResponse:
    """Answer what is not here: pages are at the portal's own address."""
    return _problem(404, "Only decisions are answered here.")


def server_error(request: HttpRequest) -> JsonResponse:
    """Answer a fault of ours."""
    return _problem(500, "Something went wrong here.")


handler400, handler403, handler404, handler500 = (
    f"portal.decisions.{name}" for name in ("bad_request", "forbidden", "not_found", "server_error")
)
