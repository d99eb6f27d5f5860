"""A gateway's key stands for its own grant, every tool is seen whatever its form, and answers are held against their model."""

from __future__ import annotations

import pytest

from apps.registry import operations

from .access_world import ask
from .test_call_decisions import (  # noqa: F401
    ai_model,
    app,
    gateway,
    grants,
    guardrail,
    named,
    patient_counters,
    use_case,
)


@pytest.fixture
def other_model(model_owner, claims, owner, app, use_case):  # noqa: F811
    """Another model, for which the application has a grant on personal data."""
    actor = model_owner.as_actor()
    made = operations.register_model(actor=actor, name="letters", department=claims, owner=model_owner)
    operations.register_version(actor=actor, ai_model=made, name="1.0", artefact_digest=f"sha256:{9:064x}")
    asked = ask(owner, made, app, use_case, data_categories=["personal"])
    operations.decide_model_request(actor=actor, request=asked, approve=True, reason="Needed, and bounded.")
    return made


def key_of(grant):
    return {"request_data": {"user_api_key_alias": grant.key}}


def test_the_key_of_a_grant_ends_with_it_though_its_holder_has_another(client, grants, gateway, named, model_owner):  # noqa: F811
    first, second = grants(), grants(purpose="marketing")
    operations.revoke_model_grant(actor=model_owner.as_actor(), grant=first, reason="Misused")
    blocked = guardrail(client, gateway, **key_of(first)).json()
    assert blocked["action"] == "BLOCKED" and first.key in blocked["blocked_reason"]
    assert guardrail(client, gateway, **key_of(second)).json() == {"action": "NONE"}


def test_a_rate_that_is_used_up_is_not_taken_from_another_grant(client, grants, gateway, named):  # noqa: F811
    first, _second = grants(rate_limit=1), grants(purpose="marketing")
    answers = [guardrail(client, gateway, **key_of(first)).json()["action"] for _ in range(2)]
    assert answers == ["NONE", "BLOCKED"]


@pytest.mark.parametrize(
    "tool, name",
    [
        ({"type": "web_search"}, "web_search"), ({"type": "mcp", "server_label": "files"}, "mcp"),
        ({"name": "delete_all", "input_schema": {}}, "delete_all"), ({"function": {"name": ""}}, "(unnamed tool)"),
        ({"function": "delete_all"}, "(unnamed tool)"), ("delete_all", "(unnamed tool)"), ({}, "(unnamed tool)"),
    ],
)  # fmt: skip
def test_no_form_of_tool_slips_by(client, grants, gateway, named, tool, name):  # noqa: F811
    grants()
    blocked = guardrail(client, gateway, tools=[tool]).json()
    assert blocked["action"] == "BLOCKED" and name in blocked["blocked_reason"]


def test_more_tools_than_can_be_looked_at_are_no_question(client, grants, gateway, named):  # noqa: F811
    grants(tools=[f"tool-{number:03}" for number in range(200)])
    tools = [{"type": "function", "function": {"name": f"tool-{number:03}"}} for number in range(201)]
    assert guardrail(client, gateway, tools=tools[:200]).json() == {"action": "NONE"}
    assert guardrail(client, gateway, tools=tools).status_code == 400


def test_what_comes_back_is_held_against_the_grants_on_that_model(client, grants, gateway, named, other_model):  # noqa: F811
    grants()
    text = ["Write to anna@example.org"]
    answers = [
        guardrail(client, gateway, input_type="response", model=model, texts=text).json()["action"]
        for model in ("urgency", "letters", "gpt-5-2026-01-01")
    ]
    # Of a model that nobody knows comes back only what every grant of the caller covers.
    assert answers == ["GUARDRAIL_INTERVENED", "NONE", "GUARDRAIL_INTERVENED"]
