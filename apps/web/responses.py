"""Answers: a page or its fragment, and the redirect after a write."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url


def wants_fragment(request: HttpRequest) -> bool:
    """Tell whether htmx asks for a part of the page (htmx 4 says so in HX-Request-Type)."""
    return (
        request.headers.get("HX-Request") == "true" and request.headers.get("HX-Request-Type", "partial") == "partial"
    )


def render_page(
    request: HttpRequest,
    template: str,
    context: dict[str, Any] | None = None,
    *,
    fragment: str | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page, or only its named fragment when htmx asks for a part."""
    name = f"{template}#{fragment}" if fragment and wants_fragment(request) else template
    return render(request, name, context or {}, status=status)


def redirect_after(request: HttpRequest, to: Any, message: Any = None, *args: Any, **kwargs: Any) -> HttpResponse:
    """Redirect after a write (post, redirect, get), with a message on the next page."""
    if message:
        messages.success(request, str(message))
    url = resolve_url(to, *args, **kwargs)
    if request.headers.get("HX-Request") == "true":
        response = HttpResponse(status=204)
        response["HX-Redirect"] = url
        return response
    return HttpResponseRedirect(url)
