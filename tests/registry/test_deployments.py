"""What should run where: only what a gate approved; what was seen is written down whatever it is."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.rules import rule_named
from apps.registry import operations
from apps.registry.models import Deployment, ReleaseVersion
from apps.registry.queries.deployments import places_of
from apps.registry.queries.permits import reasons_against

from .access_world import make_model


@pytest.fixture
def first(live):
    return live.releases.get(number=1)


@pytest.fixture
def deployed(live, first, owner):
    return operations.deploy(actor=owner.as_actor(), system=live, release=first, environment="production", region="EU")


def deploy(person, system, release, environment="production", region="EU"):
    return operations.deploy(
        actor=person.as_actor(), system=system, release=release, environment=environment, region=region
    )


def observe(person, system, **what):
    return operations.observe(
        actor=person.as_actor(), system=system, environment="production", region="EU", source="pipeline", **what
    )


def test_the_approved_release_runs_under_its_authorisation(deployed, first):
    assert deployed.authorisation.release == first and deployed.valid_until is None


def test_a_release_that_no_gate_approved_is_refused_with_the_reason(live, first, deployed, freeze, owner):
    with pytest.raises(Refused, match="No gate has approved REL"):
        deploy(owner, live, freeze(live, 2))
    assert Deployment.objects.get() == deployed


def test_the_next_approved_release_takes_its_place_at_the_same_instant(deployed, second_release, live, owner):
    made = deploy(owner, live, second_release)
    deployed.refresh_from_db()
    assert deployed.valid_until == made.valid_from
    assert deploy(owner, live, second_release) == made


def test_a_changed_system_runs_nothing_new_before_it_is_approved_again(live, first, owner):
    inventory.edit_system(actor=owner.as_actor(), system=live, changes={"outputs": "Decisions, not advice"})
    with pytest.raises(Refused, match="is stale: after the decision this changed: What it puts out"):
        deploy(owner, live, first)


def test_what_is_revoked_or_suspended_or_withdrawn_is_not_deployed(live, first, lead, owner):
    for authorisation in live.authorisations.filter(environment__in=["pilot", "production"]):
        inventory.revoke_authorisation(actor=lead.as_actor(), authorisation=authorisation, reason="A complaint")
    with pytest.raises(Refused, match="was revoked: A complaint"):
        deploy(owner, live, first)
    inventory.withdraw_release(actor=owner.as_actor(), release=first, reason="Wrong index")
    with pytest.raises(Refused, match="was withdrawn"):
        deploy(owner, live, first)
    inventory.suspend(actor=lead.as_actor(), system=live, reason="A complaint")
    with pytest.raises(Refused, match="is suspended"):
        deploy(owner, live, first)


def test_a_version_that_runs_in_a_withdrawn_release_is_not_retired(deployed, first, owner, model_owner, claims):
    version = make_model(model_owner, claims).versions.get()
    ReleaseVersion.objects.create(release=first, model_version=version)
    inventory.withdraw_release(actor=owner.as_actor(), release=first, reason="Wrong index")
    with pytest.raises(Invalid, match="It runs in"):
        operations.retire_version(actor=model_owner.as_actor(), model_version=version, reason="Superseded")


def test_test_environments_need_no_gate(live, freeze, owner):
    assert deploy(owner, live, freeze(live, 2), environment="test").authorisation is None


def test_an_employee_and_an_auditor_deploy_nothing(live, first, employee, auditor):
    for person in (employee, auditor):
        with pytest.raises(Refused):
            deploy(person, live, first)


def test_a_release_of_another_system_is_refused(live, first, owner, sponsor, claims, legal_entity):
    other = inventory.register_system(
        actor=owner.as_actor(), name="Other", summary="Other", department=claims, owner=owner, sponsor=sponsor,
        legal_entity=legal_entity, proposer=owner,
    )  # fmt: skip
    with pytest.raises(Invalid, match="another system"):
        deploy(owner, other, first, environment="test")


def test_what_was_seen_is_written_down_whatever_it_is_and_the_same_again_changes_nothing(live, deployed, delivery):
    seen = observe(delivery, live, label="hand-made container")
    assert observe(delivery, live, label="hand-made container") == seen
    place = places_of(live)[0]
    assert place.differs and place.observed == seen and place.desired == deployed
    live.refresh_from_db()
    assert live.operating_status == "running"


def test_what_was_withdrawn_and_is_seen_running_is_a_finding(live, first, delivery, owner):
    observe(delivery, live, release=first)
    rule = rule_named("DEP-001")
    with clock.travel(clock.now() + timedelta(hours=1)):
        assert live not in rule.failing()
        inventory.withdraw_release(actor=owner.as_actor(), release=first, reason="Wrong index")
        assert live in rule.failing()


def test_an_older_sight_does_not_replace_a_later_one(live, first, delivery):
    observe(delivery, live, release=first)
    with pytest.raises(Conflict, match="seen there later"):
        observe(delivery, live, label="older", at=clock.now() - timedelta(hours=1))


def test_an_older_sight_is_refused_also_after_the_later_one_ended(live, first, delivery):
    observe(delivery, live, release=first)
    operations.observe_nothing(actor=delivery.as_actor(), system=live, environment="production", region="EU")
    with pytest.raises(Conflict, match="seen there later"):
        observe(delivery, live, label="older", at=clock.now() - timedelta(hours=1))
    assert observe(delivery, live, release=first).valid_until is None


@pytest.mark.parametrize("at", ["0001-01-01T00:00:00+14:00", "1970-01-01T00:00:00+00:00"])
def test_nothing_is_seen_in_the_future_nor_before_anybody_looked(live, first, delivery, at):
    for moment in (clock.now() + timedelta(hours=1), datetime.fromisoformat(at)):
        with pytest.raises(Invalid):
            observe(delivery, live, release=first, at=moment)


def test_saying_it_again_is_refused_once_the_approval_is_gone(deployed, live, first, owner, lead):
    for authorisation in live.authorisations.filter(environment__in=["pilot", "production"]):
        inventory.revoke_authorisation(actor=lead.as_actor(), authorisation=authorisation, reason="A complaint")
    with pytest.raises(Refused, match="was revoked: A complaint"):
        deploy(owner, live, first)


def test_an_approved_release_waits_until_its_system_takes_the_step(policy, system, freeze, pass_gate, owner):
    freeze(system, 1)
    for gate, stage in (("G1", "design"), ("G2", "build"), ("G3", "pilot")):
        pass_gate(system, gate)
        system = inventory.change_stage(actor=owner.as_actor(), system=system, target=stage)
    pass_gate(system, "G4")
    first = system.releases.get()
    assert "is in stage Pilot" in reasons_against(first, "production")[0] and not reasons_against(first, "pilot")
    with pytest.raises(Refused, match="is in stage Pilot"):
        deploy(owner, system, first)


COPY = "INSERT INTO registry_deployment SELECT {columns} FROM registry_deployment"
COLUMNS = [field.column for field in Deployment._meta.concrete_fields]


def copied(**changes):
    columns = ", ".join(changes.get(name, name) for name in COLUMNS)
    return COPY.format(columns=columns)


@pytest.mark.parametrize(
    "statement",
    [
        copied(id="gen_random_uuid()", key="'DEP-X'"),
        copied(id="gen_random_uuid()", key="'DEP-X'", region="'US'", valid_from="valid_from - interval '1 day'"),
        copied(id="gen_random_uuid()", key="'DEP-X'", region="'US'", authorisation_id="NULL"),
        copied(id="gen_random_uuid()", key="'DEP-X'", region="'US'", release_id="(SELECT id FROM inventory_release WHERE number = 2)"),
        "UPDATE registry_deployment SET region = 'US'",
        "UPDATE registry_deployment SET valid_until = now() + interval '1 day'",
        "DELETE FROM registry_deployment",
    ],
    ids=["overlap", "backdated", "without authorisation", "unapproved release", "moved", "ends later", "deleted"],
)  # fmt: skip
def test_the_database_itself_refuses(deployed, live, freeze, statement):
    freeze(live, 2)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_list_marks_what_differs_and_leads_on(deployed, live, delivery, owner, client):
    observe(delivery, live, label="hand-made container")
    client.force_login(owner, backend="apps.accounts.backends.OIDCBackend")
    shown = client.get("/deployments/").content.decode()
    assert shown.count("Differs") == 2 and "What ran on a date" in shown
    then = client.get(f"/deployments/as-of/?system={live.key}").content.decode()
    assert "hand-made container" in then and "Not approved" in then and "none on record" in then
