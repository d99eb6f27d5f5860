"""mozilla-django-oidc with its open defaults closed: what the token says is checked in full, people match by subject."""

from __future__ import annotations

from typing import Any

import jwt
import requests
from django.conf import settings
from django.contrib.auth import get_user_model
from mozilla_django_oidc.auth import OIDCAuthenticationBackend

from apps.accounts import operations
from apps.accounts.models import Person
from apps.accounts.rules_pure import claims as rules
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import GatehouseError

from . import provider
from .refusal import Because, SignInRefused

# Not to be opened by any settings file.
CLOSED = {
    "OIDC_ALLOW_UNSECURED_JWT": False,
    "OIDC_AUTHENTICATION_CALLBACK_URL": "accounts:callback",
    "OIDC_CREATE_USER": False,
    "OIDC_PKCE_CODE_CHALLENGE_METHOD": "S256",
    "OIDC_PROXY": None,
    "OIDC_REDIRECT_ALLOWED_HOSTS": [],
    "OIDC_RENEW_ID_TOKEN_EXPIRY_SECONDS": 900,
    "OIDC_STORE_ACCESS_TOKEN": False,
    "OIDC_STORE_ID_TOKEN": True,
    "OIDC_TIMEOUT": provider.TIMEOUT,
    "OIDC_TOKEN_USE_BASIC_AUTH": False,
    "OIDC_USE_NONCE": True,
    "OIDC_USE_PKCE": True,
    "OIDC_VERIFY_KID": True,
    "OIDC_VERIFY_SSL": True,
}


def closed_setting(name: str, *default: Any) -> Any:
    """Answer the library's question for a setting: ours where it matters, else the site's."""
    if name in CLOSED:
        return CLOSED[name]
    if name == "OIDC_OP_AUTHORIZATION_ENDPOINT":
        return provider.current().authorization_endpoint
    return OIDCAuthenticationBackend.get_settings(name, *default)


def read_signed(token: Any, *, types: tuple[str, ...] = ("JWT",)) -> dict[str, Any]:
    """Return the claims of a token signed by the provider's published key, or refuse."""
    if not isinstance(token, str) or token.count(".") != 2:
        raise SignInRefused(Because.TOKEN, "the token is missing or no signed JWT")
    try:
        header = jwt.get_unverified_header(token)
        _insist(rules.check_header(header, types=types))
        key = provider.current().key(header["kid"])
        if key is None:
            raise SignInRefused(Because.TOKEN, "key: not among the provider's keys")
        _insist(rules.check_key(key, header["alg"]))
        # Claims are checked by our own rules, which are stricter and say what is wrong.
        only_signature = {"verify_signature": True} | dict.fromkeys(
            ("verify_aud", "verify_iss", "verify_exp", "verify_iat", "verify_nbf", "verify_sub", "verify_jti"), False
        )
        return dict(
            jwt.decode(token, jwt.PyJWK(key, header["alg"]), algorithms=[header["alg"]], options=only_signature)
        )
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as problem:
        raise SignInRefused(Because.TOKEN, f"signature: {type(problem).__name__}") from problem


def _insist(decision: Any) -> None:
    if not decision:
        raise SignInRefused(Because.TOKEN, decision.reason)


class OIDCBackend(OIDCAuthenticationBackend):
    """Signs people in by the provider's word; knows them by issuer and subject only."""

    OIDC_RP_CLIENT_ID = property(lambda self: settings.OIDC_RP_CLIENT_ID)
    OIDC_RP_CLIENT_SECRET = property(lambda self: settings.OIDC_RP_CLIENT_SECRET)
    OIDC_OP_TOKEN_ENDPOINT = property(lambda self: provider.current().token_endpoint)
    OIDC_OP_USER_ENDPOINT = property(lambda self: provider.current().userinfo_endpoint)
    get_settings = staticmethod(closed_setting)

    def __init__(self) -> None:
        # The library reads endpoints here, on every request of a signed-in person; ours are read when needed.
        self.UserModel = get_user_model()

    def authenticate(self, request: Any, **kwargs: Any) -> Person | None:
        """Sign in with the code of a callback; anything else is not for this backend."""
        if request is None or "nonce" not in kwargs:
            return None
        self.max_age = getattr(request, "oidc_max_age", None)
        try:
            return super().authenticate(request, **kwargs)
        except (requests.RequestException, ValueError) as problem:
            raise SignInRefused(Because.PROVIDER, f"{type(problem).__name__}") from problem

    def get_token(self, payload: dict[str, Any]) -> dict[str, Any]:
        """Exchange the code; both tokens must come."""
        found = super().get_token(payload)
        if not isinstance(found, dict) or not isinstance(found.get("access_token"), str):
            raise SignInRefused(Because.TOKEN, "the token endpoint gave no access token")
        return found

    def verify_token(self, token: Any, **kwargs: Any) -> dict[str, Any]:
        """Return the ID token's claims once signature, issuer, audience, times and nonce hold."""
        found = read_signed(token)
        expected = rules.Expected(
            issuer=settings.OIDC_ISSUER,
            client_id=settings.OIDC_RP_CLIENT_ID,
            now=clock.now().timestamp(),
            nonce=kwargs.get("nonce"),
            max_age=self.max_age,
        )
        _insist(rules.check_id_token(found, expected))
        return found

    def get_userinfo(self, access_token: str, id_token: str, payload: dict[str, Any]) -> dict[str, Any]:
        """Read the userinfo endpoint; it must speak of the ID token's subject."""
        _insist(rules.check_access_token_hash(payload, access_token))
        found = provider.fetch_json(self.OIDC_OP_USER_ENDPOINT, headers={"Authorization": f"Bearer {access_token}"})
        if found.get("sub") != payload["sub"]:
            raise SignInRefused(Because.TOKEN, "userinfo: speaks of another subject")
        return found

    def get_or_create_user(self, access_token: str, id_token: str, payload: dict[str, Any]) -> Person:
        """Recognise the person by issuer and subject, or bind an expected one; record the sign-in."""
        info = self.get_userinfo(access_token, id_token, payload)
        claims = {**info, **{name: payload[name] for name in ("iss", "sub")}}
        person = recognise(claims)
        if not person.is_active:
            raise SignInRefused(Because.INACTIVE, f"person {person.pk}")
        self._remember(payload)
        groups = _group_names(claims if settings.OIDC_GROUPS_CLAIM in claims else payload)
        if self.request.user.is_authenticated and self.request.user.pk == person.pk:
            operations.follow_groups(person=person, groups=groups)
        else:
            reason = f"Signed in at {claims['iss']}"
            operations.sign_in(actor=person.as_actor(), person=person, groups=groups, reason=reason)
        person.refresh_from_db()
        return person

    def get_user(self, user_id: Any) -> Person | None:
        """Return the person of a session, unless the account was closed."""
        return Person.objects.filter(pk=user_id, is_active=True).first()

    def _remember(self, payload: dict[str, Any]) -> None:
        session = self.request.session
        session["oidc_subject"], session["oidc_sid"] = payload["sub"], str(payload.get("sid") or "")
        session["authenticated_at"] = float(payload.get("auth_time") or payload["iat"])


def recognise(claims: dict[str, Any]) -> Person:
    """Return the person of issuer and subject; bind an expected one by verified e-mail, or refuse."""
    known = Person.objects.filter(identities__issuer=claims["iss"], identities__subject=claims["sub"]).first()
    if known is not None:
        return known
    email = claims.get("email")
    if not isinstance(email, str) or not email.strip():
        raise SignInRefused(Because.UNKNOWN, f"subject {claims['sub']} has no e-mail")
    if claims.get("email_verified") is not True:
        raise SignInRefused(Because.UNVERIFIED, f"subject {claims['sub']}")
    actor = Actor.system("sign-in")
    person = Person.objects.filter(email=email.strip().lower()).first()
    if person is None:
        if not settings.GATEHOUSE_ADMIT_UNKNOWN:
            raise SignInRefused(Because.UNKNOWN, f"subject {claims['sub']}")
        name = claims.get("name")
        person = operations.admit_person(actor=actor, email=email, name=name if isinstance(name, str) else "")
    if not person.is_active:
        raise SignInRefused(Because.INACTIVE, f"person {person.pk}")
    try:
        operations.bind_identity(actor=actor, person=person, issuer=claims["iss"], identity_subject=claims["sub"])
    except GatehouseError as problem:
        raise SignInRefused(Because.UNKNOWN, f"person {person.pk}: {problem.message}") from problem
    return person


def _group_names(claims: dict[str, Any]) -> list[str]:
    """Return the groups that the provider states; silence means none, so that a lost group never lingers."""
    found = claims.get(settings.OIDC_GROUPS_CLAIM)
    if isinstance(found, str):
        found = [found]
    if not isinstance(found, list):
        return []
    return sorted({name for name in found if isinstance(name, str) and name})[:1000]
