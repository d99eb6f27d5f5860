"""Asking for data and deciding: one asks, somebody who answers for the data decides, two where it takes two."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.accounts import operations as accounts
from apps.accounts.models import ServiceIdentity
from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import AccessRequest, DataGrant, Dataset
from apps.catalog.queries.access import may_i
from apps.inventory import operations as inventory
from apps.inventory.models import UseCase
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from tests.conftest import SETUP

pytestmark = pytest.mark.django_db


def classified(dataset, level, *categories):
    Dataset.objects.filter(pk=dataset.pk).update(level=level, categories=list(categories))
    dataset.refresh_from_db()
    return dataset


def asked(person, dataset, **changes):
    values = {"actions": ["read"], "purpose": "claims-handling", "purpose_details": "Answer customers.", "days": 30}
    return operations.request_access(
        actor=person.as_actor(), dataset=dataset, **{"subject": person, **values, **changes}
    )


def approved(steward, request, **narrower):
    return operations.decide_request(
        actor=steward.as_actor(), request=request, outcome="approve", reason="It is needed.", **narrower
    )


@pytest.fixture
def confidential(dataset):
    return classified(dataset, "confidential")


def test_a_person_asks_the_steward_approves_and_the_grant_stands_with_its_end(employee, steward, confidential):
    request = asked(employee, confidential)
    assert request.key.startswith("DAR-") and request.status == "waiting"
    assert not may_i(employee, confidential)
    assert approved(steward, request).status == "approved"
    grant = DataGrant.objects.get()
    assert grant.key.startswith("GRT-") and grant.person == employee and grant.state == "valid"
    assert grant.valid_until - grant.valid_from == timedelta(days=30)
    assert may_i(employee, confidential) and not may_i(employee, confidential, "train")
    events = set(Entry.objects.filter(kind="operation").values_list("event", flat=True))
    assert {"catalog.access.requested", "catalog.access.approved", "catalog.grant.issued"} <= events


def test_it_ends_by_itself(employee, steward, confidential):
    approved(steward, asked(employee, confidential, days=2))
    with clock.travel(clock.now() + timedelta(days=3)):
        assert not may_i(employee, confidential) and DataGrant.objects.get().state == "expired"


@pytest.mark.parametrize("level, days", [("confidential", 181), ("internal", 366)])
def test_it_refuses_longer_than_the_policy_allows(employee, dataset, level, days):
    with pytest.raises(Refused, match="DAR-006"):
        asked(employee, classified(dataset, level), days=days)
    assert not AccessRequest.objects.exists()


def test_what_a_rule_refuses_leaves_nothing_but_the_refusal(employee, dataset):
    with pytest.raises(Refused, match="is public: everybody may read it"):
        asked(employee, classified(dataset, "public"))
    assert not AccessRequest.objects.exists()
    refusal = Entry.objects.filter(event="audit.operation.refused").get()
    assert refusal.details["attempted"] == "catalog.access.requested" and "DAR-002" in refusal.details["because"]
    assert refusal.subject_id == str(dataset.pk)


def test_public_data_about_persons_still_takes_a_grant(employee, dataset, entry_in_force):
    assert asked(employee, classified(dataset, "public", "personal"), activity=entry_in_force).status == "waiting"


def test_personal_data_without_an_entry_is_refused_with_the_rule(employee, dataset):
    with pytest.raises(Refused, match="PRA-001"):
        asked(employee, classified(dataset, "confidential", "personal"))


def test_a_purpose_outside_the_entry_is_refused_with_the_entry(employee, dataset, entry_in_force):
    with pytest.raises(Refused) as refused:
        asked(
            employee,
            classified(dataset, "confidential", "personal"),
            activity=entry_in_force,
            purpose="marketing",
        )
    (objection,) = refused.value.objections
    assert (objection.rule, objection.entry) == ("PRA-003", entry_in_force.key)


def test_training_on_special_categories_needs_an_entry_that_names_training(employee, dataset, entry_in_force):
    health = classified(dataset, "confidential", "health")
    with pytest.raises(Refused, match="DAR-003"):
        asked(employee, health, actions=["train"], activity=entry_in_force)
    assert asked(employee, health, activity=entry_in_force).status == "waiting"


@pytest.mark.parametrize(
    "region, fine", [("EU", True), ("de", True), ("eu-central-1", True), ("", True), ("US", False)]
)
def test_the_region_of_the_data_binds(employee, confidential, region, fine):
    if fine:
        assert asked(employee, confidential, region=region).status == "waiting"
    else:
        with pytest.raises(Refused, match="DAR-005"):
            asked(employee, confidential, region=region)


def test_a_transfer_with_safeguards_opens_the_region_once_somebody_else_has_read_it(
    employee, privacy, make_person, confidential, entry_in_force
):
    operations.edit_activity(
        actor=privacy.as_actor(), activity=entry_in_force, reason="Transfer agreed",
        changes={"regions": ["EU", "US"], "transfers": "Standard contractual clauses with Acme Inc."},
    )  # fmt: skip
    entry_in_force.refresh_from_db()
    with pytest.raises(Refused, match="PRA-002"):
        asked(employee, confidential, region="US", activity=entry_in_force)
    second = make_person("Paul Protector", "privacy-reviewer")
    operations.publish_activity(actor=second.as_actor(), activity=entry_in_force, reason="Read the clauses.")
    entry_in_force.refresh_from_db()
    assert asked(employee, confidential, region="US", activity=entry_in_force).status == "waiting"


@pytest.mark.parametrize("stage", ["rejected", "retired"])
def test_a_system_that_is_gone_gets_nothing(owner, system, confidential, stage):
    system.stage = stage
    with pytest.raises(Refused, match="DAR-004"):
        asked(owner, confidential, subject=system)


def test_a_system_with_use_cases_names_the_one_it_is_for(owner, claims, system, confidential):
    case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort", purpose="Sort claims", department=claims, owner=owner
    )
    asked(owner, confidential, subject=system)
    inventory.link_use_case(actor=owner.as_actor(), use_case=case, system=system)
    with pytest.raises(Refused, match="DAR-007"):
        asked(owner, confidential, subject=system, purpose="other")
    assert asked(owner, confidential, subject=system, use_case=case, purpose="other").system == system


def test_nobody_asks_for_others(employee, owner, system, confidential):
    for subject in (owner, system):
        with pytest.raises(Refused):
            asked(employee, confidential, subject=subject)


def test_the_owner_of_a_service_identity_asks_for_it(owner, steward, confidential):
    service = ServiceIdentity.objects.create(name="claims-loader", purpose="Loads", owner=owner)
    approved(steward, asked(owner, confidential, subject=service, rate_per_hour=100))
    grant = DataGrant.objects.get()
    assert grant.service == service and grant.rate_per_hour == 100 and grant.subject == service


def test_nobody_decides_on_their_own_request_or_for_themselves_or_their_system(steward, owner, second_steward, claims,
                                                                              system, confidential):  # fmt: skip
    own = asked(steward, confidential)
    with pytest.raises(Refused, match="somebody else decides"):
        approved(steward, own)
    inventory.change_people(actor=owner.as_actor(), system=system, deputy=second_steward, reason="Helps")
    system.refresh_from_db()
    for_system = asked(owner, confidential, subject=system)
    with pytest.raises(Refused, match="answer for"):
        approved(second_steward, for_system)
    assert approved(steward, for_system).status == "approved"


def test_an_employee_and_an_analyst_do_not_decide(employee, delivery, analyst, confidential):
    request = asked(employee, confidential)
    for person in (delivery, analyst):
        with pytest.raises(Refused):
            approved(person, request)


@pytest.mark.parametrize("level, categories", [("restricted", ()), ("", ()), ("confidential", ("health",))])
def test_four_eyes_decide_on_what_is_restricted_unclassified_or_special(
    employee, steward, second_steward, dataset, entry_in_force, level, categories
):
    request = asked(employee, classified(dataset, level, *categories), activity=entry_in_force)
    assert approved(steward, request).status == "second"
    assert not DataGrant.objects.exists()
    with pytest.raises(Refused, match="somebody else gives the second"):
        operations.second_decision(actor=steward.as_actor(), request=request, outcome="approve", reason="Me again")
    done = operations.second_decision(
        actor=second_steward.as_actor(), request=request, outcome="approve", reason="I agree", days=10
    )
    grant = DataGrant.objects.get()
    assert done.status == "approved" and grant.level_granted == (level or "restricted")
    assert grant.valid_until - grant.valid_from == timedelta(days=10)


def test_one_refusal_is_enough(employee, steward, second_steward, dataset):
    request = asked(employee, classified(dataset, "restricted"))
    approved(steward, request)
    refused = operations.second_decision(
        actor=second_steward.as_actor(), request=request, outcome="refuse", reason="Too much."
    )
    assert refused.status == "refused" and not DataGrant.objects.exists()


def test_a_first_decision_on_lower_data_does_not_count_when_it_rises(employee, steward, second_steward, dataset,
                                                                     entry_in_force, make_person):  # fmt: skip
    request = asked(employee, classified(dataset, "confidential", "health"), activity=entry_in_force)
    approved(steward, request)
    classified(dataset, "restricted", "health")
    again = operations.second_decision(
        actor=second_steward.as_actor(), request=request, outcome="approve", reason="Yes"
    )
    assert again.status == "second" and again.decided_by == second_steward
    last = operations.second_decision(actor=steward.as_actor(), request=request, outcome="approve", reason="Still")
    assert last.status == "approved"


def test_a_steward_narrows_what_was_asked(employee, steward, confidential):
    request = asked(employee, confidential, fields=["claim_id", "amount"], rate_per_hour=100)
    with pytest.raises(Invalid) as wider:
        approved(steward, request, fields=["diagnosis_code"], days=31, rate_per_hour=101)
    assert set(wider.value.problems) == {"fields", "days", "rate_per_hour"}
    approved(steward, request, fields=["amount"], days=7, rate_per_hour=10)
    grant = DataGrant.objects.get()
    assert grant.fields == ["amount"] and grant.rate_per_hour == 10
    assert grant.valid_until - grant.valid_from == timedelta(days=7)


def test_a_refusal_needs_its_reason_and_reaches_the_person(employee, steward, confidential):
    from apps.work.models import Notice

    request = asked(employee, confidential)
    with pytest.raises(Invalid):
        operations.decide_request(actor=steward.as_actor(), request=request, outcome="refuse", reason=" ")
    operations.decide_request(actor=steward.as_actor(), request=request, outcome="refuse", reason="Use the report.")
    assert Notice.objects.filter(person=employee, text__contains="Refused").exists()


def test_whoever_comes_second_is_told_who_decided(employee, steward, second_steward, confidential):
    request = asked(employee, confidential)
    approved(steward, request)
    with pytest.raises(Conflict, match="Stella Steward"):
        approved(second_steward, request)
    assert DataGrant.objects.count() == 1


def test_a_double_click_makes_one_request_and_one_grant(employee, steward, confidential):
    first, again = (asked(employee, confidential, request_key="click") for _ in range(2))
    assert first == again and AccessRequest.objects.count() == 1
    for _ in range(2):
        approved(steward, first, request_key="decide")
    assert DataGrant.objects.count() == 1


def test_the_same_is_not_asked_twice_while_it_waits(employee, confidential):
    first = asked(employee, confidential)
    with pytest.raises(Invalid, match=first.key):
        asked(employee, confidential)


def test_bad_input_is_named_field_by_field(employee, confidential):
    with pytest.raises(Invalid) as bad:
        asked(employee, confidential, fields=["nope"], actions=["sell"], purpose="Two Words", purpose_details=" ",
              days=0, rate_per_hour=0)  # fmt: skip
    assert set(bad.value.problems) == {"fields", "actions", "purpose", "purpose_details", "days", "rate_per_hour"}


def test_the_person_who_asked_takes_it_back(employee, delivery, steward, confidential):
    request = asked(employee, confidential)
    with pytest.raises(Refused):
        operations.withdraw_request(actor=delivery.as_actor(), request=request)
    assert operations.withdraw_request(actor=employee.as_actor(), request=request).status == "withdrawn"
    with pytest.raises(Conflict):
        approved(steward, request)


def test_a_closed_account_gets_nothing_more(employee, steward, confidential):
    request = asked(employee, confidential)
    accounts.deactivate_person(actor=SETUP, person=employee, reason="Left")
    with pytest.raises(Refused, match="DAR-004"):
        approved(steward, AccessRequest.objects.get(pk=request.pk))


def test_a_blank_region_means_where_the_data_is_kept(employee, steward, confidential, entry_in_force):
    from apps.catalog.operations.decisions import evaluate
    from apps.catalog.rules_pure.asking import Asked

    Dataset.objects.filter(pk=confidential.pk).update(region="EU")
    confidential.refresh_from_db()
    request = asked(employee, confidential, activity=entry_in_force)
    operations.decide_request(actor=steward.as_actor(), request=request, outcome="approve", reason="Needed.")
    answers = {
        region: evaluate(
            actor=employee.as_actor(),
            asked=Asked("person", str(employee.pk), confidential.key, "read", purpose="claims-handling", region=region),
        ).rule
        for region in ("", "US")
    }
    assert answers == {"": "ACC-000", "US": "ACC-013"}


def test_lowering_the_class_meanwhile_spares_nobody_the_second_decision(employee, steward, second_steward, dataset):
    Dataset.objects.filter(pk=dataset.pk).update(level="restricted", steward=steward)
    dataset.refresh_from_db()
    request = asked(employee, dataset)
    Dataset.objects.filter(pk=dataset.pk).update(level="confidential")
    operations.decide_request(actor=steward.as_actor(), request=request, outcome="approve", reason="Fine now.")
    request.refresh_from_db()
    assert request.status == "second"
    with pytest.raises(Refused):
        operations.second_decision(actor=steward.as_actor(), request=request, outcome="approve", reason="Again me.")
    operations.second_decision(actor=second_steward.as_actor(), request=request, outcome="approve", reason="Agreed.")
    request.refresh_from_db()
    assert request.status == "approved"


def test_what_is_narrowed_when_more_time_is_given_is_narrowed(employee, steward, confidential, entry_in_force):
    request = asked(employee, confidential, activity=entry_in_force)
    operations.decide_request(actor=steward.as_actor(), request=request, outcome="approve", reason="Needed.")
    grant = DataGrant.objects.get(request=request)
    renewal = operations.request_extension(actor=employee.as_actor(), grant=grant, days=60, reason="More time.")
    operations.decide_request(
        actor=steward.as_actor(), request=renewal, outcome="approve", reason="Only the key.", fields=["claim_id"],
        rate_per_hour=5,
    )  # fmt: skip
    grant.refresh_from_db()
    assert (grant.fields, grant.rate_per_hour) == (["claim_id"], 5)


def test_a_grant_ends_with_its_use_case(delivery, owner, steward, claims, system, confidential, entry_in_force):
    from apps.catalog.operations.decisions import evaluate
    from apps.catalog.rules_pure.asking import Asked

    case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort", purpose="Sort claims", department=claims, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=case, system=system)
    request = asked(owner, confidential, subject=system, use_case=case, activity=entry_in_force)
    operations.decide_request(actor=steward.as_actor(), request=request, outcome="approve", reason="Needed.")
    question = Asked("system", system.key, confidential.key, "read", purpose="claims-handling")
    before = confidential.__class__.objects.get(pk=confidential.pk).access_version
    assert evaluate(actor=delivery.as_actor(), asked=question).rule == "ACC-000"
    UseCase.objects.filter(pk=case.pk).update(status="retired")
    assert confidential.__class__.objects.get(pk=confidential.pk).access_version > before
    assert evaluate(actor=delivery.as_actor(), asked=question).rule == "ACC-012"
    UseCase.objects.filter(pk=case.pk).update(status="active")
    case.system_links.all().delete()
    assert evaluate(actor=delivery.as_actor(), asked=question).rule == "ACC-012"
