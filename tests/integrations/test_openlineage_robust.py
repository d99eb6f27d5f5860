"""OpenLineage at the door: whatever JSON arrives is answered, never with a failure of ours; order and repeats change nothing."""

from __future__ import annotations

import gzip
import itertools
import json
import random
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.models import Dataset, Field, FieldEdge, Job, LineageEdge, LineageEvent
from apps.integrations.operations import receive_event
from apps.integrations.operations.openlineage import digest_of
from apps.integrations.rules_pure.openlineage import BadEvent, read
from apps.kernel import clock
from portal.demo.lineage import events as demo_events
from tests.integrations.test_openlineage import ANYTHING, BEGIN, dataset, run, schema, send, state, token

pytestmark = pytest.mark.django_db
__all__ = ["send", "token"]
RELAXED = {"deadline": None, "suppress_health_check": [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]}
NUMBERS = st.integers(-(10**40), 10**40) | st.floats(allow_nan=False, allow_infinity=False)
JSON = st.recursive(
    st.none() | st.booleans() | NUMBERS | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=25, **RELAXED)
@given(document=JSON | ANYTHING, whole=st.booleans())
def test_no_json_is_answered_with_a_failure_of_ours(send, document, whole):
    if whole:
        document = run(outputs=[dataset("a")]) | (document if isinstance(document, dict) else {"extra": document})
    answer = send(document)
    assert answer.status_code in (201, 400, 422), answer.content
    if answer.status_code != 201:
        assert answer["Content-Type"].startswith("application/problem+json")


@settings(max_examples=20, **RELAXED)
@given(facets=ANYTHING, name=st.sampled_from(["facets", "inputFacets", "outputFacets"]))
def test_no_facet_is_answered_with_a_failure_of_ours(send, facets, name):
    answer = send(run(outputs=[{"namespace": "n", "name": "d", name: facets}]))
    assert answer.status_code in (201, 400, 422), answer.content


@pytest.mark.parametrize(
    "body",
    [b'{"a": NaN}', b'{"a": 1e400}', b'{"a": -Infinity}', b'"\\u0000"', b"[" * 900 + b"]" * 900, b"\xff\xfe", b"", b'{"a": ' + b"9" * 5000 + b"}"],
    ids=["nan", "beyond-doubles", "infinity", "nul", "deep", "no-utf-8", "empty", "digits"],
)  # fmt: skip
def test_what_cannot_be_kept_is_refused_in_words(send, body):
    for path in ("/api/v1/lineage", "/api/v1/lineage/batch"):
        answer = send(None, path=path, raw=body)
        assert answer.status_code == 400 and answer["Content-Type"].startswith("application/problem+json")


def test_a_body_beyond_the_limit_is_refused(send, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    answer = send(run() | {"more": "x" * 2000})
    assert answer.status_code in (400, 413) and not LineageEvent.objects.exists()


@settings(max_examples=5, **RELAXED)
@given(megabytes=st.integers(17, 60), members=st.integers(1, 3), letter=st.sampled_from([b" ", b"a", b"[", b"\x00"]))
def test_every_gzip_bomb_is_refused(send, client, token, megabytes, members, letter):
    part = gzip.compress(letter * (megabytes * 2**20 // members + 1))
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    answer = client.post("/api/v1/lineage", part * members, content_type="application/json", headers=headers)
    assert answer.status_code == 413


def test_a_gzip_body_of_several_members_is_one_document(send, client, token):
    text = json.dumps(run()).encode()
    packed = gzip.compress(text[:40]) + gzip.compress(text[40:])
    headers = {"Authorization": f"Bearer {token}", "Content-Encoding": "gzip"}
    answer = client.post("/api/v1/lineage", packed, content_type="application/json", headers=headers)
    assert answer.status_code == 201


def test_the_same_event_written_otherwise_is_the_same(send):
    event = run(outputs=[dataset("a.b")]) | {"cost": 1.0, "rows": 10**20}
    other = dict(reversed(list(event.items()))) | {"cost": 1}
    assert digest_of(event) == digest_of(other)
    send(event), send(other)
    assert LineageEvent.objects.count() == 1


def said(hour, job, kind):
    """One of many events about the same two datasets, each with a moment of its own."""
    at = BEGIN + timedelta(hours=hour, minutes=len(job))
    fields = [(f"c{number}", "int" if hour % 3 else "bigint") for number in range(1 + hour % 4)]
    flow = {"namespace": "postgres://w:5432", "name": "a.in", "field": "k",
            "transformations": [{"type": "DIRECT", "subtype": "IDENTITY", "masking": hour % 2 == 0, "description": f"at {hour}"}]}  # fmt: skip
    facets = {"schema": schema(*fields), "columnLineage": {"fields": {"c0": {"inputFields": [flow]}}}}
    if hour % 2:
        facets["documentation"] = {"description": f"Version {hour}"}
    if hour % 5 == 0:
        facets["lifecycleStateChange"] = {"lifecycleStateChange": "DROP"}
    facets["tags"] = {"tags": [{"key": f"t{hour % 3}", "value": "true"}]}
    out = dataset("a.out", **facets)
    if hour % 3 == 1:
        out["outputFacets"] = {"outputStatistics": {"rowCount": hour}}
    counted = dataset("a.in", schema=schema(("k", "int"))) | {"inputFacets": {"dataQualityMetrics": {"rowCount": hour}}}
    event = run(job=job, kind=kind, at=at, inputs=[counted], outputs=[out])
    if hour % 2 == 0:
        event["job"]["facets"] = {"documentation": {"description": f"Job {hour}"}}
    return event


def whole_state():
    jobs = Job.objects.values_list("name", "description", "last_outcome", "last_run_at", "seen_as_of")
    ways = FieldEdge.objects.values_list("masking", "description", "job__name", "first_seen", "last_seen")
    datasets = Dataset.objects.values_list("name", "tags", "counted_as_of", "schema_as_of")
    return (
        *state(),
        sorted(jobs, key=str),
        sorted(ways, key=str),
        sorted((name, sorted(tags), *rest) for name, tags, *rest in datasets),
    )


@settings(max_examples=15, **RELAXED)
@given(
    plan=st.lists(
        st.tuples(st.integers(0, 12), st.sampled_from(["j", "jj"]), st.sampled_from(["START", "COMPLETE", "FAIL", "RUNNING"])),
        min_size=2, max_size=6, unique_by=lambda one: one[:2],
    ),
    seed=st.integers(0, 10**6),
)  # fmt: skip
def test_whatever_the_order_the_same_is_known(steward, plan, seed):
    sent = [said(*one) for one in plan]
    found = []
    for order in (sorted(sent, key=lambda event: event["eventTime"]), random.Random(seed).sample(sent, len(sent))):
        with transaction.atomic():
            for event in order:
                receive_event(actor=steward.as_actor(), event=event)
            found.append(whole_state())
            transaction.set_rollback(True)
    for first, second in zip(*found, strict=True):
        assert first == second


def test_an_older_schema_fills_what_the_newer_left_open(send):
    plain = {"fields": [{"name": "id", "type": "int"}]}
    described = {"fields": [{"name": "id", "type": "bigint", "description": "Number of the claim"}]}
    tags = {"tags": [{"key": "pii", "value": "true", "field": "id"}]}
    send(run(at=BEGIN + timedelta(hours=1), outputs=[dataset("a.b", schema=plain)]))
    send(run(at=BEGIN, outputs=[dataset("a.b", schema=described, tags=tags)]))
    field = Field.objects.get()
    assert (field.data_type, field.description, field.tags) == ("int", "Number of the claim", ["pii"])


def test_rows_that_a_reader_counted_are_known(send):
    counted = dataset("a.b") | {"inputFacets": {"dataQualityMetrics": {"rowCount": 704}}}
    send(run(inputs=[counted]))
    assert Dataset.objects.get().row_count == 704 and Dataset.objects.get().last_loaded_at is None


def test_a_repeated_event_costs_few_statements_and_so_does_the_next_run(send, steward):
    facets = {"schema": schema(*[(f"c{number}", "int") for number in range(30)])}
    made = ({"inputs": [dataset("a.b", **facets)], "outputs": [dataset("a.c", **facets)]} for _ in itertools.count())
    receive_event(actor=steward.as_actor(), event=run(**next(made)))
    again = run(at=BEGIN + timedelta(hours=1), **next(made))
    with CaptureQueriesContext(connection) as first:
        receive_event(actor=steward.as_actor(), event=again)
    with CaptureQueriesContext(connection) as second:
        receive_event(actor=steward.as_actor(), event=again)
    assert len(first) <= 50 and len(second) <= 12, (len(first), len(second))


def test_the_events_of_the_demo_are_taken(steward, system):
    sent = list(demo_events(clock.now(), {"Claims fraud referral": system.key}))
    taken = [receive_event(actor=steward.as_actor(), event=event) for event in sent]
    assert all(taken) and 14 <= len(taken) <= 20
    assert Job.objects.get(name="score_fraud_referral").system == system
    assert FieldEdge.objects.filter(masking=True).count() == 2
    assert not LineageEdge.objects.filter(source_id=Job.objects.get(name="forecast_lapses").pk).exists()


def test_a_system_that_a_person_named_stays(send, steward, system, owner):
    from apps.catalog import operations as catalog

    def scored(hour, key):
        tags = {"tags": {"tags": [{"key": "system", "value": key}]}}
        job = {"namespace": "airflow", "name": "score", "facets": tags}
        send(run(at=BEGIN + timedelta(hours=hour)) | {"job": job})
        return Job.objects.get(name="score")

    assert scored(1, "AIS-9999").system is None
    job = scored(2, system.key)
    assert job.system == system
    other = make_other(owner)
    assert scored(1.5, other.key).system == system
    assert scored(3, other.key).system == other
    job.refresh_from_db()
    catalog.name_system_of_job(actor=steward.as_actor(), job=job, system=system)
    assert scored(4, other.key).system == system


def make_other(owner):
    from apps.inventory import operations as inventory
    from apps.inventory.models import AISystem

    first = AISystem.objects.get()

    return inventory.register_system(
        actor=owner.as_actor(), name="Another", summary="Another system.", owner=owner, department=first.department,
        legal_entity=first.legal_entity, sponsor=first.sponsor, proposer=owner,
    )  # fmt: skip


def test_a_pointer_names_the_place_of_odd_names():
    event = run(outputs=[dataset("a", columnLineage={"fields": {"a/b~c": []}})])
    with pytest.raises(BadEvent) as problem:
        read(event)
    assert problem.value.place == "/outputs/0/facets/columnLineage/fields/a~1b~0c"


def test_the_page_of_an_event_tells_what_it_told(send, client, as_person, steward):
    facets = {
        "errorMessage": {"message": "Out of memory"},
        "processing_engine": {"name": "spark", "version": "4.0.1"},
        "parent": {"job": {"namespace": "airflow", "name": "nightly"}, "run": {"runId": "x"}},
    }
    send(run(kind="FAIL") | {"run": {"runId": "0199a000-0000-7000-8000-000000000000", "facets": facets}})
    signed_in = as_person(client, steward)
    text = signed_in.get(f"/data/intake/events/{LineageEvent.objects.get().pk}/").content.decode()
    assert "Out of memory" in text and "spark 4.0.1" in text and "airflow nightly" in text
    assert "1 failed" in signed_in.get("/data/intake/").content.decode()


def test_a_person_names_the_system_of_a_job(send, client, as_person, steward, employee, system):
    send(run(job="score"))
    job = Job.objects.get()
    address = f"/data/jobs/{job.pk}/system/"
    assert as_person(client, employee).get(address).status_code == 403
    signed_in = as_person(client, steward)
    assert address in signed_in.get(f"/data/jobs/{job.pk}/").content.decode()
    form = signed_in.get(address)
    assert form.status_code == 200
    answer = signed_in.post(address, {"system": system.key, "submission": form.context["form"]["submission"].value()})
    assert answer.status_code in (302, 303), answer.content
    job.refresh_from_db()
    assert job.system == system


def test_an_event_that_lies_ahead_is_refused_and_a_clock_that_is_fast_is_not(send):
    ahead = run(outputs=[dataset("a")]) | {"eventTime": "9999-01-01T00:00:00Z"}
    refused = send(ahead)
    assert refused.status_code == 422 and "/eventTime" in refused.content.decode()
    assert not LineageEvent.objects.exists() and not Dataset.objects.exists()
    soon = (clock.now() + timedelta(hours=2)).isoformat()
    assert send(ahead | {"eventTime": soon}).status_code == 201
