"""What time does to reviews, and what a system that moved on does."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.gates import operations, queries, tasks
from apps.gates.models import Review
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Refused
from apps.work.models import Notice

pytestmark = pytest.mark.django_db


def test_a_review_that_waits_too_long_lapses_and_tells_its_submitter(design_review, architect, approve, owner):
    with clock.travel(clock.now() + timedelta(days=29)):
        tasks.expire()
        assert Review.objects.get(pk=design_review.pk).state == "waiting"
    with clock.travel(clock.now() + timedelta(days=31)):
        assert not queries.waiting_for(architect).exists()
        with pytest.raises(Refused, match="lapsed"):
            approve(architect, design_review, "architecture")
        tasks.expire()
        assert Review.objects.get(pk=design_review.pk).state == "expired"
        assert Notice.objects.filter(person=owner, text__contains="lapsed").exists()


def test_nobody_lapses_a_review_by_hand_or_early(design_review, owner):
    for actor in (owner.as_actor(), Actor.system("beat")):
        with pytest.raises(Refused):
            operations.expire_review(actor=actor, review=design_review)


def test_submitting_again_after_a_material_change_replaces_the_stale_review(
    design_review, architect, approve, owner, second_architect
):
    approve(architect, design_review, "architecture")
    system = AISystem.objects.get(pk=design_review.system_id)
    inventory.edit_system(actor=owner.as_actor(), system=system, changes={"outputs": "Pays claims"})
    assert not queries.waiting_for(second_architect).exists()
    again = operations.submit_review(
        actor=owner.as_actor(), system=AISystem.objects.get(pk=system.pk), gate="G2", answers={"scale": "Ten a second"}
    )
    design_review.refresh_from_db()
    assert (design_review.state, design_review.decisions.count()) == ("withdrawn", 1)
    assert (again.state, again.decisions.count(), again.previous) == ("waiting", 0, design_review)
    approve(architect, again, "architecture")


def test_what_changed_since_the_last_approval_is_named_as_on_the_form(
    in_design, owner, architect, second_architect, privacy, approve, client, as_person
):
    def submit(text):
        return operations.submit_review(
            actor=owner.as_actor(), system=AISystem.objects.get(pk=in_design.pk), gate="G2", answers={"scale": text}
        )

    first = submit("Ten a second")
    for person, lane in ((architect, "architecture"), (second_architect, "architecture"), (privacy, "privacy")):
        approve(person, first, lane)
    inventory.edit_system(
        actor=owner.as_actor(), system=AISystem.objects.get(pk=in_design.pk), changes={"outputs": "Pays claims"}
    )
    second = submit("Ten a second")
    earlier, changed = queries.changes_since_last_approval(second, second.submitted_by)
    assert earlier == first
    assert [(d.place, d.before, d.after) for d in changed] == [("System › What it puts out", "–", "Pays claims")]
    as_person(client, owner)
    for page in ("", "changes/", "dossier/"):
        assert "Pays claims" in client.get(f"/reviews/{second.key}/{page}").content.decode() or page == ""


def test_a_forged_submission_and_a_forged_refusal_in_psql_are_refused(design_review):
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SELECT set_config('gatehouse.context', '', true)")
        with pytest.raises(DatabaseError, match="signed in"), transaction.atomic():
            cursor.execute(
                "INSERT INTO gates_review (id, key, system_id, gate, environment, policy_id, tier, dossier, content_hash,"
                " material_revision, checks, state, submitted_by_id, submitted_at) SELECT gen_random_uuid(), 'REV-X', system_id,"
                " 'G7', 'retiring', policy_id, tier, dossier, content_hash, material_revision, checks, 'waiting',"
                " submitted_by_id, submitted_at FROM gates_review WHERE id = %s",
                [design_review.pk],
            )
        with pytest.raises(DatabaseError, match="quorum"), transaction.atomic():
            cursor.execute("UPDATE gates_review SET state = 'rejected' WHERE id = %s", [design_review.pk])
        with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic():
            cursor.execute("DELETE FROM gates_review WHERE id = %s", [design_review.pk])
