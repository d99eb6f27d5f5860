"""Whether the portal lives, whether it can work, and its metrics."""

from __future__ import annotations

from hmac import compare_digest

from django.conf import settings
from django.db import Error, connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache

from apps.web.pages import public

from . import metrics


@public(reason="Machines that restart the process ask this; it says nothing about the content.")
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Answer as long as the process can answer; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain")


@public(reason="Load balancers ask this; it says which part is away and nothing else.")
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """Say whether requests can be served. Without the queue they can: its work waits in the outbox."""
    parts = {"database": _database_answers(), "queue": metrics.queue_length() is not None}
    parts_text = {name: "ok" if well else "away" for name, well in parts.items()}
    return JsonResponse(
        {"ready": parts["database"], "parts": parts_text},
        status=200 if parts["database"] else 503,
    )


@public(reason="Prometheus asks this with its own token; without one it is not there in production.")
@never_cache
def prometheus(request: HttpRequest) -> HttpResponse:
    """Answer with the metrics to whoever knows the token."""
    expected = settings.METRICS_TOKEN
    if not expected and settings.MODE == "production":
        raise Http404
    given = request.headers.get("Authorization", "").removeprefix("Bearer ")
    if expected and not compare_digest(given.encode(), expected.encode()):
        raise Http404
    return HttpResponse(metrics.exposition(), content_type="text/plain; version=0.0.4; charset=utf-8")


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM audit_installation")
    except Error:
        return False
    return True
