"""dbt artifacts: three published projects, counted again by a reader that shares no code with ours."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.models import Dataset, Field, Job, LineageEdge, QualityCheck, QualityResult
from apps.integrations.operations.dbt import import_dbt
from apps.integrations.rules_pure.dbt import read
from apps.integrations.rules_pure.reading import Unreadable
from apps.kernel.errors import Invalid, Refused

pytestmark = pytest.mark.django_db
FILES = Path(__file__).resolve().parents[3] / "shared" / "data" / "dbt"


def artifacts(project):
    folder = FILES / project
    if not folder.is_dir():
        pytest.skip(f"../shared/data/dbt/{project} is not on this machine")
    return {path.name: path.read_bytes() for path in folder.glob("*.json")}


def everything():
    models = (Dataset, Field, Job, LineageEdge, QualityCheck, QualityResult)
    return {model.__name__: model.objects.count() for model in models}


@pytest.mark.parametrize("project", ["fail", "postgres", "test"])
def test_nodes_tests_columns_and_results_equal_the_files(project, platform, steward):
    files = artifacts(project)
    manifest, run = (json.loads(files[name]) for name in ("manifest.json", "run_results.json"))
    nodes = {uid: n for uid, n in manifest["nodes"].items() if n["resource_type"] in ("model", "seed", "snapshot")}
    nodes |= manifest["sources"]
    tests = {uid: n for uid, n in manifest["nodes"].items() if n["resource_type"] == "test"}
    lines = 0
    for node in nodes.values():
        above = {one for one in node.get("depends_on", {}).get("nodes", []) if one in nodes}
        lines += len(above) + bool(above)
    found = import_dbt(actor=steward.as_actor(), platform=platform, files=files)
    assert Dataset.objects.count() == found["datasets"] == len(nodes)
    assert Field.objects.count() == found["columns"] == sum(len(node["columns"]) for node in nodes.values())
    assert QualityCheck.objects.count() == found["tests"] == len(tests)
    assert LineageEdge.objects.count() == lines
    of_tests = [one for one in run["results"] if one["unique_id"] in tests]
    assert QualityResult.objects.count() == found["results_of_tests"] == len(of_tests)
    assert found["results"] == len(run["results"]) and found["results_of_others"] == 0
    failed = sum(one["status"] == "fail" for one in of_tests)
    assert QualityCheck.objects.filter(outcome="failed").count() == failed
    before = everything()
    again = import_dbt(actor=steward.as_actor(), platform=platform, files=files)
    assert everything() == before and not any(value for name, value in again.items() if name.startswith("made_"))


def manifest(version=12, **changes):
    model = {
        "resource_type": "model", "name": "orders", "alias": "orders", "database": "db", "schema": "mart",
        "description": "Orders", "columns": {"id": {"name": "id", "data_type": "int", "description": "Key", "meta": {"pii": True}}},
        "config": {"materialized": "table", "meta": {"owner": "data@aurelia.example", "classification": "internal"}},
        "depends_on": {"nodes": ["model.shop.stage"]}, "tags": ["nightly"],
    }  # fmt: skip
    stage = model | {
        "name": "stage", "alias": "stage", "columns": {}, "config": {"materialized": "ephemeral"},
        "depends_on": {"nodes": ["source.shop.raw.orders"]},
    }  # fmt: skip
    source = {
        "resource_type": "source",
        "name": "orders",
        "identifier": "orders",
        "database": "db",
        "schema": "raw",
        "columns": {},
    }
    test = {
        "resource_type": "test", "name": "relationships", "column_name": "id", "config": {"severity": "WARN"},
        "test_metadata": {"name": "relationships", "kwargs": {"model": "{{ get_where_subquery(ref('orders')) }}"}},
        "depends_on": {"nodes": ["source.shop.raw.orders", "model.shop.orders"]},
    }  # fmt: skip
    body = {
        "metadata": {
            "dbt_schema_version": f"https://schemas.getdbt.com/dbt/manifest/v{version}.json",
            "generated_at": "2026-11-01T00:00:00Z", "project_name": "shop",
        },
        "nodes": {"model.shop.orders": model, "model.shop.stage": stage, "test.shop.r": test},
        "sources": {"source.shop.raw.orders": source}, "exposures": {},
    }  # fmt: skip
    return {"manifest.json": json.dumps(body | changes).encode()}


def test_lineage_goes_straight_through_ephemeral_models(platform, steward):
    import_dbt(actor=steward.as_actor(), platform=platform, files=manifest())
    assert sorted(Dataset.objects.values_list("name", flat=True)) == ["db.mart.orders", "db.raw.orders"]
    raw, orders = Dataset.objects.get(name="db.raw.orders"), Dataset.objects.get(name="db.mart.orders")
    job = Job.objects.get()
    lines = set(LineageEdge.objects.values_list("source_id", "target_id"))
    assert lines == {(raw.pk, job.pk), (job.pk, orders.pk)}
    assert {"classification=internal", "nightly", "owner=data@aurelia.example"} <= set(orders.tags)
    assert Field.objects.get().tags == ["pii"]
    assert QualityCheck.objects.get().dataset == orders


def test_what_people_wrote_is_not_overwritten(platform, steward):
    import_dbt(actor=steward.as_actor(), platform=platform, files=manifest())
    Field.objects.update(description="Ours")
    import_dbt(actor=steward.as_actor(), platform=platform, files=manifest())
    assert Field.objects.get().description == "Ours"


def test_a_zip_of_artifacts_is_taken(platform, steward):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("target/manifest.json", manifest()["manifest.json"])
    found = import_dbt(actor=steward.as_actor(), platform=platform, files={"target.zip": packed.getvalue()})
    assert found["datasets"] == 2


@pytest.mark.parametrize(
    "files, place",
    [
        ({}, "the manifest is needed"),
        ({"manifest.json": b"{"}, "manifest.json: no JSON"),
        ({"manifest.json": b"{}"}, "manifest.json/metadata"),
        ({"manifest.json": b"\xff"}, "not UTF-8"),
        (manifest(version=13), "schema version 2 to 12"),
        (manifest(version=1), "schema version 2 to 12"),
        (manifest(nodes=[]) | {"manifest.json": manifest(nodes=[1])["manifest.json"]}, "manifest.json/nodes"),
        (manifest() | {"notes.txt": b""}, "notes.txt"),
        (manifest() | {"run_results.json": b'{"metadata": {}}'}, "run_results.json/metadata/generated_at"),
        (
            manifest()
            | {"run_results.json": b'{"metadata": {"generated_at": "2026-11-01"}, "results": [{"unique_id": "x"}]}'},
            "run_results.json/results/0",
        ),
        ({"a.zip": b"PK\x03\x04rubbish"}, "the archive cannot be read"),
    ],
)
def test_bad_artifacts_are_named_and_leave_nothing(files, place, platform, steward):
    with pytest.raises(Invalid, match=place):
        import_dbt(actor=steward.as_actor(), platform=platform, files=files)
    assert not Dataset.objects.exists()


def test_it_refuses_an_employee(platform, employee):
    with pytest.raises(Refused):
        import_dbt(actor=employee.as_actor(), platform=platform, files=manifest())


KEYS = ["metadata", "nodes", "sources", "exposures", "columns", "meta", "config", "depends_on", "tags", "owner", "name", "alias",
        "resource_type", "test_metadata", "kwargs", "model", "results", "timing", "unique_id", "status"]  # fmt: skip
ANYTHING = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.sampled_from(["model", "test", "source", "pass"])
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANYTHING, ANYTHING, ANYTHING)
def test_no_document_breaks_the_reader(node, catalog, run):
    nodes = {"model.a.b": node} if isinstance(node, dict) else node
    files = manifest(nodes=nodes) | {
        "catalog.json": json.dumps(catalog).encode(),
        "run_results.json": json.dumps(run).encode(),
    }
    try:
        read(files)
    except Unreadable as problem:
        assert str(problem)
