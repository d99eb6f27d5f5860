"""Answering: field by field, never over somebody else's text."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from apps.assessments import operations
from apps.assessments.models import Answer
from apps.assessments.queries import standing_of
from apps.audit.models import Entry
from apps.evidence.models import Evidence
from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused

from ..evidence.office import PDF

pytestmark = pytest.mark.django_db


def test_it_refuses_to_assign_to_somebody_who_may_not_answer(use_case, five_questions, analyst, employee, outsider):
    for person in (employee, outsider):
        with pytest.raises(Invalid, match="may not answer"):
            operations.assign_assessment(
                actor=analyst.as_actor(),
                about=use_case,
                assigned_to=person,
                due_on=clock.days_from_now(9).date(),
                questionnaire=five_questions,
            )


def test_it_refuses_a_second_one_while_one_is_open(assessment, analyst, delivery, five_questions):
    with pytest.raises(Invalid, match="not finished yet"):
        operations.assign_assessment(
            actor=analyst.as_actor(), about=assessment.use_case, assigned_to=delivery, due_on=assessment.due_on,
            questionnaire=five_questions,
        )  # fmt: skip


def test_what_the_intake_said_is_carried_over_to_be_confirmed(use_case, owner, analyst, delivery, answer):
    screening = {"person_effect": "advises", "data_classes": ["personal"], "areas": ["fraud"], "platform": "buy"}
    inventory.edit_use_case(actor=owner.as_actor(), use_case=use_case, changes={"screening": screening})
    use_case.refresh_from_db()
    made = operations.assign_assessment(
        actor=analyst.as_actor(), about=use_case, assigned_to=delivery, due_on=clock.days_from_now(9).date()
    )
    carried = {row.question: row.value for row in made.answers.filter(state="carried", answered_by=owner)}
    # What is no answer to a question here is asked anew.
    assert carried == {"person_effect": "advises", "data": ["personal"], "purpose_text": use_case.purpose}
    assert answer("person_effect", "decides", about=made, version=0).state == "changed"


def test_it_is_owed_by_the_person_and_leaves_when_submitted(assessment, delivery, answered, analyst):
    from apps.kernel.owed import owed_by

    assert [item.action for item in owed_by(delivery) if assessment.key in item.title] == ["Answer questions"]
    operations.submit_assessment(actor=delivery.as_actor(), assessment=answered)
    assert not [item for item in owed_by(delivery) if item.kind == "Assessment"]
    assert [item.action for item in owed_by(analyst) if item.kind == "Signature"] == ["Read and sign"]


def test_a_clash_raises_conflict_with_both_texts_and_loses_neither(assessment, answer, delivery, owner):
    answer("effect", "advises")
    answer("platform", "approved")
    answer("purpose", "Mine")
    answer("purpose", "Olga's", person=owner, version=1)
    with pytest.raises(Conflict) as raised:
        answer("purpose", "Mine, longer", version=1)
    assert raised.value.theirs.value == "Olga's"
    assert raised.value.theirs.answered_by == owner
    assert Answer.objects.get(question="purpose").value == "Olga's"


def test_the_same_text_twice_is_no_clash_and_no_second_version(assessment, answer, owner):
    answer("effect", "advises")
    answer("effect", "advises", person=owner, version=0)
    assert Answer.objects.get(question="effect").version == 1


def test_an_open_page_does_not_clash_with_itself(assessment, delivery, owner):
    def save(value, version, editor, person=delivery):
        return operations.answer_question(
            actor=person.as_actor(),
            assessment=assessment,
            question="purpose",
            value=value,
            version=version,
            editor=editor,
        )

    save("T", 0, "page-1")
    assert save("Typed", 0, "page-1").version == 2
    save("Other", 2, "page-2", owner)
    with pytest.raises(Conflict):
        save("Typed on", 0, "page-1")


def test_the_database_refuses_an_overwrite_without_the_next_version(answered):
    with pytest.raises(DatabaseError, match="next version"), transaction.atomic():
        Answer.objects.filter(question="purpose").update(value="Sneaked in")


def test_answers_stand_still_after_submission_even_in_raw_sql(submitted, answer):
    with pytest.raises(Refused, match="answers stand"):
        answer("purpose", "Later")
    with pytest.raises(DatabaseError, match="answers stand"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE assessments_answer SET value = '\"x\"', version = version + 1")


def test_a_person_without_reach_may_not_answer(assessment, answer, outsider):
    with pytest.raises(Refused):
        answer("effect", "none", person=outsider)


def test_it_refuses_to_submit_what_is_incomplete_and_names_the_questions(assessment, answer, delivery):
    answer("effect", "advises")
    answer("platform", "approved")
    with pytest.raises(Invalid) as raised:
        operations.submit_assessment(actor=delivery.as_actor(), assessment=assessment)
    assert set(raised.value.problems) == {"purpose", "appeal"}


def test_only_the_person_or_the_owner_submits(answered, second_analyst):
    with pytest.raises(Refused, match="Dilara Delivery"):
        operations.submit_assessment(actor=second_analyst.as_actor(), assessment=answered)


def test_a_file_becomes_the_answer_of_a_question_for_evidence(assessment, answer, delivery, owner):
    for question, value in (("effect", "advises"), ("platform", "other"), ("appeal", "tested")):
        answer(question, value)
    attach = {"actor": delivery.as_actor(), "assessment": assessment, "question": "proof"}
    evidence = operations.attach_evidence(**attach, filename="proof.pdf", content=PDF)
    assert Answer.objects.get(question="proof").value == [evidence.key]
    operations.detach_evidence(
        actor=delivery.as_actor(), assessment=assessment, link=evidence.links.get(anchor="proof")
    )
    assert Answer.objects.get(question="proof").value is None
    operations.reuse_evidence(**attach, evidence=evidence)
    assert Answer.objects.get(question="proof").value == [evidence.key]


# Pages.


def section_url(assessment, section="screening"):
    return reverse("assessments:section", args=[assessment.key, section])


HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def test_the_task_list_says_how_far_each_section_is(assessment, answer, delivery, client, as_person):
    url = reverse("assessments:assessment", args=[assessment.key])
    page = as_person(client, delivery).get(url).content.decode()
    assert "Not yet started" in page
    assert "Cannot start yet" in page
    answer("effect", "advises")
    assert "In progress" in client.get(url).content.decode()
    answer("platform", "approved")
    page = client.get(url).content.decode()
    assert "Completed" in page
    assert "Cannot start yet" not in page


def test_autosave_says_when_it_saved(assessment, delivery, client, as_person):
    url = reverse("assessments:answer", args=[assessment.key, "effect"])
    data = {"answer-effect": "decides", "version-effect": "0", "was-effect": "null", "editor": "p"}
    response = as_person(client, delivery).post(url, data, headers=HTMX)
    assert response.status_code == 200
    assert "Saved" in response.content.decode()
    assert 'name="version-effect" value="1"' in response.content.decode()
    assert "<html" not in response.content.decode()


def test_autosave_answers_a_clash_with_409_and_both_texts(assessment, answer, owner, delivery, client, as_person):
    for question, value in (("effect", "advises"), ("platform", "approved")):
        answer(question, value)
    answer("purpose", "Olga's words", person=owner)
    url = reverse("assessments:answer", args=[assessment.key, "purpose"])
    data = {"answer-purpose": "My words", "version-purpose": "0", "was-purpose": "null", "editor": "p"}
    response = as_person(client, delivery).post(url, data, headers=HTMX)
    page = response.content.decode()
    assert response.status_code == 409
    assert all(text in page for text in ("Olga&#x27;s words", "My words", "Keep mine", "Take theirs", "Merge the two"))


def test_a_clash_is_settled_without_javascript(assessment, answer, owner, delivery, client, as_person):
    for question, value in (("effect", "advises"), ("platform", "approved")):
        answer(question, value)
    answer("purpose", "Olga's words", person=owner)
    url = section_url(assessment, "care")
    data = {"answer-purpose": "My words", "version-purpose": "0", "was-purpose": "null"}
    assert as_person(client, delivery).post(url, data).status_code == 409
    merged = client.post(url, {**data, "version-purpose": "1", "resolve": "merge:purpose"})
    assert "Olga&#x27;s words\n\nMy words" in merged.content.decode()
    untouched = {"version-appeal": "0", "was-appeal": "null"}
    client.post(url, {**data, **untouched, "version-purpose": "1", "resolve": "keep:purpose"})
    assert not Answer.objects.filter(question="appeal").exists()
    assert Answer.objects.get(question="purpose").value == "My words"


def test_the_page_saves_without_javascript_and_leaves_untouched_fields_alone(
    assessment, answer, owner, delivery, client, as_person
):
    url = section_url(assessment)
    as_person(client, delivery)
    answer("platform", "other", person=owner)
    data = {
        "answer-effect": "decides", "version-effect": "0", "was-effect": "null",
        "version-platform": "0", "was-platform": "null",
    }  # fmt: skip
    assert client.post(url, data).status_code == 302
    assert dict(Answer.objects.values_list("question", "value")) == {"effect": "decides", "platform": "other"}


def test_a_bad_answer_is_said_and_kept_on_the_page(assessment, delivery, client, as_person):
    response = as_person(client, delivery).post(
        section_url(assessment), {"answer-effect": "sideways", "version-effect": "0"}
    )
    assert response.status_code == 422
    assert "Choose one of the answers." in response.content.decode()


def test_a_file_is_added_in_the_browser_and_used_again(assessment, answer, delivery, client, as_person):
    for question, value in (("effect", "advises"), ("platform", "other"), ("appeal", "tested")):
        answer(question, value)
    url = reverse("assessments:evidence", args=[assessment.key, "proof"])
    as_person(client, delivery)
    refused = client.post(url, {"file": SimpleUploadedFile("a.html", b"<html>")})
    assert refused.status_code == 422
    assert "must be a PDF" in refused.content.decode()
    assert client.post(url, {"file": SimpleUploadedFile("proof.pdf", PDF)}).status_code == 302
    evidence = Evidence.objects.get()
    other = reverse("assessments:evidence", args=[assessment.key, "purpose"])
    assert evidence.key in client.get(other).content.decode()
    assert client.post(other, {"reuse": evidence.key}).status_code == 302
    assert evidence.links.count() == 2


def test_check_your_answers_lists_what_is_missing_then_submits(answered, answer, delivery, client, as_person):
    url = reverse("assessments:check", args=[answered.key])
    answer("purpose", None)
    page = as_person(client, delivery).get(url).content.decode()
    assert "1 answer is missing" in page
    assert client.post(url, {"submission": "one"}).status_code == 422
    answer("purpose", "Help")
    assert client.post(url, {"submission": "two"}).status_code == 302
    answered.refresh_from_db()
    assert answered.status == "submitted"


@pytest.mark.parametrize("name", ["assessment", "check", "review", "result"])
def test_a_stranger_finds_nothing(assessment, outsider, client, as_person, name):
    assert as_person(client, outsider).get(reverse(f"assessments:{name}", args=[assessment.key])).status_code == 404


def test_the_real_questionnaire_shows_every_section(use_case, analyst, delivery, client, as_person):
    from apps.assessments.texts import pack_of

    from .examples import EXAMPLES, KNOWN

    real = operations.assign_assessment(
        actor=analyst.as_actor(), about=use_case, assigned_to=delivery, due_on=clock.days_from_now(9).date()
    )
    for question, value in {**KNOWN, **EXAMPLES["life-insurance pricing"][0]}.items():
        operations.answer_question(
            actor=delivery.as_actor(), assessment=real, question=question, value=value, version=0
        )
    as_person(client, delivery)
    chosen = [row.section.id for row in standing_of(real).sections()]
    assert (
        {"obligations", "people_affected", "privacy"}
        <= set(chosen)
        <= {s.id for s in pack_of(real.questionnaire).sections}
    )
    for section in chosen:
        assert client.get(section_url(real, section)).status_code == 200


def test_each_answer_is_an_entry(assessment, answer):
    answer("effect", "decides")
    entry = Entry.objects.filter(event="assessments.answer.given", kind="change").get()
    assert entry.changes["value"] == [None, "decides"]
    assert "editor" not in entry.changes
