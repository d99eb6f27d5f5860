"""Ways in which somebody who administers might reach further than they should, each refused."""

import pytest
from django.contrib.auth.models import Group

from apps.accounts import operations, reach
from apps.accounts.models import Person, Role
from apps.audit.operations.exporting import begin_export
from apps.gates import operations as gates
from apps.kernel import clock
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from tests.gates.conftest import TEST_POLICY

pytestmark = pytest.mark.django_db


def role(key):
    return Role.objects.get(key=key)


def fresh(person):
    return Person.objects.get(pk=person.pk)


@pytest.fixture
def local(make_person, underwriting):
    """An administrator of one department only."""
    return make_person("Lotte Local", "administrator", reach=underwriting)


def test_a_role_given_to_a_group_does_not_count_for_its_giver(admin, employee, enterprise):
    # The provider says only at the next sign-in that the administrator belongs to the group, too.
    operations.map_group(actor=admin.as_actor(), group_name="builders", role=role("model-owner"), department=enterprise)
    group = Group.objects.get(name="builders")
    for person in (admin, employee):
        person.groups.add(group)
    assert reach.holds(fresh(employee), Permission.EVIDENCE_FILE_ADD)
    assert not reach.holds(fresh(admin), Permission.EVIDENCE_FILE_ADD)
    assert not reach.holds_on(fresh(admin), Permission.EVIDENCE_FILE_ADD, enterprise)


def test_a_group_with_an_administrator_in_it_gets_no_say(admin, make_person, enterprise):
    other = make_person("Abel Admin", "administrator")
    other.groups.add(Group.objects.create(name="board"))
    with pytest.raises(Refused, match="no administrator approves"):
        operations.map_group(actor=admin.as_actor(), group_name="board", role=role("architect"), department=enterprise)


def test_a_new_role_that_reaches_far_is_privileged_whatever_its_maker_says(admin, employee, enterprise):
    made = operations.create_role(
        actor=admin.as_actor(), name="Reader of all", permissions=[Permission.INVENTORY_SYSTEM_VIEW_RESTRICTED]
    )
    assert made.privileged
    given = operations.assign_role(
        actor=admin.as_actor(), role=made, person=employee, department=enterprise, until=clock.days_from_now(9)
    )
    assert not given.is_standing


@pytest.mark.parametrize("name", [Permission.ACCOUNTS_ASSIGNMENT_EDIT, Permission.AUDIT_ENTRY_EXPORT])
def test_an_ordinary_role_is_not_widened_to_a_privileged_one(admin, name):
    with pytest.raises(Refused, match="privileged role"):
        operations.edit_role(
            actor=admin.as_actor(), role=role("delivery-team"), permissions=[*role("delivery-team").permissions, name]
        )


def test_a_role_is_not_widened_into_two_duties_of_one_person(admin, make_person, enterprise):
    both = make_person("Bo Both", "auditor")
    operations.assign_role(actor=admin.as_actor(), role=role("model-owner"), person=both, department=enterprise)
    wider = [*role("model-owner").permissions, Permission.GATES_DECISION_VALIDATION]
    with pytest.raises(Refused, match="Bo Both"):
        operations.edit_role(actor=admin.as_actor(), role=role("model-owner"), permissions=wider)


def test_who_administers_a_part_changes_no_role(local):
    with pytest.raises(Refused, match="a part of the enterprise"):
        operations.edit_role(actor=local.as_actor(), role=role("architect"), permissions=[])
    with pytest.raises(Refused, match="a part of the enterprise"):
        operations.create_role(actor=local.as_actor(), name="Mine", permissions=[])


def test_who_administers_a_part_puts_people_on_record_there_only(local, claims, underwriting):
    with pytest.raises(Refused):
        operations.expect_person(actor=local.as_actor(), email="new@aurelia.example", department=claims)
    operations.expect_person(actor=local.as_actor(), email="new@aurelia.example", department=underwriting)


def test_the_whole_ledger_leaves_by_somebody_who_may_export_all_of_it(make_person, auditor, underwriting):
    partial = make_person("Pia Partial", "auditor", reach=underwriting)
    with pytest.raises(Refused):
        begin_export(actor=partial.as_actor(), form="bundle", with_personal_texts=True)
    begin_export(actor=auditor.as_actor(), form="bundle")


def test_who_leads_a_part_publishes_no_policy_for_all(make_person, lead, underwriting):
    partial = make_person("Paul Partial", "governance-lead", reach=underwriting)
    with pytest.raises(Refused):
        gates.publish_policy(actor=partial.as_actor(), text=TEST_POLICY)
    gates.publish_policy(actor=lead.as_actor(), text=TEST_POLICY)
