"""Log lines as JSON, one object a line, each with the correlation id of what was going on."""

from __future__ import annotations

import json
import logging
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from apps.kernel import correlation

from . import metrics

EXTRA = ("method", "path", "status", "milliseconds", "person", "task", "task_id")
QUIET_PATHS = ("/healthz", "/readyz", "/metrics")
requests_log = logging.getLogger("gatehouse.requests")


class JsonFormatter(logging.Formatter):
    """Formats a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; a traceback is one field of it."""
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        identifier = getattr(record, "correlation_id", "") or correlation.current()
        if identifier:
            line["correlation_id"] = identifier
        line |= {name: getattr(record, name) for name in EXTRA if hasattr(record, name)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, default=str, ensure_ascii=False)


class RequestLogMiddleware:
    """Log and measure each request by its route; neither query strings nor what people type are logged."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = self.get_response(request)
        seconds = time.perf_counter() - begun
        if request.path in QUIET_PATHS or request.path.startswith(settings.STATIC_URL):
            return response
        route = request.resolver_match.route if request.resolver_match else "(none)"
        metrics.REQUESTS.labels(request.method, route, response.status_code).observe(seconds)
        requests_log.info(
            "%s %s %s",
            request.method,
            request.path,
            response.status_code,
            extra={
                "method": request.method,
                "path": request.path,
                "status": response.status_code,
                "milliseconds": round(seconds * 1000, 1),
                "person": str(getattr(getattr(request, "user", None), "pk", "") or ""),
                "correlation_id": response.get("X-Correlation-Id", "") or correlation.current(),
            },
        )
        return response


def configuration(level: str) -> dict[str, Any]:
    """Return Django's LOGGING: everything to standard error."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": "portal.logging.JsonFormatter"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {
            "django": {"handlers": [], "level": level, "propagate": True},
            "django.request": {"level": "ERROR"},
            "django.server": {"handlers": [], "propagate": True},
            "celery": {"level": "INFO"},
        },
    }
