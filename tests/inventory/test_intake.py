"""Proposing a use of AI, and triage."""

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.reach import holds_on
from apps.inventory import operations
from apps.inventory.models import Intake, IntakeOutcome
from apps.kernel.errors import Invalid, Refused
from apps.kernel.permissions import Permission
from apps.work.models import Notice

pytestmark = pytest.mark.django_db


def test_the_tier_is_there_at_once_with_its_rules(employee, answers):
    intake = operations.propose(
        actor=employee.as_actor(),
        purpose="Suggest to clerks which claims may be fraud. They decide.",
        answers={**answers, "person_effect": "advises", "areas": ["fraud"]},
    )
    assert intake.provisional_tier == "T2" and intake.tier_rules[0][0] == "T2"
    assert intake.name == "Suggest to clerks which claims may be fraud"


def test_a_prohibited_practice_is_blocked_at_once_and_accepted_by_no_route(employee, analyst, answers):
    intake = operations.propose(
        actor=employee.as_actor(),
        purpose="Watch the mood of the call centre's staff",
        answers={**answers, "practices": ["workplace_emotion"]},
    )
    assert intake.outcome == IntakeOutcome.BLOCKED and "emotions of staff" in intake.reason
    with pytest.raises(Refused, match="prohibited"):
        operations.accept_intake(actor=analyst.as_actor(), intake=intake, reason="Nice")
    with pytest.raises(IntegrityError), transaction.atomic():
        Intake.objects.filter(pk=intake.pk).update(outcome="accepted", reason="Nice", decided_by=analyst)


def test_accepting_makes_system_and_use_case_and_the_owner_may_work(intake, employee, analyst):
    operations.accept_intake(actor=analyst.as_actor(), intake=intake, reason="Useful")
    intake.refresh_from_db()
    assert intake.system.owner == employee and intake.system.provisional_tier == "T4"
    assert list(intake.system.use_cases.all()) == [intake.use_case]
    assert holds_on(employee, Permission.INVENTORY_SYSTEM_EDIT, intake.system)
    assert Notice.objects.filter(person=employee, text__contains=intake.key).exists()


def test_accepting_onto_a_system_leaves_its_owner(intake, system, owner, analyst):
    operations.accept_intake(actor=analyst.as_actor(), intake=intake, system=system, reason="Fits there")
    intake.refresh_from_db()
    assert intake.system == system and intake.use_case.owner == owner


@pytest.mark.parametrize("outcome", ["not_ai", "refused"])
def test_closing_tells_the_proposer_why(intake, analyst, employee, outcome):
    with pytest.raises(Invalid):
        operations.close_intake(actor=analyst.as_actor(), intake=intake, outcome=outcome, reason="")
    operations.close_intake(actor=analyst.as_actor(), intake=intake, outcome=outcome, reason="A rule does it")
    assert Notice.objects.filter(person=employee, text__contains="A rule does it").exists()


@pytest.mark.parametrize("outcome", ["duplicate", "platform"])
def test_naming_what_exists_is_needed(intake, system, analyst, outcome):
    with pytest.raises(Invalid):
        operations.close_intake(actor=analyst.as_actor(), intake=intake, outcome=outcome, reason="Exists")
    closed = operations.close_intake(
        actor=analyst.as_actor(), intake=intake, outcome=outcome, reason="Exists", system=system
    )
    assert closed.system == system


def test_nobody_decides_on_their_own_wish(analyst, second_analyst, answers):
    own = operations.propose(actor=analyst.as_actor(), purpose="Help me triage all these intakes", answers=answers)
    with pytest.raises(Refused, match="somebody else"):
        operations.accept_intake(actor=analyst.as_actor(), intake=own, reason="Mine")
    with pytest.raises(Refused, match="somebody else"):
        operations.close_intake(actor=analyst.as_actor(), intake=own, outcome="not_ai", reason="Mine")
    operations.close_intake(actor=second_analyst.as_actor(), intake=own, outcome="not_ai", reason="No")


@pytest.mark.parametrize("persona", ["employee", "owner", "architect", "outsider", "admin"])
def test_only_triage_decides(intake, persona, request):
    with pytest.raises(Refused):
        operations.accept_intake(actor=request.getfixturevalue(persona).as_actor(), intake=intake, reason="Me")


def test_the_proposer_takes_it_back_while_it_waits(intake, employee, analyst):
    operations.withdraw_intake(actor=employee.as_actor(), intake=intake)
    with pytest.raises(Refused):
        operations.accept_intake(actor=analyst.as_actor(), intake=intake, reason="Late")


def test_it_refuses_an_empty_wish_and_a_secret(employee, answers):
    for purpose in ("AI", "Use the key AKIAIOSFODNN7EXAMPLE for our bucket"):
        with pytest.raises(Invalid):
            operations.propose(actor=employee.as_actor(), purpose=purpose, answers=answers)


def test_a_repeat_of_the_same_submission_makes_one_intake(employee, answers):
    for _ in range(2):
        operations.propose(
            actor=employee.as_actor(), purpose="Summarise letters for us", answers=answers, request_key="k1"
        )
    assert Intake.objects.count() == 1
