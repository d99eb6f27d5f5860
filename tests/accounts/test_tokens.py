"""Tokens: shown once, kept as keyed hashes, never wider than their holder, never for long."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import RequestFactory

from apps.accounts import operations
from apps.accounts.backends.tokens import TokenAuthentication
from apps.accounts.models import ApiToken
from apps.accounts.rules_pure.tokens import PATTERN
from apps.audit.models import Entry
from apps.kernel import authorisation, clock
from apps.kernel.errors import Invalid, Refused
from apps.kernel.permissions import Permission

pytestmark = pytest.mark.django_db
SCOPE = Permission.INVENTORY_SYSTEM_VIEW


@pytest.fixture
def issued(analyst):
    return operations.issue_token(actor=analyst.as_actor(), name="Pipeline", scopes=[SCOPE], days=30)


def authenticate(text):
    request = RequestFactory().get("/api/v1/people")
    return TokenAuthentication().authenticate(request, text), request


def test_it_acts_as_its_holder_within_its_scopes(issued, analyst):
    assert PATTERN.fullmatch(issued.text)
    found, request = authenticate(issued.text)
    assert found == issued.token
    assert request.actor.id == str(analyst.pk)
    assert authorisation.decide(request.actor, SCOPE)
    assert not authorisation.decide(request.actor, Permission.INVENTORY_SYSTEM_REGISTER)


def test_the_database_holds_nothing_usable(issued):
    secret = issued.text.rsplit("_", 1)[1]
    with connection.cursor() as cursor:
        for table in ("accounts_apitoken", "audit_entry", "audit_personaltext"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            text = cursor.fetchone()[0] or ""
            assert secret not in text
            assert table == "accounts_apitoken" or issued.token.digest not in text


@pytest.mark.parametrize("text", ["", "x", "gatehouse_aaaaaaaa_" + "A" * 43, "gatehouse__", "gatehouse_aaaaaaaa_short"])
def test_it_refuses_what_is_no_token(text, issued):
    assert authenticate(text)[0] is None


def test_it_refuses_a_wrong_secret_and_records_it(issued):
    assert authenticate(issued.text[:-4] + "AAAA")[0] is None
    refusal = Entry.objects.get(event="accounts.token.refused")
    assert (refusal.subject_id, refusal.details["because"]) == (str(issued.token.pk), "wrong secret")


def test_it_refuses_after_its_end(issued):
    with clock.travel(clock.now() + timedelta(days=31)):
        assert authenticate(issued.text)[0] is None


def test_it_refuses_once_revoked(issued, analyst):
    operations.revoke_token(actor=analyst.as_actor(), token=issued.token)
    assert authenticate(issued.text)[0] is None


def test_it_ends_with_the_account(issued, analyst, admin):
    operations.deactivate_person(actor=admin.as_actor(), person=analyst, reason="Left")
    assert authenticate(issued.text)[0] is None


def test_it_loses_what_its_holder_loses(issued, analyst, admin):
    operations.end_assignment(actor=admin.as_actor(), assignment=analyst.role_assignments.get(), reason="Moved")
    _found, request = authenticate(issued.text)
    assert not authorisation.decide(request.actor, SCOPE)


def test_it_is_never_wider_than_its_holder(employee):
    with pytest.raises(Invalid, match="may not do this yourself"):
        operations.issue_token(actor=employee.as_actor(), name="Too much", scopes=[Permission.ACCOUNTS_ROLE_EDIT])


@pytest.mark.parametrize("days", [0, -1, 91, 10_000])
def test_it_never_lives_long(employee, days):
    with pytest.raises(Invalid, match="between 1 and 90"):
        operations.issue_token(
            actor=employee.as_actor(), name="Long", scopes=[Permission.INVENTORY_CATALOG_BROWSE], days=days
        )


def test_the_database_holds_the_ninety_days_too(issued):
    with pytest.raises(IntegrityError), transaction.atomic():
        ApiToken.objects.filter(pk=issued.token.pk).update(expires_at=clock.days_from_now(200))


def test_a_token_issues_no_tokens(issued):
    _found, request = authenticate(issued.text)
    with pytest.raises(Refused):
        operations.issue_token(actor=request.actor, name="Child", scopes=[SCOPE])


def test_nobody_revokes_anothers(issued, admin):
    with pytest.raises(Refused):
        operations.revoke_token(actor=admin.as_actor(), token=issued.token)


def test_its_use_is_remembered_without_an_entry(issued):
    before = Entry.objects.count()
    authenticate(issued.text)
    issued.token.refresh_from_db()
    assert issued.token.last_used_at is not None
    assert Entry.objects.count() == before


def test_a_repeated_request_shows_no_second_secret(employee):
    ask = {"name": "Once", "scopes": [Permission.INVENTORY_CATALOG_BROWSE], "request_key": "k"}
    first = operations.issue_token(actor=employee.as_actor(), **ask)
    again = operations.issue_token(actor=employee.as_actor(), **ask)
    assert again.token == first.token
    assert again.text == ""
