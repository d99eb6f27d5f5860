"""What employees may use: proposed by the owner, in force with the authorisation, gone with it."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction

from apps.inventory import operations
from apps.inventory.models import ApprovedUse
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def use(owner, system):
    return propose(owner, system)


def propose(owner, system, **changes):
    values = {"title": "Translate contracts", "purpose": "Translate contracts into English", "data_classes": ["internal"],
              "for_everyone": True, **changes}  # fmt: skip
    return operations.propose_use_of(actor=owner.as_actor(), system=system, **values)


def offered(person):
    return list(ApprovedUse.objects.offered_to(person))


def test_a_use_is_offered_once_the_system_is_authorised_and_in_use(use, system, employee, advance):
    assert offered(employee) == []
    advance(system, "pilot")
    use.refresh_from_db()
    assert offered(employee) == [use] and use.authorisation.gate == "G3"


def test_suspension_staleness_and_revocation_end_the_offer(use, system, employee, advance, owner, lead):
    system = advance(system, "pilot")
    operations.suspend(actor=owner.as_actor(), system=system, reason="Wrong")
    assert offered(employee) == []


def test_a_material_change_ends_the_offer(use, system, employee, advance, owner):
    system = advance(system, "pilot")
    operations.edit_system(actor=owner.as_actor(), system=system, changes={"outputs": "More"})
    assert offered(employee) == []


def test_revoking_withdraws_the_use(use, system, employee, advance, lead):
    advance(system, "pilot")
    use.refresh_from_db()
    operations.revoke_authorisation(actor=lead.as_actor(), authorisation=use.authorisation, reason="Harm")
    use.refresh_from_db()
    assert use.status == "withdrawn" and "Harm" in use.withdrawn_reason


def test_the_audience_is_held(owner, system, claims, underwriting, advance, employee, outsider, make_person):
    propose(owner, system, title="Claims only", for_everyone=False, departments=[claims])
    propose(owner, system, title="Auditors only", for_everyone=False, roles=["auditor"])
    advance(system, "pilot")
    assert [use.title for use in offered(employee)] == ["Claims only"]
    assert offered(outsider) == []
    assert [use.title for use in offered(make_person("Aldo", "auditor", department=underwriting))] == ["Auditors only"]


def test_an_end_ends_it(owner, system, advance, employee):
    propose(owner, system, until=clock.today() + timedelta(days=5))
    advance(system, "pilot")
    assert len(offered(employee)) == 1
    with clock.travel(clock.now() + timedelta(days=6)):
        assert offered(employee) == []


@pytest.mark.parametrize(
    "changes", [{"title": ""}, {"purpose": " "}, {"data_classes": []}, {"for_everyone": False}, {"roles": ["king"]}]
)
def test_it_refuses_half_a_proposal(owner, system, changes):
    with pytest.raises(Invalid):
        propose(owner, system, **changes)


def test_only_the_owner_proposes_and_withdraws(use, system, second_owner, lead, owner):
    for person in (second_owner, lead):
        with pytest.raises(Refused):
            propose(person, system)
        with pytest.raises(Refused):
            operations.withdraw_use(actor=person.as_actor(), approved_use=use, reason="No")
    assert operations.withdraw_use(actor=owner.as_actor(), approved_use=use, reason="Over").status == "withdrawn"


def test_nobody_types_a_use_into_force_or_widens_an_approved_one(use, system, advance):
    with pytest.raises(DatabaseError), transaction.atomic():
        ApprovedUse.objects.filter(pk=use.pk).update(status="in_force")
    advance(system, "pilot")
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        ApprovedUse.objects.filter(pk=use.pk).update(data_classes=["special_category"])
