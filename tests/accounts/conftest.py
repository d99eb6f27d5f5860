"""A provider to sign in at, and a browser that does it."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from apps.accounts.backends import provider as configured

from .fake_provider import FakeProvider


@pytest.fixture(scope="session")
def running_provider():
    provider = FakeProvider()
    yield provider
    provider.close()


@pytest.fixture
def provider(running_provider, settings):
    running_provider.reset()
    configured.forget()
    settings.OIDC_ISSUER = running_provider.issuer
    settings.OIDC_RP_CLIENT_ID, settings.OIDC_RP_CLIENT_SECRET = "gatehouse", "the-client-secret-of-this-test-only"
    yield running_provider
    configured.forget()


class Browser:
    """A test client that walks the way to the provider and back."""

    def __init__(self, provider: FakeProvider) -> None:
        self.client, self.provider = Client(), provider

    def start(self, **query: str) -> dict[str, str]:
        """Set out for the provider; return what it is told."""
        response = self.client.get("/sign-in/", query)
        assert response.status_code == 302, response.content
        assert response.url.startswith(f"{self.provider.issuer}/authorize?")
        return {name: values[0] for name, values in parse_qs(urlsplit(response.url).query).items()}

    def come_back(self, state: str, **query: str):
        return self.client.get("/sign-in/callback/", {"code": "the-code", "state": state, **query})

    def sign_in(self, *, email: str = "", subject: str = "s-1", verified=True, groups=None, query=None, **claims):
        """Go all the way as a well-behaved provider would."""
        told = self.start(**(query or {}))
        self.provider.token = self.provider.sign(self.provider.claims(told["nonce"], subject=subject, **claims))
        self.provider.userinfo = {"sub": subject, "email": email, "email_verified": verified, "name": "New Person"}
        self.provider.userinfo |= {"groups": groups} if groups is not None else {}
        return self.come_back(told["state"])


@pytest.fixture
def browser(provider):
    return Browser(provider)


@pytest.fixture
def another_browser(provider):
    return Browser(provider)
