"""Stages, suspension, authorisations and legacy periods."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.inventory import operations, queries
from apps.inventory.models import Authorisation, OperatingStatus, Stage
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db


def move(person, system, target):
    return operations.change_stage(actor=person.as_actor(), system=system, target=target)


def test_a_step_without_its_decision_is_refused_with_the_sentence(owner, system):
    with pytest.raises(Refused, match="none stands yet"):
        move(owner, system, "design")
    with pytest.raises(Refused, match="no step"):
        move(owner, system, "production")


def test_the_owner_takes_the_step_by_the_decision_and_it_is_marked_as_used(owner, system, issue):
    authorisation = issue(system)
    assert move(owner, system, "design").stage == Stage.DESIGN
    authorisation.refresh_from_db()
    assert authorisation.used_at is not None


def test_only_who_answers_for_it_takes_the_step(second_owner, lead, system, issue):
    issue(system)
    for person in (second_owner, lead):
        with pytest.raises(Refused):
            move(person, system, "design")


def test_a_material_change_makes_the_decision_stale_and_says_which_field(owner, system, issue):
    authorisation = issue(system)
    operations.edit_system(actor=owner.as_actor(), system=system, changes={"outputs": "Pays claims"})
    with pytest.raises(Refused, match="What it puts out"):
        move(owner, system, "design")
    authorisation.refresh_from_db()
    assert authorisation.status()[0] == "stale"
    assert queries.changed_labels(authorisation.system, authorisation.material_revision) == ["What it puts out"]


def test_an_expired_or_revoked_decision_moves_nothing(owner, lead, system, issue):
    authorisation = issue(system, days=1)
    with clock.travel(clock.now() + timedelta(days=2)), pytest.raises(Refused, match="expired"):
        move(owner, system, "design")
    operations.revoke_authorisation(actor=lead.as_actor(), authorisation=authorisation, reason="Wrong facts")
    with pytest.raises(Refused, match="revoked: Wrong facts"):
        move(owner, system, "design")
    with pytest.raises(Refused):
        operations.revoke_authorisation(actor=lead.as_actor(), authorisation=authorisation, reason="Again")


def test_nobody_issues_an_authorisation_outside_a_gate(system, lead, owner):
    for person in (lead, owner):
        with pytest.raises(Refused, match="gate"):
            operations.issue_authorisation(
                actor=person.as_actor(), system=system, gate="G4", environment="production", content_hash="x",
                valid_until=clock.days_from_now(9),
            )  # fmt: skip


def test_the_whole_way_to_production_and_a_free_step_back_from_pilot(system, advance, owner):
    system = advance(system, "pilot")
    assert move(owner, system, "build").stage == Stage.BUILD


def test_it_withdraws_what_is_not_in_use_and_nothing_else(owner, employee, system, advance):
    with pytest.raises(Refused):
        operations.withdraw_system(actor=employee.as_actor(), system=system, reason="Not mine")
    running = advance(system, "pilot")
    with pytest.raises(Refused, match="G7"):
        operations.withdraw_system(actor=owner.as_actor(), system=running, reason="Enough")


def test_the_owner_withdraws_with_a_reason(owner, system):
    with pytest.raises(Invalid):
        operations.withdraw_system(actor=owner.as_actor(), system=system, reason=" ")
    assert operations.withdraw_system(actor=owner.as_actor(), system=system, reason="No budget").stage == "withdrawn"


@pytest.mark.parametrize("persona", ["owner", "lead", "security"])
def test_they_suspend_at_once(system, persona, request):
    person = request.getfixturevalue(persona)
    suspended = operations.suspend(actor=person.as_actor(), system=system, reason="Wrong answers")
    assert suspended.operating_status == OperatingStatus.SUSPENDED and suspended.suspended_at


@pytest.mark.parametrize("persona", ["employee", "second_owner", "architect", "analyst", "admin"])
def test_they_do_not_suspend(system, persona, request):
    with pytest.raises(Refused):
        operations.suspend(actor=request.getfixturevalue(persona).as_actor(), system=system, reason="No")


def test_resuming_needs_a_review_made_after_the_suspension(system, owner, issue):
    issue(system, "G5", "operation")
    operations.suspend(actor=owner.as_actor(), system=system, reason="Wrong answers")
    system.refresh_from_db()
    with pytest.raises(Refused):
        operations.resume(actor=owner.as_actor(), system=system)
    issue(system, "G5", "operation")
    resumed = operations.resume(actor=owner.as_actor(), system=system)
    assert resumed.operating_status == OperatingStatus.RUNNING and resumed.suspended_at is None


@pytest.mark.parametrize(
    "change",
    ["operating_status = 'running'", "operating_status = 'not_running'", "suspended_at = now() - interval '9 days'"],
)
def test_no_side_door_out_of_a_suspension(system, owner, change):
    operations.suspend(actor=owner.as_actor(), system=system, reason="Wrong answers")
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE inventory_aisystem SET {change} WHERE id = %s", [system.pk])


@pytest.fixture
def running(system, owner):
    return operations.report_operating_status(actor=owner.as_actor(), system=system, status="running")


def test_a_legacy_period_takes_two_people_outside_the_line(running, lead, sponsor, owner):
    until = clock.today() + timedelta(days=60)
    with pytest.raises(Refused):
        operations.sign_legacy(actor=owner.as_actor(), system=running, until=until, interim_controls="Four eyes")
    period = operations.sign_legacy(actor=sponsor.as_actor(), system=running, until=until, interim_controls="Four eyes")
    with pytest.raises(Refused, match="second person"):
        operations.grant_legacy(actor=sponsor.as_actor(), period=period)
    authorisation = operations.grant_legacy(actor=lead.as_actor(), period=period)
    running.refresh_from_db()
    assert running.legacy_until == until and authorisation.kind == "legacy"
    with pytest.raises(Refused):
        move(owner, running, "design")


def test_a_legacy_period_has_a_last_day_by_tier(running, lead):
    with pytest.raises(Invalid):
        operations.sign_legacy(
            actor=lead.as_actor(),
            system=running,
            until=clock.today() + timedelta(days=91),
            interim_controls="Four eyes",
        )


def test_nobody_forges_a_legacy_authorisation(running, lead, sponsor):
    with pytest.raises(DatabaseError, match="stands behind"), transaction.atomic():
        Authorisation.objects.bulk_create(
            [
                Authorisation(
                    key="AUTH-F", system=running, kind="legacy", gate="G4", environment="production",
                    material_revision=running.material_revision, content_hash="x", valid_from=clock.now(),
                    valid_until=clock.days_from_now(9), signed_by=lead, countersigned_by=sponsor,
                )
            ]
        )  # fmt: skip


def test_what_is_not_running_gets_no_legacy_period(system, lead):
    with pytest.raises(Refused):
        operations.sign_legacy(
            actor=lead.as_actor(), system=system, until=clock.today() + timedelta(days=9), interim_controls="None"
        )
