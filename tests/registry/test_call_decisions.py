"""Calls are decided at once, counted exactly, logged always, and refused from the moment a grant is gone."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection

from apps.accounts import operations as accounts
from apps.accounts.models import Role, ServiceIdentity
from apps.catalog.models import AccessRecord
from apps.catalog.operations.accesslog import seal_access_log
from apps.catalog.queries.accesslog import verify_access_log
from apps.inventory import operations as inventory
from apps.inventory.models import UseCase
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.registry import operations
from apps.registry.models import BudgetSettlement, ModelGrant, ModelVersion
from apps.registry.operations import counters
from apps.registry.queries.calls import facts_for, remembered
from apps.registry.rules_pure.call_questions import read_call
from tests.conftest import SETUP

from .access_world import ask, make_model

EVALUATE = "registry.access.evaluate"


@pytest.fixture(autouse=True)
def patient_counters(monkeypatch):
    """Let nobody give up on the counters because the machine is busy."""
    counters._client.cache_clear()
    remembered.forget()
    monkeypatch.setattr(counters, "PATIENCE", 30)
    yield
    counters._client.cache_clear()
    remembered.forget()


@pytest.fixture
def ai_model(model_owner, claims):
    return make_model(model_owner, claims)


@pytest.fixture
def use_case(owner, system):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=system.department, owner=owner
    )
    inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)
    UseCase.objects.filter(pk=made.pk).update(tier="T3")
    made.refresh_from_db()
    return made


@pytest.fixture
def app(owner):
    return ServiceIdentity.objects.create(name="claims-app", purpose="Sorts claims", owner=owner)


@pytest.fixture
def grants(owner, model_owner, ai_model, use_case, app):
    """Have a grant of the application approved."""

    def make(**bounds):
        given = {"environment": "test", "purpose": "claims-triage"} | bounds
        request = ask(owner, ai_model, app, use_case, **given)
        decided = operations.decide_model_request(
            actor=model_owner.as_actor(), request=request, approve=True, reason="Needed, and bounded."
        )
        return ModelGrant.objects.get(request=decided)

    return make


@pytest.fixture
def gateway(owner, enterprise):
    """A gateway's token: it may ask about everybody's calls."""
    service = ServiceIdentity.objects.create(name="gateway", purpose="Passes calls on", owner=owner)
    role = Role.objects.get(key="delivery-team")
    accounts.assign_role(actor=SETUP, role=role, service=service, department=enterprise, reason="Test")
    return accounts.issue_token(actor=owner.as_actor(), name="Gateway", scopes=[EVALUATE], service=service).text


def question(app, model, **properties):
    said = {"purpose": "claims-triage", "environment": "test", **properties}
    return {
        "subject": {"type": "service", "id": app.name},
        "action": {"name": "invoke", "properties": said},
        "resource": {"type": "model", "id": model},
    }


def evaluation(client, token, document, path="/access/v1/evaluation"):
    return client.post(path, document, "application/json", headers={"authorization": f"Bearer {token}"})


def test_a_gateway_gets_yes_with_obligations_and_no_with_whom_to_ask(
    client, grants, gateway, app, ai_model, model_owner
):
    grant = grants(max_tokens=500)
    yes = evaluation(client, gateway, question(app, ai_model.key, max_tokens=100)).json()
    assert yes["decision"] is True and yes["context"]["grant"] == grant.key and yes["context"]["max_tokens"] == 500
    no = evaluation(client, gateway, question(app, ai_model.name, max_tokens=501)).json()
    assert no["decision"] is False and no["context"]["rule"] == "MCL-014"
    assert grant.key in no["context"]["reason_user"] and no["context"]["ask"] == model_owner.name


def test_the_very_next_answer_after_a_revocation_is_no(client, grants, gateway, app, ai_model, model_owner):
    grant = grants()
    assert evaluation(client, gateway, question(app, ai_model.key)).json()["decision"]
    operations.revoke_model_grant(actor=model_owner.as_actor(), grant=grant, reason="Misused")
    assert evaluation(client, gateway, question(app, ai_model.key)).json()["context"]["rule"] == "MCL-007"


def test_a_use_case_that_rises_stops_its_grants_at_once(client, grants, gateway, app, ai_model, use_case):
    grants()
    assert evaluation(client, gateway, question(app, ai_model.key)).json()["decision"]
    UseCase.objects.filter(pk=use_case.pk).update(tier="T1")
    assert evaluation(client, gateway, question(app, ai_model.key)).json()["context"]["rule"] == "MCL-008"


@pytest.mark.parametrize("bound", [True, False])
def test_a_retired_version_is_not_called_by_leaving_it_unsaid(client, grants, gateway, app, ai_model, bound):
    version = ai_model.versions.get()
    grants(model_version=version if bound else None)
    assert evaluation(client, gateway, question(app, ai_model.key)).json()["decision"]
    ModelVersion.objects.filter(pk=version.pk).update(stage="retired")
    assert evaluation(client, gateway, question(app, ai_model.key)).json()["context"]["rule"] == "MCL-004"


def test_every_answer_is_in_the_sealed_log(client, grants, gateway, app, ai_model):
    grants()
    for tokens in (1, 2, 3):
        evaluation(client, gateway, question(app, ai_model.key, max_tokens=tokens))
    evaluation(client, gateway, question(app, "nothing of that name"))
    rows = AccessRecord.objects.filter(kind="call")
    assert rows.count() == 4 and rows.filter(outcome="allowed", dataset_label=ai_model.key).count() == 3
    assert "max_tokens=2" in {value for row in rows for value in row.fields}


@pytest.mark.django_db(transaction=True)
def test_the_log_with_calls_in_it_verifies(client, grants, gateway, app, ai_model):
    grants()
    evaluation(client, gateway, question(app, ai_model.key))
    assert seal_access_log(actor=Actor.system("beat"))
    report = verify_access_log()
    assert report.clean and report.records >= 1


def test_data_and_models_are_asked_about_in_one_batch(client, grants, gateway, app, ai_model):
    grants()
    of_data = {"subject": {"type": "service", "id": app.name}, "action": {"name": "read"}}
    of_data |= {"resource": {"type": "dataset", "id": "DST-1"}, "context": {"purpose": "x"}}
    body = {"evaluations": [question(app, ai_model.key), question(app, ai_model.key, data_level="restricted")]}
    answers = evaluation(client, gateway, body, "/access/v1/evaluations").json()["evaluations"]
    assert [one["decision"] for one in answers] == [True, False]


@pytest.mark.parametrize(
    "change",
    [
        {"action": {"name": "read"}}, {"subject": {"type": "model", "id": "x"}}, {"resource": {"type": "model", "id": 5}},
        {"action": {"name": "invoke", "properties": {"max_tokens": "many"}}},
        {"action": {"name": "invoke", "properties": {"temperature": "nan"}}},
        {"action": {"name": "invoke", "properties": {"max_cost": -1}}},
        {"action": {"name": "invoke", "properties": {"data_level": "secret"}}},
        {"action": {"name": "invoke", "properties": {"tools": [""]}}},
    ],
)  # fmt: skip
def test_what_cannot_be_understood_is_400_and_decides_nothing(client, gateway, app, change, db):
    answer = evaluation(client, gateway, question(app, "MDL-1") | change)
    assert answer.status_code == 400 and not AccessRecord.objects.exists()


def test_without_a_token_or_the_permission_nobody_is_told_anything(client, app, employee, owner, ai_model, grants):
    grants()
    assert client.post("/access/v1/evaluation", question(app, ai_model.key), "application/json").status_code == 401
    token = accounts.issue_token(actor=employee.as_actor(), name="Mine", scopes=["registry.access.request"]).text
    assert evaluation(client, token, question(app, ai_model.key)).status_code == 403


def facts_of(app, ai_model, **properties):
    return facts_for(read_call(question(app, ai_model.key, **properties)))


def at_once(number, facts, asked):
    """Count a number of calls with 64 threads; no database is asked, so that all of them are at the counters."""
    with ThreadPoolExecutor(64) as pool:
        return list(pool.map(lambda _n: counters.count_call(facts.grants[0], asked).stopped_by, range(number)))


def test_a_rate_is_exact_for_64_at_once(grants, app, ai_model):
    grants(rate_limit=100, rate_window=3600)
    answers = at_once(320, *facts_of(app, ai_model))
    assert (answers.count(""), answers.count("rate")) == (100, 220)


def test_a_window_slides(grants, app, ai_model):
    grants(rate_limit=2, rate_window=60)
    facts, asked = facts_of(app, ai_model)
    begin = clock.now()

    def call(seconds):
        with clock.travel(begin + timedelta(seconds=seconds)):
            return counters.count_call(facts.grants[0], asked).stopped_by

    # Never more than two in any 60 seconds, wherever they begin; what was refused does not count.
    assert [call(s) for s in (0, 50, 59, 61, 62, 109, 111)] == ["", "", "rate", "", "rate", "rate", ""]


def test_a_budget_is_exact_to_the_cent_for_64_at_once(grants, app, ai_model):
    grant = grants(budget=Decimal("10.00"), rate_limit=1000)
    answers = at_once(192, *facts_of(app, ai_model, max_cost="0.37"))
    assert (answers.count(""), answers.count("budget")) == (27, 165)  # 27 x 0.37 = 9.99
    operations.settle_budgets(actor=Actor.system("beat"))
    assert BudgetSettlement.objects.get(grant=grant).spent == Decimal("9.99")


@pytest.mark.django_db(transaction=True)
def test_it_is_exact_through_decision_and_log_as_well(grants, app, ai_model):
    grants(rate_limit=20, rate_window=3600)
    asked = read_call(question(app, ai_model.key))

    def once(_number):
        try:
            return operations.evaluate_call(actor=Actor.system("test"), asked=asked, about_all=True).allowed
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(once, range(40)))
    assert answers.count(True) == 20
    assert AccessRecord.objects.filter(rule="MCL-016").count() == 20


def test_the_real_cost_takes_the_place_of_what_was_reserved_once(client, grants, gateway, app, ai_model):
    grant = grants(budget=Decimal("1.00"))
    first = evaluation(client, gateway, question(app, ai_model.key, max_cost="0.90")).json()["context"]
    assert (
        evaluation(client, gateway, question(app, ai_model.key, max_cost="0.90")).json()["context"]["rule"] == "MCL-017"
    )
    usage = {"usage": [{"call_id": first["call_id"], "cost": "0.10"}, {"call_id": "never", "cost": "5"}]}
    headers = {"authorization": f"Bearer {gateway}"}
    told = [
        client.post("/api/v1/model-access/usage", usage, "application/json", headers=headers).json() for _ in range(2)
    ]
    assert told == [{"taken": 1, "known": 0, "unknown": 1}, {"taken": 0, "known": 1, "unknown": 1}]
    assert evaluation(client, gateway, question(app, ai_model.key, max_cost="0.90")).json()["decision"]
    operations.settle_budgets(actor=Actor.system("beat"))
    assert BudgetSettlement.objects.get(grant=grant).spent == Decimal("1.00")


def test_counters_that_were_lost_begin_from_what_was_settled(client, grants, gateway, app, ai_model):
    grant = grants(budget=Decimal("1.00"))
    BudgetSettlement.objects.create(grant=grant, period=counters.period_of("month", grant.created_at), spent="0.95")
    assert (
        evaluation(client, gateway, question(app, ai_model.key, max_cost="0.06")).json()["context"]["rule"] == "MCL-017"
    )
    assert evaluation(client, gateway, question(app, ai_model.key, max_cost="0.05")).json()["decision"]


@pytest.mark.parametrize("mode, allowed", [("closed", False), ("last_known", True)])
def test_without_the_counters_the_fail_mode_decides(client, grants, gateway, app, ai_model, settings, mode, allowed):
    grants(rate_limit=5, fail_mode=mode)
    settings.VALKEY_URL = "unix:///nowhere/at/all.sock"
    counters._client.cache_clear()
    assert evaluation(client, gateway, question(app, ai_model.key)).json()["decision"] is allowed


def test_an_alias_leads_calls_in_production_to_validated_versions_only(grants, live, ai_model, model_owner, validation):
    actor, first = model_owner.as_actor(), ai_model.versions.get(name="1.0")
    operations.set_alias(actor=actor, ai_model=ai_model, name="champion", model_version=first)
    grants(alias="champion", environment="production")
    second = operations.register_version(actor=actor, ai_model=ai_model, name="2.0", artefact_digest=f"sha256:{2:064x}")
    with pytest.raises(Invalid):
        operations.set_alias(actor=actor, ai_model=ai_model, name="champion", model_version=second)
    assert ai_model.aliases.get(name="champion", ended_at=None).model_version == first
    operations.set_alias(actor=actor, ai_model=ai_model, name="trial", model_version=second)
    operations.validate_version(actor=validation.as_actor(), model_version=second, reason="Measured anew.")
    operations.set_alias(actor=actor, ai_model=ai_model, name="champion", model_version=second)
    assert ai_model.aliases.get(name="champion", ended_at=None).model_version == second


# LiteLLM's guardrail.


def guardrail(client, token, **changes):
    body = {
        "input_type": "request", "litellm_call_id": "c1", "model": "urgency", "texts": ["Sort this claim"],
        "request_data": {"user_api_key_alias": "claims-app"}, "litellm_version": "1.80",
        "additional_provider_specific_params": {"environment": "test"}, **changes,
    }  # fmt: skip
    return client.post("/beta/litellm_basic_guardrail_api", body, "application/json", headers={"x-api-key": token})


@pytest.fixture
def named(ai_model, model_owner):
    operations.edit_model(actor=model_owner.as_actor(), ai_model=ai_model, changes={"name": "urgency"})


def test_the_guardrail_lets_through_blocks_and_rewrites(client, grants, gateway, named):
    grant = grants(rate_limit=2)
    assert guardrail(client, gateway).json() == {"action": "NONE"}
    said = guardrail(client, gateway, texts=["Write to anna@example.org", "and wait"]).json()
    assert said == {"action": "GUARDRAIL_INTERVENED", "texts": ["Write to [e-mail address]", "and wait"]}
    blocked = guardrail(client, gateway).json()
    assert (
        blocked["action"] == "BLOCKED"
        and grant.key in blocked["blocked_reason"]
        and "Ask " in blocked["blocked_reason"]
    )
    assert AccessRecord.objects.filter(kind="call").count() == 3


def test_the_guardrail_masks_what_comes_back_and_counts_it_not(client, grants, gateway, named):
    grants(rate_limit=1)
    back = guardrail(client, gateway, input_type="response", texts=["Pay to DE89 3704 0044 0532 0130 00"]).json()
    assert back["texts"] == ["Pay to [IBAN]"] and not AccessRecord.objects.exists()
    assert guardrail(client, gateway).json() == {"action": "NONE"}


def test_a_virtual_key_may_carry_the_key_of_its_grant(client, grants, gateway, named):
    grant = grants()
    answer = guardrail(client, gateway, request_data={"user_api_key_alias": grant.key})
    assert answer.json() == {"action": "NONE"}


@pytest.mark.parametrize(
    "change, status",
    [
        ({"input_type": "both"}, 400), ({"texts": "one"}, 400), ({"texts": [1]}, 400), ({"model": 5}, 400),
        ({"request_data": "x"}, 200), ({"request_data": {"user_api_key_alias": "nobody"}}, 200), ({"tools": "x"}, 200),
        ({"tools": [{"function": {"name": "delete_all"}}]}, 200),
    ],
)  # fmt: skip
def test_the_guardrail_answers_whatever_it_is_sent(client, grants, gateway, named, change, status):
    grants()
    answer = guardrail(client, gateway, **change)
    assert answer.status_code == status
    if status == 200:
        assert answer.json()["action"] == ("NONE" if change == {"tools": "x"} else "BLOCKED")


def test_the_guardrail_takes_a_gateways_token_only(client, grants, named, employee):
    grants()
    assert guardrail(client, "gatehouse_no").status_code == 401
    token = accounts.issue_token(actor=employee.as_actor(), name="Mine", scopes=["registry.access.request"]).text
    assert guardrail(client, token).status_code == 403
