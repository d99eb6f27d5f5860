"""Signing: somebody else, on what was submitted; the results go down the layers."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from apps.assessments import operations, tasks
from apps.assessments.models import AnswerState, Assessment, Classification, Questionnaire, SignOff
from apps.inventory import operations as inventory
from apps.kernel import clock, dossier
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.identifiers import uuid7

pytestmark = pytest.mark.django_db


def sign(assessment, person, **more):
    return operations.sign_off(actor=person.as_actor(), assessment=assessment, **more)


def test_it_refuses_the_signature_of_who_filled_it_in(submitted, answer, make_person):
    with pytest.raises(Refused):
        sign(submitted, submitted.assigned_to)


def test_it_refuses_the_signature_of_who_answered_one_question(answered, answer, analyst, second_analyst, delivery):
    answer("purpose", "Better words", person=second_analyst)
    submitted = operations.submit_assessment(actor=delivery.as_actor(), assessment=answered)
    with pytest.raises(Refused, match="You answered a question"):
        sign(submitted, second_analyst)
    sign(submitted, analyst)


def test_it_refuses_the_signature_of_who_attached_a_file(answered, analyst, second_analyst, delivery):
    operations.attach_evidence(
        actor=second_analyst.as_actor(), assessment=answered, question="purpose", filename="plan.txt", content=b"Plan."
    )
    submitted = operations.submit_assessment(actor=delivery.as_actor(), assessment=answered)
    with pytest.raises(Refused, match="attached evidence"):
        sign(submitted, second_analyst)
    sign(submitted, analyst)


def test_it_refuses_the_signature_of_who_answers_for_the_system(submitted, system, analyst, owner):
    inventory.change_people(actor=owner.as_actor(), system=system, deputy=analyst, reason="Test")
    with pytest.raises(Refused, match="You answer for"):
        sign(submitted, analyst)


@pytest.mark.parametrize("who", ["delivery", "owner"])
def test_the_database_refuses_the_same_signatures_to_whoever_writes(submitted, delivery, owner, who):
    person = {"delivery": delivery, "owner": owner}[who]
    with pytest.raises(DatabaseError, match="Nobody signs"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO assessments_signoff (id, assessment_id, person_id, outcome, content_hash, reason, decided_at)"
            " VALUES (%s, %s, %s, 'signed', %s, '', now())",
            [uuid7(), submitted.pk, person.pk, submitted.content_hash],
        )


def test_the_database_refuses_signed_without_a_signature(submitted, analyst):
    with pytest.raises(DatabaseError, match="signed by a person"), transaction.atomic():
        Assessment.objects.filter(pk=submitted.pk).update(
            status="signed", signed_by=analyst, signed_at=clock.now(), expires_on=clock.today()
        )


def test_the_database_refuses_to_rewrite_what_is_signed(signed):
    for change in ({"tier": "T4"}, {"status": "draft"}, {"content_hash": "x"}):
        with pytest.raises(DatabaseError, match="stands"), transaction.atomic():
            Assessment.objects.filter(pk=signed.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_signoff SET reason = 'x'")


def test_a_used_questionnaire_is_never_changed_or_deleted(assessment):
    with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
        Questionnaire.objects.filter(pk=assessment.questionnaire_id).update(text="x")
    with pytest.raises(DatabaseError, match="never deleted"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DELETE FROM assessments_questionnaire")


def test_it_refuses_to_sign_what_was_submitted_anew_meanwhile(submitted, analyst, second_analyst, delivery, answer):
    seen = submitted.content_hash
    operations.request_changes(actor=second_analyst.as_actor(), assessment=submitted, reason="Say more")
    answer("purpose", "Help people with claims")
    again = operations.submit_assessment(actor=delivery.as_actor(), assessment=submitted)
    with pytest.raises(Conflict):
        sign(again, analyst, content_hash=seen)


def test_changes_asked_for_must_be_made(submitted, analyst, delivery, answer):
    operations.request_changes(
        actor=analyst.as_actor(), assessment=submitted, reason="See below", problems={"purpose": "Which claims?"}
    )
    with pytest.raises(Invalid, match="asked for"):
        operations.submit_assessment(actor=delivery.as_actor(), assessment=submitted)
    answer("purpose", "Motor claims")
    assert operations.submit_assessment(actor=delivery.as_actor(), assessment=submitted).status == "submitted"


def test_signing_writes_tier_and_legal_class_down_to_use_case_and_system(signed, system, use_case):
    use_case.refresh_from_db()
    system.refresh_from_db()
    # The five questions leave nearly everything unknown, which counts as the worse answer.
    assert (signed.tier, use_case.tier, system.tier) == ("T1", "T1", "T1")
    assert signed.expires_on == operations.decisions.months_after(clock.today(), 12)
    classification = Classification.objects.get()
    assert (classification.proposed, classification.is_confirmed) == ("prohibited", False)
    assert use_case.legal_class == ""


def test_a_person_from_law_confirms_or_corrects_the_class(signed, use_case, legal, delivery, owner):
    classification = Classification.objects.get()
    confirm = {"classification": classification, "legal_class": "none"}
    with pytest.raises(Refused):
        operations.confirm_classification(actor=delivery.as_actor(), **confirm, reason="No")
    with pytest.raises(Invalid, match="another class"):
        operations.confirm_classification(actor=legal.as_actor(), **confirm)
    operations.confirm_classification(actor=legal.as_actor(), **confirm, reason="Nothing of the kind is done.")
    use_case.refresh_from_db()
    assert (use_case.legal_class, use_case.legal_class_confirmed) == ("none", True)
    with pytest.raises(Refused, match="confirmed already"):
        operations.confirm_classification(actor=legal.as_actor(), **confirm, reason="Again")


def test_a_confirmed_prohibition_ends_the_use(signed, use_case, legal):
    operations.confirm_classification(
        actor=legal.as_actor(), classification=Classification.objects.get(), legal_class="prohibited"
    )
    use_case.refresh_from_db()
    assert use_case.status == "refused"


def test_the_next_one_carries_answers_over_to_be_confirmed(signed, analyst, delivery, answer):
    following = operations.start_next(
        actor=analyst.as_actor(), assessment=signed, assigned_to=delivery, due_on=clock.today() + timedelta(days=7)
    )
    states = set(following.answers.values_list("state", flat=True))
    assert states == {AnswerState.CARRIED}
    with pytest.raises(Invalid):
        operations.submit_assessment(actor=delivery.as_actor(), assessment=following)
    answer("purpose", "Help with all claims", about=following)
    names = [name for name in following.answers.values_list("question", flat=True) if name != "purpose"]
    assert operations.confirm_answers(actor=delivery.as_actor(), assessment=following, questions=names) == 3
    submitted = operations.submit_assessment(actor=delivery.as_actor(), assessment=following)
    sign(submitted, analyst)
    signed.refresh_from_db()
    assert signed.status == "superseded"


def test_it_expires_by_its_date_and_opens_a_finding(signed, system):
    from apps.kernel.rules import rule_named

    with clock.travel(clock.now() + timedelta(days=400)):
        assert rule_named("ASM-001").failing().filter(pk=system.pk).exists()
        assert tasks.expire() == 1
    signed.refresh_from_db()
    assert signed.status == "expired"


def test_the_dossier_holds_what_is_signed(signed, system):
    part = dossier.assemble(system)["assessments"]
    assert [one["content_hash"] for one in part["assessments"]] == [signed.content_hash]
    dossier.canonical_bytes(dossier.assemble(system))


def test_a_risk_never_has_more_left_than_there_was(use_case, analyst, owner):
    made = operations.record_risk(
        actor=analyst.as_actor(), about=use_case, owner=owner, title="Wrong order", cause="c", event="e",
        consequence="c", category="rights", inherent_likelihood=2, inherent_impact=4,
    )  # fmt: skip
    with pytest.raises(Invalid, match="never more"):
        operations.rate_risk(actor=analyst.as_actor(), risk=made, residual_impact=5, reason="Worse")
    operations.rate_risk(actor=analyst.as_actor(), risk=made, residual_impact=2, reason="Second look added")
    operations.close_risk(actor=analyst.as_actor(), risk=made, reason="Retired")
    with pytest.raises(Refused):
        operations.rate_risk(actor=analyst.as_actor(), risk=made, residual_impact=1, reason="x")


def test_a_mistake_in_a_published_text_is_named(lead, analyst):
    with pytest.raises(Invalid, match="screening"):
        operations.publish_questionnaire(actor=lead.as_actor(), text="key: a\nversion: 1\ntitle: A\nsections: []")
    with pytest.raises(Refused):
        operations.publish_questionnaire(actor=analyst.as_actor(), text="key: a")


# Pages.


def test_the_signer_reads_signs_and_sees_every_number_opened(submitted, analyst, client, as_person):
    url = reverse("assessments:review", args=[submitted.key])
    page = as_person(client, analyst).get(url).content.decode()
    assert "T1-DECIDES" in page or "T1-" in page
    assert "Ask for a change" in page
    response = client.post(url, {"outcome": "sign", "reason": "", "content_hash": submitted.content_hash})
    assert response.status_code == 302
    assert SignOff.objects.get().person == analyst


def test_who_may_not_sign_reads_why(submitted, delivery, client, as_person):
    page = as_person(client, delivery).get(reverse("assessments:review", args=[submitted.key])).content.decode()
    assert "disabled" in page
    assert "Give your verdict" not in page


def test_changes_are_asked_for_question_by_question(submitted, analyst, client, as_person):
    url = reverse("assessments:review", args=[submitted.key])
    data = {"outcome": "return", "reason": "", "content_hash": submitted.content_hash}
    assert as_person(client, analyst).post(url, data).status_code == 422
    client.post(url, {**data, "reason": "See there", "problem-purpose": "Which claims?"})
    assert submitted.answers.get(question="purpose").problem == "Which claims?"
    submitted.refresh_from_db()
    assert submitted.status == "changes"


def test_two_assessments_are_compared_question_by_question(signed, analyst, delivery, answer, client, as_person):
    following = operations.start_next(
        actor=analyst.as_actor(), assessment=signed, assigned_to=delivery, due_on=clock.today()
    )
    answer("purpose", "Help with all claims", about=following)
    url = reverse("assessments:compare", args=[following.key, signed.key])
    page = as_person(client, analyst).get(url).content.decode()
    assert "1 changed of 4" in page
    assert "Help with all claims" in page


@pytest.mark.parametrize("name", ["assessments", "risks", "policies"])
def test_the_lists_open(signed, analyst, client, as_person, name):
    assert as_person(client, analyst).get(reverse(f"assessments:{name}")).status_code == 200


def test_forms_open_and_assign_in_the_browser(use_case, analyst, lead, delivery, client, as_person):
    as_person(client, analyst)
    url = reverse("assessments:assign") + f"?use_case={use_case.key}"
    assert client.get(url).status_code == 200
    assert client.post(url, {"assigned_to": "nobody@aurelia.example", "due_on": "2999-01-01"}).status_code == 422
    assert client.post(url, {"assigned_to": delivery.email, "due_on": "2999-01-01"}).status_code == 302
    made = Assessment.objects.get()
    assert client.get(reverse("assessments:reassign", args=[made.key])).status_code == 200
    assert client.get(reverse("assessments:record_risk") + f"?use_case={use_case.key}").status_code == 200
    as_person(client, lead)
    publish = reverse("assessments:publish")
    response = client.post(publish, {"text": "kind: tiers\nversion: x", "reason": "Test"})
    assert response.status_code == 422
    assert "policy" in response.content.decode()


def test_the_legal_class_is_confirmed_in_the_browser(signed, legal, client, as_person):
    url = reverse("assessments:classification", args=[Classification.objects.get().pk])
    page = as_person(client, legal).get(url)
    assert "Confirm the legal class" in page.content.decode()
    assert client.post(url, {"legal_class": "high_risk", "reason": "Annex III, point 4"}).status_code == 302
    assert Classification.objects.get().confirmed_by == legal
