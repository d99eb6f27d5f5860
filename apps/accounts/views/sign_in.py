"""Signing in at the identity provider, the way back, and signing out there."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from django.conf import settings
from django.contrib import auth
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from mozilla_django_oidc.views import OIDCAuthenticationCallbackView, OIDCAuthenticationRequestView

from apps.accounts import operations
from apps.accounts.backends import provider
from apps.accounts.backends.oidc import closed_setting, read_signed
from apps.accounts.backends.refusal import Because, SignInRefused
from apps.accounts.events import Event
from apps.accounts.models import Person
from apps.accounts.rules_pure import claims as rules
from apps.accounts.rules_pure.sessions import RENEWED, Limits, Stamps
from apps.kernel import clock, correlation, recording
from apps.kernel.actors import Actor
from apps.kernel.identifiers import uuid7
from apps.web.pages import page, public

# What the provider answers when it would have to ask the person; no failure, but the end of a silent renewal.
ASKS = {"login_required", "interaction_required", "consent_required", "account_selection_required"}
OLDEST_ATTEMPT = 3600
TRY_AGAIN_AFTER = 300


class _Request(OIDCAuthenticationRequestView):
    """The way to the provider: state, nonce and PKCE by the library; the page to return to kept with the state."""

    get_settings = staticmethod(closed_setting)

    def get(self, request: HttpRequest) -> HttpResponse:
        self.silent = request.GET.get("silent") == "1" and request.user.is_authenticated
        response = super().get(request)
        state = parse_qs(urlsplit(response.url).query)["state"][0]
        request.session.pop("oidc_login_next", None)
        request.session["oidc_states"][state] |= {
            "next": rules.own_path(request.GET.get("next")),
            "silent": self.silent,
        }
        request.session.modified = True
        return response

    def get_extra_params(self, request: HttpRequest) -> dict[str, Any]:
        return {"prompt": "none"} if self.silent else {}


class _Callback(OIDCAuthenticationCallbackView):
    """The way back: one attempt, one answer, once."""

    get_settings = staticmethod(closed_setting)

    def get(self, request: Any) -> HttpResponse:
        attempt = request.session.get("oidc_states", {}).get(request.GET.get("state", ""))
        if not attempt or clock.now().timestamp() - attempt.get("added_on", 0) > OLDEST_ATTEMPT:
            raise SignInRefused(Because.ATTEMPT, "state: unknown, used or too old")
        self.next_path = rules.own_path(attempt.get("next"))
        if request.GET.get("iss", settings.OIDC_ISSUER) != settings.OIDC_ISSUER:
            raise SignInRefused(Because.TOKEN, "iss: the answer came from another issuer")
        if request.GET.get("error"):
            return self._answer_error(request, attempt)
        if not request.GET.get("code"):
            raise SignInRefused(Because.ATTEMPT, "code: missing")
        self.renewal = request.user.is_authenticated
        self.before = request.user
        return super().get(request)

    @property
    def success_url(self) -> str:
        return self.next_path

    def login_failure(self) -> HttpResponse:
        raise SignInRefused(Because.TOKEN, "nobody was recognised")

    def login_success(self) -> HttpResponse:
        renewal = self.renewal and self.before.pk == self.user.pk
        # The library's check of the nonce and the exchange may run in parallel tabs; the session was read anew.
        kept = {name: self.request.session.get(name) for name in ("oidc_subject", "oidc_sid", "oidc_id_token")}
        response = super().login_success()
        self.request.session.update(kept)
        Stamps.begin(self.request.session, clock.now().timestamp(), renewal=renewal)
        return response

    def _answer_error(self, request: Any, attempt: dict[str, Any]) -> HttpResponse:
        del request.session["oidc_states"][request.GET["state"]]
        request.session.modified = True
        name = request.GET["error"][:80]
        if attempt.get("silent") and name in ASKS:
            _end_session(request, Event.SESSION_EXPIRED, {"limit": "provider"})
            return HttpResponseRedirect(f"{reverse('accounts:sign_in')}?{urlencode({'next': self.next_path})}")
        raise SignInRefused(Because.REFUSED_THERE, f"error: {name}")


def _refused(request: Any, refusal: SignInRefused) -> HttpResponse:
    """Record a failed sign-in and say so, with a reference that finds the entry."""
    reference = correlation.current() or str(uuid7())
    with correlation.correlated(reference):
        recording.record(
            event=Event.SIGN_IN_REFUSED,
            actor=Actor.anonymous(),
            details={"because": refusal.because, "detail": refusal.detail, "reference": reference},
        )
    context = {"sentence": refusal.sentence, "reference": reference, "because": refusal.because}
    return render(request, "accounts/sign_in_refused.html", context, status=refusal.status)


@public(reason="The way to the identity provider.")
@never_cache
def sign_in(request: Any) -> HttpResponse:
    """Lead to the identity provider, silently (`silent=1`) when a session is only renewed."""
    if request.user.is_authenticated and request.GET.get("silent") != "1" and not request.needs_sign_in:
        return HttpResponseRedirect(rules.own_path(request.GET.get("next")))
    try:
        return _Request.as_view()(request)
    except SignInRefused as refusal:
        if request.user.is_authenticated and request.GET.get("silent") == "1":
            # A provider that does not answer shall not lock people out; the absolute limit still holds.
            request.session[RENEWED] = clock.now().timestamp() - Limits().renewal + TRY_AGAIN_AFTER
            return HttpResponseRedirect(rules.own_path(request.GET.get("next")))
        return _refused(request, refusal)


@public(reason="The way back from the identity provider.")
@never_cache
def callback(request: Any) -> HttpResponse:
    """Sign in with what the provider sent, or say in one page why not."""
    try:
        return _Callback.as_view()(request)
    except SignInRefused as refusal:
        return _refused(request, refusal)
    except (SuspiciousOperation, requests.RequestException, ValueError, KeyError, TypeError) as problem:
        return _refused(request, SignInRefused(Because.TOKEN, f"{type(problem).__name__}: {problem}"))


@public(reason="Signing out ends what there is; there may be nothing.", methods=("POST",))
@never_cache
def sign_out(request: Any) -> HttpResponse:
    """End the session here, then at the provider."""
    target = reverse("accounts:signed_out")
    if request.user.is_authenticated:
        target = _sign_out_there(request) or target
        _end_session(request, Event.PERSON_SIGNED_OUT, {})
    response = HttpResponseRedirect(target)
    response["Clear-Site-Data"] = '"storage"'
    return response


@public(reason="What one sees after signing out.")
@never_cache
def signed_out(request: HttpRequest) -> HttpResponse:
    """Say that one is signed out."""
    return render(request, "accounts/signed_out.html")


@page(permission=None)
def welcome_back(request: HttpRequest) -> HttpResponse:
    """Say, in the tab that was opened for it, that one is signed in again and may go on in the other."""
    return render(request, "accounts/welcome_back.html")


@public(reason="The identity provider ends sessions by a signed token.", methods=("POST",))
@csrf_exempt
@never_cache
def back_channel_sign_out(request: HttpRequest) -> HttpResponse:
    """End every session of the subject that the provider's signed logout token names; a repeat changes nothing."""
    try:
        claims = read_signed(request.POST.get("logout_token"), types=("logout+jwt", "JWT"))
        expected = rules.Expected(
            issuer=settings.OIDC_ISSUER, client_id=settings.OIDC_RP_CLIENT_ID, now=clock.now().timestamp()
        )
        decision = rules.check_logout_token(claims, expected)
        if not decision:
            raise SignInRefused(Because.TOKEN, f"logout token: {decision.reason}")
        if not claims.get("sub"):
            raise SignInRefused(Because.TOKEN, "logout token: a session id alone is not enough here")
    except SignInRefused as refusal:
        recording.record(event=Event.SIGN_IN_REFUSED, actor=Actor.anonymous(), details={"detail": refusal.detail})
        return JsonResponse({"error": "invalid_request"}, status=400)
    person = Person.objects.filter(identities__issuer=claims["iss"], identities__subject=claims["sub"]).first()
    if person is not None:
        actor = Actor.system("sign-in")
        operations.end_sessions(
            actor=actor, person=person, reason="Signed out at the provider", request_key=claims["jti"]
        )
    return HttpResponse(status=200)


def _sign_out_there(request: Any) -> str:
    """Return the provider's sign-out address with what it needs to recognise the session, or nothing."""
    try:
        endpoint = provider.current().end_session_endpoint
    except SignInRefused:
        return ""
    if not endpoint or not request.session.get("oidc_id_token"):
        return ""
    query = {
        "id_token_hint": request.session["oidc_id_token"],
        "client_id": settings.OIDC_RP_CLIENT_ID,
        "post_logout_redirect_uri": request.build_absolute_uri(reverse("accounts:signed_out")),
    }
    return f"{endpoint}?{urlencode(query)}"


def _end_session(request: Any, event: Event, details: dict[str, str]) -> None:
    person = request.user
    if person.is_authenticated:
        recording.record(event=event, actor=person.as_actor(), subject=person, details=details)
    auth.logout(request)
