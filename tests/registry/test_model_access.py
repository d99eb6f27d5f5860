"""Who asks for models, who decides, and how grants end."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.registry import operations
from apps.registry.models import ModelAccessRequest, ModelGrant
from apps.registry.operations.sweeping import sweep_grants
from apps.registry.queries import access as queries
from apps.registry.queries.downstream import what_breaks
from apps.registry.rules_pure.access_policy import RefusedByPolicy
from apps.work.models import Notice

from .access_world import ask, grant, make_model, make_terms

pytestmark = pytest.mark.django_db


@pytest.fixture
def ai_model(model_owner, claims):
    return make_model(model_owner, claims)


@pytest.fixture
def use_case(owner, system):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=system.department, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)
    return _raw(made, "T3")


@pytest.fixture
def second_decider(make_person):
    return make_person("Maja Model", "model-owner")


def _raw(use_case, tier):
    type(use_case).objects.filter(pk=use_case.pk).update(tier=tier)
    use_case.refresh_from_db()
    return use_case


def decide(person, request, approve=True, **more):
    reason = more.pop("reason", "Needed, and bounded.")
    return operations.decide_model_request(
        actor=person.as_actor(), request=request, approve=approve, reason=reason, **more
    )


def test_it_grants_what_the_owner_of_the_model_approves(owner, model_owner, system, ai_model, use_case):
    request = ask(owner, ai_model, system, use_case)
    assert (request.key[:4], request.status, request.fail_mode) == ("MAR-", "waiting", "last_known")
    assert queries.requests_to_decide(model_owner).get() == request
    assert Notice.objects.filter(person=model_owner, kind="decision").count() == 1
    decided = decide(model_owner, request, days=10)
    made = decided.grants.get()
    assert (made.key[:4], made.tier_granted, made.state, made.purpose) == ("MGR-", "T3", "valid", "claims-triage")
    assert made.valid_until - made.valid_from == timedelta(days=10)
    assert not queries.requests_to_decide(model_owner).exists()
    with pytest.raises(Conflict, match="decided already"):
        decide(model_owner, request)


def test_it_takes_two_people_for_a_high_tier(owner, model_owner, second_decider, system, ai_model, use_case):
    request = ask(owner, ai_model, system, _raw(use_case, "T1"))
    assert request.fail_mode == "closed"
    decide(model_owner, request)
    request.refresh_from_db()
    assert (request.status, request.grants.count()) == ("second", 0)
    assert queries.second_decisions(second_decider).get() == request
    assert not queries.second_decisions(model_owner).exists()
    with pytest.raises(Refused, match="decided first"):
        decide(model_owner, request)
    with pytest.raises(Conflict, match="decided first while you read"):
        decide(second_decider, request, second=False)
    decided = decide(second_decider, request)
    assert decided.grants.get().tier_granted == "T1"


def test_it_lets_a_high_tier_go_on_as_last_known_only_by_the_second_decision(
    owner, model_owner, second_decider, system, ai_model, use_case
):
    request = ask(owner, ai_model, system, _raw(use_case, "T2"), fail_mode="last_known")
    decide(model_owner, request)
    with pytest.raises(RefusedByPolicy, match="MAC-010"):
        decide(second_decider, request)
    assert decide(second_decider, request, fail_mode="last_known").grants.get().fail_mode == "last_known"


def test_it_lets_nobody_decide_who_has_a_part_in_it(owner, model_owner, employee, ai_model, use_case, make_person):
    own = ask(model_owner, ai_model, model_owner, use_case)
    with pytest.raises(Refused, match="You asked"):
        decide(model_owner, own)
    request = ask(employee, ai_model, employee, use_case)
    for person, words in ((employee, "You asked"), (owner, "None of your roles")):
        with pytest.raises(Refused, match=words):
            decide(person, request)
    operations.edit_model(actor=model_owner.as_actor(), ai_model=ai_model, changes={"owner": owner})
    deputy = make_person("Dora Deputy", "system-owner")
    system = use_case.systems.get()
    type(system).objects.filter(pk=system.pk).update(deputy=deputy)
    for_system = ask(deputy, ai_model, type(system).objects.get(pk=system.pk), use_case)
    for_system = ModelAccessRequest.objects.get(pk=for_system.pk)
    with pytest.raises(Refused, match="answer for"):
        decide(owner, for_system)


def test_it_lets_people_ask_only_for_what_they_answer_for(employee, owner, system, ai_model, use_case):
    with pytest.raises(Refused, match="Ask for yourself"):
        ask(employee, ai_model, system, use_case)
    with pytest.raises(Refused, match="Ask for yourself"):
        ask(employee, ai_model, owner, use_case)


def test_it_refuses_by_rule_and_keeps_nothing(owner, model_owner, system, ai_model, use_case):
    refused = [
        ({"environment": "production"}, "MAC-004"),
        ({"days": 400}, "MAC-007"),
        ({"alias": "champion"}, "MAC-003"),
    ]
    for changes, rule in refused:
        with pytest.raises(RefusedByPolicy, match=rule):
            ask(owner, ai_model, system, use_case, **changes)
    other = inventory.register_use_case(
        actor=owner.as_actor(), name="Other", purpose="Other.", department=system.department, owner=owner
    )
    with pytest.raises(RefusedByPolicy, match="MAC-002"):
        ask(owner, ai_model, system, _raw(other, "T3"))
    make_terms(model_owner, ai_model)
    with pytest.raises(RefusedByPolicy, match="MAC-005"):
        ask(owner, ai_model, system, use_case, region="US")
    assert not ModelAccessRequest.objects.exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"purpose": ""}, "purpose"),
        ({"purpose": "Not Short"}, "purpose"),
        ({"purpose_details": " "}, "purpose_details"),
        ({"budget": "-1"}, "budget"),
        ({"rate_limit": 0}, "rate_limit"),
        ({"max_temperature": "3"}, "max_temperature"),
        ({"currency": "E"}, "currency"),
        ({"modalities": []}, "modalities"),
        ({"environment": "moon"}, "environment"),
        ({"data_categories": ["stars"]}, "data_categories"),
        ({"any_tool": True, "tools": ["search"]}, "tools"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_it_refuses_what_cannot_be_meant(owner, system, ai_model, use_case, changes, field):
    with pytest.raises(Invalid) as refused:
        ask(owner, ai_model, system, use_case, **changes)
    assert field in refused.value.problems


def test_it_holds_grants_back_when_the_use_case_rises_and_decides_anew(
    owner, model_owner, second_decider, system, ai_model, use_case
):
    made = grant(owner, model_owner, ai_model, system, use_case, fail_mode="closed")
    assert sweep_grants() == 0 and queries.counting().get() == made
    _raw(use_case, "T2")
    # Even before anybody swept, it counts no more.
    assert not queries.counting().exists()
    assert sweep_grants(use_case=str(use_case.pk)) == 1
    made.refresh_from_db()
    assert made.state == "held_back" and "higher tier" in made.held_back_reason
    assert queries.held_back_for(model_owner).get() == made
    operations.resume_grant(actor=model_owner.as_actor(), grant=made, reason="Still needed.")
    made.refresh_from_db()
    assert made.state == "held_back"
    decide(second_decider, made.renewals.get())
    made.refresh_from_db()
    assert (made.state, made.tier_granted) == ("valid", "T2")


def test_it_ends_grants_with_the_use_case_and_with_the_system(owner, model_owner, system, ai_model, use_case):
    made = grant(owner, model_owner, ai_model, system, use_case)
    inventory.retire_use_case(actor=owner.as_actor(), use_case=use_case, reason="Over.")
    assert not queries.counting().exists()
    assert sweep_grants() == 1
    made.refresh_from_db()
    assert (made.state, made.revoked_by) == ("revoked", None)


def test_it_carries_a_grant_on_when_somebody_decides(owner, model_owner, system, ai_model, use_case):
    made = grant(owner, model_owner, ai_model, system, use_case)
    request = operations.request_extension(actor=owner.as_actor(), grant=made, days=90, reason="The pilot goes on.")
    with pytest.raises(Conflict, match="already"):
        operations.request_extension(actor=owner.as_actor(), grant=made, days=60, reason="Again.")
    decide(model_owner, request, budget=10)
    made.refresh_from_db()
    assert made.budget == 10 and (made.valid_until - clock.now()).days >= 89
    assert ModelGrant.objects.count() == 1


def test_it_lets_holders_and_deciders_revoke_and_nobody_else(owner, model_owner, employee, system, ai_model, use_case):
    made = grant(owner, model_owner, ai_model, system, use_case)
    with pytest.raises(Refused):
        operations.revoke_model_grant(actor=employee.as_actor(), grant=made, reason="No.")
    operations.revoke_model_grant(actor=owner.as_actor(), grant=made, reason="Not needed any more.")
    made.refresh_from_db()
    assert (made.state, made.revoked_by) == ("revoked", owner)
    with pytest.raises(Conflict):
        operations.revoke_model_grant(actor=model_owner.as_actor(), grant=made, reason="Twice.")


def test_it_shows_requests_and_grants_to_those_concerned(
    owner, model_owner, employee, outsider, system, ai_model, use_case
):
    made = grant(owner, model_owner, ai_model, system, use_case)
    for person, number in ((owner, 1), (model_owner, 1), (employee, 0), (outsider, 0)):
        assert ModelGrant.objects.visible_to(person).count() == number
        assert ModelAccessRequest.objects.visible_to(person).count() == number
    assert queries.access_to(ai_model, owner).mine == [made]


def test_it_takes_back_what_waits(owner, employee, system, ai_model, use_case):
    request = ask(owner, ai_model, system, use_case)
    with pytest.raises(Refused):
        operations.withdraw_model_request(actor=employee.as_actor(), request=request)
    assert operations.withdraw_model_request(actor=owner.as_actor(), request=request).status == "withdrawn"


def test_what_is_granted_for_the_whole_model_breaks_with_its_last_version(
    owner, model_owner, system, ai_model, use_case
):
    found, first = grant(owner, model_owner, ai_model, system, use_case), ai_model.versions.get()
    assert what_breaks(first).grants == [found]
    actor = model_owner.as_actor()
    second = operations.register_version(actor=actor, ai_model=ai_model, name="2.0", artefact_digest=f"sha256:{2:064x}")
    assert what_breaks(first).grants == []
    day = clock.today() + timedelta(days=10)
    operations.deprecate_version(actor=actor, model_version=second, reason="Superseded", retires_on=day)
    assert what_breaks(first, on=day + timedelta(days=1)).grants == [found]
    assert what_breaks(first, on=day).grants == []


@pytest.mark.parametrize("left", [timedelta(hours=1), timedelta(days=9, hours=23)])
def test_what_is_decided_anew_ends_when_it_would_have_ended(owner, model_owner, system, ai_model, use_case, left):
    found = grant(owner, model_owner, ai_model, system, use_case)
    ends = found.valid_until
    with clock.travel(ends - left):
        for does in (operations.hold_back_grant, operations.resume_grant):
            does(actor=model_owner.as_actor(), grant=found, reason="Looked at again")
    found.refresh_from_db()
    assert (found.valid_until, found.held_back_at) == (ends, None)
