"""A use case and its assessment with the five-question pack."""

from datetime import timedelta
from pathlib import Path

import pytest

from apps.assessments import operations
from apps.inventory import operations as inventory
from apps.kernel import clock


@pytest.fixture(autouse=True)
def own_storage(settings, tmp_path):
    settings.EVIDENCE_KEYS_FILE = tmp_path / "keys"
    settings.STORAGES = {
        **settings.STORAGES,
        "evidence": {**settings.STORAGES["evidence"], "OPTIONS": {"location": tmp_path / "files"}},
    }


@pytest.fixture
def five_questions(lead):
    text = Path("tests/assessments/five_questions.yaml").read_text()
    return operations.publish_questionnaire(actor=lead.as_actor(), text=text)


@pytest.fixture
def use_case(system, owner, claims):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Claims triage", purpose="Sort claims by urgency.", department=claims, owner=owner
    )
    return inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)


@pytest.fixture
def assessment(use_case, five_questions, analyst, delivery):
    return operations.assign_assessment(
        actor=analyst.as_actor(),
        about=use_case,
        assigned_to=delivery,
        due_on=clock.today() + timedelta(days=14),
        questionnaire=five_questions,
    )


@pytest.fixture
def answer(assessment, delivery):
    """Answer a question as the person it is assigned to, seeing what stands."""

    def give(question, value, *, person=delivery, about=assessment, version=None):
        if version is None:
            version = about.answers.filter(question=question).values_list("version", flat=True).first() or 0
        return operations.answer_question(
            actor=person.as_actor(), assessment=about, question=question, value=value, version=version
        )

    return give


@pytest.fixture
def answered(assessment, answer):
    for question, value in (("effect", "advises"), ("platform", "approved"), ("purpose", "Help"), ("appeal", "no")):
        answer(question, value)
    return assessment


@pytest.fixture
def submitted(answered, delivery):
    return operations.submit_assessment(actor=delivery.as_actor(), assessment=answered)


@pytest.fixture
def signed(submitted, analyst):
    return operations.sign_off(actor=analyst.as_actor(), assessment=submitted)
