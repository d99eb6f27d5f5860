"""Data contracts (ODCS 3): the published examples taken over, written again, and nothing of them lost."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.catalog.models import DataContract, Dataset, Field, QualityCheck, RetentionPolicy
from apps.integrations.contracts_written import export_contract
from apps.integrations.operations import import_contract
from apps.integrations.rules_pure.odcs import logical_type, read
from apps.integrations.rules_pure.reading import Unreadable
from apps.kernel.errors import Invalid

pytestmark = pytest.mark.django_db
FILES = Path(__file__).resolve().parents[3] / "shared" / "data" / "contracts"


def published():
    if not FILES.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason="../shared/data/contracts is not on this machine"))]
    return sorted(FILES.glob("*.odcs.yaml"))


def fields_of(properties):
    """Count fields, nested ones too, without our reader."""
    total = 0
    for one in properties or []:
        total += 1 + fields_of(one.get("properties") or (one.get("items") or {}).get("properties"))
    return total


def rules_of(body):
    total = len(body.get("quality") or [])
    for one in body.get("properties") or []:
        total += rules_of(one)
    return total


@pytest.mark.parametrize("path", published(), ids=lambda path: path.name if path else "absent")
def test_every_published_contract_is_taken_over_and_written_again(path, platform, steward):
    body = yaml.safe_load(path.read_text())
    found = import_contract(actor=steward.as_actor(), platform=platform, content=path.read_bytes(), name=path.name)
    schema = body.get("schema") or []
    assert found["datasets"] == len(schema) == Dataset.objects.count()
    assert found["columns"] == sum(fields_of(one.get("properties")) for one in schema) == Field.objects.count()
    assert found["rules"] == sum(rules_of(one) for one in schema) == QualityCheck.objects.count()
    before = [model.objects.count() for model in (DataContract, Dataset, Field, QualityCheck, RetentionPolicy)]
    import_contract(actor=steward.as_actor(), platform=platform, content=path.read_bytes(), name=path.name)
    assert [m.objects.count() for m in (DataContract, Dataset, Field, QualityCheck, RetentionPolicy)] == before
    for dataset in Dataset.objects.all():
        written = export_contract(actor=steward.as_actor(), dataset=dataset)
        again = read(written.encode())
        assert again.identifier == body["id"] and len(again.objects) == len(schema)
        kept = yaml.safe_load(written)
        assert set(body) <= set(kept), "nothing of the imported contract is lost"
        assert kept.get("price") == body.get("price") and kept.get("roles") == body.get("roles")
        folder = os.environ.get("CONTRACTS_WRITTEN_TO")
        if folder:
            (Path(folder) / f"{path.stem}-{dataset.key}.odcs.yaml").write_text(written)


CONTRACT = """
kind: DataContract
apiVersion: v3.1.0
id: claims
version: 1.0.0
status: active
name: Claims
servers: [{server: w, type: postgres, host: h, port: 5432, database: claims, schema: public}]
schema:
  - name: claim
    physicalName: claim
    tags: [claims]
    properties:
      - {name: claim_id, logicalType: integer, physicalType: bigint, primaryKey: true, required: true}
      - {name: email, logicalType: string, classification: restricted, tags: [pii]}
      - name: address
        logicalType: object
        properties: [{name: city, logicalType: string}]
slaProperties:
  - {property: retention, value: 3, unit: y}
  - {property: latency, value: 4, unit: h}
"""


def test_classification_retention_and_freshness_come_with_the_contract(platform, steward, claims):
    import_contract(actor=steward.as_actor(), platform=platform, content=CONTRACT.encode())
    dataset = Dataset.objects.get()
    assert (dataset.name, dataset.fresh_within_minutes) == ("claims.public.claim", 240)
    assert RetentionPolicy.objects.get().days == 1095
    tags = {field.path: field.tags for field in Field.objects.all()}
    assert tags["email"] == ["classification=restricted", "pii"] and "address.city" in tags
    key = Field.objects.get(path="claim_id")
    assert (key.primary_key, key.nullable) == (True, False)


def test_a_version_with_other_words_is_taken_and_said(platform, steward):
    import_contract(actor=steward.as_actor(), platform=platform, content=CONTRACT.encode())
    changed = CONTRACT.replace("value: 3", "value: 5").encode()
    found = import_contract(actor=steward.as_actor(), platform=platform, content=changed)
    assert found["changed_without_new_version"] is True
    assert DataContract.objects.count() == 2
    assert RetentionPolicy.objects.get(replaced_at=None).days == 1825


@pytest.mark.parametrize("known", [True, False], ids=["sent-again", "sent-late"])
def test_an_older_version_that_arrives_later_changes_no_dataset(platform, steward, known):
    old = CONTRACT.encode()
    new = CONTRACT.replace("version: 1.0.0", "version: 1.10.0").replace("value: 3", "value: 5").encode()
    if known:
        import_contract(actor=steward.as_actor(), platform=platform, content=old)
    import_contract(actor=steward.as_actor(), platform=platform, content=new)
    found = import_contract(actor=steward.as_actor(), platform=platform, content=old)
    assert (found["superseded"], found["datasets"], found["made_Dataset"]) == (True, 1, 0)
    assert RetentionPolicy.objects.get(replaced_at=None).days == 1825
    assert import_contract(actor=steward.as_actor(), platform=platform, content=new)["superseded"] is False
    assert DataContract.objects.order_by("-taken_over_at").first().contract_version == "1.10.0"


def test_a_dataset_without_contract_is_written_as_one(dataset, steward):
    Field.objects.filter(path="customer_email").update(level="confidential", categories=["personal"])
    written = yaml.safe_load(export_contract(actor=steward.as_actor(), dataset=dataset))
    (table,) = written["schema"]
    email = next(one for one in table["properties"] if one["name"] == "customer_email")
    assert (email["classification"], email["tags"]) == ("confidential", ["personal"])
    members = written["team"]["members"]
    assert {one["username"] for one in members} == {steward.email}
    assert read(yaml.safe_dump(written).encode()).objects[0].name == dataset.name


@pytest.mark.parametrize(
    "content, place",
    [
        (b"a: [", "line 1"),
        (b"a: &x [1]\nb: *x", "aliases are not taken"),
        (b"- 1", "an object is needed"),
        (CONTRACT.replace("DataContract", "Other").encode(), "kind"),
        (CONTRACT.replace("v3.1.0", "v2.2.2").encode(), "apiVersion"),
        (CONTRACT.replace("id: claims", "id:").encode(), "id: a text"),
        (CONTRACT.replace("- name: claim\n    physicalName: claim", "- title: x").encode(), r"schema\[0\].name"),
        (CONTRACT.replace("{name: email,", "{title: email,").encode(), r"schema\[0\].properties\[1\].name"),
    ],
)
def test_a_bad_contract_is_named_and_leaves_nothing(content, place, platform, steward):
    with pytest.raises(Invalid, match=place):
        import_contract(actor=steward.as_actor(), platform=platform, content=content)
    assert not Dataset.objects.exists() and not DataContract.objects.exists()


def test_types_are_written_in_the_standards_words():
    said = {"bigint": "integer", "numeric(10,2)": "number", "timestamptz": "timestamp", "text": "string", "jsonb": "object",
            "boolean": "boolean", "date": "date", "varchar(20)": "string", "point": "string", "interval": "string"}  # fmt: skip
    assert {name: logical_type(name) for name in said} == said


KEYS = ["kind", "apiVersion", "id", "version", "status", "schema", "name", "properties", "items", "quality", "slaProperties",
        "property", "value", "unit", "servers", "database", "tags", "classification", "team", "members"]  # fmt: skip
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=25,
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ANYTHING)
def test_no_document_breaks_the_reader(document):
    base = yaml.safe_load(CONTRACT)
    for body in (document, base | document if isinstance(document, dict) else document):
        try:
            read(yaml.safe_dump(body).encode())
        except Unreadable as problem:
            assert str(problem)


@settings(deadline=None)
@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text):
    try:
        read(text.encode("utf-8", "surrogatepass"))
    except Unreadable as problem:
        assert str(problem)


@pytest.mark.skipif(not os.environ.get("DATACONTRACT"), reason="DATACONTRACT names no datacontract command")
def test_what_is_written_passes_datacontract_lint(dataset, steward, tmp_path):
    file = tmp_path / "contract.yaml"
    file.write_text(export_contract(actor=steward.as_actor(), dataset=dataset))
    done = subprocess.run(
        [os.environ["DATACONTRACT"], "lint", "--no-inline-references", str(file)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_a_contract_said_of_service_levels_stays_in_its_own_words(platform, steward):
    said = CONTRACT.replace("value: 3, unit: y", "value: 3, unit: y, element: claim.claim_id, driver: regulatory")
    import_contract(actor=steward.as_actor(), platform=platform, content=said.encode())
    dataset = Dataset.objects.get()
    levels = yaml.safe_load(export_contract(actor=steward.as_actor(), dataset=dataset))["slaProperties"]
    assert levels == yaml.safe_load(said)["slaProperties"]
    Dataset.objects.update(fresh_within_minutes=30)
    dataset.refresh_from_db()
    levels = yaml.safe_load(export_contract(actor=steward.as_actor(), dataset=dataset))["slaProperties"]
    assert levels[1:] == [{"property": "latency", "value": 30, "unit": "min"}] and levels[0]["driver"] == "regulatory"


def test_fields_inside_fields_are_written_where_they_belong(dataset, steward):
    for path, kind in (("address", "struct"), ("address.city", "text"), ("visits", "array"), ("visits.at", "date")):
        Field.objects.create(dataset=dataset, path=path, data_type=kind, position=50)
    Field.objects.filter(path="address.city").update(level="confidential")
    written = export_contract(actor=steward.as_actor(), dataset=dataset)
    found = {one["name"]: one for one in yaml.safe_load(written)["schema"][0]["properties"]}
    assert found["address"]["properties"][0]["classification"] == "confidential"
    assert found["visits"]["items"]["properties"][0]["name"] == "at"
    paths = {one.path for one in read(written.encode()).objects[0].properties}
    assert paths == set(Field.objects.filter(dataset=dataset).values_list("path", flat=True))


def test_a_written_contract_says_who_approves(dataset, steward):
    (role,) = yaml.safe_load(export_contract(actor=steward.as_actor(), dataset=dataset))["roles"]
    assert role["firstLevelApprovers"] == role["secondLevelApprovers"] == steward.email, "unclassified is restricted"
    Dataset.objects.update(level="internal")
    dataset.refresh_from_db()
    (role,) = yaml.safe_load(export_contract(actor=steward.as_actor(), dataset=dataset))["roles"]
    assert "secondLevelApprovers" not in role


ORDERED = """
kind: DataContract
apiVersion: v3.1.0
id: claims
version: {version}
status: active
schema:
- name: claim
  properties:
{properties}
"""
ID_RULE = """  - name: claim_id
    quality: [{metric: nullValues, mustBe: 0}, {metric: duplicateValues, mustBe: 0}]
"""
STATE_RULE = """  - name: state
    quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [open, closed]}}]
"""


def test_a_contract_in_another_order_leaves_each_rule_its_own_results(platform, steward):
    def take(version, *properties):
        text = ORDERED.format(version=version, properties="".join(properties))
        import_contract(actor=steward.as_actor(), platform=platform, content=text.encode())
        return {check.pk: (check.kind, check.field.path) for check in QualityCheck.objects.select_related("field")}

    before = take("1.0.0", ID_RULE, STATE_RULE)
    assert len(before) == 3
    assert take("1.1.0", STATE_RULE, ID_RULE) == before
    state = QualityCheck.objects.get(kind="invalidValues")
    assert state.expectation["arguments"] == {"validValues": ["open", "closed"]}
