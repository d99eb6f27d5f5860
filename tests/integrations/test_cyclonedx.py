"""AI bills of materials: valid in, valid out by the public schema; what is invalid is refused with its place."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

from apps.catalog.models import Dataset
from apps.integrations.operations import cyclonedx
from apps.inventory import operations as inventory
from apps.kernel.errors import Invalid, Refused
from apps.registry import operations
from apps.registry.models import AIModel, ModelCard, ModelVersion

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "model-cards" / "cyclonedx-ml-1.6.json"
BILL = {
    "bomFormat": "CycloneDX", "specVersion": "1.6", "version": 1,
    "components": [
        {
            "type": "machine-learning-model", "bom-ref": "m", "name": "urgency", "version": "1.0",
            "supplier": {"name": "Models Ltd"}, "description": "Sorts claims.",
            "hashes": [{"alg": "SHA-256", "content": "a" * 64}], "licenses": [{"license": {"id": "Apache-2.0"}}],
            "modelCard": {
                "modelParameters": {"task": "text-classification", "datasets": [{"type": "dataset", "name": "claims"}]},
                "quantitativeAnalysis": {"performanceMetrics": [{"type": "f1", "value": "0.81", "slice": "motor"}]},
                "considerations": {"useCases": ["Sort claims"], "technicalLimitations": ["No life claims"]},
            },
        }
    ],
}  # fmt: skip


def take(person, document, **changes):
    return cyclonedx.import_bill(actor=person.as_actor(), content=json.dumps(document).encode(), **changes)


def changed(*path, value):
    document = copy.deepcopy(BILL)
    inner = document
    for part in path[:-1]:
        inner = inner[part]
    inner[path[-1]] = value
    return document


@pytest.mark.parametrize("spec", ["1.5", "1.6", "1.7"])
def test_a_valid_bill_becomes_models_versions_cards_and_measures_once(model_owner, spec):
    found = take(model_owner, BILL | {"specVersion": spec})
    assert (found["made_AIModel"], found["made_ModelVersion"], found["made_ModelCard"]) == (1, 1, 1)
    assert found["datasets_unknown"] == ["claims"]
    version = ModelVersion.objects.get()
    assert version.artefact_digest == "sha256:" + "a" * 64 and version.ai_model.provider.name == "Models Ltd"
    assert version.licence == "Apache-2.0" and version.metrics.get().data_slice == "motor"
    assert version.cards.get().content["limits"] == ["No life claims"]
    again = take(model_owner, BILL | {"specVersion": spec})
    assert (again["made_AIModel"], again["made_ModelVersion"], again["made_ModelCard"]) == (0, 0, 0)
    assert AIModel.objects.count() == ModelCard.objects.count() == version.metrics.count() == 1


@pytest.mark.parametrize(
    "document, place",
    [
        (changed("specVersion", value="1.4"), "$.specVersion"),
        (changed("bomFormat", value="SPDX"), "$.specVersion"),
        (changed("components", 0, "type", value="model"), "$.components[0].type"),
        (changed("components", 0, "name", value=7), "$.components[0].name"),
        (changed("components", 0, "hashes", 0, "alg", value="CRC"), "$.components[0].hashes[0].alg"),
        (changed("components", 0, "modelCard", "considerations", "users", value="all"), "$.components[0].modelCard.considerations.users"),
        (changed("components", 0, "surprise", value=1), "$.components[0]"),
        (changed("components", value=[]), "components"),
    ],
)  # fmt: skip
def test_an_invalid_bill_is_refused_with_the_place_and_leaves_nothing(model_owner, document, place):
    with pytest.raises(Invalid) as problem:
        take(model_owner, document)
    assert place in problem.value.problems
    assert not AIModel.objects.exists()


@pytest.mark.parametrize("content", [b"", b"[]", b"{", b"\xff", b'{"bomFormat": "CycloneDX", "specVersion": []}'])
def test_what_is_no_bill_is_refused(model_owner, content):
    with pytest.raises(Invalid):
        cyclonedx.import_bill(actor=model_owner.as_actor(), content=content)


def test_a_model_that_cannot_be_told_apart_is_refused(model_owner):
    document = copy.deepcopy(BILL)
    for name in ("version", "hashes"):
        del document["components"][0][name]
    with pytest.raises(Invalid) as problem:
        take(model_owner, document)
    assert list(problem.value.problems) == ["$.components[0]"]


def test_another_artefact_of_the_same_version_is_refused_and_nothing_overwritten(model_owner):
    take(model_owner, BILL)
    with pytest.raises(Invalid) as problem:
        take(model_owner, changed("components", 0, "hashes", 0, "content", value="b" * 64))
    assert "$.components[0]" in problem.value.problems
    assert ModelVersion.objects.get().artefact_digest.endswith("a" * 64)


def test_an_employee_takes_nothing_over(employee):
    with pytest.raises(Refused):
        take(employee, BILL)


@pytest.mark.parametrize("spec", ["1.5", "1.6", "1.7"])
def test_what_is_handed_out_is_valid_by_the_public_schema_and_comes_back_the_same(
    model_owner, owner, system, steward, claims, spec
):
    take(model_owner, BILL)
    version = ModelVersion.objects.get()
    items = [
        {"kind": "model", "name": "urgency", "version": "1.0", "digest": version.artefact_digest},
        {"kind": "prompt", "name": "greeting", "version": "3", "digest": "sha256:" + "c" * 64},
    ]
    release = inventory.freeze_release(actor=owner.as_actor(), system=system, items=items, name="2026.11")
    document = cyclonedx.bill_of(release, spec)
    schema = SchemaVersion.from_version(spec)
    assert JsonStrictValidator(schema).validate_str(json.dumps(document)) is None
    assert document["serialNumber"] == cyclonedx.bill_of(release, spec)["serialNumber"]
    again = take(model_owner, document)
    assert (again["made_AIModel"], again["made_ModelVersion"]) == (0, 0)
    assert JsonStrictValidator(schema).validate_str(json.dumps(cyclonedx.bill_of_version(version, spec))) is None


def test_the_published_example_is_taken_whole(model_owner):
    if not SHARED.exists():
        pytest.skip("The shared data is not beside this clone.")
    document = json.loads(SHARED.read_text())
    found = take(model_owner, document)
    models = [one for one in document["components"] if one["type"] == "machine-learning-model"]
    assert found["models"] == found["made_AIModel"] == len(models)
    card = ModelCard.objects.get().content
    considerations = models[0]["modelCard"]["considerations"]
    assert card["users"] == considerations["users"] and len(card["ethical"]) == len(
        considerations["ethicalConsiderations"]
    )


def test_pages_take_over_and_hand_out(client, as_person, model_owner, employee, claims):
    from django.core.files.uploadedfile import SimpleUploadedFile

    as_person(client, model_owner)
    wrong = SimpleUploadedFile("bom.json", json.dumps(changed("components", 0, "name", value=7)).encode())
    answer = client.post("/data/intake/bills/", {"file": wrong})
    assert answer.status_code == 422 and "$.components[0].name" in answer.content.decode()
    right = SimpleUploadedFile("bom.json", json.dumps(BILL).encode())
    assert client.post("/data/intake/bills/", {"file": right}).status_code == 302
    version = ModelVersion.objects.get()
    handed = client.get(f"/data/intake/bills/versions/{version.key}/?spec=1.7")
    assert json.loads(handed.content)["specVersion"] == "1.7"
    assert as_person(client, employee).get("/data/intake/bills/").status_code == 403


def test_the_api_names_every_place(client, model_owner):
    from apps.accounts import operations as accounts

    issued = accounts.issue_token(actor=model_owner.as_actor(), name="Pipeline", scopes=["registry.model.edit"])
    headers = {"authorization": f"Bearer {issued.text}"}
    document = changed("components", 0, "name", value=7)
    answer = client.post("/api/v1/intake/cyclonedx", json.dumps(document), "application/json", headers=headers)
    assert answer.status_code == 422 and "$.components[0].name" in answer.json()["errors"]
    assert operations and not AIModel.objects.exists()


def test_nobody_writes_over_the_models_of_another_department(model_owner, make_person, claims, underwriting):
    take(model_owner, BILL, department=claims)
    stranger = make_person("Uli Underwriting", "model-owner", department=underwriting, reach=underwriting)
    path = ("components", 0, "modelCard", "considerations", "technicalLimitations")
    with pytest.raises(Refused):
        take(stranger, changed(*path, value=["None at all"]), department=underwriting)
    with pytest.raises(Refused):
        take(stranger, changed("components", 0, "name", value="another"), department=claims)
    assert ModelCard.objects.get().content["limits"] == ["No life claims"] and AIModel.objects.count() == 1


def test_a_bill_tells_nothing_of_data_that_its_sender_may_not_see(make_person, underwriting, dataset):
    bill = changed("components", 0, "modelCard", "modelParameters", "datasets", 0, "name", value=dataset.name)
    Dataset.objects.filter(pk=dataset.pk).update(level="restricted")
    stranger = make_person("Uli Underwriting", "model-owner", department=underwriting, reach=underwriting)
    found = take(stranger, bill, department=underwriting)
    assert (found["datasets_known"], found["datasets_unknown"]) == (0, [dataset.name])
    assert not ModelVersion.objects.get().data.exists()
