"""Retention for programs: a deletion job attests what it did, and hears why it may not."""

from __future__ import annotations

import base64
import json
from datetime import timedelta

import pytest

from apps.accounts import operations as accounts
from apps.catalog import operations
from apps.catalog.models import Dataset, Deletion
from apps.kernel import clock
from apps.kernel.permissions import Permission
from tests.catalog.test_retention import copies as copies
from tests.catalog.test_retention import own_storage as own_storage

pytestmark = pytest.mark.django_db
SCOPES = {
    "steward": [
        Permission.CATALOG_DATASET_BROWSE,
        Permission.CATALOG_RETENTION_VIEW,
        Permission.CATALOG_RETENTION_EDIT,
        Permission.CATALOG_RETENTION_ATTEST,
    ],
    "steward for another job": [Permission.CATALOG_DATASET_BROWSE],
    "legal": [Permission.CATALOG_RETENTION_VIEW, Permission.CATALOG_HOLD_PLACE, Permission.CATALOG_DATASET_BROWSE],
    "employee": [Permission.CATALOG_DATASET_BROWSE],
}


@pytest.fixture
def call(client, steward, legal, employee):
    people = {"steward": steward, "steward for another job": steward, "legal": legal, "employee": employee}
    tokens = {
        name: accounts.issue_token(actor=one.as_actor(), name="Job", scopes=SCOPES[name], days=1).text
        for name, one in people.items()
    }

    def send(name, method, path, body=None, **headers):
        answer = getattr(client, method)(
            f"/api/v1{path}",
            json.dumps(body) if body is not None else None,
            content_type="application/json",
            headers={"Authorization": f"Bearer {tokens[name]}", **headers},
        )
        return answer.status_code, answer.json()

    return send


def deletion(**changes):
    return {
        "up_to": (clock.today() - timedelta(days=366)).isoformat(),
        "rows_before": 1000,
        "rows_deleted": 900,
        "rows_after": 100,
        "job": "airflow purge 4711",
        "proof": {"filename": "purge.txt", "content": base64.b64encode(b"deleted 900 of 1000 rows").decode()},
    } | changes


def test_a_job_reads_what_is_due_and_attests_it(call, dataset, copies):
    path = f"/datasets/{dataset.key}"
    status, set_to = call("steward", "put", f"{path}/retention", {"days": 365, "basis": "Claims need a year."})
    assert (status, set_to["source"], set_to["holds"]) == (200, "steward", [])
    dataset.retention_policies.update(due_on=clock.today() - timedelta(days=1))
    _status, due = call("steward", "get", "/retention?overdue_only=true")
    assert [one["dataset"] for one in due["items"]] == [dataset.key]
    status, made = call("steward", "post", f"{path}/deletions", deletion(copies=[copies["copy"].key]))
    assert status == 201 and made["evidence"].startswith("EVD-") and made["copies"] == [copies["copy"].key]
    assert call("steward", "get", "/retention?overdue_only=true")[1]["items"] == []
    assert [one["key"] for one in call("steward", "get", f"{path}/deletions")[1]["items"]] == [made["key"]]


def test_the_same_report_sent_twice_is_one_deletion(call, dataset):
    path = f"/datasets/{dataset.key}/deletions"
    for _time in range(2):
        status, _made = call("steward", "post", path, deletion(), **{"Idempotency-Key": "purge-4711"})
        assert status == 201
    assert Deletion.objects.count() == 1


def test_a_hold_beats_the_job_and_says_which(call, dataset):
    _status, hold = call(
        "legal", "post", "/holds", {"matter": "M v. A", "reason": "Litigation", "datasets": [dataset.key]}
    )
    assert hold["datasets"] == [dataset.key]
    status, problem = call("steward", "post", f"/datasets/{dataset.key}/deletions", deletion())
    assert status == 409 and hold["key"] in problem["detail"] and not Deletion.objects.exists()
    assert call("steward", "post", f"/holds/{hold['key']}/release", {"reason": "Done"})[0] == 403
    assert call("legal", "post", f"/holds/{hold['key']}/release", {"reason": "Settled"})[1]["released_at"]
    assert call("steward", "post", f"/datasets/{dataset.key}/deletions", deletion())[0] == 201


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"rows_after": 99}, "rows_after"),
        ({"proof": None}, "proof"),
        ({"proof": {"filename": "a.txt", "content": "no base 64!"}}, "content"),
        ({"copies": ["DST-9999"]}, "copies"),
        ({"evidence": "EVD-9999"}, "evidence"),
        ({"rows_before": -1}, "rows_before"),
        ({"up_to": "soon"}, "up_to"),
    ],
    ids=["does-not-add-up", "no-proof", "broken-proof", "unknown-copy", "unknown-evidence", "negative", "no-day"],
)
def test_what_is_wrong_is_answered_with_its_place(call, dataset, changes, place):
    status, problem = call("steward", "post", f"/datasets/{dataset.key}/deletions", deletion(**changes))
    assert status == 422 and place in json.dumps(problem) and not Deletion.objects.exists()


def test_a_token_does_of_its_owners_work_only_what_it_was_given_for(call, dataset):
    path = f"/datasets/{dataset.key}"
    other = "steward for another job"
    assert call(other, "put", f"{path}/retention", {"days": 5, "basis": "x"})[0] == 403
    assert call(other, "post", f"{path}/deletions", deletion())[0] == 403
    assert not Deletion.objects.exists() and not dataset.retention_policies.exists()


def test_an_employee_sets_nothing_and_sees_no_holds(call, dataset):
    Dataset.objects.filter(pk=dataset.pk).update(level="internal")
    path = f"/datasets/{dataset.key}"
    assert call("employee", "put", f"{path}/retention", {"days": 5, "basis": "x"})[0] == 403
    assert call("employee", "post", f"{path}/deletions", deletion())[0] == 403
    assert call("employee", "get", "/holds")[0] == 403


def test_who_looks_after_retention_elsewhere_reads_nothing_of_it_here(
    client, as_person, make_person, underwriting, dataset, steward
):
    """A role that reaches another part of the house does not make what is kept here, and what is held, its business."""
    Dataset.objects.filter(pk=dataset.pk).update(level="internal")
    operations.set_policy(
        actor=steward.as_actor(), dataset=dataset, days=365, source="steward", basis="Claims need a year."
    )
    elsewhere = make_person("Ute Elsewhere", "data-steward", department=underwriting, reach=underwriting)
    token = accounts.issue_token(actor=elsewhere.as_actor(), name="Job", scopes=SCOPES["steward"], days=1).text
    headers = {"Authorization": f"Bearer {token}"}
    assert client.get(f"/api/v1/datasets/{dataset.key}", headers=headers).status_code == 200
    assert client.get("/api/v1/retention", headers=headers).json()["items"] == []
    for name in ("retention", "deletions"):
        assert client.get(f"/api/v1/datasets/{dataset.key}/{name}", headers=headers).status_code == 404
    for person, told in ((elsewhere, False), (steward, True)):
        page = as_person(client, person).get("/data/retention/")
        assert (dataset.key in page.content.decode()) is told


def test_lists_cost_the_same_for_one_and_for_three_rows(call, dataset, copies, legal, django_assert_max_num_queries):
    counts = []
    for _time in range(3):
        call("steward", "post", f"/datasets/{dataset.key}/deletions", deletion(copies=[copies["copy"].key]))
        for path in (f"/datasets/{dataset.key}/deletions", "/holds"):
            with django_assert_max_num_queries(40) as asked:
                call("legal", "get", path)
            counts.append(len(asked))
        hold = operations.place_hold(
            actor=legal.as_actor(), matter="M", reason="Litigation", datasets=[copies["report"]]
        )
        assert hold.pk
    assert counts[2:4] == counts[4:6]
