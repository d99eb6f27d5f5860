"""What an identity provider's token must say before anything in it is believed. Signatures are checked elsewhere."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from typing import Any

from apps.kernel.decision import Allowed, Decision, Denied, first_denial

# Fixed here, not in settings: an asymmetric signature and nothing else.
ALGORITHMS = {"RS256": "RSA", "ES256": "EC"}
LEEWAY = 60
OLDEST_SECONDS = 600
LOGOUT_EVENT = "http://schemas.openid.net/event/backchannel-logout"
LONGEST_SUBJECT = 255
# Header parameters that tell the reader where to find a key: the key comes from the provider's own list only.
KEY_CARRIERS = ("jwk", "jku", "x5u", "x5c", "crit")


@dataclass(frozen=True, slots=True)
class Expected:
    """What this portal expects of a token."""

    issuer: str
    client_id: str
    now: float
    nonce: str | None = None
    max_age: int | None = None


def check_header(header: dict[str, Any], *, types: tuple[str, ...] = ("JWT",)) -> Decision:
    """Check algorithm, type and key id before any key is looked up."""
    if header.get("alg") not in ALGORITHMS:
        return Denied("algorithm: only RS256 and ES256 are accepted")
    if any(name in header for name in KEY_CARRIERS):
        return Denied("header: the token brings its own key or critical extension")
    if not isinstance(header.get("kid"), str) or not header["kid"]:
        return Denied("header: the token names no key")
    kind = str(header.get("typ", types[0])).lower().removeprefix("application/")
    if kind not in {name.lower() for name in types}:
        return Denied("header: the token is of another type")
    return Allowed()


def check_key(key: dict[str, Any], algorithm: str) -> Decision:
    """Check that a published key may have made a signature of this algorithm."""
    if key.get("kty") != ALGORITHMS.get(algorithm):
        return Denied("key: of another kind than the algorithm needs")
    if key.get("use", "sig") != "sig" or key.get("alg", algorithm) != algorithm:
        return Denied("key: not published for this use")
    return Allowed()


def check_id_token(claims: dict[str, Any], expected: Expected) -> Decision:
    """Check every claim of an ID token; the first thing wrong is the answer."""
    return first_denial(
        _issuer(claims, expected),
        _subject(claims),
        _audience(claims, expected),
        _times(claims, expected),
        _nonce(claims, expected),
        _freshness(claims, expected),
    )


def check_logout_token(claims: dict[str, Any], expected: Expected) -> Decision:
    """Check every claim of a back-channel logout token."""
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(LOGOUT_EVENT), dict):
        return Denied("events: this is no logout token")
    if "nonce" in claims:
        return Denied("nonce: a logout token carries none")
    if not _text(claims.get("jti")):
        return Denied("jti: missing")
    if not _text(claims.get("sub")) and not _text(claims.get("sid")):
        return Denied("sub: neither subject nor session is named")
    return first_denial(_issuer(claims, expected), _audience(claims, expected), _times(claims, expected))


def check_access_token_hash(claims: dict[str, Any], access_token: str) -> Decision:
    """Check that the access token is the one that the ID token was issued with, when it says so."""
    if "at_hash" not in claims:
        return Allowed()
    digest = hashlib.sha256(access_token.encode()).digest()
    wanted = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    return Allowed() if claims["at_hash"] == wanted else Denied("at_hash: belongs to another access token")


def own_path(candidate: str | None) -> str:
    """Return a path of this portal, or "/" for anything else (other hosts, schemes, tricks with slashes)."""
    text = candidate or ""
    if not text.startswith("/") or text.startswith("//") or len(text) > 2000:
        return "/"
    if "\\" in text or any(ord(char) < 33 or ord(char) == 127 for char in text):
        return "/"
    return text


def _text(value: Any) -> bool:
    return isinstance(value, str) and bool(value)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _issuer(claims: dict[str, Any], expected: Expected) -> Decision:
    return Allowed() if claims.get("iss") == expected.issuer else Denied("iss: another issuer")


def _subject(claims: dict[str, Any]) -> Decision:
    subject = claims.get("sub")
    if not _text(subject) or len(subject) > LONGEST_SUBJECT:
        return Denied("sub: missing or unusable")
    return Allowed()


def _audience(claims: dict[str, Any], expected: Expected) -> Decision:
    audience = claims.get("aud")
    names = [audience] if isinstance(audience, str) else audience
    if not isinstance(names, list) or expected.client_id not in names:
        return Denied("aud: issued for another application")
    if len(names) > 1 and "azp" not in claims:
        return Denied("azp: missing among several audiences")
    if "azp" in claims and claims["azp"] != expected.client_id:
        return Denied("azp: issued to another application")
    return Allowed()


def _times(claims: dict[str, Any], expected: Expected) -> Decision:
    if not _number(claims.get("exp")) or claims["exp"] <= expected.now - LEEWAY:
        return Denied("exp: missing or past")
    if not _number(claims.get("iat")) or claims["iat"] > expected.now + LEEWAY:
        return Denied("iat: missing or in the future")
    if claims["iat"] < expected.now - OLDEST_SECONDS:
        return Denied("iat: issued too long ago")
    if "nbf" in claims and (not _number(claims["nbf"]) or claims["nbf"] > expected.now + LEEWAY):
        return Denied("nbf: not valid yet")
    return Allowed()


def _nonce(claims: dict[str, Any], expected: Expected) -> Decision:
    if not _text(expected.nonce) or claims.get("nonce") != expected.nonce:
        return Denied("nonce: not the one of this attempt")
    return Allowed()


def _freshness(claims: dict[str, Any], expected: Expected) -> Decision:
    moment = claims.get("auth_time")
    if moment is not None and (not _number(moment) or moment > expected.now + LEEWAY):
        return Denied("auth_time: unusable")
    if expected.max_age is not None and (moment is None or moment < expected.now - expected.max_age - LEEWAY):
        return Denied("auth_time: signed in too long ago for this")
    return Allowed()
