"""Who may decide, by what they have to do with the system: the portal, the queue and the database say the same."""

import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounts import operations as accounts
from apps.accounts.models import Role
from apps.assessments import operations as assessments
from apps.gates import operations, queries
from apps.gates.models import Decision
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, UseCase
from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.errors import Refused
from apps.kernel.identifiers import uuid7
from tests.conftest import SETUP

pytestmark = pytest.mark.django_db


@pytest.fixture
def relation(request, in_design, owner, architect, second_architect, delivery, lead, underwriting, make_person):
    """Bring a person of the architecture lane into a relation with a system, submit it, and return both."""
    name = request.param
    system, person = in_design, architect
    if name in ("owner", "deputy", "proposer", "sponsor"):
        AISystem.objects.filter(pk=system.pk).update(**{name: person})
    if name == "submitter":
        AISystem.objects.filter(pk=system.pk).update(deputy=person)
        person_submits = person
    else:
        person_submits = person if name == "owner" else owner
    if name == "assessor":
        _assess(system, owner, lead, person)
    if name in ("use case owner", "use case proposer"):
        _give_use_case(system, owner, name.split()[-1], person)
    if name in ("last editor", "earlier editor"):
        _edit(system, person, "One")
    if name == "earlier editor":
        inventory.edit_system(actor=owner.as_actor(), system=_fresh(system), changes={"benefit": "Two"})
    if name in ("submitter", "owner"):
        accounts.assign_role(actor=SETUP, role=Role.objects.get(key="system-owner"), person=person, reason="Test")
    review = operations.submit_review(
        actor=person_submits.as_actor(), system=_fresh(system), gate="G2", answers={"scale": "Ten a second"}
    )
    if name == "submitter":
        AISystem.objects.filter(pk=system.pk).update(deputy=None)
    if name == "has decided":
        _say(person.as_actor(), review)
    if name == "no role of the lane":
        person = delivery
    if name == "role elsewhere":
        person = make_person("Elsa Elsewhere", "architect", department=underwriting, reach=underwriting)
    if name == "left":
        accounts.deactivate_person(actor=lead_admin(make_person), person=person, reason="Left")
        person.refresh_from_db()
    return review, person


def lead_admin(make_person):
    return make_person("Abel Admin", "administrator").as_actor()


def _fresh(system):
    return AISystem.objects.get(pk=system.pk)


def _edit(system, person, text):
    owner_role = Role.objects.get(key="system-owner")
    accounts.assign_role(actor=SETUP, role=owner_role, person=person, reason="Test")
    before = AISystem.objects.filter(pk=system.pk)
    keep = before.get().deputy_id
    before.update(deputy=person)
    inventory.edit_system(actor=person.as_actor(), system=_fresh(system), changes={"benefit": text})
    before.update(deputy=keep)


def _assess(system, owner, lead, person):
    pack = assessments.publish_questionnaire(
        actor=lead.as_actor(), text=Path("tests/assessments/five_questions.yaml").read_text()
    )
    accounts.assign_role(actor=SETUP, role=Role.objects.get(key="governance-analyst"), person=person, reason="Test")
    assigned = assessments.assign_assessment(
        actor=person.as_actor(), about=_fresh(system), assigned_to=person, questionnaire=pack,
        due_on=clock.today() + timedelta(days=14),
    )  # fmt: skip
    assessments.answer_question(
        actor=person.as_actor(), assessment=assigned, question="purpose", value="Help", version=0
    )


def _give_use_case(system, owner, part, person):
    use_case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sorting", purpose="Sort claims by urgency.", department=system.department, owner=owner
    )  # fmt: skip
    inventory.link_use_case(actor=owner.as_actor(), use_case=use_case, system=_fresh(system))
    UseCase.objects.filter(pk=use_case.pk).update(**{part: person})


def _say(actor, review):
    return operations.decide(
        actor=actor, review=review, lane="architecture", outcome="approve",
        content_hash=review.content_hash, reason="Sound",
    )  # fmt: skip


REFUSED = [
    "owner", "deputy", "proposer", "submitter", "assessor", "last editor", "has decided", "no role of the lane",
    "role elsewhere", "left", "use case owner", "use case proposer",
]  # fmt: skip
ALLOWED = ["none", "earlier editor", "sponsor"]


@pytest.mark.parametrize("relation", REFUSED, indirect=True)
def test_these_cannot_decide_and_nothing_waits_for_them(relation):
    review, person = relation
    before = Decision.objects.count()
    with pytest.raises(Refused) as refused:
        _say(person.as_actor(), review)
    assert refused.value.decision.reason.endswith(".")
    assert Decision.objects.count() == before
    assert review not in queries.waiting_for(person)


@pytest.mark.parametrize("relation", ALLOWED, indirect=True)
def test_these_decide_and_the_review_waits_for_them_until_they_have(relation):
    review, person = relation
    assert review in queries.waiting_for(person)
    _say(person.as_actor(), review)
    assert review not in queries.waiting_for(person)


@pytest.mark.parametrize("kind", [ActorKind.SERVICE, ActorKind.SYSTEM, ActorKind.OPERATOR, ActorKind.ANONYMOUS])
def test_only_a_person_decides(design_review, architect, kind):
    with pytest.raises(Refused):
        _say(Actor(kind, str(architect.pk), "Somebody"), design_review)


@pytest.mark.parametrize(
    "relation",
    ["owner", "deputy", "proposer", "submitter", "assessor", "last editor", "use case owner", "use case proposer"],
    indirect=True,
)
def test_the_database_refuses_the_same_people_also_with_a_forged_context(relation):
    review, person = relation
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        context = json.dumps({"actor_kind": "person", "actor_id": str(person.pk), "event": "gates.review.decided"})
        cursor.execute("SELECT set_config('gatehouse.context', %s, true)", [context])
        with pytest.raises(DatabaseError, match=r"Nobody decides|stands now"), transaction.atomic():
            cursor.execute(
                "INSERT INTO gates_decision (id, review_id, person_id, lane, outcome, content_hash, reason, conditions, decided_at)"
                " VALUES (%s, %s, %s, 'architecture', 'approve', %s, 'x', '[]', now())",
                [uuid7(), review.pk, person.pk, review.content_hash],
            )


def test_a_lane_that_is_complete_waits_for_nobody(design_review, architect, second_architect, privacy, approve):
    approve(privacy, design_review, "privacy")
    assert not queries.waiting_for(privacy).exists()
    approve(architect, design_review, "architecture")
    assert list(queries.waiting_for(second_architect)) == [design_review]
