"""Signing in: who is recognised, who is bound, who is refused, and what is remembered of it."""

from __future__ import annotations

import base64
import hashlib

import pytest
from django.contrib.auth.models import Group

from apps.accounts import operations
from apps.accounts.backends import provider as configured
from apps.accounts.models import Identity, Person
from apps.audit.models import Entry
from tests.conftest import SETUP

from .fake_provider import STRANGER, published

pytestmark = pytest.mark.django_db


def who(browser) -> str | None:
    return browser.client.session.get("_auth_user_id")


def refusals() -> list[str]:
    return [e.details["because"] for e in Entry.objects.filter(event="accounts.sign_in.refused").order_by("id")]


def test_it_sets_out_with_state_nonce_and_pkce(browser, provider):
    told = browser.start()
    assert told["code_challenge_method"] == "S256"
    assert told["response_type"] == "code"
    assert len(told["state"]) >= 32
    assert len(told["nonce"]) >= 32
    provider.token = provider.sign(provider.claims(told["nonce"]))
    browser.come_back(told["state"])
    digest = hashlib.sha256(provider.exchanged["code_verifier"].encode()).digest()
    assert base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == told["code_challenge"]


def test_it_binds_an_expected_person_once_by_verified_email(browser, another_browser, employee):
    browser.sign_in(email=employee.email.upper())
    employee.refresh_from_db()
    assert not employee.expected
    assert Identity.objects.get().subject == "s-1"
    events = [e.event for e in Entry.objects.filter(kind="operation", subject_id=str(employee.pk)).order_by("id")]
    assert events[-2:] == ["accounts.person.bound", "accounts.person.signed_in"]

    another_browser.sign_in(email="changed@elsewhere.example", subject="s-1")
    assert who(another_browser) == str(employee.pk)
    assert Identity.objects.count() == 1


def test_it_does_not_bind_a_second_subject_to_a_bound_person(browser, another_browser, employee):
    browser.sign_in(email=employee.email)
    response = another_browser.sign_in(email=employee.email, subject="s-2")
    assert response.status_code == 403
    assert who(another_browser) is None
    assert refusals() == ["unknown"]


@pytest.mark.parametrize("verified", [False, None, "true", 1])
def test_it_binds_nobody_by_an_unverified_email(browser, employee, verified):
    assert browser.sign_in(email=employee.email, verified=verified).status_code == 403
    assert refusals() == ["unverified"]
    assert not Identity.objects.exists()


def test_it_refuses_strangers(browser, enterprise):
    response = browser.sign_in(email="stranger@aurelia.example")
    assert "not to Gatehouse" in response.content.decode()
    assert refusals() == ["unknown"]
    assert not Person.objects.filter(email="stranger@aurelia.example").exists()


def test_it_admits_strangers_as_employees_where_the_installation_says_so(browser, settings, enterprise):
    settings.GATEHOUSE_ADMIT_UNKNOWN = True
    browser.sign_in(email="stranger@aurelia.example")
    person = Person.objects.get(email="stranger@aurelia.example")
    assert who(browser) == str(person.pk)
    assert [a.role.key for a in person.role_assignments.all()] == ["employee"]


@pytest.mark.parametrize("bound", [True, False])
def test_it_refuses_closed_accounts(browser, employee, admin, bound):
    if bound:
        browser.sign_in(email=employee.email)
        browser.client.logout()
    operations.deactivate_person(actor=admin.as_actor(), person=employee, reason="Left")
    response = browser.sign_in(email=employee.email)
    assert "has been closed" in response.content.decode()
    assert refusals() == ["inactive"]


def test_it_mirrors_known_groups_and_records_the_difference(browser, another_browser, employee, admin):
    for name in ("architects", "auditors"):
        Group.objects.create(name=name)
    browser.sign_in(email=employee.email, groups=["architects", "unknown-here"])
    assert set(employee.groups.values_list("name", flat=True)) == {"architects"}
    another_browser.sign_in(email=employee.email, groups=["auditors"])
    assert set(employee.groups.values_list("name", flat=True)) == {"auditors"}
    another_browser.client.logout()
    another_browser.sign_in(email=employee.email)
    assert not employee.groups.exists()
    assert Entry.objects.filter(event="accounts.person.groups_mirrored", kind="operation").count() == 3


def test_it_starts_a_new_session(browser, employee):
    browser.start()
    before = browser.client.session.session_key
    browser.sign_in(email=employee.email)
    assert browser.client.session.session_key != before


def test_it_takes_every_state_once(browser, employee):
    told = browser.start()
    browser.provider.userinfo = {"sub": "s-1", "email": employee.email, "email_verified": True}
    browser.provider.token = browser.provider.sign(browser.provider.claims(told["nonce"]))
    assert browser.come_back(told["state"]).status_code == 302
    browser.client.logout()
    assert browser.come_back(told["state"]).status_code == 400
    assert refusals() == ["attempt"]


def test_it_refuses_a_state_of_another_browser(browser, another_browser, employee):
    told = browser.start()
    another_browser.start()
    assert another_browser.come_back(told["state"]).status_code == 400


def test_two_tabs_may_sign_in_at_the_same_time(browser, employee):
    first, second = browser.start(next="/first/"), browser.start(next="/second/")
    browser.provider.userinfo = {"sub": "s-1", "email": employee.email, "email_verified": True}
    for told, target in ((second, "/second/"), (first, "/first/")):
        browser.provider.token = browser.provider.sign(browser.provider.claims(told["nonce"]))
        response = browser.come_back(told["state"])
        assert (response.status_code, response.url) == (302, target)


def test_it_says_so_when_the_provider_refuses(browser, employee):
    told = browser.start()
    response = browser.client.get("/sign-in/callback/", {"error": "access_denied", "state": told["state"]})
    assert response.status_code == 403
    assert refusals() == ["refused_there"]


def test_a_forged_error_does_not_sign_anybody_out(browser, employee):
    browser.sign_in(email=employee.email)
    browser.client.get("/sign-in/callback/", {"error": "login_required", "state": "invented"})
    assert who(browser) == str(employee.pk)


def test_it_refuses_an_answer_from_another_issuer(browser, employee):
    told = browser.start()
    assert browser.come_back(told["state"], iss="https://evil.example").status_code == 403


NOT_OURS = [
    "https://evil.example/", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "evil.example",
    "javascript:alert(1)", "/\t/evil.example", "/\n/evil.example", "http:evil.example", " /work/", "", "/a b", "/" + "a" * 3000,
    "data:text/html,x", "/%0d%0aSet-Cookie:x\r\n",
]  # fmt: skip


@pytest.mark.parametrize("target", NOT_OURS)
def test_it_returns_to_own_paths_only(browser, employee, target):
    assert browser.sign_in(email=employee.email, query={"next": target}).url == "/"


def test_it_returns_to_where_one_wanted_to_go(browser, employee):
    assert browser.sign_in(email=employee.email, query={"next": "/systems/?q=claims&stage=pilot"}).url == (
        "/systems/?q=claims&stage=pilot"
    )


def test_it_reads_keys_once_and_again_for_an_unknown_key(browser, another_browser, provider, employee):
    browser.sign_in(email=employee.email)
    another_browser.sign_in(email=employee.email)
    assert provider.requests.count("/keys") == 1
    assert provider.requests.count("/.well-known/openid-configuration") == 1
    provider.keys = [published(STRANGER, "rsa-new")]
    told = browser.start(silent="1")
    provider.token = provider.sign(provider.claims(told["nonce"]), key=STRANGER, kid="rsa-new")
    assert browser.come_back(told["state"]).status_code == 302
    assert provider.requests.count("/keys") == 2
    for _ in range(3):
        assert configured.current().key("invented") is None
    assert provider.requests.count("/keys") == 2


def test_nobody_but_a_sign_in_binds(employee, admin, settings):
    from apps.kernel.errors import Refused

    for actor in (admin.as_actor(), employee.as_actor(), SETUP):
        with pytest.raises(Refused):
            operations.bind_identity(
                actor=actor, person=employee, issuer=settings.OIDC_ISSUER, identity_subject="mine-now"
            )
