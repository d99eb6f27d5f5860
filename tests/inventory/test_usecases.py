"""Use cases, tiers and legal classes, and merging."""

import pytest
from django.db import DatabaseError, transaction

from apps.inventory import operations
from apps.inventory.models import SourceIdentity, UseCase, UseCaseStatus
from apps.kernel.errors import Conflict, Invalid, Refused

pytestmark = pytest.mark.django_db


@pytest.fixture
def make_use_case(owner, claims):
    def make(name="Sort claims", **fields):
        return operations.register_use_case(
            actor=owner.as_actor(), name=name, purpose=f"{name} by urgency", department=claims, owner=owner, **fields
        )

    return make


def test_the_system_has_the_highest_tier_of_its_active_use_cases(owner, analyst, system, make_use_case, inside):
    low, high = make_use_case("Low", provisional_tier="T4"), make_use_case("High", provisional_tier="T2")
    for use_case in (low, high):
        operations.link_use_case(actor=owner.as_actor(), use_case=use_case, system=system)
    system.refresh_from_db()
    assert (system.tier, system.provisional_tier) == ("", "T2")
    with inside("assessments.assessment.signed", analyst.as_actor()):
        operations.set_tier(actor=analyst.as_actor(), use_case=low, tier="T3")
        operations.set_tier(actor=analyst.as_actor(), use_case=high, tier="T2")
    system.refresh_from_db()
    assert system.tier == "T2"
    operations.retire_use_case(actor=owner.as_actor(), use_case=high, reason="Over")
    system.refresh_from_db()
    assert system.tier == "T3"


def test_nobody_sets_a_tier_or_a_class_by_hand(owner, analyst, lead, make_use_case):
    use_case = make_use_case()
    for person in (owner, analyst, lead):
        with pytest.raises(Refused, match="signed assessment"):
            operations.set_tier(actor=person.as_actor(), use_case=use_case, tier="T4")
        with pytest.raises(Refused):
            operations.set_legal_class(actor=person.as_actor(), use_case=use_case, legal_class="none")


def test_the_legal_class_is_a_floor_and_provisional_tiers_only_rise(analyst, make_use_case, inside):
    use_case = make_use_case(provisional_tier="T3")
    with inside("assessments.assessment.signed", analyst.as_actor()):
        operations.set_legal_class(actor=analyst.as_actor(), use_case=use_case, legal_class="high_risk")
        operations.set_tier(actor=analyst.as_actor(), use_case=use_case, tier="T3")
        operations.set_provisional_tier(actor=analyst.as_actor(), use_case=use_case, tier="T4")
    use_case.refresh_from_db()
    assert (use_case.tier, use_case.provisional_tier) == ("T1", "T1")


def test_a_prohibited_use_case_ends_at_once_and_no_route_brings_it_back(analyst, make_use_case, inside):
    use_case = make_use_case()
    with inside("assessments.assessment.signed", analyst.as_actor()):
        operations.set_legal_class(
            actor=analyst.as_actor(), use_case=use_case, legal_class="prohibited", confirmed=True
        )
    use_case.refresh_from_db()
    assert use_case.status == UseCaseStatus.REFUSED
    with pytest.raises(DatabaseError), transaction.atomic():
        UseCase.objects.filter(pk=use_case.pk).update(status="active")


def test_editing_checks_versions_people_and_words(owner, second_owner, make_use_case):
    use_case = make_use_case()
    operations.edit_use_case(actor=owner.as_actor(), use_case=use_case, changes={"process": "Claims"}, version=1)
    with pytest.raises(Conflict):
        operations.edit_use_case(actor=owner.as_actor(), use_case=use_case, changes={"process": "Other"}, version=1)
    with pytest.raises(Refused):
        operations.edit_use_case(actor=second_owner.as_actor(), use_case=use_case, changes={"process": "Mine"})
    with pytest.raises(Invalid):
        operations.edit_use_case(actor=owner.as_actor(), use_case=use_case, changes={"purpose": "AKIAIOSFODNN7EXAMPLE"})
    with pytest.raises(Invalid):
        operations.edit_use_case(actor=owner.as_actor(), use_case=use_case, changes={"tier": "T4"})


def test_linking_takes_who_answers_for_both(second_owner, owner, system, make_use_case):
    use_case = make_use_case()
    with pytest.raises(Refused):
        operations.link_use_case(actor=second_owner.as_actor(), use_case=use_case, system=system)
    operations.link_use_case(actor=owner.as_actor(), use_case=use_case, system=system)
    operations.unlink_use_case(actor=owner.as_actor(), use_case=use_case, system=system, reason="Moved")
    assert not system.use_cases.exists()


def test_merging_keeps_both_keys_and_moves_what_hangs_on_the_duplicate(owner, analyst, claims, system, make_use_case):
    twin = operations.register_system(actor=owner.as_actor(), name="Claims triage 2", department=claims, owner=owner)
    operations.report_operating_status(actor=owner.as_actor(), system=twin, status="running")
    use_case = make_use_case()
    operations.link_use_case(actor=owner.as_actor(), use_case=use_case, system=twin)
    SourceIdentity.objects.create(system=twin, source="cmdb", organisation="Aurelia", external_id="7")
    operations.merge_systems(actor=analyst.as_actor(), duplicate=twin, survivor=system, reason="Recorded twice")
    twin.refresh_from_db()
    system.refresh_from_db()
    assert twin.merged_into == system and twin.stage == "withdrawn"
    assert system.operating_status == "running" and list(system.use_cases.all()) == [use_case]
    assert SourceIdentity.objects.get(external_id="7").system == system


def test_only_triage_merges_and_never_twice(owner, analyst, claims, system):
    twin = operations.register_system(actor=owner.as_actor(), name="Twin", department=claims, owner=owner)
    with pytest.raises(Refused):
        operations.merge_systems(actor=owner.as_actor(), duplicate=twin, survivor=system, reason="Mine")
    with pytest.raises(Refused):
        operations.merge_systems(actor=analyst.as_actor(), duplicate=twin, survivor=twin, reason="Odd")
    operations.merge_systems(actor=analyst.as_actor(), duplicate=twin, survivor=system, reason="Twice")
    twin.refresh_from_db()
    with pytest.raises(Refused):
        operations.merge_systems(actor=analyst.as_actor(), duplicate=system, survivor=twin, reason="Back")


def test_use_cases_merge_too(analyst, owner, system, make_use_case):
    one, two = make_use_case("One"), make_use_case("Two")
    operations.link_use_case(actor=owner.as_actor(), use_case=two, system=system)
    operations.merge_use_cases(actor=analyst.as_actor(), duplicate=two, survivor=one, reason="Same")
    two.refresh_from_db()
    assert two.status == "merged" and list(system.use_cases.all()) == [one]


def test_merging_lowers_no_tier_and_no_legal_class(analyst, owner, system, make_use_case):
    strict, lax = make_use_case("Strict"), make_use_case("Lax")
    UseCase.objects.filter(pk=strict.pk).update(tier="T1", legal_class="high_risk", legal_class_confirmed=True)
    UseCase.objects.filter(pk=lax.pk).update(tier="T4", legal_class="none", status="proposed")
    operations.link_use_case(actor=owner.as_actor(), use_case=strict, system=system)
    operations.merge_use_cases(actor=analyst.as_actor(), duplicate=strict, survivor=lax, reason="Same")
    lax.refresh_from_db()
    system.refresh_from_db()
    assert (lax.tier, lax.legal_class, lax.legal_class_confirmed) == ("T1", "high_risk", True)
    assert lax.status == "active" and system.tier == "T1"


def test_nobody_merges_use_cases_that_they_may_not_see(analyst, second_owner, claims, make_use_case):
    hidden = operations.register_use_case(
        actor=second_owner.as_actor(), name="Nightjar", purpose="Something secret.", department=claims,
        owner=second_owner,
    )  # fmt: skip
    secret = operations.register_system(
        actor=second_owner.as_actor(), name="Nightjar", department=claims, owner=second_owner, restricted=True
    )
    operations.link_use_case(actor=second_owner.as_actor(), use_case=hidden, system=secret)
    with pytest.raises(Refused, match="not see"):
        operations.merge_use_cases(
            actor=analyst.as_actor(), duplicate=hidden, survivor=make_use_case("One"), reason="x"
        )
