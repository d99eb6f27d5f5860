"""Sweeps store changes, not results; rules close what rules opened; exceptions waive and end."""

from datetime import timedelta

import pytest
from django.db import connection

from apps.compliance import operations
from apps.compliance.models import Finding
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, ReportedFact
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused
from apps.kernel.rules import rule_named

pytestmark = pytest.mark.django_db

BEAT = Actor.system("beat")


def sweep():
    run = operations.sweep(actor=BEAT)
    assert not run.failed_rules
    return run


@pytest.fixture
def running(system):
    """A system observed as running, which nobody authorised."""
    AISystem.objects.filter(pk=system.pk).update(operating_status="running")
    return system


def test_it_finds_a_system_that_runs_without_authorisation_once(running, owner):
    first, second = sweep(), sweep()
    assert Finding.objects.get(rule_id="INV-002").owner == owner
    assert not first.failed_rules
    assert (second.opened, second.closed) == (0, 0)


def test_it_closes_what_is_no_longer_true_and_opens_it_again_as_a_new_finding(running):
    sweep()
    AISystem.objects.filter(pk=running.pk).update(operating_status="not_running")
    sweep()
    assert Finding.objects.get(rule_id="INV-002").status == "closed"
    AISystem.objects.filter(pk=running.pk).update(operating_status="running")
    sweep()
    assert sorted(Finding.objects.filter(rule_id="INV-002").values_list("status", flat=True)) == ["closed", "open"]


def test_a_deadline_that_nobody_signed_excuses_nothing(running):
    AISystem.objects.filter(pk=running.pk).update(legacy_until=clock.today() + timedelta(days=30))
    sweep()
    assert Finding.objects.get(rule_id="INV-002").status == "open"
    assert not Finding.objects.filter(rule_id="INV-005").exists()


def test_it_respects_a_signed_legacy_period_until_its_last_day(running, lead, make_person):
    second = make_person("Lars Second", "governance-lead")
    until = clock.today() + timedelta(days=1)
    period = inventory.sign_legacy(
        actor=lead.as_actor(), system=running, until=until, interim_controls="A person checks every output."
    )
    inventory.grant_legacy(actor=second.as_actor(), period=period)
    sweep()
    assert not Finding.objects.filter(rule_id__in=["INV-002", "INV-005"]).exists()
    with clock.travel(clock.now() + timedelta(days=3)):
        sweep()
    assert Finding.objects.filter(rule_id="INV-005", severity="critical").exists()
    assert Finding.objects.filter(rule_id="INV-002").exists()


@pytest.mark.parametrize(
    ("facts", "found"),
    [
        ({"high_impact": "yes", "stage": "deployed", "testing": "no"}, True),
        ({"high_impact": "yes", "stage": "deployed"}, True),
        ({"high_impact": "yes", "stage": "deployed", "testing": "yes"}, False),
        ({"high_impact": "yes", "stage": "pilot", "testing": "no"}, False),
        ({"high_impact": "no", "stage": "deployed", "testing": "no"}, False),
    ],
)
def test_it_finds_reported_high_impact_without_testing(system, facts, found):
    ReportedFact.objects.bulk_create(
        ReportedFact(system=system, source="omb", name=n, value=v) for n, v in facts.items()
    )
    sweep()
    assert Finding.objects.filter(rule_id="INV-001").exists() is found


def test_it_finds_a_change_made_outside_and_only_an_auditor_settles_it(system, auditor, owner):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE inventory_aisystem SET name = 'Renamed in psql' WHERE id = %s", [system.pk])
    sweep()
    finding = Finding.objects.get(rule_id="AUD-001", explanation__contains=str(system.pk))
    with pytest.raises(Refused):
        operations.settle_finding(actor=owner.as_actor(), finding=finding, reason="It was me")
    operations.settle_finding(actor=auditor.as_actor(), finding=finding, reason="Typed by the database team, ticket 7")
    assert sweep().opened == 0


def test_it_takes_as_many_statements_for_twenty_systems_as_for_ten(owner, claims, django_assert_num_queries):
    def grow(count):
        for number in range(count):
            inventory.register_system(actor=owner.as_actor(), name=f"System {number}", department=claims)
        AISystem.objects.update(operating_status="running")

    from django.test.utils import CaptureQueriesContext

    grow(10)
    with CaptureQueriesContext(connection) as ten:
        sweep()
    grow(10)
    with CaptureQueriesContext(connection) as twenty:
        sweep()
    assert len(ten) == len(twenty)


def request(owner, system, **changes):
    arguments = {
        "concerns": "INV-002",
        "reason": "The vendor's test report arrives next month.",
        "compensating_control": "A person checks each outcome.",
        "until": clock.now() + timedelta(days=30),
    }
    return operations.request_exception(actor=owner.as_actor(), about=system, **(arguments | changes))


def test_an_exception_takes_two_people_outside_the_line_and_ends(running, owner, lead, legal, sponsor):
    sweep()
    exception = request(owner, running)
    operations.approve_exception(actor=lead.as_actor(), exception=exception)
    with pytest.raises(Refused, match="second person"):
        operations.approve_exception(actor=lead.as_actor(), exception=exception)
    sweep()
    assert Finding.objects.get(rule_id="INV-002").status == "open"
    operations.approve_exception(actor=legal.as_actor(), exception=exception)
    sweep()
    assert Finding.objects.get(rule_id="INV-002").status == "waived"
    with clock.travel(clock.now() + timedelta(days=31)):
        sweep()
        assert Finding.objects.get(rule_id="INV-002").status == "open"


def test_nobody_in_the_line_that_profits_grants_an_exception(running, owner, lead, claims):
    AISystem.objects.filter(pk=running.pk).update(sponsor=lead)
    exception = request(owner, running)
    with pytest.raises(Refused, match="answer for this record"):
        operations.approve_exception(actor=lead.as_actor(), exception=exception)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"concerns": "G1:prohibited"}, "concerns"),
        ({"concerns": "INV-005"}, "concerns"),
        ({"reason": " "}, "reason"),
        ({"until": clock.now() + timedelta(days=500)}, "until"),
    ],
)
def test_it_refuses_exceptions_that_cannot_be(running, owner, changes, field):
    with pytest.raises(Invalid) as refused:
        request(owner, running, **changes)
    assert field in refused.value.problems


def test_a_finding_is_given_only_to_somebody_who_may_see_what_it_is_about(running, analyst, outsider, architect):
    sweep()
    finding = Finding.objects.filter(rule_id="INV-002").get()
    with pytest.raises(Invalid, match="cannot see"):
        operations.assign_finding(actor=analyst.as_actor(), finding=finding, owner=outsider)
    assert operations.assign_finding(actor=analyst.as_actor(), finding=finding, owner=architect).owner == architect


def test_a_rule_that_knows_of_nothing_failing_closes_what_stood(running, monkeypatch):
    sweep()
    rule = rule_named("INV-002")
    monkeypatch.setattr(type(rule), "failing", lambda self: AISystem.objects.filter(pk__in=[]))
    sweep()
    assert Finding.objects.get(rule_id="INV-002").status == "closed"
