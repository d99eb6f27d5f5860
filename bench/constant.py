"""The floor: a bare Django view that returns a constant, behind the same web server as the portal."""

from __future__ import annotations

from typing import Any

import django
from django.conf import settings

settings.configure(SECRET_KEY="constant", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF="bench.constant", MIDDLEWARE=[])
django.setup()

from django.core.handlers.wsgi import WSGIHandler  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.urls import path  # noqa: E402


def constant(_request: Any) -> JsonResponse:
    """Answer the same each time."""
    return JsonResponse({"decision": True, "context": {"rule": "constant"}})


urlpatterns = [path("constant", constant)]
application = WSGIHandler()
