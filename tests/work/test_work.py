"""Owed work is done by its owner and accepted by another; remarks reach only those who may see the record."""

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid, Refused
from apps.work import operations
from apps.work.models import Comment, Notice

pytestmark = pytest.mark.django_db


@pytest.fixture
def owed(system, owner, architect):
    return operations.owe_action(
        actor=architect.as_actor(), about=system, title="Load test", owner=owner, due_at=clock.now() + timedelta(days=9)
    )


def test_its_owner_finishes_it_and_the_one_who_asked_accepts(owed, owner, architect):
    done = operations.finish_action(actor=owner.as_actor(), action=owed, proof="Report 7")
    assert operations.accept_action(actor=architect.as_actor(), action=done).status == "accepted"


@pytest.mark.parametrize("persona", ["architect", "employee", "admin", "lead"])
def test_nobody_else_says_that_it_is_done(owed, request, persona):
    with pytest.raises(Refused):
        operations.finish_action(actor=request.getfixturevalue(persona).as_actor(), action=owed, proof="Trust me")


@pytest.mark.parametrize("persona", ["owner", "employee", "second_architect"])
def test_only_the_one_who_asked_accepts(owed, owner, request, persona):
    done = operations.finish_action(actor=owner.as_actor(), action=owed, proof="Report 7")
    with pytest.raises(Refused):
        operations.accept_action(actor=request.getfixturevalue(persona).as_actor(), action=done)


def test_work_without_proof_is_not_done(owed, owner):
    with pytest.raises(Invalid):
        operations.finish_action(actor=owner.as_actor(), action=owed, proof="  ")


def test_returned_work_is_owed_again(owed, owner, architect):
    done = operations.finish_action(actor=owner.as_actor(), action=owed, proof="Report 7")
    assert operations.return_action(actor=architect.as_actor(), action=done, reason="Wrong system").status == "open"


def test_a_mention_tells_a_colleague_once_who_may_see_the_record(system, owner, architect):
    operations.write_comment(
        actor=owner.as_actor(),
        subject_type="inventory.system",
        subject_id=str(system.pk),
        text="Please look",
        mentions=[architect],
    )
    assert Notice.objects.get(person=architect).kind == "mention"


def test_nobody_is_mentioned_on_what_they_may_not_see(system, owner, outsider):
    with pytest.raises(Invalid, match="cannot see"):
        operations.write_comment(
            actor=owner.as_actor(),
            subject_type="inventory.system",
            subject_id=str(system.pk),
            text="Look",
            mentions=[outsider],
        )
    assert not Comment.objects.exists()


def test_an_outsider_cannot_remark_on_what_they_may_not_see(system, outsider):
    with pytest.raises(Refused):
        operations.write_comment(
            actor=outsider.as_actor(), subject_type="inventory.system", subject_id=str(system.pk), text="Hello"
        )


def test_my_work_lists_what_is_owed_with_its_date_and_reason(client, as_person, owed, owner):
    as_person(client, owner)
    page = client.get("/work/").content.decode()
    assert "Load test" in page
    assert "Say it is done" in page


def test_an_unknown_mention_keeps_the_text(client, as_person, owner, system):
    as_person(client, owner)
    data = {"subject_type": "inventory.system", "subject_id": str(system.pk), "text": "Hello @nobody.atall"}
    answer = client.post(reverse("work:comment"), data)
    assert answer.status_code == 422
    assert "Hello @nobody.atall" in answer.content.decode()


def test_only_the_one_who_asked_takes_work_back(owed, owner, lead, architect):
    for person in (owner, lead):
        with pytest.raises(Refused, match="take it back"):
            operations.cancel_action(actor=person.as_actor(), action=owed, reason="Not needed")
    assert operations.cancel_action(actor=architect.as_actor(), action=owed, reason="Not needed").status == "cancelled"


def test_accepted_work_is_not_taken_back(owed, owner, architect):
    done = operations.finish_action(actor=owner.as_actor(), action=owed, proof="Report 7")
    accepted = operations.accept_action(actor=architect.as_actor(), action=done)
    with pytest.raises(Refused, match="no longer open"):
        operations.cancel_action(actor=architect.as_actor(), action=accepted, reason="Not needed")


def test_what_the_portal_asked_for_is_accepted_by_those_who_work_on_such_records(system, owner, analyst, architect):
    owed = operations.owe_action(
        actor=Actor.system("beat"), about=system, title="Renew", owner=owner, due_at=clock.now() + timedelta(days=9)
    )
    done = operations.finish_action(actor=owner.as_actor(), action=owed, proof="Report 7")
    with pytest.raises(Refused):
        operations.accept_action(actor=architect.as_actor(), action=done)
    assert operations.accept_action(actor=analyst.as_actor(), action=done).status == "accepted"


def test_nobody_closes_the_job_of_another(owner, architect):
    job = operations.ask_for_job(actor=owner.as_actor(), title="A job", task="work.nothing")
    for act in (operations.start_job, operations.finish_job):
        with pytest.raises(Refused, match="somebody else"):
            act(actor=architect.as_actor(), job=job)
    assert operations.finish_job(actor=Actor.system("beat"), job=job).state == "done"


def test_nobody_unknown_asks_for_work(system, owner):
    with pytest.raises(Refused, match="Sign in"):
        operations.owe_action(
            actor=Actor.anonymous(), about=system, title="Renew", owner=owner, due_at=clock.now() + timedelta(days=9)
        )
