"""Results of Great Expectations, and DCAT-US catalogs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.catalog.models import Dataset, QualityCheck, QualityResult
from apps.integrations.operations import import_dcat, import_expectations
from apps.integrations.rules_pure import dcat, expectations, recognising
from apps.integrations.rules_pure.reading import Unreadable
from apps.kernel.errors import Invalid

pytestmark = pytest.mark.django_db
RESULT = Path(__file__).resolve().parents[3] / "shared" / "data" / "contracts" / "great-expectations-result.json"


def test_what_great_expectations_found_is_taken_over_without_any_value(dataset, steward):
    if not RESULT.is_file():
        pytest.skip("../shared/data/contracts/great-expectations-result.json is not on this machine")
    body = json.loads(RESULT.read_text())
    for _again in range(2):
        found = import_expectations(actor=steward.as_actor(), dataset=dataset, content=RESULT.read_bytes())
    statistics = body["statistics"]
    assert found["results"] == statistics["evaluated_expectations"] == QualityCheck.objects.count()
    assert found["failed"] == statistics["unsuccessful_expectations"]
    assert QualityCheck.objects.filter(outcome="passed").count() == statistics["successful_expectations"]
    assert QualityResult.objects.count() == found["results"]
    nulls = QualityResult.objects.get(
        check_made__kind="expect_column_values_to_not_be_null", check_made__expectation__column="id"
    )
    assert nulls.observed["unexpected_count"] == 704 and nulls.at.year == 2026
    assert all(not isinstance(value, list) for value in nulls.observed.values())


CATALOG = {
    "dataset": [
        {"identifier": "a", "title": "Air", "accessLevel": "public", "keyword": ["air"], "publisher": {"name": "EPA"}},
        {"identifier": "b", "title": "Water", "accessLevel": "non-public", "description": None},
        {"identifier": " ", "title": "Blank"},
        {"identifier": "c"},
        {"identifier": "a", "title": "Again"},
        "rubbish",
    ]
}


def test_a_catalog_with_bad_entries_is_refused_with_every_place(platform, steward):
    with pytest.raises(Invalid) as refused:
        import_dcat(actor=steward.as_actor(), platform=platform, content=json.dumps(CATALOG).encode())
    assert [text.split(":")[0] for text in refused.value.problems["files"]] == [
        "dataset 3, identifier", "dataset 4, title", "dataset 5, identifier", "dataset 6, dataset",
    ]  # fmt: skip
    assert not Dataset.objects.exists()


def test_the_good_ones_are_taken_when_the_user_chose_so(platform, steward):
    for made in (2, 0):
        found = import_dcat(
            actor=steward.as_actor(), platform=platform, content=json.dumps(CATALOG).encode(), only_good=True
        )
        assert (found["datasets"], found["made_Dataset"], len(found["refused"])) == (2, made, 4)
    water = Dataset.objects.get(name="b")
    assert (water.title, water.tags) == ("Water", ["classification=restricted"])


@given(st.recursive(st.none() | st.booleans() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
    st.sampled_from(["results", "meta", "run_id", "run_time", "expectation_config", "type", "kwargs", "success", "result", "dataset",
                     "identifier", "title", "keyword", "publisher", "run_results", "validation_result"]), inner, max_size=5),
    max_leaves=20))  # fmt: skip
def test_no_document_breaks_the_readers(document):
    for reader in (expectations.read, dcat.read):
        try:
            reader(json.dumps(document).encode())
        except Unreadable as problem:
            assert str(problem)


def upload(client, files=None, **typed):
    from django.core.files.uploadedfile import SimpleUploadedFile

    given = [SimpleUploadedFile(name, content) for name, content in (files or {}).items()]
    return client.post("/data/intake/files/", typed | {"files": given})


def test_a_steward_takes_files_over_in_the_browser(client, as_person, steward, platform, dataset):
    from tests.integrations.test_contracts import CONTRACT
    from tests.integrations.test_dbt import manifest

    as_person(client, steward)
    without = upload(client, kind="dbt", platform=platform.key)
    assert without.status_code == 422 and "Choose a file" in without.content.decode()
    nowhere = upload(client, manifest(), kind="dbt")
    assert nowhere.status_code == 422 and "Choose the platform" in nowhere.content.decode()
    bad = upload(client, {"manifest.json": b"{}"}, kind="dbt", platform=platform.key)
    assert bad.status_code == 422 and "manifest.json/metadata" in bad.content.decode()
    good = upload(client, manifest(), kind="dbt", platform=platform.key)
    assert good.status_code == 200 and "is taken over" in good.content.decode()
    assert upload(client, {"c.yaml": CONTRACT.encode()}, kind="contract", platform=platform.key).status_code == 200
    one = json.dumps({"results": [{"success": True, "expectation_config": {"type": "expect_x", "kwargs": {}}}]})
    assert upload(client, {"r.json": one.encode()}, kind="expectations", dataset=dataset.key).status_code == 200
    assert QualityCheck.objects.filter(dataset=dataset, source="great_expectations").count() == 1
    shown = client.get(f"/data/intake/contracts/{dataset.key}/")
    assert shown["Content-Disposition"].endswith('.odcs.yaml"') and b"DataContract" in shown.content


def test_employees_take_nothing_over(client, as_person, employee):
    as_person(client, employee)
    assert client.get("/data/intake/files/").status_code == 403


def test_a_result_without_a_time_changes_nothing_when_it_comes_again(dataset, steward):
    one = json.dumps(
        {"results": [{"success": True, "expectation_config": {"type": "expect_x", "kwargs": {}}}]}
    ).encode()
    for made in (1, 0):
        found = import_expectations(actor=steward.as_actor(), dataset=dataset, content=one)
        assert (found["made_QualityResult"], QualityResult.objects.count()) == (made, 1)


def test_a_catalog_without_times_changes_nothing_when_it_comes_again(platform, steward):
    body = json.dumps({"dataset": [{"identifier": "a", "title": "Air", "description": "Measured air"}]}).encode()
    import_dcat(actor=steward.as_actor(), platform=platform, content=body)
    before = Dataset.objects.values().get()
    import_dcat(actor=steward.as_actor(), platform=platform, content=body)
    assert Dataset.objects.values().get() == before


def test_files_are_recognised_and_go_where_they_went_before(client, as_person, steward, platform):
    from tests.integrations.test_contracts import CONTRACT
    from tests.integrations.test_dbt import manifest

    as_person(client, steward)
    for name, content in (("manifest.json", manifest()["manifest.json"]), ("claims.yaml", CONTRACT.encode())):
        assert upload(client, {name: content}, kind="auto").status_code == 422, "nobody knows the platform yet"
        assert upload(client, {name: content}, kind="auto", platform=platform.key).status_code == 200
        again = upload(client, {name: content}, kind="auto")
        assert again.status_code == 200 and "Nothing in it was new" in again.content.decode()
    unknown = upload(client, {"x.json": b"{}"}, kind="auto", platform=platform.key)
    assert unknown.status_code == 422 and "x.json: it is not plain" in unknown.content.decode()


def test_of_several_files_the_bad_one_is_named_and_the_taken_one_said(client, as_person, steward, platform):
    from tests.integrations.test_contracts import CONTRACT

    as_person(client, steward)
    files = {"a.yaml": CONTRACT.encode(), "b.yaml": CONTRACT.replace("id: claims", "id:").encode()}
    shown = upload(client, files, kind="contract", platform=platform.key)
    text = shown.content.decode()
    assert shown.status_code == 422 and "a.yaml is taken over" in text and "b.yaml: id: a text is needed" in text
    assert Dataset.objects.count() == 1


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(str.encode), st.recursive(st.none() | st.text(max_size=5), lambda inner:
    st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["kind", "id", "dataset", "results", "metadata"]), inner),
    max_leaves=8).map(lambda body: json.dumps(body).encode())), st.sampled_from(["manifest.json", "x.yaml"]))  # fmt: skip
def test_no_file_breaks_recognising(content, name):
    try:
        assert recognising.recognise({name: content}).kind
    except Unreadable as problem:
        assert str(problem)
