"""Error answers: a page or a fragment with what happened, what to do, and the correlation id."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render, resolve_url
from django.template.loader import get_template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel import correlation

from .responses import wants_fragment

TITLES = {
    400: gettext_lazy("This request cannot be read"),
    401: gettext_lazy("Please sign in again"),
    403: gettext_lazy("You may not do this"),
    404: gettext_lazy("There is nothing here"),
    405: gettext_lazy("This cannot be done here"),
    409: gettext_lazy("Somebody was faster"),
    413: gettext_lazy("This is too large"),
    422: gettext_lazy("Something needs mending"),
    429: gettext_lazy("Too many requests"),
    500: gettext_lazy("Something went wrong"),
    503: gettext_lazy("The portal is not available"),
}
ADVICE = {
    400: gettext_lazy("Go back and try again. If it happens again, tell the administrators the reference below."),
    403: gettext_lazy("If you need to, ask an administrator for a role; the reason above tells which."),
    404: gettext_lazy("The address may be mistyped, or the record is one that you may not see."),
    409: gettext_lazy("Open the record again to see what stands now; what you typed was not saved."),
    500: gettext_lazy(
        "Nothing was changed. Try again; if it happens again, tell the administrators the reference below."
    ),
}


# Set by our script on requests that it repeats by itself.
BACKGROUND = "Gatehouse-Background"


def wants_problem(request: HttpRequest) -> bool:
    """Tell whether a program asks."""
    return request.path.startswith(("/api/", "/access/"))


def answer(request: HttpRequest, status: int, message: str = "", problem: Any = None) -> HttpResponse:
    """Answer with an error as its asker understands it: problem details, a fragment, or a page."""
    title = str(TITLES.get(status, TITLES[500]))
    if wants_problem(request):
        return problem_details(status, title, str(message))
    context = {
        "status": status,
        "error_title": title,
        "message": message,
        "advice": ADVICE.get(status, ""),
        "reference": correlation.current(),
        "theirs": getattr(problem, "theirs", None),
    }
    if not wants_fragment(request):
        return render(request, "errors/error.html", context, status=status)
    response = render(request, "errors/error.html#problem", context, status=status)
    # Its own place on the page: what was typed stays. A refresh that nobody asked for fails in silence.
    response["HX-Retarget"] = "#problem"
    response["HX-Reswap"] = "none" if BACKGROUND in request.headers else "innerHTML"
    return response


def method_not_allowed(request: HttpRequest, allowed: Iterable[str]) -> HttpResponse:
    """Answer 405 with the methods that are offered."""
    response = answer(request, 405)
    response["Allow"] = ", ".join(allowed)
    return response


def problem_details(status: int, title: str, detail: str = "", **more: Any) -> JsonResponse:
    """Answer a program (RFC 9457)."""
    body = {"type": "about:blank", "title": title, "status": status, "reference": correlation.current()} | more
    if detail:
        body["detail"] = detail
    return JsonResponse(body, status=status, content_type="application/problem+json")


def sign_in_first(request: HttpRequest) -> HttpResponse:
    """Ask for a sign-in: a redirect for a page, a dialog for htmx (typed text stays), problem details for a program."""
    if wants_problem(request):
        response: HttpResponse = problem_details(401, str(TITLES[401]), _("Send a token as “Authorization: Bearer …”."))
        response["WWW-Authenticate"] = "Bearer"
        return response
    if request.headers.get("HX-Request") == "true":
        response = render(request, "errors/sign_in_again.html", status=401)
        response["HX-Retarget"] = "#dialog"
        response["HX-Reswap"] = "innerHTML"
        return response
    back = request.get_full_path() if request.method in ("GET", "HEAD") else "/"
    return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': back})}")


def send_again(request: HttpRequest, status: int, sign_in_url: str = "") -> HttpResponse:
    """Show what was typed behind one button, to be sent again with a fresh token, after signing in where that is needed."""
    names = [name for name in request.POST if name != "csrfmiddlewaretoken"]
    context = {
        "kept": [(name, text) for name in names for text in request.POST.getlist(name)],
        "lost_files": bool(request.FILES),
        "action": request.get_full_path(),
        "sign_in_url": sign_in_url,
    }
    return render(request, "errors/send_again.html", context, status=status)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400."""
    return answer(request, 400)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403."""
    return answer(request, 403, str(exception or ""))


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404; unknown and not yours look the same."""
    return answer(request, 404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without any detail but the reference; also when not even the header can be drawn."""
    try:
        return answer(request, 500)
    except Exception:
        # The database may be what is missing, and the header asks it who is signed in.
        page = get_template("errors/bare.html").render({"reference": correlation.current()})
        return HttpResponse(page, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a stale form (another tab signed in anew): say how to go on without losing what was typed."""
    if request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}" and not wants_fragment(request):
        return send_again(request, 403)
    return answer(
        request,
        403,
        _("This page is older than your sign-in. Go back, copy what you typed, reload the page and send it again."),
    )
