"""Decisions are personal, on exactly what was frozen, by people without a hand in it; quorum authorises."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.gates import operations, queries
from apps.gates.models import Decision, Review
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Authorisation
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.identifiers import uuid7
from apps.work.models import Action
from apps.work.operations import accept_action, finish_action

pytestmark = pytest.mark.django_db


def test_the_last_word_needed_issues_the_authorisation_and_the_owner_uses_it(
    design_review, architect, second_architect, privacy, approve, owner
):
    system = design_review.system
    approve(architect, design_review, "architecture")
    approve(privacy, design_review, "privacy")
    assert not Authorisation.objects.filter(gate="G2").exists()
    with pytest.raises(Refused):
        inventory.change_stage(actor=owner.as_actor(), system=system, target="build")
    approve(second_architect, design_review, "architecture")
    authorisation = Authorisation.objects.get(gate="G2")
    assert authorisation.content_hash == design_review.content_hash
    system.refresh_from_db()
    assert system.stage == "design"
    inventory.change_stage(actor=owner.as_actor(), system=system, target="build")
    system.refresh_from_db()
    authorisation.refresh_from_db()
    assert (system.stage, authorisation.used_at is not None) == ("build", True)


def test_failed_checks_refuse_the_submission_with_their_sentences(ready, owner):
    AISystem.objects.filter(pk=ready.pk).update(sponsor=None)
    with pytest.raises(Invalid, match="Name the executive sponsor"):
        operations.submit_review(actor=owner.as_actor(), system=ready, gate="G1")


def test_an_unanswered_question_refuses_the_submission(in_design, owner):
    with pytest.raises(Invalid) as refused:
        operations.submit_review(actor=owner.as_actor(), system=in_design, gate="G2", answers={"scale": " "})
    assert "scale" in refused.value.problems


@pytest.mark.parametrize("hand", ["owner", "deputy", "proposer"])
def test_nobody_decides_with_a_hand_in_it(design_review, architect, approve, hand):
    AISystem.objects.filter(pk=design_review.system_id).update(**{hand: architect})
    with pytest.raises(Refused, match="so you cannot decide"):
        approve(architect, design_review, "architecture")


def test_the_submitter_cannot_decide_even_with_the_role(design_review, make_person, approve, owner):
    from apps.accounts import operations as accounts
    from apps.accounts.models import Role
    from tests.conftest import SETUP

    accounts.assign_role(actor=SETUP, role=Role.objects.get(key="architect"), person=owner, reason="Test")
    with pytest.raises(Refused, match="so you cannot decide"):
        approve(owner, design_review, "architecture")


@pytest.mark.parametrize("persona", ["employee", "auditor", "admin", "analyst", "security"])
def test_it_takes_the_permission_of_the_lane(design_review, approve, request, persona):
    with pytest.raises(Refused):
        approve(request.getfixturevalue(persona), design_review, "architecture")


def test_a_decision_is_made_once_and_never_changed(design_review, architect, approve):
    approve(architect, design_review, "architecture")
    with pytest.raises(Refused, match="already"):
        approve(architect, design_review, "architecture", outcome="reject")
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        for statement in (
            "UPDATE gates_decision SET outcome = 'reject'",
            "DELETE FROM gates_decision",
            "TRUNCATE gates_decision CASCADE",
        ):
            with pytest.raises(DatabaseError), transaction.atomic():
                cursor.execute(statement)


def test_a_decision_on_other_content_is_a_conflict(design_review, architect, approve):
    with pytest.raises(Conflict):
        approve(architect, design_review, "architecture", content_hash="0" * 64)


@pytest.mark.parametrize("route", ["browser", "psql"])
def test_a_material_change_makes_review_and_authorisation_stale_at_once(
    design_review, architect, second_architect, privacy, approve, owner, route
):
    approve(architect, design_review, "architecture")
    approve(second_architect, design_review, "architecture")
    approve(privacy, design_review, "privacy")
    system = AISystem.objects.get(pk=design_review.system_id)
    if route == "browser":
        inventory.edit_system(actor=owner.as_actor(), system=system, changes={"outputs": "Pays claims"})
    else:
        with connection.cursor() as cursor:
            cursor.execute("SET ROLE NONE")
            cursor.execute("UPDATE inventory_aisystem SET outputs = 'Pays claims' WHERE id = %s", [system.pk])
    assert Authorisation.objects.get(gate="G2").status()[0] == "stale"
    assert queries.stale_fields(design_review) == ["What it puts out"]
    with pytest.raises(Refused, match="What it puts out"):
        inventory.change_stage(actor=owner.as_actor(), system=system, target="build")
    with pytest.raises(DatabaseError), transaction.atomic():
        AISystem.objects.filter(pk=system.pk).update(stage="build")


def test_a_review_of_a_changed_system_takes_no_more_decisions(design_review, architect, approve):
    AISystem.objects.filter(pk=design_review.system_id).update(outputs="Pays claims")
    with pytest.raises(Refused, match="changed after it was submitted"):
        approve(architect, design_review, "architecture")


def test_changes_requested_close_the_review_and_a_new_one_carries_on(design_review, architect, approve, owner):
    approve(architect, design_review, "architecture", outcome="changes", reason="Say more about load")
    design_review.refresh_from_db()
    assert design_review.state == "changes"
    again = operations.submit_review(
        actor=owner.as_actor(), system=design_review.system, gate="G2", answers={"scale": "A hundred a second"}
    )
    assert again.previous == design_review
    assert again.content_hash != design_review.content_hash


def test_a_condition_before_use_holds_the_authorisation_back_until_its_proof_is_accepted(
    design_review, architect, second_architect, privacy, approve, owner
):
    due = (clock.today() + timedelta(days=30)).isoformat()
    condition = {"text": "Load test at 50 a second", "when": "before", "due": due}
    approve(architect, design_review, "architecture", outcome="conditions", conditions=[condition])
    approve(second_architect, design_review, "architecture")
    approve(privacy, design_review, "privacy")
    design_review.refresh_from_db()
    assert (design_review.state, Authorisation.objects.filter(gate="G2").exists()) == ("conditions", False)
    with pytest.raises(Invalid, match="Still open"):
        operations.collect_authorisation(actor=owner.as_actor(), review=design_review)
    owed = Action.objects.get()
    assert (owed.owner, owed.asked_by) == (owner, architect)
    accept_action(
        actor=architect.as_actor(), action=finish_action(actor=owner.as_actor(), action=owed, proof="Report 7")
    )
    operations.collect_authorisation(actor=owner.as_actor(), review=design_review)
    assert Authorisation.objects.get(gate="G2").status()[0] == "valid"


def test_an_expired_authorisation_leaves_the_stage_and_refuses_the_next_step(
    design_review, architect, second_architect, privacy, approve, owner
):
    for person, lane in ((architect, "architecture"), (second_architect, "architecture"), (privacy, "privacy")):
        approve(person, design_review, lane)
    with clock.travel(clock.now() + timedelta(days=400)), pytest.raises(Refused):
        inventory.change_stage(actor=owner.as_actor(), system=design_review.system, target="build")


def test_a_forged_decision_review_and_authorisation_in_psql_are_refused(design_review, architect, system):
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("SELECT set_config('gatehouse.context', '', true)")
        with pytest.raises(DatabaseError, match="signed in"), transaction.atomic():
            cursor.execute(
                "INSERT INTO gates_decision (id, review_id, person_id, lane, outcome, content_hash, reason, conditions, decided_at)"
                " VALUES (%s, %s, %s, 'architecture', 'approve', %s, 'x', '[]', now())",
                [uuid7(), design_review.pk, architect.pk, design_review.content_hash],
            )
        with pytest.raises(DatabaseError, match="quorum"), transaction.atomic():
            cursor.execute("UPDATE gates_review SET state = 'approved' WHERE id = %s", [design_review.pk])
        with pytest.raises(DatabaseError, match="frozen"), transaction.atomic():
            cursor.execute("UPDATE gates_review SET tier = 'T4' WHERE id = %s", [design_review.pk])
        with pytest.raises(DatabaseError, match="stands behind"), transaction.atomic():
            cursor.execute(
                "INSERT INTO inventory_authorisation (id, key, system_id, kind, gate, environment, material_revision, content_hash,"
                " valid_from, valid_until, conditions, review_id, issued_at, revoked_reason) SELECT %s, 'AUTH-X', id, 'decision', 'G2', 'build',"
                " material_revision, %s, now(), now() + interval '1 day', '[]', %s, now(), '' FROM inventory_aisystem WHERE id = %s",
                [uuid7(), design_review.content_hash, design_review.pk, system.pk],
            )
    assert Decision.objects.filter(review=design_review).count() == 0


def test_the_hash_is_of_the_stored_bytes(design_review):
    import hashlib

    stored = bytes(Review.objects.get(pk=design_review.pk).dossier)
    assert stored.startswith(b"gatehouse-dossier-v1\n")
    assert hashlib.sha256(stored).hexdigest() == design_review.content_hash


def test_withdrawing_is_the_submitters_and_takes_a_reason(design_review, owner, architect):
    with pytest.raises(Refused):
        operations.withdraw_review(actor=architect.as_actor(), review=design_review, reason="Not mine")
    operations.withdraw_review(actor=owner.as_actor(), review=design_review, reason="We start over")
    design_review.refresh_from_db()
    assert design_review.state == "withdrawn"
