"""Sessions: their limits, their renewal, their end, and that nobody loses typed text."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client

from apps.accounts import operations
from apps.accounts.rules_pure.claims import LOGOUT_EVENT
from apps.audit.models import Entry
from apps.kernel import clock

pytestmark = pytest.mark.django_db

PAGE = "/sign-in/welcome-back/"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def signed_in(browser, employee):
    browser.sign_in(email=employee.email)
    return browser


def later(minutes: float):
    return clock.travel(clock.now() + timedelta(minutes=minutes))


def test_it_leads_anonymous_visitors_to_sign_in_and_back(provider):
    response = Client().get(PAGE, {"a": "1"})
    assert response.status_code == 302
    assert response.url == "/sign-in/?next=%2Fsign-in%2Fwelcome-back%2F%3Fa%3D1"


def test_it_ends_idle_sessions(signed_in, employee):
    with later(31):
        assert signed_in.client.get(PAGE, headers=HTMX).status_code == 401
    expired = Entry.objects.get(event="accounts.session.expired")
    assert (expired.actor_id, expired.details["limit"]) == (str(employee.pk), "idle")


def test_it_ends_sessions_after_ten_hours_however_busy(signed_in):
    for minutes in range(14, 600, 14):
        with later(minutes):
            signed_in.sign_in(query={"silent": "1"}) if minutes % 28 == 0 else signed_in.client.get(PAGE, headers=HTMX)
    with later(601):
        assert signed_in.client.get(PAGE, headers=HTMX).status_code == 401
    assert Entry.objects.get(event="accounts.session.expired").details["limit"] == "absolute"


def test_polling_does_not_keep_a_session_alive(signed_in):
    for minutes in (10, 20, 30):
        with later(minutes):
            signed_in.client.get(PAGE, headers={**HTMX, "Gatehouse-Background": "1"})
    with later(31):
        assert signed_in.client.get(PAGE, headers=HTMX).status_code == 401


def test_it_renews_silently_with_the_next_page(signed_in, provider, employee):
    with later(16):
        response = signed_in.client.get("/sign-in/welcome-back/?a=1")
        assert response.url.startswith("/sign-in/?")
        response = signed_in.client.get(response.url)
        told = {name: values[0] for name, values in parse_qs(urlsplit(response.url).query).items()}
        assert told["prompt"] == "none"
        now = int(clock.now().timestamp())
        provider.token = provider.sign(provider.claims(told["nonce"], iat=now, exp=now + 300, auth_time=None))
        response = signed_in.come_back(told["state"])
        assert response.url == "/sign-in/welcome-back/?a=1"
        assert signed_in.client.get(response.url).status_code == 200
    assert Entry.objects.filter(event="accounts.person.signed_in", kind="operation").count() == 1


def test_it_asks_for_a_sign_in_when_the_provider_has_forgotten(signed_in):
    with later(16):
        told = signed_in.start(silent="1", next="/systems/")
        response = signed_in.client.get("/sign-in/callback/", {"error": "login_required", "state": told["state"]})
    assert response.url == "/sign-in/?next=%2Fsystems%2F"
    assert "_auth_user_id" not in signed_in.client.session


def test_a_silent_provider_locks_nobody_out(signed_in, provider):
    from apps.accounts.backends import provider as configured

    configured.forget()
    provider.broken = {"/.well-known/openid-configuration"}
    with later(16):
        response = signed_in.client.get(PAGE, follow=False)
        response = signed_in.client.get(response.url)
        assert response.url == PAGE
        assert signed_in.client.get(PAGE).status_code == 200


def test_htmx_is_never_sent_elsewhere(signed_in):
    with later(16):
        assert signed_in.client.get(PAGE, headers=HTMX).status_code == 200
    with later(29):
        signed_in.client.get(PAGE, headers=HTMX)
    with later(46):
        response = signed_in.client.get(PAGE, headers=HTMX)
    assert response.status_code == 401
    assert response["HX-Retarget"] == "#dialog"
    assert b"<dialog" in response.content
    assert b"<html" not in response.content


def test_it_keeps_what_was_typed(signed_in):
    with later(31):
        response = signed_in.client.post(PAGE, {"problem": "A long <text>", "many": ["1", "2"]})
    page = response.content.decode()
    assert response.status_code == 401
    assert 'name="problem" value="A long &lt;text&gt;"' in page
    assert page.count('name="many"') == 2
    assert 'action="/sign-in/welcome-back/"' in page


def test_signing_out_goes_on_to_the_provider(signed_in, provider, employee):
    response = signed_in.client.post("/sign-out/")
    told = parse_qs(urlsplit(response.url).query)
    assert response.url.startswith(f"{provider.issuer}/sign-out?")
    assert told["post_logout_redirect_uri"] == ["http://testserver/signed-out/"]
    assert told["id_token_hint"]
    assert "_auth_user_id" not in signed_in.client.session
    assert Entry.objects.get(event="accounts.person.signed_out").actor_id == str(employee.pk)
    assert signed_in.client.get("/signed-out/").status_code == 200


def test_signing_out_takes_a_post_with_its_token(signed_in):
    assert signed_in.client.get("/sign-out/").status_code == 405
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.client.cookies
    assert strict.post("/sign-out/").status_code == 403


def test_closing_an_account_ends_its_sessions_at_once(signed_in, employee, admin):
    operations.deactivate_person(actor=admin.as_actor(), person=employee, reason="Left")
    assert signed_in.client.get(PAGE, headers=HTMX).status_code == 401
    operations.reactivate_person(actor=admin.as_actor(), person=employee, reason="Came back")
    assert signed_in.client.get(PAGE, headers=HTMX).status_code == 401


def logout_token(provider, **changes):
    now = int(time.time())
    claims = {"iss": provider.issuer, "aud": "gatehouse", "iat": now, "exp": now + 120, "jti": "j-1", "sub": "s-1"}
    claims |= {"events": {LOGOUT_EVENT: {}}}
    claims |= changes
    return provider.sign({k: v for k, v in claims.items() if v is not None}, typ="logout+jwt")


def test_the_provider_may_end_sessions(signed_in, provider, employee):
    response = Client().post("/sign-in/back-channel-sign-out/", {"logout_token": logout_token(provider)})
    assert response.status_code == 200
    assert signed_in.client.get(PAGE, headers=HTMX).status_code == 401
    employee.refresh_from_db()
    Client().post("/sign-in/back-channel-sign-out/", {"logout_token": logout_token(provider)})
    generation = employee.session_generation
    employee.refresh_from_db()
    assert employee.session_generation == generation


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://evil.example"}, {"aud": "another"}, {"events": None}, {"events": {}}, {"nonce": "n"}, {"jti": None},
        {"sub": None}, {"exp": 1}, {"exp": None}, {"iat": None}, {"iat": 4102444800},
    ],
)  # fmt: skip
def test_it_refuses_bad_logout_tokens(signed_in, provider, changes):
    token = logout_token(provider, **changes)
    assert Client().post("/sign-in/back-channel-sign-out/", {"logout_token": token}).status_code == 400
    assert signed_in.client.get(PAGE, headers=HTMX).status_code == 200


def test_an_id_token_is_no_logout_token(signed_in, provider):
    token = provider.sign(provider.claims("n"))
    assert Client().post("/sign-in/back-channel-sign-out/", {"logout_token": token}).status_code == 400


def test_a_form_older_than_the_sign_in_is_sent_again_with_one_button(signed_in):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.client.cookies
    stale = {"csrfmiddlewaretoken": "a" * 64, "name": "Typed <before>"}
    response = strict.post("/tokens/", stale, headers={"Origin": "http://testserver"})
    page = response.content.decode()
    assert response.status_code == 403
    assert 'name="name" value="Typed &lt;before&gt;"' in page
    fresh = page.split('name="csrfmiddlewaretoken" value="')[-1].split('"')[0]
    assert strict.post("/tokens/", {"csrfmiddlewaretoken": fresh, "name": "x"}).status_code == 422


def test_another_site_gets_no_such_button(signed_in):
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = signed_in.client.cookies
    response = strict.post("/tokens/", {"name": "Planted"}, headers={"Origin": "https://evil.example"})
    assert response.status_code == 403
    assert "Planted" not in response.content.decode()
