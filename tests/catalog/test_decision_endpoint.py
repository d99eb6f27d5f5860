"""Programs ask whether somebody may use data; what changes anywhere counts with the very next answer."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections

from apps.accounts import operations as accounts
from apps.accounts.models import ServiceIdentity
from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import AccessRecord, DataGrant, Dataset, Platform, ProcessingActivity
from apps.catalog.operations import rates
from apps.catalog.operations.decisions import evaluate
from apps.catalog.queries import decisions as facts
from apps.catalog.queries.decisions import remembered
from apps.catalog.rules_pure.asking import Asked
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor
from tests.conftest import SETUP

from .runtime import ask, bearer, classified, granted, made_service, question

pytestmark = pytest.mark.django_db


@pytest.fixture
def confidential(dataset):
    return classified(dataset, "confidential")


@pytest.fixture
def grant(employee, steward, confidential):
    return granted(employee, steward, confidential)


@pytest.fixture
def gateway(delivery):
    """The headers of a program that may ask about anybody."""
    return bearer(delivery)


def test_a_grant_is_a_yes_with_its_bounds_and_a_record(client, gateway, grant, employee, delivery):
    asked = question("person", employee.email.upper(), grant.dataset.key)
    answer = ask(client, {**gateway, "X-Request-ID": "r-1"}, asked)
    assert answer.status_code == 200 and answer["X-Request-ID"] == "r-1"
    assert answer.json()["decision"] is True
    assert answer.json()["context"]["grant"] == grant.key and answer.json()["context"]["fail_mode"] == "closed"
    record = AccessRecord.objects.get()
    assert (record.outcome, record.rule, record.grant_key, record.request_id) == (
        "allowed",
        "ACC-000",
        grant.key,
        "r-1",
    )
    assert record.subject_id == employee.pk and record.subject_label == "" and record.caller_id == str(delivery.pk)
    assert record.dataset_id == grant.dataset_id and record.xid > 0 and record.cluster


def test_a_refusal_is_200_with_the_reason_and_whom_to_ask(client, gateway, employee, confidential, steward):
    answer = ask(client, gateway, question("person", employee.pk, confidential.key))
    assert answer.status_code == 200
    said = answer.json()
    assert said["decision"] is False and said["context"]["rule"] == "ACC-007" and said["context"]["ask"] == steward.name
    assert AccessRecord.objects.get().outcome == "denied"


def test_data_is_named_by_key_id_or_as_its_tools_name_it(client, gateway, grant, employee):
    data = grant.dataset
    for name in (data.key, data.key.lower(), data.pk, f"{data.namespace} {data.name}"):
        assert ask(client, gateway, question("person", employee.pk, name)).json()["decision"] is True
    unknown = ask(client, gateway, question("person", employee.pk, "DST-9999")).json()
    assert unknown["context"]["rule"] == "ACC-003"
    stranger = ask(client, gateway, question("person", "nobody@else.example", data.key)).json()
    assert stranger["context"]["rule"] == "ACC-001"
    assert not AccessRecord.objects.filter(subject_label__contains="@").exists()


def test_fields_are_covered_or_not(client, gateway, employee, steward, confidential):
    granted(employee, steward, confidential, fields=["claim_id", "amount"])
    assert ask(client, gateway, question("person", employee.pk, confidential.key, fields=["amount"])).json()["decision"]
    refused = ask(client, gateway, question("person", employee.pk, confidential.key, fields=["customer_email"])).json()
    assert refused["context"]["rule"] == "ACC-011" and "customer_email" in refused["context"]["reason_user"]


def test_systems_and_services_ask_by_their_names(client, gateway, owner, steward, system, confidential, enterprise):
    granted(owner, steward, confidential, subject=system)
    service = made_service(owner, reach=enterprise)
    granted(owner, steward, confidential, subject=service)
    assert ask(client, gateway, question("system", system.key, confidential.key)).json()["decision"] is True
    assert ask(client, gateway, question("service", service.name, confidential.key)).json()["decision"] is True


def test_a_service_asks_with_a_token_of_its_own(client, owner, steward, confidential, enterprise):
    service = made_service(owner, reach=enterprise)
    granted(owner, steward, confidential, subject=service)
    headers = bearer(owner, service=service)
    assert ask(client, headers, question("service", service.pk, confidential.key)).json()["decision"] is True
    record = AccessRecord.objects.get()
    assert (record.caller_kind, record.caller_id) == ("service", str(service.pk))
    assert client.get("/api/v1/me", headers=headers).status_code == 403
    ServiceIdentity.objects.update(is_active=False)
    assert ask(client, headers, question("service", service.pk, confidential.key)).status_code == 401


def test_who_may_not_ask_about_others_asks_about_themselves(client, owner, employee, grant, enterprise):
    service = made_service(owner, role="employee", reach=enterprise)
    headers = bearer(owner, "catalog.access.request", service=service)
    assert ask(client, headers, question("person", employee.pk, grant.dataset.key)).status_code == 403
    mine = ask(client, headers, question("service", service.pk, grant.dataset.key))
    assert mine.status_code == 200 and mine.json()["context"]["rule"] == "ACC-007"
    assert Entry.objects.filter(event="web.request.refused").exists()
    assert AccessRecord.objects.count() == 1


def test_data_that_somebody_may_not_know_of_is_not_there_for_them(
    client, employee, steward, owner, dataset, enterprise
):
    hidden = classified(dataset, "restricted")
    service = made_service(owner, role="employee", reach=enterprise)
    askers = {
        ("person", employee): bearer(employee, "catalog.access.request"),
        ("service", service): bearer(owner, "catalog.access.request", service=service),
    }
    for (kind, subject), headers in askers.items():
        for name in (hidden.key, f"{hidden.namespace} {hidden.name}", "DST-9999"):
            said = ask(client, headers, question(kind, subject.pk, name))
            assert said.json()["context"]["rule"] == "ACC-003" and steward.name not in said.text
    assert AccessRecord.objects.filter(dataset_id=hidden.pk).count() == 4
    mine = bearer(steward, "catalog.access.request")
    assert ask(client, mine, question("person", steward.pk, hidden.key)).json()["context"]["rule"] == "ACC-007"


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"{}", b'"x"', b"[" * 5_000])
def test_what_is_malformed_is_400_and_leaves_no_record(client, gateway, body):
    answer = client.post("/access/v1/evaluation", body, content_type="application/json", headers=gateway)
    assert answer.status_code == 400 and answer["Content-Type"] == "application/problem+json"
    assert not AccessRecord.objects.exists()


def test_without_a_token_nobody_is_answered(client, employee, confidential):
    asked = question("person", employee.pk, confidential.key)
    assert ask(client, {}, asked).status_code == 401
    assert ask(client, {"authorization": "Bearer gatehouse_abcdefgh_" + "x" * 43}, asked).status_code == 401
    assert client.get("/access/v1/evaluation").status_code == 405


@pytest.mark.parametrize(
    "semantic, answers", [("execute_all", 3), ("deny_on_first_deny", 2), ("permit_on_first_permit", 1)]
)
def test_a_batch_goes_on_as_far_as_it_says(client, gateway, grant, employee, semantic, answers):
    shared = question("person", employee.pk, grant.dataset.key)
    document = {
        **shared,
        "evaluations": [{}, {"action": {"name": "train"}}, {}],
        "options": {"evaluations_semantic": semantic},
    }
    found = ask(client, gateway, document, "/access/v1/evaluations").json()["evaluations"]
    assert [one["decision"] for one in found] == [True, False, True][:answers]
    assert AccessRecord.objects.count() == answers


def test_a_batch_tells_which_question_was_malformed_and_answers_the_others(client, gateway, grant, employee):
    good = question("person", employee.pk, grant.dataset.key)
    found = ask(client, gateway, {"evaluations": [{}, good]}, "/access/v1/evaluations").json()["evaluations"]
    assert found[0]["decision"] is False and found[0]["context"]["error"]["status"] == 400
    assert found[1]["decision"] is True
    assert ask(client, gateway, good, "/access/v1/evaluations").json()["decision"] is True
    assert ask(client, gateway, {"evaluations": {}}, "/access/v1/evaluations").status_code == 400


def test_programs_find_the_endpoint(client):
    found = client.get("/.well-known/authzen-configuration").json()
    assert found["access_evaluation_endpoint"] == "http://testserver/access/v1/evaluation"
    assert found["access_evaluations_endpoint"].endswith("/access/v1/evaluations")


def asked_of(employee, dataset):
    return Asked("person", str(employee.pk), dataset.key, "read", purpose="claims-handling")


def now_allowed(employee, dataset):
    return evaluate(actor=Actor.system("test"), asked=asked_of(employee, dataset)).allowed


@pytest.fixture
def anybody(monkeypatch):
    from apps.catalog import permissions
    from apps.kernel.decision import Allowed

    monkeypatch.setattr(permissions, "may_ask_about", lambda *_arguments, **_named: Allowed())


CHANGES = {
    "revoked": lambda w: operations.revoke_grant(actor=w["steward"].as_actor(), grant=w["grant"], reason="Not needed."),
    "revoked in psql": lambda w: DataGrant.objects.update(revoked_at=clock.now()),
    "held back": lambda w: DataGrant.objects.update(held_back_at=clock.now()),
    "the data rises": lambda w: Dataset.objects.update(level="restricted"),
    "the data becomes personal": lambda w: Dataset.objects.update(categories=["personal"]),
    "the data is dropped": lambda w: Dataset.objects.update(dropped_at=clock.now()),
    "the person leaves": lambda w: accounts.deactivate_person(actor=SETUP, person=w["employee"], reason="Left"),
    "its purpose changes": lambda w: DataGrant.objects.update(purpose="another"),
}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("change", CHANGES, ids=list(CHANGES))
def test_the_very_next_answer_knows_what_changed(anybody, grant, employee, steward, change):
    remembered.forget()
    world = {"grant": grant, "employee": employee, "steward": steward}
    assert now_allowed(employee, grant.dataset) and now_allowed(employee, grant.dataset)
    CHANGES[change](world)
    assert not now_allowed(employee, grant.dataset)


@pytest.mark.django_db(transaction=True)
def test_a_refusal_names_whom_to_ask_now(anybody, employee, steward, second_steward, confidential):
    remembered.forget()

    def whom():
        return evaluate(actor=Actor.system("test"), asked=asked_of(employee, confidential)).ask

    assert whom() == steward.name
    Dataset.objects.update(steward=second_steward)
    assert whom() == second_steward.name
    accounts.deactivate_person(actor=SETUP, person=second_steward, reason="Left")
    assert whom() == steward.name


@pytest.mark.django_db(transaction=True)
def test_a_suspended_system_gets_nothing_at_once_and_again_when_resumed(anybody, owner, steward, system, confidential):
    granted(owner, steward, confidential, subject=system)
    asked = Asked("system", system.key, confidential.key, "read", purpose="claims-handling")

    def allowed():
        return evaluate(actor=Actor.system("test"), asked=asked).allowed

    assert allowed()
    AISystem.objects.update(suspended_at=clock.now(), suspended_reason="Harm")
    assert not allowed()
    AISystem.objects.update(suspended_at=None, suspended_reason="")
    assert allowed()
    ServiceIdentity.objects.all()
    accounts.deactivate_person(actor=SETUP, person=owner, reason="Left")
    assert allowed(), "a system outlives its owner; that nobody answers for it is a finding"


@pytest.mark.django_db(transaction=True)
def test_facts_are_read_once_while_nothing_changes(anybody, grant, employee, monkeypatch):
    remembered.forget()
    reads = []
    real = facts.read_facts
    monkeypatch.setattr(facts, "read_facts", lambda standing: reads.append(1) or real(standing))
    for _time in range(5):
        assert now_allowed(employee, grant.dataset)
    assert len(reads) == 1
    Dataset.objects.update(title="Another")
    assert now_allowed(employee, grant.dataset) and len(reads) == 1
    Platform.objects.update(region="US")
    assert now_allowed(employee, grant.dataset) and len(reads) == 2


@pytest.mark.django_db(transaction=True)
def test_a_remembered_grant_ends_at_its_end(anybody, grant, employee):
    assert now_allowed(employee, grant.dataset)
    with clock.travel(grant.valid_until - timedelta(seconds=1)):
        assert now_allowed(employee, grant.dataset)
    with clock.travel(grant.valid_until):
        assert not now_allowed(employee, grant.dataset)


@pytest.mark.django_db(transaction=True)
def test_the_end_of_an_entry_ends_what_stands_on_it(anybody, employee, steward, dataset, entry_in_force):
    personal = classified(dataset, "confidential", "personal")
    granted(employee, steward, personal, activity=entry_in_force)
    assert now_allowed(employee, personal)
    ProcessingActivity.objects.update(status="ended")
    assert not now_allowed(employee, personal)


@pytest.mark.django_db(transaction=True)
def test_a_change_on_another_connection_counts_when_it_is_committed_and_not_before(anybody, grant, employee):
    remembered.forget()
    assert now_allowed(employee, grant.dataset)
    other = connections["default"].copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("UPDATE catalog_datagrant SET revoked_at = now() WHERE id = %s", [grant.pk])
            assert now_allowed(employee, grant.dataset)
        other.commit()
        assert not now_allowed(employee, grant.dataset)
        with other.cursor() as cursor:
            cursor.execute("UPDATE catalog_datagrant SET revoked_at = NULL WHERE id = %s", [grant.pk])
        other.rollback()
        assert not now_allowed(employee, grant.dataset)
    finally:
        other.close()


def test_what_an_unfinished_transaction_sees_is_not_remembered(anybody, grant, employee):
    assert connection.in_atomic_block
    remembered.forget()
    assert now_allowed(employee, grant.dataset)
    assert remembered.find(facts.read_standing(asked_of(employee, grant.dataset))) is None


@pytest.fixture
def patient_counter(monkeypatch):
    """Let nobody give up on the counter because the machine is busy: exactness is asked here, not patience."""
    rates._client.cache_clear()
    monkeypatch.setattr(rates, "PATIENCE", 30)
    yield
    rates._client.cache_clear()


@pytest.mark.django_db(transaction=True)
def test_the_rate_is_exact_when_many_ask_at_once(anybody, employee, steward, confidential, patient_counter):
    grant = granted(employee, steward, confidential, rate_per_hour=20)

    def once(_number):
        try:
            return now_allowed(employee, grant.dataset)
        finally:
            connection.close()

    began = clock.now()
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(once, range(40)))
    # The hour may turn while they ask, and then the count begins anew.
    assert answers.count(True) == 20 or clock.now().hour != began.hour
    assert AccessRecord.objects.filter(rule="ACC-014").count() == answers.count(False)


@pytest.mark.parametrize("mode, allowed", [("closed", False), ("last_known", True)])
def test_without_the_counter_the_fail_mode_decides(anybody, employee, steward, confidential, settings, mode, allowed):
    granted(employee, steward, confidential, rate_per_hour=20, fail_mode=mode)
    settings.VALKEY_URL = "unix:///nowhere/at/all.sock"
    rates._client.cache_clear()
    try:
        verdict = evaluate(actor=Actor.system("test"), asked=asked_of(employee, confidential))
    finally:
        rates._client.cache_clear()
    assert verdict.allowed is allowed
    assert allowed or (verdict.rule == "ACC-014" and "cannot be counted" in verdict.reason)


def test_an_employee_asks_on_the_page_and_gets_the_same_answer_in_words(client, as_person, grant, employee):
    Dataset.objects.update(level="confidential")
    as_person(client, employee)
    page = client.get(f"/data/may-i/{grant.dataset.key}/")
    assert page.status_code == 200 and "May I use this data?" in page.content.decode()
    yes = client.post(f"/data/may-i/{grant.dataset.key}/", {"action": "read", "purpose": "claims-handling"})
    assert grant.key in yes.content.decode() and "You may" in yes.content.decode()
    no = client.post(f"/data/may-i/{grant.dataset.key}/", {"action": "train", "purpose": "claims-handling"})
    assert "You may not" in no.content.decode() and "ACC-010" in no.content.decode()
    assert AccessRecord.objects.count() == 2
    assert client.get("/data/may-i/DST-9999/").status_code == 404


def test_it_is_json_that_is_answered(client, gateway, grant, employee):
    answer = ask(client, gateway, question("person", employee.pk, grant.dataset.key))
    assert json.loads(answer.content) and answer["Content-Type"] == "application/json"


@pytest.mark.parametrize(
    "body", [b'{"subject": ' + b"1" * 5000 + b"}", b"[]", b"{", b"\xff"], ids=["digits", "list", "half", "no-utf-8"]
)
def test_what_is_no_document_is_refused_in_words(client, delivery, body):
    headers = bearer(delivery)
    for path in ("/access/v1/evaluation", "/access/v1/evaluations"):
        answer = client.post(path, body, content_type="application/json", headers=headers)
        assert answer.status_code == 400 and answer["Content-Type"].startswith("application/problem+json")
