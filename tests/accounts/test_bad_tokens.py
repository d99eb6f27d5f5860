"""Every way in which a provider's answer can be wrong: nobody is signed in, one page says so, one entry remembers it."""

from __future__ import annotations

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from apps.accounts.models import Identity
from apps.audit.models import Entry

from .fake_provider import EC_KEY, RSA_KEY, STRANGER, published

pytestmark = pytest.mark.django_db

NOW = int(time.time())


def segment(content: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).rstrip(b"=").decode()


def public_pem() -> bytes:
    return RSA_KEY.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )


def forged(header: dict, claims: dict, secret: bytes = b"") -> str:
    import hashlib
    import hmac

    text = f"{segment(header)}.{segment(claims)}"
    if not secret:
        return f"{text}."
    digest = hmac.new(secret, text.encode(), hashlib.sha256).digest()
    return f"{text}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


def with_claims(**changes):
    return lambda provider, good: provider.sign({k: v for k, v in (good | changes).items() if v is not None})


def with_header(**headers):
    return lambda provider, good: provider.sign(good, **headers)


def tampered_payload(provider, good):
    head, _payload, signature = provider.sign(good).split(".")
    return f"{head}.{segment(good | {'sub': 'somebody-else'})}.{signature}"


def tampered_signature(provider, good):
    head, payload, signature = provider.sign(good).split(".")
    return f"{head}.{payload}.{'A' if signature[0] != 'A' else 'B'}{signature[1:]}"


def key_of_another_kind(provider, good):
    return provider.sign(good, key=EC_KEY, algorithm="ES256", kid="rsa-1")


def key_for_encryption(provider, good):
    provider.keys = [published(RSA_KEY, "rsa-1") | {"use": "enc"}]
    return provider.sign(good)


def key_for_another_algorithm(provider, good):
    provider.keys = [published(RSA_KEY, "rsa-1", alg="PS256")]
    return provider.sign(good)


def two_keys_of_one_name(provider, good):
    provider.keys = [published(RSA_KEY, "rsa-1"), published(STRANGER, "rsa-1")]
    return provider.sign(good)


def other_userinfo(**info):
    def answer(provider, good):
        provider.userinfo = info
        return provider.sign(good)

    return answer


def no_access_token(provider, good):
    provider.extra = {}
    return provider.sign(good)


BAD = {
    "no token at all": lambda p, g: None,
    "an empty token": lambda p, g: "",
    "not a token": lambda p, g: "not.a.token",
    "a number": lambda p, g: 7,
    "an encrypted token of five parts": lambda p, g: "a.b.c.d.e",
    "algorithm none": lambda p, g: forged({"alg": "none", "kid": "rsa-1"}, g),
    "algorithm none in capitals": lambda p, g: forged({"alg": "NONE", "kid": "rsa-1"}, g),
    "HS256 with the public key": lambda p, g: forged({"alg": "HS256", "kid": "rsa-1"}, g, public_pem()),
    "HS256 with the client secret": lambda p, g: jwt.encode(
        g, "the-client-secret-of-this-test-only", "HS256", {"kid": "rsa-1"}
    ),
    "RS512": with_header(algorithm="RS512"),
    "PS256": with_header(algorithm="PS256"),
    "no algorithm": lambda p, g: forged({"kid": "rsa-1"}, g, b"x"),
    "somebody else's key": with_header(key=STRANGER),
    "an unknown key id": with_header(kid="rsa-2"),
    "no key id": with_header(kid=None),
    "key of another kind": key_of_another_kind,
    "key published for encryption": key_for_encryption,
    "key published for another algorithm": key_for_another_algorithm,
    "two keys of one name": two_keys_of_one_name,
    "its own key in the header": lambda p, g: p.sign(g, key=STRANGER, jwk=published(STRANGER, "rsa-1")),
    "an address of keys in the header": lambda p, g: p.sign(g, jku="https://evil.example/keys"),
    "a critical extension": lambda p, g: p.sign(g, crit=["exp"]),
    "another type of token": lambda p, g: p.sign(g, typ="logout+jwt"),
    "an access token": lambda p, g: p.sign(g, typ="at+jwt"),
    "changed payload": tampered_payload,
    "changed signature": tampered_signature,
    "another issuer": with_claims(iss="https://evil.example"),
    "the issuer with a slash": lambda p, g: p.sign(g | {"iss": g["iss"] + "/"}),
    "no issuer": with_claims(iss=None),
    "another audience": with_claims(aud="another-application"),
    "no audience": with_claims(aud=None),
    "an empty list of audiences": with_claims(aud=[]),
    "several audiences without azp": with_claims(aud=["gatehouse", "another-application"]),
    "azp of another application": with_claims(azp="another-application"),
    "expired": with_claims(exp=NOW - 120),
    "no expiry": with_claims(exp=None),
    "expiry as text": with_claims(exp="tomorrow"),
    "expiry as a truth value": with_claims(exp=True),
    "no time of issue": with_claims(iat=None),
    "issued in the future": with_claims(iat=NOW + 3600),
    "issued long ago": with_claims(iat=NOW - 7200),
    "not valid yet": with_claims(nbf=NOW + 3600),
    "signed in in the future": with_claims(auth_time=NOW + 7200),
    "another nonce": with_claims(nonce="another"),
    "no nonce": with_claims(nonce=None),
    "no subject": with_claims(sub=None),
    "an empty subject": with_claims(sub=""),
    "a subject that is a number": lambda p, g: forged({"alg": "RS256", "kid": "rsa-1"}, g | {"sub": 7}, b"x"),
    "an endless subject": with_claims(sub="s" * 300),
    "hash of another access token": with_claims(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "userinfo of somebody else": other_userinfo(sub="s-2", email="ada.architect@aurelia.example", email_verified=True),
    "userinfo without subject": other_userinfo(email="emil.employee@aurelia.example", email_verified=True),
    "no access token": no_access_token,
}


def assert_refused(browser, response, statuses=(400, 403, 503)):
    assert response.status_code in statuses, response.content
    assert "You are not signed in" in response.content.decode()
    refusal = Entry.objects.get(event="accounts.sign_in.refused")
    assert refusal.details["reference"] in response.content.decode()
    assert refusal.details["detail"]
    assert refusal.details["detail"] not in response.content.decode()
    assert "_auth_user_id" not in browser.client.session
    assert not Identity.objects.exists()
    return refusal


@pytest.mark.parametrize("name", BAD)
def test_it_refuses_and_records(name, browser, provider, employee):
    told = browser.start()
    provider.userinfo = {"sub": "s-1", "email": employee.email, "email_verified": True}
    provider.token = BAD[name](provider, provider.claims(told["nonce"]))
    assert_refused(browser, browser.come_back(told["state"]))


@pytest.mark.parametrize("part", ["/token", "/userinfo", "/keys"])
def test_it_says_that_the_provider_does_not_answer(part, browser, provider, employee):
    told = browser.start()
    provider.userinfo = {"sub": "s-1", "email": employee.email, "email_verified": True}
    provider.token = provider.sign(provider.claims(told["nonce"]))
    provider.broken = {part}
    assert_refused(browser, browser.come_back(told["state"]), (503,))


def test_it_says_so_when_the_provider_cannot_even_be_found(browser, provider):
    provider.broken = {"/.well-known/openid-configuration"}
    assert_refused(browser, browser.client.get("/sign-in/"), (503,))


def test_it_refuses_a_discovery_document_of_another_issuer(browser, provider):
    provider.metadata = {"issuer": "https://evil.example"}
    assert_refused(browser, browser.client.get("/sign-in/"), (503,))


def test_it_accepts_the_same_token_without_the_fault(browser, provider, employee):
    response = browser.sign_in(email=employee.email)
    assert response.status_code == 302
    assert browser.client.session["_auth_user_id"] == str(employee.pk)


def test_it_accepts_es256(browser, provider, employee):
    told = browser.start()
    provider.userinfo = {"sub": "s-1", "email": employee.email, "email_verified": True}
    provider.token = provider.sign(provider.claims(told["nonce"]), key=EC_KEY, algorithm="ES256", kid="ec-1")
    assert browser.come_back(told["state"]).status_code == 302
