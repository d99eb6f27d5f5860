"""Back again in one action, also when an approver sleeps; and never to what no gate ever saw."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from apps.audit.models import OutboxMessage
from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.monitoring.models import Incident
from apps.monitoring.tasks import open_incident
from apps.registry import operations
from apps.registry.models import Deployment, Rollback
from apps.registry.queries.deployments import choices_back, standing
from apps.work.models import Notice

PLACE = {"environment": "production", "region": "EU"}


@pytest.fixture
def first(live):
    return live.releases.get(number=1)


@pytest.fixture
def running(live, first, second_release, owner):
    """The second release runs; the first ran before it."""
    for release in (first, second_release):
        operations.deploy(actor=owner.as_actor(), system=live, release=release, **PLACE)
    live.refresh_from_db()
    return live


@pytest.fixture
def changed(running, owner):
    """What the system puts out changed: nothing of it is approved any more."""
    return inventory.edit_system(actor=owner.as_actor(), system=running, changes={"outputs": "Something else"})


def back(does, person, system, release, reason="The new one sorts fraud to the end"):
    return does(actor=person.as_actor(), system=system, to_release=release, reason=reason, **PLACE)


def runs(system):
    return standing(system, "production", "EU", "desired").release


def test_one_action_goes_back_to_what_is_still_approved(running, first, owner, delivery, lead):
    made = back(operations.roll_back, owner, running, first)
    assert runs(running) == first and made.state == "ordered"
    assert Deployment.objects.get(rollback=made).authorisation.release == first
    operations.observe(actor=delivery.as_actor(), system=running, release=first, **PLACE)
    made.refresh_from_db()
    assert made.state == "observed" and made.observed_at >= made.ordered_at
    assert Notice.objects.filter(person=lead, kind="rollback").exists()


def test_going_back_opens_an_incident_once(running, first, owner):
    made = back(operations.roll_back, owner, running, first)
    asked = OutboxMessage.objects.get(task="monitoring.open_incident").payload
    for _time in range(2):
        open_incident(**asked)
    incident = Incident.objects.get()
    assert (incident.system, incident.reference, incident.severity) == (running, made.key, "high")


def test_a_sight_from_before_the_order_does_not_settle_it(running, first, owner, delivery):
    began = clock.now()
    with clock.travel(began + timedelta(hours=1)):
        made = back(operations.roll_back, owner, running, first)
        operations.observe(
            actor=delivery.as_actor(), system=running, release=first, at=clock.now() - timedelta(minutes=5), **PLACE
        )
        made.refresh_from_db()
        assert made.state == "ordered"
    with clock.travel(began + timedelta(hours=2)):
        operations.observe(actor=delivery.as_actor(), system=running, release=first, **PLACE)
        made.refresh_from_db()
        assert made.state == "observed"


def test_somebody_without_a_part_in_it_reviews_it_afterwards(running, first, owner, lead):
    made = back(operations.roll_back, owner, running, first)
    with pytest.raises(Refused):
        operations.review_rollback(actor=owner.as_actor(), rollback=made, review="All went well")
    done = operations.review_rollback(actor=lead.as_actor(), rollback=made, review="The test set lacked fraud")
    assert done.state == "reviewed" and done.reviewed_by == lead


def test_it_goes_back_and_not_forward_and_not_without_a_reason(running, first, second_release, owner):
    with pytest.raises(Invalid, match="Choose a release before"):
        back(operations.roll_back, owner, running, second_release)
    with pytest.raises(Invalid):
        back(operations.roll_back, owner, running, first, reason=" ")
    assert runs(running) == second_release and not Rollback.objects.exists()


def test_what_is_no_longer_approved_takes_an_emergency(changed, first, owner):
    with pytest.raises(Refused, match="is stale"):
        back(operations.roll_back, owner, changed, first)
    choice = choices_back(changed, **PLACE)[0]
    assert choice.once_approved and "is stale" in choice.why_not


def test_an_emergency_takes_two_people(changed, first, second_release, owner, lead, security, model_owner):
    called = back(operations.call_emergency, owner, changed, first)
    assert runs(changed) == second_release
    with pytest.raises(Refused):
        operations.confirm_emergency(actor=owner.as_actor(), rollback=called, reason="I am sure")
    with pytest.raises(Refused):
        operations.confirm_emergency(actor=model_owner.as_actor(), rollback=called, reason="I am no second line")
    done = operations.confirm_emergency(actor=security.as_actor(), rollback=called, reason="Seen the complaints")
    assert runs(changed) == first and done.second_by == security
    with pytest.raises(Refused, match="hand in it"):
        operations.review_rollback(actor=security.as_actor(), rollback=done, review="All went well")
    operations.review_rollback(actor=lead.as_actor(), rollback=done, review="The gate was too slow")


def test_a_refused_emergency_changes_nothing(changed, first, second_release, owner, security):
    called = back(operations.call_emergency, owner, changed, first)
    operations.refuse_emergency(actor=security.as_actor(), rollback=called, reason="The queue is shorter by hand")
    assert runs(changed) == second_release
    with pytest.raises(Refused):
        operations.confirm_emergency(actor=security.as_actor(), rollback=called, reason="Yes after all")


def test_an_emergency_of_this_morning_is_called_again(changed, first, owner, security):
    called = back(operations.call_emergency, owner, changed, first)
    with clock.travel(clock.now() + timedelta(hours=5)), pytest.raises(Refused, match="four hours"):
        operations.confirm_emergency(actor=security.as_actor(), rollback=called, reason="Yes")


def test_no_emergency_brings_back_what_was_withdrawn(changed, first, second_release, owner, security):
    called = back(operations.call_emergency, owner, changed, first)
    inventory.withdraw_release(actor=owner.as_actor(), release=first, reason="Poisoned index")
    with pytest.raises(Refused, match="was withdrawn: Poisoned"):
        operations.confirm_emergency(actor=security.as_actor(), rollback=called, reason="Seen the complaints")
    for does in (operations.call_emergency, operations.break_glass):
        with pytest.raises(Refused, match="was withdrawn: Poisoned"):
            back(does, owner, changed, first, reason="It denies claims of children and nobody answers")
    assert runs(changed) == second_release


def test_of_two_emergencies_the_second_is_called_again(changed, first, owner, security):
    one, two = (back(operations.call_emergency, owner, changed, first) for _number in range(2))
    operations.confirm_emergency(actor=security.as_actor(), rollback=one, reason="Seen the complaints")
    with pytest.raises(Conflict, match="Something else should run"):
        operations.confirm_emergency(actor=security.as_actor(), rollback=two, reason="Seen the complaints")
    two.refresh_from_db()
    assert two.state == "waiting" and runs(changed) == first


def test_the_glass_is_broken_alone_with_a_whole_sentence(changed, first, owner, lead, security):
    with pytest.raises(Invalid, match="whole sentence"):
        back(operations.break_glass, owner, changed, first, reason="It burns")
    made = back(
        operations.break_glass,
        owner,
        changed,
        first,
        reason="It denies claims of children and nobody answers the phone",
    )
    assert runs(changed) == first and made.kind == "break_glass"
    for person in (lead, security):
        assert Notice.objects.filter(person=person, kind="rollback", text__contains="glass").exists()


def test_no_emergency_leads_to_what_no_gate_ever_saw(running, freeze, second_release, pass_gate, owner):
    unseen, third = freeze(running, 3), freeze(running, 4)
    pass_gate(running, "G5")
    operations.deploy(actor=owner.as_actor(), system=running, release=third, **PLACE)
    for does in (operations.roll_back, operations.call_emergency, operations.break_glass):
        with pytest.raises(Refused, match="No gate"):
            back(does, owner, running, unseen, reason="It denies claims of children and nobody answers")
    assert runs(running) == third


def test_a_drill_measures_and_changes_nothing(running, first, second_release, owner):
    before = list(Deployment.objects.order_by("pk").values())
    made = back(operations.run_drill, owner, running, first, reason="Yearly practice")
    made.refresh_from_db()
    assert [step["step"] for step in made.drill_steps] == ["look", "check", "write"]
    assert all(step["milliseconds"] > 0 for step in made.drill_steps)
    assert list(Deployment.objects.order_by("pk").values()) == before and runs(running) == second_release
    assert Rollback.objects.get() == made


def test_an_employee_rolls_nothing_back(running, first, employee, auditor):
    for person in (employee, auditor):
        with pytest.raises(Refused):
            back(operations.roll_back, person, running, first)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_rollback SET state = 'ordered', ordered_at = now()",
        "UPDATE registry_rollback SET state = 'ordered', ordered_at = now(), second_by_id = asked_by_id",
        "UPDATE registry_rollback SET to_release_id = from_release_id",
        "UPDATE registry_rollback SET kind = 'break_glass', state = 'ordered'",
        "DELETE FROM registry_rollback",
    ],
)
def test_the_database_itself_wants_the_second_person(changed, first, owner, statement):
    back(operations.call_emergency, owner, changed, first)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
