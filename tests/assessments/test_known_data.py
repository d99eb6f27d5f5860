"""Whoever answers which data a system sees reads beside the question what the catalog knows, and what the answer leaves out."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from apps.assessments import operations
from apps.assessments.models import Questionnaire
from apps.catalog import operations as catalog
from apps.catalog.models import Dataset
from apps.kernel import clock

pytestmark = pytest.mark.django_db


@pytest.fixture
def real(use_case, analyst, delivery):
    """An assessment by the questionnaire that is shipped."""
    return operations.assign_assessment(
        actor=analyst.as_actor(), about=use_case, assigned_to=delivery, due_on=clock.today() + timedelta(days=14),
        questionnaire=Questionnaire.objects.get(key="ai-risk-assessment"),
    )  # fmt: skip


@pytest.fixture
def claims_data(steward, claims, system):
    """Confidential personal data that the system is declared to read, and restricted health data beside it."""
    platform = catalog.register_platform(
        actor=steward.as_actor(), name="Warehouse", namespace="postgres://warehouse", department=claims, owner=steward
    )
    made = []
    for name, level, categories in (("claims", "confidential", ["personal"]), ("diagnoses", "restricted", ["health"])):
        one = catalog.register_dataset(
            actor=steward.as_actor(), platform=platform, name=name, title=name.title(), department=claims,
            steward=steward,
        )  # fmt: skip
        catalog.declare_use(actor=steward.as_actor(), dataset=one, system=system)
        # Classified after it was declared: personal data would need an entry of the register first.
        Dataset.objects.filter(pk=one.pk).update(level=level, categories=categories)
        made.append(one)
    return made


def page(client, as_person, person, assessment):
    address = reverse("assessments:section", args=[assessment.key, "screening"])
    text = as_person(client, person).get(address).content.decode()
    assert "Which classes of data does it see" in text
    return text


def test_nothing_is_shown_where_the_catalog_knows_nothing(real, delivery, client, as_person):
    assert "What the catalog knows" not in page(client, as_person, delivery, real)


def test_the_question_on_data_shows_what_is_known_and_counts_what_one_may_not_see(
    real, claims_data, delivery, client, as_person
):
    text = page(client, as_person, delivery, real)
    known, secret = claims_data
    assert "What the catalog knows" in text
    assert known.key in text
    assert secret.key not in text and "1 dataset that you may not see" in text
    assert "this answer leaves out" not in text


def test_an_answer_that_leaves_out_what_is_known_is_warned_of_at_once(real, claims_data, delivery, client, as_person):
    address = reverse("assessments:answer", args=[real.key, "data"])
    client = as_person(client, delivery)
    headers = {"HX-Request": "true", "HX-Request-Type": "partial"}
    sent = {"answer-data": ["internal"], "version-data": "0", "was-data": "null"}
    text = client.post(address, sent, headers=headers).content.decode()
    assert "this answer leaves out" in text and "Personal data" in text and "Restricted" in text
    sent = {
        "answer-data": ["restricted", "personal", "special_category"],
        "version-data": "1",
        "was-data": '["internal"]',
    }
    assert "this answer leaves out" not in client.post(address, sent, headers=headers).content.decode()


def test_who_does_not_know_yet_is_not_contradicted(real, claims_data, delivery):
    from apps.assessments.queries import pack_of
    from apps.assessments.views.known_data import known_data

    question = pack_of(real.questionnaire).question("data")
    known = known_data(delivery, real, question)
    assert known.left_out(question, ["unknown"]) == [] == known.left_out(question, None)
    assert known.left_out(question, ["restricted", "personal"]) != []
