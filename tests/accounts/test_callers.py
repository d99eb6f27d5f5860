"""The one statement about a caller says what the roles say, whoever asks and however the role came."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import RequestFactory

from apps.accounts import operations
from apps.accounts.callers import caller_of
from apps.accounts.models import ApiToken, Person, Role, RoleAssignment, ServiceIdentity
from apps.audit.models import Entry
from apps.kernel import authorisation, clock
from apps.kernel.permissions import Permission
from tests.conftest import SETUP

pytestmark = pytest.mark.django_db
EVALUATE = Permission.CATALOG_ACCESS_EVALUATE


def ask(text):
    ApiToken.objects.update(last_used_at=clock.now())
    request = RequestFactory().get("/", headers={"authorization": f"Bearer {text}"})
    return caller_of(request, EVALUATE)


def issued(person, service=None, scope=EVALUATE):
    return operations.issue_token(actor=person.as_actor(), name="P", scopes=[scope], service=service).text


def test_a_holder_is_allowed_and_counts_as_who_they_are(delivery, django_assert_num_queries):
    text = issued(delivery)
    ApiToken.objects.update(last_used_at=clock.now())
    request = RequestFactory().get("/", headers={"authorization": f"Bearer {text}"})
    with django_assert_num_queries(1):
        caller = caller_of(request, EVALUATE)
    assert caller.allowed and caller.actor == delivery.as_actor(origin="api", scopes=frozenset({EVALUATE}))
    assert request.actor == caller.actor


CHANGES = {
    "nothing": lambda: None,
    "the role ended": lambda: RoleAssignment.objects.update(until=clock.now() - timedelta(seconds=1)),
    "the role ends later": lambda: RoleAssignment.objects.update(until=clock.now() + timedelta(days=1)),
    "it waits for confirmation": lambda: RoleAssignment.objects.update(
        needs_confirmation=True, until=clock.now() + timedelta(days=1)
    ),
    "the role lost the permission": lambda: Role.objects.filter(key="delivery-team").update(permissions=[]),
    "the token has another scope": lambda: ApiToken.objects.update(scopes=["accounts.person.view"]),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
@pytest.mark.parametrize("through", ["person", "group", "own gift to a group", "service"])
def test_it_agrees_with_the_roles(delivery, make_person, change, through):
    role, person, service = Role.objects.get(key="delivery-team"), delivery, None
    text = None
    if through in ("group", "own gift to a group"):
        text = issued(delivery)
        group = Group.objects.create(name="delivery")
        person.groups.add(group)
        giver = person if through.startswith("own") else make_person("Gerd Giver", None)
        RoleAssignment.objects.filter(person=person).update(person=None, group=group, granted_by=giver)
    if through == "service":
        service = ServiceIdentity.objects.create(name="loader", purpose="Loads", owner=delivery)
        operations.assign_role(actor=SETUP, role=role, service=service, reason="Test")
    text = text or issued(delivery, service)
    change()
    caller = ask(text)
    assert caller.allowed == bool(authorisation.decide(caller.actor, EVALUATE))


CLOSED = {
    "revoked": lambda: ApiToken.objects.update(revoked_at=clock.now()),
    "expired": lambda: ApiToken.objects.update(
        created_at=clock.now() - timedelta(days=9), expires_at=clock.now() - timedelta(days=1)
    ),
    "the person left": lambda: Person.objects.filter(email__startswith="dilara").update(is_active=False),
    "another secret": lambda: ApiToken.objects.update(digest="0" * 64),
}


@pytest.mark.parametrize("change", CLOSED.values(), ids=list(CLOSED))
def test_a_token_that_does_not_hold_is_refused_on_record(delivery, change):
    text = issued(delivery)
    assert ask(text)
    change()
    assert ask(text) is None
    assert Entry.objects.filter(event="accounts.token.refused").exists()


def test_a_service_that_was_closed_or_handed_over_is_refused(delivery, owner):
    service = ServiceIdentity.objects.create(name="loader", purpose="Loads", owner=delivery)
    operations.assign_role(actor=SETUP, role=Role.objects.get(key="delivery-team"), service=service, reason="Test")
    text = issued(delivery, service)
    assert ask(text).actor.id == str(service.pk)
    ServiceIdentity.objects.update(owner=owner)
    assert ask(text) is None
    ServiceIdentity.objects.update(owner=delivery, is_active=False)
    assert ask(text) is None


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic x", "bearer gatehouse_x_y"])
def test_no_token_is_nobody(db, header):
    assert caller_of(RequestFactory().get("/", headers={"authorization": header}), EVALUATE) is None
