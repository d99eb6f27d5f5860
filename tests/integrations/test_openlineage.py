"""OpenLineage: events of real producers, taken over once each, whatever their order; bad ones leave nothing."""

from __future__ import annotations

import copy
import gzip
import json
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import Entry
from apps.catalog.models import Dataset, DatasetName, Field, FieldEdge, Job, LineageEdge, LineageEvent, QualityResult
from apps.integrations.operations import receive_event
from apps.integrations.rules_pure.openlineage import BadEvent, read
from apps.kernel.errors import Refused

pytestmark = pytest.mark.django_db
FILES = Path(__file__).resolve().parents[3] / "shared" / "data" / "lineage"
SCHEMA_URL = "https://openlineage.io/spec/2-0-2/OpenLineage.json#/$defs/RunEvent"
BEGIN = datetime(2026, 11, 1, tzinfo=UTC)


def dataset(name, namespace="postgres://w:5432", **facets):
    return {"namespace": namespace, "name": name, "facets": facets}


def schema(*fields):
    return {"fields": [{"name": name, "type": kind} for name, kind in fields]}


def run(job="load", kind="COMPLETE", at=BEGIN, inputs=(), outputs=(), **changes):
    event = {
        "eventType": kind, "eventTime": at.isoformat(), "producer": "https://tests.example", "schemaURL": SCHEMA_URL,
        "run": {"runId": str(uuid4())}, "job": {"namespace": "airflow", "name": job},
        "inputs": list(inputs), "outputs": list(outputs),
    }  # fmt: skip
    return event | changes


@pytest.fixture
def token(steward):
    from apps.accounts import operations as accounts

    scopes = ["integrations.intake.send"]
    return accounts.issue_token(actor=steward.as_actor(), name="lineage", scopes=scopes).text


@pytest.fixture
def send(client, token):
    def post(event, path="/api/v1/lineage", packed=False, raw=None):
        body = raw if raw is not None else json.dumps(event).encode()
        headers = {"Authorization": f"Bearer {token}"} | ({"Content-Encoding": "gzip"} if packed else {})
        return client.post(
            path, gzip.compress(body) if packed else body, content_type="application/json", headers=headers
        )

    return post


def counts():
    return {
        model.__name__: model.objects.count()
        for model in (Dataset, DatasetName, Field, FieldEdge, Job, LineageEdge, LineageEvent, QualityResult)
    }


def test_an_event_brings_datasets_fields_lines_and_a_load(send):
    event = run(
        inputs=[dataset("db.public.claim", schema=schema(("id", "bigint"), ("email", "text")))],
        outputs=[
            dataset(
                "db.mart.claim",
                schema=schema(("email", "text")),
                columnLineage={
                    "fields": {
                        "email": {
                            "inputFields": [
                                {"namespace": "postgres://w:5432", "name": "db.public.claim", "field": "email",
                                 "transformations": [{"type": "DIRECT", "subtype": "TRANSFORMATION", "masking": True}]}
                            ]
                        }
                    }
                },
            )
        ],
    )  # fmt: skip
    answer = send(event)
    assert (answer.status_code, answer.content) == (201, b"")
    edge = FieldEdge.objects.get()
    assert (edge.source.dataset.name, edge.target.dataset.name, edge.masking) == (
        "db.public.claim",
        "db.mart.claim",
        True,
    )
    assert LineageEdge.objects.count() == 2
    assert Dataset.objects.get(name="db.mart.claim").last_loaded_at == BEGIN
    assert Dataset.objects.get(name="db.public.claim").standing == "observed"
    assert LineageEvent.objects.get().body["job"]["name"] == "load"


@pytest.mark.parametrize("packed", [False, True])
def test_the_same_event_again_changes_nothing(send, packed):
    event = run(inputs=[dataset("a.b", schema=schema(("id", "int")))], outputs=[dataset("a.c")])
    assert send(event, packed=packed).status_code == 201
    before, entries = counts(), Entry.objects.filter(kind="change").count()
    assert send(event, packed=packed).status_code == 201
    assert counts() == before and Entry.objects.filter(kind="change").count() == entries


def test_an_older_schema_never_replaces_a_newer_one(send):
    newer = run(at=BEGIN + timedelta(hours=1), outputs=[dataset("a.b", schema=schema(("id", "bigint"), ("x", "text")))])
    older = run(at=BEGIN, outputs=[dataset("a.b", schema=schema(("id", "int")))])
    send(newer), send(older)
    assert {field.path: field.data_type for field in Field.objects.all()} == {"id": "bigint", "x": "text"}


def test_a_failed_run_proves_no_flow_but_its_schema_is_known(send):
    send(run(kind="FAIL", inputs=[dataset("a.b", schema=schema(("id", "int")))], outputs=[dataset("a.c")]))
    assert not LineageEdge.objects.exists() and Field.objects.count() == 1
    assert Job.objects.get().last_outcome == "FAIL"
    assert Dataset.objects.get(name="a.c").last_loaded_at is None


def test_assertions_become_checks_with_results(send):
    held = {
        "assertions": [
            {"assertion": "not_null", "column": "id", "success": True},
            {"assertion": "unique", "success": False},
        ]
    }
    send(run(inputs=[dataset("a.b", dataQualityAssertions=held)]))
    found = {check.name: check.outcome for check in Dataset.objects.get().quality_checks.all()}
    assert found == {"not_null (id)": "passed", "unique": "failed"}


def test_symlinks_are_other_names_of_the_same_dataset(send):
    links = {"identifiers": [{"namespace": "hive://meta", "name": "db.t", "type": "TABLE"}]}
    send(run(outputs=[dataset("/warehouse/t", "file", symlinks=links)]))
    send(run(job="other", inputs=[dataset("db.t", "hive://meta")]))
    assert Dataset.objects.count() == 1 and DatasetName.objects.get().name == "db.t"
    assert LineageEdge.objects.filter(source_id=Dataset.objects.get().pk).count() == 1


def test_a_dropped_dataset_is_gone_until_it_is_loaded_again(send):
    drop = {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}}
    send(run(at=BEGIN + timedelta(hours=1), outputs=[dataset("a.b", **drop)]))
    assert Dataset.objects.get().dropped_at is not None
    send(run(at=BEGIN, outputs=[dataset("a.b")]))
    assert Dataset.objects.get().dropped_at is not None
    send(run(at=BEGIN + timedelta(hours=2), outputs=[dataset("a.b")]))
    assert Dataset.objects.get().dropped_at is None


def test_words_of_a_person_are_not_replaced_by_a_tool(send, platform, claims, steward):
    from apps.catalog import operations as catalog

    made = catalog.register_dataset(
        actor=steward.as_actor(), platform=platform, name="a.b", department=claims, description="Ours"
    )
    send(run(outputs=[dataset("a.b", platform.namespace, documentation={"description": "Theirs"})]))
    made.refresh_from_db()
    assert made.description == "Ours" and Dataset.objects.count() == 1


def test_dataset_and_job_events_are_taken_too(send):
    base = {"eventTime": BEGIN.isoformat(), "producer": "https://tests.example", "schemaURL": SCHEMA_URL}
    assert send(base | {"dataset": dataset("a.b", schema=schema(("id", "int")))}).status_code == 201
    job = {"job": {"namespace": "airflow", "name": "j"}, "inputs": [dataset("a.b")], "outputs": [dataset("a.c")]}
    assert send(base | job).status_code == 201
    assert (LineageEdge.objects.count(), Field.objects.count()) == (2, 1)


def test_a_job_says_for_which_system_it_runs(send, system):
    tags = {"tags": {"tags": [{"key": "system", "value": system.key}]}}
    send(run(job="score") | {"job": {"namespace": "airflow", "name": "score", "facets": tags}})
    assert Job.objects.get().system == system


@pytest.mark.parametrize(
    "change, place",
    [
        ({"run": {}}, "/run/runId"),
        ({"run": {"runId": "4711"}}, "/run/runId"),
        ({"eventTime": "yesterday"}, "/eventTime"),
        ({"eventTime": None}, "/eventTime"),
        ({"eventType": "DONE"}, "/eventType"),
        ({"producer": ""}, "/producer"),
        ({"job": {"namespace": "a"}}, "/job/name"),
        ({"inputs": {}}, "/inputs"),
        ({"inputs": [{"namespace": "a"}]}, "/inputs/0/name"),
        ({"outputs": [dataset("a", schema=[])]}, "/outputs/0/facets/schema"),
        ({"outputs": [dataset("a", schema={"fields": [{"type": "int"}]})]}, "/outputs/0/facets/schema/fields/0/name"),
        (
            {"outputs": [dataset("a", columnLineage={"fields": {"x": {"inputFields": [{}]}}})]},
            "/outputs/0/facets/columnLineage",
        ),
    ],
)
def test_a_bad_event_is_refused_with_its_place_and_leaves_nothing(send, change, place):
    before, entries = counts(), Entry.objects.count()
    answer = send(run(inputs=[dataset("good")]) | change)
    assert answer.status_code == 422 and answer["Content-Type"].startswith("application/problem+json")
    assert any(name.startswith(place) for name in answer.json()["errors"])
    assert counts() == before and Entry.objects.count() == entries


def test_a_batch_takes_the_good_ones_and_names_the_others(send):
    answer = send([run(job="a"), {"eventTime": "x"}, run(job="b")], path="/api/v1/lineage/batch", packed=True)
    found = answer.json()
    assert (found["status"], found["summary"]["successful"], found["failed_events"][0]["index"]) == (
        "partial_success",
        2,
        1,
    )
    assert Job.objects.count() == 2


def test_bombs_and_rubbish_are_refused(send, client, token):
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    bomb = gzip.compress(b" " * (40 * 2**20))
    answer = client.post("/api/v1/lineage", bomb, content_type="application/json", headers=headers)
    assert answer.status_code == 413
    assert client.post("/api/v1/lineage", b"x", content_type="application/json", headers=headers).status_code == 400
    assert (
        client.post("/api/v1/lineage", bomb[:500], content_type="application/json", headers=headers).status_code == 400
    )
    assert send(None, raw=b"[" * 100_000).status_code in (400, 422)
    assert send(None, raw=b'"\\ud800"').status_code == 400
    assert client.post("/api/v1/lineage", b"{}", content_type="application/json").status_code == 401


def test_it_refuses_an_employee(employee):
    with pytest.raises(Refused):
        receive_event(actor=employee.as_actor(), event=run())


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["run", "runId", "job", "namespace", "name", "inputs", "outputs", "facets", "schema", "fields", "eventTime",
                         "producer", "schemaURL", "columnLineage", "inputFields", "field", "transformations", "tags", "symlinks",
                         "identifiers", "dataQualityAssertions", "assertions", "lifecycleStateChange", "previousIdentifier"]),
        inner, max_size=5),
    max_leaves=25,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANYTHING)
def test_no_document_breaks_the_reader(document):
    whole = run(outputs=[dataset("a")])
    for event in (document, whole | document if isinstance(document, dict) else document):
        try:
            read(event)
        except BadEvent as problem:
            assert problem.place.startswith("/") and problem.reason


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANYTHING)
def test_no_facet_breaks_the_reader(document):
    event = run(outputs=[{"namespace": "n", "name": "d", "facets": document}])
    try:
        read(event)
    except BadEvent as problem:
        assert problem.place.startswith("/outputs/0")


def state():
    edges = LineageEdge.objects.values_list("source_kind", "target_kind", "first_seen", "last_seen")
    present = Field.objects.filter(absent_since=None).values_list("dataset__name", "path", "data_type")
    facts = Dataset.objects.values_list("name", "description", "last_loaded_at", "dropped_at", "row_count")
    return (
        sorted(edges),
        sorted(present),
        sorted(facts, key=str),
        sorted(Job.objects.values_list("name", "last_outcome")),
    )


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10**6))
def test_the_order_of_events_does_not_matter(seed, steward):
    from django.db import transaction

    events = []
    for hour in range(4):
        at = BEGIN + timedelta(hours=hour)
        fields = [(f"c{number}", "int" if hour < 2 else "bigint") for number in range(hour + 1)]
        facets = {"schema": schema(*fields), "documentation": {"description": f"Version {hour}"}}
        facets |= {"lifecycleStateChange": {"lifecycleStateChange": "DROP"}} if hour == 1 else {}
        out = dataset("a.out", **facets) | {"outputFacets": {"outputStatistics": {"rowCount": hour}}}
        events.append(
            run(job=f"j{hour % 2}", at=at, inputs=[dataset("a.in", schema=schema(("k", "int")))], outputs=[out])
        )
    found = []
    for order in (events, random.Random(seed).sample(events, len(events))):
        with transaction.atomic():
            for event in copy.deepcopy(order):
                receive_event(actor=steward.as_actor(), event=event)
            found.append(state())
            transaction.set_rollback(True)
    assert found[0] == found[1]
