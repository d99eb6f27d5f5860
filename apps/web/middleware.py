"""The edge: correlation ids, policies that cannot be forgotten, and headers that every answer carries."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import DataError
from django.http import HttpRequest, HttpResponse

from apps.kernel import correlation
from apps.kernel.errors import GatehouseError

from . import errors

logger = logging.getLogger(__name__)
Answer = Callable[[HttpRequest], HttpResponse]
UNSAFE = ("POST", "PUT", "PATCH", "DELETE")


class CorrelationMiddleware:
    """Give each request an id of our own making; it is in the answer, the log, the entries and the tasks."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        with correlation.correlated() as identifier:
            response = self.get_response(request)
            response["X-Correlation-Id"] = identifier
            return response


class HeadersMiddleware:
    """Set the headers that every answer carries; what a signed-in person sees is stored nowhere."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.path.startswith(settings.STATIC_URL):
            return response
        response.setdefault("Cache-Control", "no-store")
        response.setdefault("Referrer-Policy", "same-origin")
        response.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        response.setdefault("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
        vary = {part.strip() for part in response.get("Vary", "").split(",") if part.strip()}
        response["Vary"] = ", ".join(sorted(vary | {"HX-Request", "HX-Request-Type", "Cookie"}))
        return response


class SameSiteMiddleware:
    """Refuse writes that a browser says another site caused (Fetch metadata), beside the CSRF token."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method in UNSAFE and request.headers.get("Sec-Fetch-Site") in ("cross-site", "same-site"):
            return errors.answer(request, 403, "This came from another site, so nothing was done.")
        return self.get_response(request)


class ReadableMiddleware:
    """Take no NUL from an address: no name, key or search holds one, and the database has no such text.

    A program is told; a page ignores it, as it ignores any parameter that it does not understand.
    """

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        query = request.META.get("QUERY_STRING", "")
        if "\x00" in request.path_info or ("%00" in query and errors.wants_problem(request)):
            return errors.answer(request, 400)
        while "%00" in query:
            query = request.META["QUERY_STRING"] = query.replace("%00", "")
        return self.get_response(request)


class PolicyMiddleware:
    """Refuse any view that declares no policy: a forgotten permission is a closed door, not an open one."""

    def __init__(self, get_response: Answer) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Let a request through to a view with a policy; ask for a sign-in where it needs one."""
        policy = getattr(view, "policy", None)
        if policy is None:
            return errors.answer(request, 403, "This page declares no policy, so nobody may open it.")
        if not policy.public and not request.user.is_authenticated:
            return errors.sign_in_first(request)
        return None

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """Turn what an operation refuses into its page."""
        if isinstance(problem, GatehouseError):
            return errors.answer(request, problem.status, problem.message, problem=problem)
        if isinstance(problem, DataError):
            # A value that no column can hold, past a form that should have said so.
            logger.warning("Input that the database cannot hold", exc_info=problem)
            return errors.answer(request, 400)
        return None
