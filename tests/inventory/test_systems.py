"""Registering, editing, handing over and hiding systems."""

import pytest

from apps.accounts.reach import holds_on
from apps.audit.models import Entry
from apps.inventory import operations
from apps.inventory.models import AISystem, OperatingStatus, ReportedFact
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.permissions import Permission

pytestmark = pytest.mark.django_db
KEY = "AKIAIOSFODNN7EXAMPLE"


def edit(owner, system, **changes):
    return operations.edit_system(actor=owner.as_actor(), system=system, changes=changes)


@pytest.mark.parametrize("field", ["summary", "security_needs", "isolation", "regulation", "name"])
def test_it_refuses_a_secret_wherever_it_is_typed(owner, system, field):
    with pytest.raises(Invalid, match="looks like"):
        edit(owner, system, **{field: f"the key is {KEY}"})


def test_it_refuses_a_secret_inside_master_data_and_a_secret_in_place_of_its_reference(owner, system):
    with pytest.raises(Invalid):
        edit(owner, system, master_data={"customers": KEY})
    with pytest.raises(Invalid):
        edit(owner, system, secret_references=[KEY])
    with pytest.raises(Invalid, match="no reference"):
        edit(owner, system, secret_references=["the usual password"])
    assert edit(owner, system, secret_references=["vault:claims/api"]).secret_references == ["vault:claims/api"]


@pytest.mark.parametrize(
    "changes",
    [{"name": "  "}, {"name": "x" * 300}, {"autonomy": "wild"}, {"data_classes": ["odd"]}, {"yearly_run_cost": -1},
     {"expected_users": -5}, {"summary": "nul \x00"}, {"stage": "production"}, {"tier": "T4"}, {"material_revision": 9}],
)  # fmt: skip
def test_it_refuses_what_the_record_cannot_hold(owner, system, changes):
    with pytest.raises(Invalid):
        edit(owner, system, **changes)


def test_an_older_version_is_a_conflict_that_shows_theirs(owner, system):
    edit(owner, system, benefit="Faster")
    with pytest.raises(Conflict) as caught:
        operations.edit_system(actor=owner.as_actor(), system=system, changes={"benefit": "Cheaper"}, version=1)
    assert caught.value.theirs.benefit == "Faster"


def test_others_do_not_edit(analyst, second_owner, system):
    for person in (analyst, second_owner):
        with pytest.raises(Refused):
            edit(person, system, benefit="Mine")


def test_the_owner_hands_over_and_the_new_one_gets_the_role(owner, employee, system):
    assert not holds_on(employee, Permission.INVENTORY_SYSTEM_EDIT, system)
    operations.change_people(actor=owner.as_actor(), system=system, owner=employee, reason="New team")
    system.refresh_from_db()
    assert system.owner == employee and holds_on(employee, Permission.INVENTORY_SYSTEM_EDIT, system)
    assert Entry.objects.filter(event="accounts.assignment.granted", actor_id="intake").exists()
    with pytest.raises(Refused):
        edit(owner, system, benefit="Still mine")


def test_nobody_takes_a_system_from_its_owner(analyst, second_owner, system):
    for person in (analyst, second_owner):
        with pytest.raises(Refused):
            operations.change_people(actor=person.as_actor(), system=system, owner=person, reason="I want it")


def test_triage_names_an_owner_where_there_is_none(analyst, employee, claims, owner):
    orphan = operations.register_system(actor=analyst.as_actor(), name="Orphan", department=claims)
    operations.change_people(actor=analyst.as_actor(), system=orphan, owner=employee, reason="Found")
    orphan.refresh_from_db()
    assert orphan.owner == employee


def test_a_restricted_system_is_seen_by_its_people_and_those_named(system, lead, analyst, steward, owner):
    operations.mark_restricted(actor=lead.as_actor(), system=system, restricted=True, reason="Investigation")
    assert not AISystem.objects.visible_to(steward).exists()
    assert AISystem.objects.visible_to(owner).exists()
    system.refresh_from_db()
    operations.grant_system_access(actor=lead.as_actor(), system=system, person=steward, reason="Classifies its data")
    assert AISystem.objects.visible_to(steward).exists()
    with pytest.raises(Refused):
        operations.grant_system_access(actor=analyst.as_actor(), system=system, person=analyst, reason="Me")
    with pytest.raises(Refused):
        operations.grant_system_access(actor=analyst.as_actor(), system=system, person=owner, reason="Blind")
    operations.withdraw_system_access(actor=lead.as_actor(), system=system, person=steward, reason="Done")
    assert not AISystem.objects.visible_to(steward).exists()


def test_it_writes_down_that_a_system_runs_even_without_authorisation(owner, system):
    operations.report_operating_status(actor=owner.as_actor(), system=system, status="running")
    system.refresh_from_db()
    assert system.operating_status == OperatingStatus.RUNNING


def test_a_suspended_system_stays_suspended_and_the_observation_is_kept(owner, system):
    operations.suspend(actor=owner.as_actor(), system=system, reason="Wrong answers")
    operations.report_operating_status(actor=owner.as_actor(), system=system, status="running")
    system.refresh_from_db()
    assert system.operating_status == OperatingStatus.SUSPENDED
    assert ReportedFact.objects.get(system=system, name="operating_status").value == "running"


def test_components_and_dependencies_raise_the_revision(owner, system):
    actor = owner.as_actor()
    part = operations.add_component(actor=actor, system=system, kind="model", name="GPT", sourcing="managed")
    operations.edit_component(actor=actor, system=system, component=part, changes={"version": "2026-10"})
    operations.add_dependency(actor=actor, system=system, kind="api", on_name="Claims core")
    system.refresh_from_db()
    assert system.material_revision == 4
    operations.remove_component(actor=actor, system=system, component=part)
    assert not system.components.exists()
    with pytest.raises(Invalid):
        operations.add_dependency(actor=actor, system=system, kind="api")
    with pytest.raises(Invalid):
        operations.add_dependency(actor=actor, system=system, kind="api", on_system=system)
    with pytest.raises(Invalid):
        operations.add_component(actor=actor, system=system, kind="model", name=f"m {KEY}")


def test_a_vendor_is_on_record_once(analyst, owner):
    vendor = operations.register_vendor(actor=analyst.as_actor(), name="Modelworks", country="IE")
    with pytest.raises(Invalid):
        operations.register_vendor(actor=analyst.as_actor(), name="modelworks")
    operations.edit_vendor(actor=analyst.as_actor(), vendor=vendor, changes={"notes": "EU region"})
    with pytest.raises(Refused):
        operations.edit_vendor(actor=owner.as_actor(), vendor=vendor, changes={"notes": "Mine"})
