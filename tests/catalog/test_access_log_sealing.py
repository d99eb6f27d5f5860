"""Sealing the access log: in order, once, verified, proved; and what a superuser does to it is found."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from hashlib import sha256
from io import StringIO
from urllib.parse import urlsplit

import psycopg
import pytest
from django.core.management import call_command
from django.db import connection, connections

from apps.audit.models import Entry
from apps.catalog.models import AccessRecord
from apps.catalog.operations import accesslog
from apps.catalog.queries.accesslog import verify_access_log
from apps.kernel import clock
from apps.kernel.errors import Refused

from .runtime import BEAT, classified, decided

pytestmark = pytest.mark.django_db


@pytest.fixture
def confidential(dataset):
    return classified(dataset, "confidential")


@contextmanager
def as_superuser():
    """Connect past every trigger, as somebody with the server in their hands would."""
    base = os.environ["DATABASE_SUPERUSER_URL"]
    name = connection.settings_dict["NAME"]
    url = base.replace(urlsplit(base).path, f"/{name}", 1)
    with psycopg.connect(url, autocommit=True) as found:
        found.execute("SET session_replication_role = replica")
        parts = [row[0] for row in found.execute(
            "SELECT oid::regclass::text FROM pg_class WHERE relname LIKE 'catalog_access%' AND relkind IN ('r', 'p')"
        )]  # fmt: skip
        for part in parts:
            found.execute(f"ALTER TABLE {part} DISABLE TRIGGER USER")
        yield found
        found.execute("SET session_replication_role = origin")
        for part in parts:
            for row in found.execute(
                "SELECT tgname FROM pg_trigger WHERE tgrelid = %s::regclass AND NOT tgisinternal", [part]
            ).fetchall():
                found.execute(f"ALTER TABLE {part} ENABLE ALWAYS TRIGGER {row[0]}")


@pytest.fixture
def sealed(transactional_db, confidential, employee):
    """Three batches of ten, ten and five records."""
    decided(employee.as_actor(), confidential, times=25)
    batches = accesslog.seal_access_log(actor=BEAT, batch=10)
    assert [batch.count for batch in batches] == [10, 10, 5]
    return batches


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_is_sealed_in_order_with_one_entry_a_batch(sealed, employee, confidential):
    entries = Entry.objects.filter(event="catalog.access.sealed")
    assert entries.count() == 3
    told = json.loads(entries.order_by("id")[0].details["result"])
    assert (told["digest"], told["count"]) == (sealed[0].digest, "10")
    report = verify_access_log()
    assert report.clean and (report.batches, report.records, report.unsealed) == (3, 25, 0)
    decided(employee.as_actor(), confidential)
    assert verify_access_log().unsealed == 1
    assert len(accesslog.seal_access_log(actor=BEAT)) == 1 and not accesslog.seal_access_log(actor=BEAT)


@pytest.mark.django_db(transaction=True)
def test_what_another_transaction_has_not_finished_waits_and_nothing_is_left_out(confidential, employee):
    other = connections["default"].copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_current_xact_id()")
        decided(employee.as_actor(), confidential, times=3)
        assert not accesslog.seal_access_log(actor=BEAT)
        other.rollback()
    finally:
        other.close()
    (batch,) = accesslog.seal_access_log(actor=BEAT)
    assert batch.count == 3


@pytest.mark.django_db(transaction=True)
def test_two_sealers_at_a_time_do_not_seal_twice(confidential, employee):
    decided(employee.as_actor(), confidential)
    other = connections["default"].copy()
    try:
        other.set_autocommit(False)
        with other.cursor() as cursor:
            cursor.execute(f"SELECT pg_advisory_xact_lock({accesslog.LOCK})")
        assert not accesslog.seal_access_log(actor=BEAT)
        other.rollback()
    finally:
        other.close()
    assert len(accesslog.seal_access_log(actor=BEAT)) == 1


@pytest.mark.django_db(transaction=True)
def test_nobody_seals_by_hand(sealed, admin):
    decided(admin.as_actor(), sealed and AccessRecord.objects.select_related("dataset").first().dataset)
    with pytest.raises(Refused):
        accesslog.seal_access_log(actor=admin.as_actor())


_FIRST = "(SELECT id FROM catalog_accessrecord ORDER BY xid, seq LIMIT 1 OFFSET 3)"
_COPY = (
    "INSERT INTO catalog_accessrecord (id, seq, at, kind, caller_kind, caller_id, subject_kind, subject_id, subject_label,"
    " dataset_id, dataset_label, fields, action, purpose, use_case, region, outcome, rule, grant_key, request_id, cluster, xid,"
    " recorded_at) SELECT gen_random_uuid(), seq + 1000, at, kind, caller_kind, caller_id, subject_kind, subject_id,"
    " subject_label, dataset_id, dataset_label, fields, action, purpose, use_case, region, 'allowed', rule, grant_key,"
    f" request_id, cluster, xid, recorded_at FROM catalog_accessrecord WHERE id = {_FIRST}"
)
TAMPERING = {
    "another outcome": (f"UPDATE catalog_accessrecord SET outcome = 'allowed' WHERE id = {_FIRST}", "were changed"),
    "another purpose": (f"UPDATE catalog_accessrecord SET purpose = 'x' WHERE id = {_FIRST}", "were changed"),
    "another time": (f"UPDATE catalog_accessrecord SET at = at + interval '1 microsecond' WHERE id = {_FIRST}", "were changed"),
    "another subject": (f"UPDATE catalog_accessrecord SET subject_id = gen_random_uuid() WHERE id = {_FIRST}", "were changed"),
    "removed": (f"DELETE FROM catalog_accessrecord WHERE id = {_FIRST}", "1 records were removed"),
    "put in": (_COPY, "1 records were put in"),
    "moved to the end": (f"UPDATE catalog_accessrecord SET xid = xid + 100000 WHERE id = {_FIRST}", "were removed"),
    "all of it": ("DELETE FROM catalog_accessrecord", "10 records were removed"),
    "a batch gone": ("DELETE FROM catalog_accesslogbatch WHERE number = 2", "Batch 2 is missing"),
    "the last batch gone": ("DELETE FROM catalog_accesslogbatch WHERE number = 3", "sealed batch 3, which is gone"),
    "a digest to fit": (
        "UPDATE catalog_accesslogbatch SET digest = repeat('0', 64) WHERE number = 1",
        "the ledger sealed another digest",
    ),
}  # fmt: skip


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("how", TAMPERING, ids=list(TAMPERING))
def test_a_superuser_past_every_trigger_is_found(sealed, how):
    statement, problem = TAMPERING[how]
    with as_superuser() as server:
        server.execute(statement)
    report = verify_access_log()
    assert any(problem in found for found in report.problems), report.problems
    told = StringIO()
    with pytest.raises(SystemExit):
        call_command("access_log", "verify", stdout=told)
    assert "does NOT verify" in told.getvalue()


@pytest.mark.django_db(transaction=True)
def test_the_command_line_verifies_seals_and_makes_months(sealed):
    told = StringIO()
    for verb in ("verify", "seal", "months"):
        call_command("access_log", verb, stdout=told)
    assert "25 records in 3 batches" in told.getvalue() and f"{clock.now():%Y-%m}" in told.getvalue()


@pytest.mark.django_db(transaction=True)
def test_a_record_is_proved_without_the_portal(client, as_person, steward, sealed):
    """Hash by hand, as an auditor would: RFC 9162 over the line of the record and the path."""
    record = AccessRecord.objects.order_by("xid", "seq")[13]
    answer = as_person(client, steward).get(f"/data/access-log/{record.pk}/proof/")
    proof = json.loads(answer.content)
    assert json.loads(proof["record"])["id"] == str(record.pk) and proof["batch"]["batch"] == "2"
    found = sha256(b"\x00" + b"gatehouse-access-v1\n" + proof["record"].encode()).digest()
    place, last = proof["place"], int(proof["batch"]["count"]) - 1
    for sibling in map(bytes.fromhex, proof["path"]):
        if place % 2 or place == last:
            found = sha256(b"\x01" + sibling + found).digest()
            while place % 2 == 0 and place:
                place, last = place // 2, last // 2
        else:
            found = sha256(b"\x01" + found + sibling).digest()
        place, last = place // 2, last // 2
    assert last == 0 and found.hex() == proof["batch"]["digest"]
    entry = Entry.objects.get(pk=proof["ledger_entry"])
    assert json.loads(entry.details["result"])["digest"] == proof["batch"]["digest"]


@pytest.mark.django_db(transaction=True)
def test_there_is_no_proof_before_the_seal(client, as_person, steward, employee, confidential):
    decided(employee.as_actor(), confidential)
    record = AccessRecord.objects.get()
    assert as_person(client, steward).get(f"/data/access-log/{record.pk}/proof/").status_code == 404
