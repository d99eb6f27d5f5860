"""Who is asking: the person of the session within its limits, renewed at the provider, and the actor of the request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.contrib import auth
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from apps.kernel import clock, reading, recording
from apps.kernel.actors import Actor
from apps.web import errors

from .events import Event
from .rules_pure.sessions import Limits, Stamps

LIMITS = Limits()
# A request that a script repeats by itself is no sign of a person; it does not keep a session alive.
BACKGROUND_HEADER = "Gatehouse-Background"


class PersonMiddleware:
    """Sets `request.user` and `request.actor`; ends sessions at their limits; asks anonymous visitors to sign in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        request.user = auth.get_user(request)
        request.needs_sign_in = False
        if request.user.is_authenticated:
            self._hold_to_limits(request)
        signed_in = request.user.is_authenticated
        request.actor = request.user.as_actor() if signed_in else Actor.anonymous()
        if signed_in and request.method in ("GET", "HEAD"):
            with reading.only_reading(request.user):
                return self.get_response(request)
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        """Answer for those who have to sign in first, without losing what they typed."""
        policy = getattr(view, "policy", None)
        if policy is None or getattr(policy, "public", False):
            return None
        if not request.user.is_authenticated or request.needs_sign_in:
            return ask_to_sign_in(request)
        if _is_navigation(request) and Stamps.read(request.session).renewal_due(clock.now().timestamp(), LIMITS):
            query = urlencode({"next": request.get_full_path(), "silent": "1"})
            return HttpResponseRedirect(f"{reverse('accounts:sign_in')}?{query}")
        return None

    def _hold_to_limits(self, request: Any) -> None:
        moment = clock.now().timestamp()
        stamps = Stamps.read(request.session)
        over = stamps.limit_reached(moment, LIMITS)
        if over:
            person = request.user
            recording.record(
                event=Event.SESSION_EXPIRED, actor=person.as_actor(), subject=person, details={"limit": over}
            )
            auth.logout(request)
            request.user = AnonymousUser()
            return
        active = BACKGROUND_HEADER not in request.headers
        stamps.touch(request.session, moment, active=active)
        request.needs_sign_in = bool(request.headers.get("HX-Request")) and stamps.renewal_overdue(moment, LIMITS)


def _is_navigation(request: HttpRequest) -> bool:
    """Tell whether a browser loads a page: only then may the answer lead to another origin and back."""
    return (
        request.method == "GET"
        and not request.headers.get("HX-Request")
        and request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
        and "text/html" in request.headers.get("Accept", "text/html")
    )


def ask_to_sign_in(request: Any) -> HttpResponse:
    """Ask for a sign-in: a dialog for htmx, a page that keeps the typed text for a form, else the way to sign-in."""
    sign_in = reverse("accounts:sign_in")
    if request.headers.get("HX-Request"):
        return errors.sign_in_first(request)
    if request.method in ("GET", "HEAD"):
        return HttpResponseRedirect(f"{sign_in}?{urlencode({'next': request.get_full_path()})}")
    return errors.send_again(request, 401, f"{sign_in}?{urlencode({'next': reverse('accounts:welcome_back')})}")
