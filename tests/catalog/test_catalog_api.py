"""The catalog's own records for programs."""

from __future__ import annotations

import json

import pytest
from django.test import Client

from apps.accounts import operations as accounts
from apps.accounts.reach import held_permissions
from apps.catalog import operations
from apps.catalog.models import Dataset

pytestmark = pytest.mark.django_db


@pytest.fixture
def call():
    tokens = {}

    def ask(person, path, data=None, method=None, **headers):
        if person.pk not in tokens:
            scopes = sorted(held_permissions(person))
            tokens[person.pk] = accounts.issue_token(actor=person.as_actor(), name="Test", scopes=scopes, days=1).text
        headers = {"Authorization": f"Bearer {tokens[person.pk]}", **headers}
        method = method or ("post" if data is not None else "get")
        options = {"data": json.dumps(data), "content_type": "application/json"} if data is not None else {}
        return getattr(Client(), method)(f"/api/v1{path}", headers=headers, **options)

    return ask


def test_a_program_registers_and_edits_platform_and_dataset_once(call, steward, claims):
    facts = {"name": "Lake", "namespace": "s3://lake", "department": claims.path, "owner": steward.email}
    made = call(steward, "/platforms", facts)
    assert made.status_code == 201 and made.json()["owner"] == steward.email
    platform = made.json()["key"]
    assert call(steward, f"/platforms/{platform}", {"region": "EU", "version": 1}, "patch").json()["version"] == 2
    assert call(steward, f"/platforms/{platform}", {"region": None, "version": 1}, "patch").status_code == 409
    assert call(steward, f"/platforms/{platform}", {"region": None}, "patch").json()["region"] == ""
    facts = {
        "platform": platform, "name": "claims/2026", "department": claims.path, "steward": steward.email,
        "fields": [{"path": "claim_id", "data_type": "bigint"}],
    }  # fmt: skip
    one = call(steward, "/datasets", facts, **{"Idempotency-Key": "k"})
    assert one.status_code == 201 and one.json()["fields"][0]["path"] == "claim_id"
    assert call(steward, "/datasets", facts, **{"Idempotency-Key": "k"}).json()["key"] == one.json()["key"]
    assert call(steward, "/datasets", facts).status_code == 422
    assert Dataset.objects.count() == 1


def test_words_and_master_data_are_written_and_named(call, steward, employee, dataset):
    term = call(steward, "/terms", {"name": "Claim", "definition": "A demand.", "synonyms": ["Loss report"]})
    assert term.status_code == 201
    assert call(steward, "/terms?q=loss").json()["items"][0]["name"] == "Claim"
    assert call(steward, f"/terms/{term.json()['id']}", {"level": "internal"}, "patch").json()["version"] == 2
    entity = call(steward, "/entities", {"name": "Customer", "identifier": "customer_id"})
    assert entity.status_code == 201
    answer = call(
        steward, f"/datasets/{dataset.key}/fields",
        [{"path": "customer_id", "master_entity": "customer", "terms": ["loss report"], "description": "Who"}], "patch",
    )  # fmt: skip
    field = next(one for one in answer.json()["fields"] if one["path"] == "customer_id")
    assert (field["master_entity"], field["terms"], field["description"]) == ("Customer", ["Claim"], "Who")
    changed = call(steward, f"/datasets/{dataset.key}", {"title": "All", "terms": ["Claim"], "version": 1}, "patch")
    assert changed.json()["terms"] == ["Claim"] and changed.json()["version"] == 2
    assert call(steward, f"/datasets/{dataset.key}", {"terms": ["Wibble"]}, "patch").status_code == 422
    assert call(employee, "/terms", {"name": "X", "definition": "Y"}).status_code == 403


def test_pages_follow_each_other(call, steward, platform, dataset, claims):
    for index in range(4):
        operations.register_dataset(actor=steward.as_actor(), platform=platform, name=f"t{index}", department=claims)
    keys, cursor = [], ""
    while cursor is not None:
        page = call(steward, f"/datasets?limit=2&cursor={cursor}").json()
        keys += [one["key"] for one in page["items"]]
        cursor = page["next"]
    assert keys == sorted(keys) and len(keys) == 5
    assert len(call(steward, f"/datasets?platform={platform.key}&level=none&q=claim").json()["items"]) == 1


def test_it_hides_and_refuses_as_the_pages_do(call, employee, dataset):
    assert call(employee, f"/datasets/{dataset.key}").status_code == 404
    Dataset.objects.update(level="internal")
    assert call(employee, f"/datasets/{dataset.key}").status_code == 200
    assert call(employee, f"/datasets/{dataset.key}", {"title": "Mine"}, "patch").status_code == 403
    assert call(employee, f"/datasets/{dataset.key}/drop", {"reason": "x"}).status_code == 403


def test_uses_are_declared_from_both_sides(call, owner, steward, employee, system, dataset):
    theirs = call(steward, f"/datasets/{dataset.key}/uses", {"system": system.key})
    assert theirs.status_code == 201 and theirs.json()["system"] == system.key
    Dataset.objects.update(level="internal")
    mine = call(owner, f"/systems/{system.key}/data-uses", {"dataset": dataset.key, "action": "train"})
    assert mine.status_code == 201, mine.content
    assert call(owner, f"/systems/{system.key}/data-uses", {"dataset": "DST-9999"}).status_code == 422
    listed = call(owner, f"/systems/{system.key}/data-uses").json()["items"]
    assert mine.json()["id"] in [one["id"] for one in listed]
    assert call(employee, f"/datasets/{dataset.key}/uses").json()["items"] == []
    end = f"/systems/{system.key}/data-uses/{mine.json()['id']}/end"
    assert call(owner, end, {"reason": ""}).status_code == 422
    assert call(owner, end, {"reason": "Done"}).json()["ended_at"]
