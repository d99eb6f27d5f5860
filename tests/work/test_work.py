"""Owed work is done by its owner and accepted by another; remarks reach only those who may see the record."""

from datetime import timedelta

import pytest

from apps.kernel import clock
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
    answer = client.post("/work/comments/", data)
    assert answer.status_code == 422
    assert "Hello @nobody.atall" in answer.content.decode()
