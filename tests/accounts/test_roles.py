"""Roles: nobody gives them to themselves, privileged ones need an end and a second administrator, duties stay apart."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import Group
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from apps.accounts import operations, reach
from apps.accounts.models import Person, Role, RoleAssignment
from apps.audit.models import Entry
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.kernel.permissions import Permission
from tests.conftest import SETUP

pytestmark = pytest.mark.django_db


@pytest.fixture
def second_admin(make_person):
    return make_person("Agnes Admin", "administrator")


def role(key):
    return Role.objects.get(key=key)


def fresh(person):
    return Person.objects.get(pk=person.pk)


def test_an_administrator_gives_an_ordinary_role_at_once(admin, employee, claims):
    operations.assign_role(actor=admin.as_actor(), role=role("architect"), person=employee, department=claims)
    assert reach.holds(fresh(employee), Permission.GATES_DECISION_ARCHITECTURE)


def test_nobody_gives_a_role_to_themselves(admin, enterprise):
    with pytest.raises(Refused, match="themselves"):
        operations.assign_role(actor=admin.as_actor(), role=role("employee"), person=admin, department=enterprise)
    group = Group.objects.create(name="staff")
    admin.groups.add(group)
    with pytest.raises(Refused, match="themselves"):
        operations.map_group(
            actor=admin.as_actor(), group_name="staff", role=role("system-owner"), department=enterprise
        )


def test_the_database_refuses_it_too(admin):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.create(role=role("employee"), person=admin, granted_by=admin)


def test_a_privileged_role_needs_an_end_and_a_second_administrator(admin, second_admin, employee, enterprise):
    given = {"role": role("auditor"), "person": employee, "department": enterprise}
    with pytest.raises(Invalid, match="needs an end"):
        operations.assign_role(actor=admin.as_actor(), **given)
    with pytest.raises(Invalid, match="within a year"):
        operations.assign_role(actor=admin.as_actor(), until=clock.days_from_now(400), **given)
    assignment = operations.assign_role(actor=admin.as_actor(), until=clock.days_from_now(90), **given)
    assert not reach.holds(fresh(employee), Permission.AUDIT_ENTRY_VIEW)
    with pytest.raises(Refused, match="second administrator"):
        operations.confirm_assignment(actor=admin.as_actor(), assignment=assignment)
    operations.confirm_assignment(actor=second_admin.as_actor(), assignment=assignment)
    assert reach.holds(fresh(employee), Permission.AUDIT_ENTRY_VIEW)
    with pytest.raises(Refused, match="Nothing here waits"):
        operations.confirm_assignment(actor=second_admin.as_actor(), assignment=assignment)


def test_the_holder_cannot_be_the_second_administrator(admin, second_admin, enterprise):
    assignment = operations.assign_role(
        actor=admin.as_actor(),
        role=role("administrator"),
        person=second_admin,
        department=enterprise,
        until=clock.days_from_now(9),
    )
    with pytest.raises(Refused, match="themselves"):
        operations.confirm_assignment(actor=second_admin.as_actor(), assignment=assignment)
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleAssignment.objects.filter(pk=assignment.pk).update(confirmed_by=admin)


def test_administration_and_decisions_stay_apart(admin, second_admin, architect, enterprise):
    with pytest.raises(Refused, match="no administrator approves"):
        operations.assign_role(
            actor=admin.as_actor(), role=role("architect"), person=second_admin, department=enterprise
        )
    with pytest.raises(Refused, match="no administrator approves"):
        operations.create_role(
            actor=admin.as_actor(),
            name="Everything",
            permissions=[Permission.ACCOUNTS_ROLE_EDIT, Permission.GATES_DECISION_ARCHITECTURE],
        )


def test_nobody_widens_a_role_they_hold(admin, second_admin):
    wider = [*role("administrator").permissions, Permission.INVENTORY_SYSTEM_VIEW]
    with pytest.raises(Refused, match="hold this role"):
        operations.edit_role(actor=admin.as_actor(), role=role("administrator"), permissions=wider)
    with pytest.raises(Invalid, match="Unknown permission"):
        operations.edit_role(actor=admin.as_actor(), role=role("employee"), permissions=["root"])
    operations.edit_role(
        actor=admin.as_actor(), role=role("architect"), permissions=[Permission.INVENTORY_CATALOG_BROWSE]
    )
    assert role("architect").permissions == [Permission.INVENTORY_CATALOG_BROWSE]


def test_an_administrator_of_a_part_stays_there(make_person, employee, underwriting, claims, enterprise):
    local = make_person("Lotte Local", "administrator", reach=underwriting)
    for department in (claims, enterprise, None):
        with pytest.raises(Refused, match="part of the enterprise"):
            operations.assign_role(
                actor=local.as_actor(), role=role("architect"), person=employee, department=department
            )
    operations.assign_role(actor=local.as_actor(), role=role("architect"), person=employee, department=underwriting)


def test_an_assignment_ends_with_a_reason_and_at_once(admin, architect):
    assignment = architect.role_assignments.get()
    with pytest.raises(Invalid):
        operations.end_assignment(actor=admin.as_actor(), assignment=assignment, reason=" ")
    operations.end_assignment(actor=admin.as_actor(), assignment=assignment, reason="Moved")
    assert not reach.holds(fresh(architect), Permission.GATES_DECISION_ARCHITECTURE)


def test_there_is_always_an_administrator(admin, second_admin, make_person):
    operations.deactivate_person(actor=second_admin.as_actor(), person=admin, reason="Left")
    with pytest.raises(Refused):
        operations.end_assignment(
            actor=SETUP, assignment=second_admin.role_assignments.get(), reason="No more administrators"
        )


def test_a_group_carries_a_role(admin, employee, enterprise):
    operations.map_group(actor=admin.as_actor(), group_name="architects", role=role("architect"), department=enterprise)
    employee.groups.add(Group.objects.get(name="architects"))
    assert reach.holds(fresh(employee), Permission.GATES_DECISION_ARCHITECTURE)


def test_assignments_follow_a_department_that_moves(admin, make_person, enterprise, claims, underwriting):
    motor = operations.create_department(actor=admin.as_actor(), name="Motor", parent=claims)
    person = make_person("Paul Part", "architect", reach=underwriting)
    assert not reach.holds_on(person, Permission.GATES_DECISION_ARCHITECTURE, motor)
    operations.move_department(actor=admin.as_actor(), department=claims, parent=underwriting)
    motor.refresh_from_db()
    assert motor.path == "aurelia/underwriting/claims/motor/"
    assert reach.holds_on(person, Permission.GATES_DECISION_ARCHITECTURE, motor)
    with pytest.raises(Invalid, match="below itself"):
        operations.move_department(actor=admin.as_actor(), department=underwriting, parent=motor)


def test_the_command_line_appoints_the_first_administrator_and_refuses_a_second(db, capsys):
    call_command("appoint", "First@Aurelia.example", "--name", "First")
    person = Person.objects.get(email="first@aurelia.example")
    assert reach.holds(person, Permission.ACCOUNTS_ROLE_EDIT)
    assert Entry.objects.get(event="accounts.person.appointed", kind="operation").actor_kind == "operator"
    with pytest.raises(CommandError, match="already"):
        call_command("appoint", "second@aurelia.example")
    call_command("appoint", "second@aurelia.example", "--again")


def test_nobody_appoints_in_the_browser(admin):
    with pytest.raises(Refused):
        operations.appoint(actor=admin.as_actor(), email="x@aurelia.example", again=True)


def test_an_administrator_of_a_part_edits_people_and_departments_there_only(
    make_person, employee, underwriting, claims, enterprise
):
    local = make_person("Lotte Local", "administrator", reach=underwriting)
    colleague = make_person("Ulla Underwriter", None, department=underwriting)
    with pytest.raises(Refused):
        operations.edit_person(actor=local.as_actor(), person=employee, changes={"name": "Mine"})
    with pytest.raises(Refused):
        operations.edit_person(actor=local.as_actor(), person=colleague, changes={"department": claims})
    operations.edit_person(actor=local.as_actor(), person=colleague, changes={"name": "Ulla U."})
    with pytest.raises(Refused):
        operations.create_department(actor=local.as_actor(), name="Annexed", parent=claims)
    team = operations.create_department(actor=local.as_actor(), name="Team", parent=underwriting)
    with pytest.raises(Refused):
        operations.move_department(actor=local.as_actor(), department=team, parent=claims)
