"""The identity provider as it describes itself: endpoints by discovery, signing keys cached with one refetch."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import Any

import requests
from django.conf import settings

from .refusal import Because, SignInRefused

TIMEOUT = 5
DISCOVERY_SECONDS = 3600
KEYS_SECONDS = 600
# An unknown key id is looked up again at once, but a flood of invented ids does not become a flood at the provider.
REFETCH_SECONDS = 30


@dataclass
class Provider:
    """One provider: its endpoints and its published keys."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    userinfo_endpoint: str
    jwks_uri: str
    end_session_endpoint: str = ""
    read_at: float = field(default_factory=time.monotonic)
    keys: list[dict[str, Any]] = field(default_factory=list)
    keys_at: float = float("-inf")
    refetched_at: float = float("-inf")

    def key(self, kid: str) -> dict[str, Any] | None:
        """Return the published key of that id; an unknown id causes one refetch."""
        with _lock:
            if time.monotonic() - self.keys_at > KEYS_SECONDS:
                self._fetch_keys()
            found = self._known(kid)
            if found is None and time.monotonic() - self.refetched_at > REFETCH_SECONDS:
                self.refetched_at = time.monotonic()
                self._fetch_keys()
                found = self._known(kid)
        return found

    def _known(self, kid: str) -> dict[str, Any] | None:
        matches = [key for key in self.keys if key.get("kid") == kid]
        return matches[0] if len(matches) == 1 else None

    def _fetch_keys(self) -> None:
        keys = fetch_json(self.jwks_uri).get("keys")
        if not isinstance(keys, list):
            raise SignInRefused(Because.PROVIDER, "the key list has no keys")
        self.keys = [key for key in keys if isinstance(key, dict)]
        self.keys_at = time.monotonic()


_lock = threading.RLock()
_current: dict[str, Provider] = {}


def current() -> Provider:
    """Return the configured provider, discovered when it is first needed and again every hour."""
    issuer = settings.OIDC_ISSUER
    if not issuer:
        raise SignInRefused(Because.PROVIDER, "OIDC_ISSUER is not set")
    with _lock:
        known = _current.get(issuer)
        if known is None or time.monotonic() - known.read_at > DISCOVERY_SECONDS:
            known = _current[issuer] = _discover(issuer)
    return known


def forget() -> None:
    """Drop what is cached (after a change of settings, in tests)."""
    with _lock:
        _current.clear()


def fetch_json(url: str, **options: Any) -> dict[str, Any]:
    """Read a JSON object from the provider: in time, without following redirects."""
    try:
        response = requests.get(url, timeout=TIMEOUT, allow_redirects=False, **options)
        if response.status_code != 200:
            raise SignInRefused(Because.PROVIDER, f"{url} answered {response.status_code}")
        found = response.json()
    except (requests.RequestException, ValueError) as problem:
        raise SignInRefused(Because.PROVIDER, f"{url}: {type(problem).__name__}") from problem
    if not isinstance(found, dict):
        raise SignInRefused(Because.PROVIDER, f"{url} answered no JSON object")
    return found


def _discover(issuer: str) -> Provider:
    explicit = {name: url for name, url in settings.OIDC_ENDPOINTS.items() if url}
    needed = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
    described: dict[str, Any] = {}
    if not all(name in explicit for name in needed):
        described = fetch_json(settings.OIDC_DISCOVERY_URL or f"{issuer.rstrip('/')}/.well-known/openid-configuration")
        if described.get("issuer") != issuer:
            raise SignInRefused(Because.PROVIDER, "the discovery document names another issuer")
    merged = {**described, **explicit}
    if not all(isinstance(merged.get(name), str) and merged[name] for name in needed):
        raise SignInRefused(Because.PROVIDER, "the discovery document lacks an endpoint")
    return Provider(
        issuer=issuer,
        end_session_endpoint=str(merged.get("end_session_endpoint") or ""),
        **{name: merged[name] for name in needed},
    )
