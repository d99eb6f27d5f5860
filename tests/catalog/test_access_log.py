"""The access log: it takes no change, systems report what they read, batches of it are sealed and verified."""

from __future__ import annotations

import gzip
import json
from datetime import UTC, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Entry
from apps.catalog import operations
from apps.catalog.models import AccessLogBatch, AccessRecord, DataGrant, Dataset
from apps.catalog.operations import accesslog
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.rules import rule_named

from .runtime import BEAT, ask, bearer, classified, decided, granted, question

pytestmark = pytest.mark.django_db


@pytest.fixture
def confidential(dataset):
    return classified(dataset, "confidential")


def read(dataset, kind, subject, **changes):
    return {
        "id": str(uuid4()),
        "at": clock.now().isoformat(),
        "subject": {"type": kind, "id": str(subject)},
        "dataset": dataset.key,
        "purpose": "claims-handling",
        **changes,
    }


def report(client, headers, *reads, packed=False):
    body = json.dumps({"reads": list(reads)}).encode()
    more = {"Content-Encoding": "gzip"} if packed else {}
    return client.post(
        "/api/v1/access-log/reads",
        gzip.compress(body) if packed else body,
        content_type="application/json",
        headers={**headers, **more},
    )


@pytest.fixture
def pipeline(delivery):
    return bearer(delivery)


STATEMENTS = (
    "UPDATE catalog_accessrecord SET outcome = 'denied'",
    "DELETE FROM catalog_accessrecord",
    "TRUNCATE catalog_accessrecord",
    "UPDATE catalog_accesslogbatch SET count = 1",
    "DELETE FROM catalog_accesslogbatch",
    "TRUNCATE catalog_accesslogbatch",
)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("role", ["application", "owner"])
@pytest.mark.parametrize("statement", STATEMENTS)
def test_neither_the_portal_nor_the_owner_changes_what_is_in_it(confidential, employee, statement, role):
    decided(employee.as_actor(), confidential)
    accesslog.seal_access_log(actor=BEAT)
    part = f"catalog_accessrecord_{clock.now():%Y_%m}"
    for one in (statement, statement.replace("catalog_accessrecord", part)):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            if role == "owner":
                cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute(one)
    assert AccessRecord.objects.count() == 1 and AccessLogBatch.objects.count() == 1


def test_each_month_has_a_part_and_nothing_falls_beside_them(confidential, employee):
    months = accesslog.make_months()
    assert len(months) == 3 and accesslog.make_months() == months
    decided(employee.as_actor(), confidential)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM catalog_accessrecord")
        assert cursor.fetchone()[0] == f"catalog_accessrecord_{clock.now():%Y_%m}"
        cursor.execute("SELECT catalog_access_month('1999-01-01'), catalog_access_month('2999-01-01')")
        assert cursor.fetchone() == (False, False)


def test_a_month_without_a_part_falls_into_the_net_and_is_found_there(confidential, employee, second_steward):
    ahead = clock.now() + timedelta(days=500)
    with clock.travel(ahead):
        decided(employee.as_actor(), confidential)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM catalog_accessrecord")
        assert cursor.fetchone()[0] == "catalog_accessrecord_other"
    assert AccessRecord.objects.within(f"{ahead:%Y-%m}").count() == 1
    with clock.travel(ahead):
        assert not accesslog.make_month(ahead.date())


def test_a_report_makes_the_month_of_its_moment_whatever_zone_it_is_told_in(client, pipeline, system, confidential):
    first = (clock.now().astimezone(UTC) - timedelta(days=60)).replace(day=1, hour=0, minute=30, tzinfo=None)
    read_then = read(confidential, "system", system.key, at=f"{first.isoformat()}+02:00")
    assert report(client, pipeline, read_then).json()["taken"] == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM catalog_accessrecord_other")
        assert cursor.fetchone()[0] == 0


def test_a_new_part_refuses_to_be_emptied(confidential):
    with connection.cursor() as cursor:
        month = (clock.now() - timedelta(days=200)).date()
        assert accesslog.make_month(month)
        with pytest.raises(DatabaseError), transaction.atomic():
            cursor.execute("SET LOCAL ROLE NONE")
            cursor.execute(f"TRUNCATE catalog_accessrecord_{month:%Y_%m}")


def test_a_reported_read_is_matched_to_the_grant_that_stood_then(
    client, pipeline, owner, steward, system, confidential
):
    grant = granted(owner, steward, confidential, subject=system)
    before = (grant.valid_from - timedelta(hours=1)).isoformat()
    reads = [
        read(confidential, "system", system.key),
        read(confidential, "system", system.key, at=before),
        read(confidential, "system", system.key, action="train"),
        read(confidential, "system", system.key, fields=["amount"]),
        read(confidential, "system", system.key, purpose=""),
        read(confidential, "system", system.key, purpose="marketing"),
        read(confidential, "system", "AIS-9999"),
    ]
    told = report(client, pipeline, *reads).json()
    assert told == {"taken": 7, "known": 0, "without_grant": [reads[place]["id"] for place in (1, 2, 5, 6)]}
    records = {str(record.report_id): record for record in AccessRecord.objects.all()}
    assert [records[one["id"]].outcome for one in reads] == [
        "allowed", "no_grant", "no_grant", "allowed", "allowed", "no_grant", "no_grant",
    ]  # fmt: skip
    assert records[reads[0]["id"]].grant_key == grant.key and records[reads[0]["id"]].kind == "read"
    DataGrant.objects.update(revoked_at=clock.now())
    late = read(confidential, "system", system.key, at=grant.valid_from.isoformat())
    after = read(confidential, "system", system.key, at=clock.now().isoformat())
    assert report(client, pipeline, late, after).json()["without_grant"] == [after["id"]]


def test_a_read_reported_late_is_judged_by_what_its_grant_was_then(
    client, pipeline, owner, steward, system, confidential
):
    granted(owner, steward, confidential, subject=system)
    start = clock.now()
    with clock.travel(start + timedelta(days=1)):
        operations.hold_back_grants(actor=steward.as_actor(), dataset=confidential, reason="Looked at.", every=True)
    with clock.travel(start + timedelta(days=2)):
        operations.resume_grant(actor=steward.as_actor(), grant=DataGrant.objects.get(), reason="It is needed.")
    with clock.travel(start + timedelta(days=3)):
        more = operations.request_extension(
            actor=owner.as_actor(), grant=DataGrant.objects.get(), days=20, reason="More to do."
        )
        operations.decide_request(
            actor=steward.as_actor(), request=more, outcome="approve", reason="Less will do.", fields=["amount"]
        )
    moments = [(start + timedelta(days=days)).isoformat() for days in (0.5, 1.5, 2.5, 3.5)]
    reads = [read(confidential, "system", system.key, at=at) for at in moments]
    with clock.travel(start + timedelta(days=4)):
        told = report(client, pipeline, *reads).json()
    assert told["without_grant"] == [reads[1]["id"], reads[3]["id"]]


def test_public_data_is_read_without_a_grant(client, pipeline, system, dataset):
    told = report(client, pipeline, read(classified(dataset, "public"), "system", system.key)).json()
    assert told["without_grant"] == [] and AccessRecord.objects.get().rule == "ACC-005"


def test_sent_again_it_changes_nothing(client, pipeline, system, confidential):
    one, two = (read(confidential, "system", system.key) for _number in range(2))
    assert report(client, pipeline, one, one).json()["taken"] == 1
    assert report(client, pipeline, one, two, packed=True).json() == {
        "taken": 1, "known": 1, "without_grant": [two["id"]],
    }  # fmt: skip
    moved = one | {"at": (clock.now() - timedelta(days=40)).isoformat()}
    assert report(client, pipeline, moved).json()["known"] == 1
    assert AccessRecord.objects.count() == 2


@pytest.mark.parametrize(
    "wrong",
    [
        {"id": "7"},
        {"at": "yesterday"},
        {"at": "2026-11-23T10:00:00"},
        {"at": "2020-01-01T00:00:00Z"},
        {"at": "2999-01-01T00:00:00Z"},
        {"subject": "AIS-0001"},
        {"dataset": None},
        {"action": "look"},
        {"fields": "all"},
    ],
)
def test_a_report_that_is_wrong_in_one_place_is_not_taken_at_all(client, pipeline, system, confidential, wrong):
    good = read(confidential, "system", system.key)
    answer = report(client, pipeline, good, read(confidential, "system", system.key) | wrong)
    assert answer.status_code == 422 and "reads.1" in answer.json()["errors"]
    assert not AccessRecord.objects.exists()


def test_a_report_has_bounds(client, pipeline, employee, system, confidential):
    many = [read(confidential, "system", system.key) for _number in range(1_001)]
    assert report(client, pipeline, *many).status_code == 422
    assert report(client, pipeline, *many[:1_000], packed=True).json()["taken"] == 1_000
    assert report(client, pipeline).status_code == 422
    bomb = gzip.compress(b" " * 20_000_000)
    headers = {**pipeline, "Content-Encoding": "gzip"}
    post = {"content_type": "application/json", "headers": headers}
    assert client.post("/api/v1/access-log/reads", bomb, **post).status_code == 413
    assert client.post("/api/v1/access-log/reads", b"no gzip", **post).status_code == 400
    assert report(client, {}, many[0]).status_code == 401


def test_a_dataset_read_without_a_grant_is_a_finding_for_its_steward(client, pipeline, steward, system, confidential):
    report(client, pipeline, read(confidential, "system", system.key))
    assert [str(one.pk) for one in rule_named("LOG-001").failing()] == [str(confidential.pk)]
    (found,) = rule_named("LOG-001").failing()
    assert found.finding_owner == steward.pk and system.key in found.explanation
    (undeclared,) = rule_named("LOG-002").failing()
    assert undeclared.pk == system.pk and confidential.key in undeclared.explanation
    with clock.travel(clock.now() + timedelta(days=31)):
        assert not rule_named("LOG-001").failing().exists()


def test_a_steward_finds_who_asked_and_an_outsider_sees_nothing(
    client, as_person, employee, outsider, steward, confidential
):
    decided(employee.as_actor(), confidential)
    assert AccessRecord.objects.visible_to(steward).count() == 1
    assert AccessRecord.objects.visible_to(employee).count() == 1, "one's own"
    assert not AccessRecord.objects.visible_to(outsider).exists()
    page = as_person(client, steward).get("/data/access-log/")
    text = page.content.decode()
    assert page.status_code == 200 and employee.name in text and confidential.key in text
    assert employee.name in client.get("/data/access-log/?q=emil&outcome=denied").content.decode()
    assert employee.name not in client.get("/data/access-log/?outcome=allowed").content.decode()
    month = f"{clock.now():%Y-%m}"
    assert employee.name in client.get(f"/data/access-log/?month={month}&kind=decision").content.decode()
    assert employee.name not in client.get("/data/access-log/?kind=read").content.decode()
    export = b"".join(client.get("/data/access-log/?export=csv").streaming_content).decode()
    assert employee.name in export
    assert Entry.objects.filter(event="web.list.exported", details__list="access-log").exists()
    as_person(client, employee)
    assert client.get("/data/access-log/").status_code == 403


def test_the_list_costs_the_same_for_ten_and_for_twenty_records(
    client, as_person, employee, steward, confidential, django_assert_max_num_queries
):
    as_person(client, steward).get("/data/access-log/")
    counts = []
    for _time in range(2):
        decided(employee.as_actor(), confidential, times=10)
        with django_assert_max_num_queries(40) as asked:
            client.get("/data/access-log/")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_the_record_names_people_by_id_alone(confidential, employee):
    decided(employee.as_actor(), confidential)
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_json(r)::text FROM catalog_accessrecord r")
        (text,) = cursor.fetchone()
    assert employee.email not in text and employee.name not in text and str(employee.pk) in text


def test_the_time_of_a_record_is_that_of_the_decision(confidential, employee):
    moment = clock.now().replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    with clock.travel(moment.astimezone(UTC)):
        decided(employee.as_actor(), confidential)
    assert AccessRecord.objects.get().at == moment


def test_a_read_beside_the_bounds_of_its_grant_is_one_without_a_grant(
    client, pipeline, owner, steward, system, dataset
):
    kept = classified(dataset, "confidential")
    Dataset.objects.filter(pk=kept.pk).update(region="EU")
    granted(owner, steward, kept, subject=system, fields=["amount"])
    reads = [
        read(kept, "system", system.key, fields=["amount"]),
        read(kept, "system", system.key),
        read(kept, "system", system.key, fields=["amount"], region="US"),
    ]
    told = report(client, pipeline, *reads).json()
    assert told["without_grant"] == [one["id"] for one in reads[1:]]


def test_a_read_is_judged_as_the_same_question_would_have_been_answered(
    client, pipeline, owner, steward, system, confidential, claims
):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort", purpose="Sort claims", department=claims, owner=owner
    )
    case = inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)
    granted(owner, steward, confidential, subject=system, region="DE", use_case=case)
    contexts = [
        {"region": "DE", "use_case": case.key.lower()},
        {"use_case": str(case.pk)},
        {"region": "FR"},
        {"use_case": "AUC-9999"},
    ]
    reads = [read(confidential, "system", system.key, **context) for context in contexts]
    answers = [ask(client, pipeline, question("system", system.key, confidential.key, **one)) for one in contexts]
    assert [answer.json()["decision"] for answer in answers] == [True, True, False, False]
    assert report(client, pipeline, *reads).json()["without_grant"] == [one["id"] for one in reads[2:]]


def test_a_suspended_system_reads_without_a_grant(client, pipeline, owner, steward, system, confidential):
    grant = granted(owner, steward, confidential, subject=system)
    with clock.travel(grant.valid_from + timedelta(hours=1)):
        AISystem.objects.update(suspended_at=clock.now())
    moments = [(grant.valid_from + timedelta(hours=hours)).isoformat() for hours in (0.5, 2)]
    reads = [read(confidential, "system", system.key, at=at) for at in moments]
    with clock.travel(grant.valid_from + timedelta(hours=3)):
        assert report(client, pipeline, *reads).json()["without_grant"] == [reads[1]["id"]]
