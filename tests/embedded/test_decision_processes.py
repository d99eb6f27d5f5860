"""The decision processes: only what programs ask at run time, by token, the same answers as the web processes give."""

from __future__ import annotations

import pytest
from django.conf import settings as configured

from tests.registry.test_call_decisions import (  # noqa: F401
    ai_model,
    app,
    evaluation,
    gateway,
    grants,
    guardrail,
    patient_counters,
    question,
    use_case,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def apart(settings):
    """Answer as the decision processes do."""
    settings.ROOT_URLCONF = "portal.decisions"
    settings.MIDDLEWARE = [name for name in configured.MIDDLEWARE if name in configured.FOR_PROGRAMS]


def test_they_answer_gateways(apart, client, grants, gateway, app, ai_model):  # noqa: F811
    grant = grants(max_tokens=500)
    yes = evaluation(client, gateway, question(app, ai_model.key, max_tokens=100)).json()
    assert yes["decision"] is True and yes["context"]["grant"] == grant.key
    assert guardrail(client, gateway, model=ai_model.key).json() == {"action": "NONE"}
    assert client.get("/.well-known/authzen-configuration").status_code == 200
    assert client.get("/healthz").status_code == 200


def test_nobody_is_answered_without_a_token_and_bad_questions_are_told(apart, client, gateway, app, ai_model):  # noqa: F811
    assert evaluation(client, "gatehouse_no", question(app, ai_model.key)).status_code == 401
    answer = evaluation(client, gateway, {"subject": "x"})
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("address", ["/", "/systems/", "/sign-in/", "/api/v1/systems", "/ledger/", "/static/x.css"])
def test_there_are_no_pages(apart, client, address):
    answer = client.get(address)
    assert answer.status_code == 404 and answer["Content-Type"] == "application/problem+json"
