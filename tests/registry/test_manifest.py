"""A manifest puts on record what it names, all or nothing, by the permissions of whoever sends it; again it changes nothing."""

from __future__ import annotations

import copy
import json

import pytest

from apps.accounts import operations as accounts
from apps.accounts.models import Role, ServiceIdentity
from apps.audit.models import Entry
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Intake, Release
from apps.registry import operations
from apps.registry.models import AIModel, Artefact, ModelCard, ModelVersion, VersionMetric
from apps.registry.operations.manifest_taking import Faulty
from tests.catalog.runtime import SETUP

from .pipeline import Pipeline

MODELS = [
    {
        "name": "urgency", "task": "text-classification", "licence": "Apache-2.0",
        "versions": [
            {
                "name": "2.1", "artefact_digest": "sha256:" + "A" * 64, "released_on": "2026-11-01",
                "metrics": [{"name": "f1", "value": 0.91, "measured_at": "2026-11-01T10:00:00Z"}],
                "card": {"intended_use": "Sort claims by urgency", "limits": ["Only English"]},
            }
        ],
    }
]  # fmt: skip
ARTEFACTS = [
    {"kind": "prompt", "name": "sorting", "content": "Sort this claim:\r\n{claim}"},
    {"kind": "parameters", "name": "decoding", "content": {"temperature": 0.2}},
]
RELEASE = {
    "name": "2026.11",
    "others": [{"kind": "image", "name": "api", "version": "4.2", "digest": "sha256:" + "b" * 64}],
}


@pytest.fixture
def document(system):
    return copy.deepcopy(
        {"format": "gatehouse-manifest/1", "system": {"key": system.key}, "models": MODELS, "artefacts": ARTEFACTS,
         "release": RELEASE}
    )  # fmt: skip


@pytest.fixture
def sender(owner, system):
    """The system's owner, who is a model owner of the department too."""
    accounts.assign_role(
        actor=SETUP, role=Role.objects.get(key="model-owner"), person=owner, department=system.department, reason="Test"
    )
    return type(owner).objects.get(pk=owner.pk)


def take(person, document, **more):
    return operations.take_manifest(actor=person.as_actor(), person=person, document=document, **more)


def outcomes(taking):
    return [(item.kind, item.outcome) for item in taking.items]


def counts():
    return [
        one.objects.count()
        for one in (AISystem, Intake, AIModel, ModelVersion, ModelCard, VersionMetric, Artefact, Release)
    ]


def test_it_puts_everything_on_record_and_again_changes_nothing(sender, document, system):
    first = take(sender, document)
    assert outcomes(first) == [
        ("system", "unchanged"), ("model", "made"), ("version", "made"), ("prompt", "made"), ("parameters", "made"),
        ("release", "made"),
    ]  # fmt: skip
    release = system.releases.get()
    assert first.release == release.key and first.changed
    assert {item["kind"] for item in release.items} == {"model", "prompt", "parameters", "image"}
    version = ModelVersion.objects.get()
    assert version.artefact_digest == "sha256:" + "a" * 64 and version.stage == "candidate"
    assert version.cards.get().source == "manifest"
    before = (counts(), Entry.objects.count())
    again = take(sender, document)
    assert (
        not again.changed and {item.outcome for item in again.items} == {"unchanged"} and again.release == release.key
    )
    assert (counts(), Entry.objects.count()) == before


def test_a_dry_run_says_the_same_and_changes_nothing(sender, document):
    before = (counts(), Entry.objects.count())
    said = take(sender, document, dry_run=True)
    assert (counts(), Entry.objects.count()) == before
    assert all(item.key == "" for item in said.items if item.outcome == "made") and said.release == ""
    assert outcomes(said) == outcomes(take(sender, document))


def test_another_artefact_under_the_same_name_conflicts_and_nothing_is_taken(sender, document):
    take(sender, document)
    document["models"][0]["versions"][0]["artefact_digest"] = "sha256:" + "c" * 64
    document["artefacts"][0]["content"] = "Another prompt"
    before = counts()
    with pytest.raises(Faulty) as caught:
        take(sender, document)
    assert caught.value.status == 409 and counts() == before
    assert list(caught.value.problems) == ["/models/0/versions/0"]
    assert "on record as another artefact: MDV-" in caught.value.problems["/models/0/versions/0"][0]


def test_one_fault_anywhere_takes_nothing_and_all_faults_are_told(sender, document):
    document["models"][0]["provider"] = "Nobody Ltd"
    document["artefacts"][1]["content"] = "no json"
    document["models"].append(
        {
            "name": "other",
            "versions": [{"name": "1", "snapshot": "x", "data": [{"dataset": "DS-9", "role": "training"}]}],
        }
    )
    before = counts()
    with pytest.raises(Faulty) as caught:
        take(sender, document)
    assert caught.value.status == 422 and counts() == before
    assert set(caught.value.problems) == {
        "/models/0/provider",
        "/artefacts/1/content",
        "/models/1/versions/0/data/0/dataset",
    }


def test_what_the_record_says_otherwise_is_kept_and_told(sender, document):
    take(sender, document)
    model = AIModel.objects.get()
    document["models"][0]["licence"] = "MIT"
    document["models"][0]["versions"][0]["metrics"][0]["value"] = 0.95
    said = take(sender, document)
    assert not said.changed and AIModel.objects.get().licence == model.licence == "Apache-2.0"
    notes = [note for item in said.items for note in item.notes if item.kind != "release"]
    assert notes == ["licence stays as it is on record: Apache-2.0.", "f1 stays as it is on record: 0.91."]


def test_a_card_that_somebody_has_written_over_is_not_brought_back(sender, document):
    take(sender, document)
    version = ModelVersion.objects.get()
    operations.write_card(actor=sender.as_actor(), model_version=version, content={"intended_use": "Better words"})
    assert not take(sender, document).changed
    assert version.cards.order_by("-number").first().content == {"intended_use": "Better words"}


def test_a_new_version_makes_a_new_release_beside_the_old_one(sender, document, system):
    take(sender, document)
    document["models"][0]["versions"] = [{"name": "2.2", "artefact_digest": "sha256:" + "d" * 64}]
    document["artefacts"][0]["content"] = "Sort it well"
    said = take(sender, document)
    assert ("version", "made") in outcomes(said) and ("prompt", "added") in outcomes(said)
    assert [one.number for one in system.releases.order_by("number")] == [1, 2]


def test_a_release_may_name_what_is_on_record_and_must_not_name_what_is_not(sender, document, system):
    take(sender, document)
    key = AIModel.objects.get().key
    again = {"format": "gatehouse-manifest/1", "system": {"key": system.key},
             "release": {"models": [{"model": key, "version": "2.1"}], "artefacts": []}}  # fmt: skip
    assert take(sender, again).changed and len(system.releases.order_by("-number").first().items) == 1
    again["release"]["models"].append({"model": key, "version": "9"})
    with pytest.raises(Faulty) as caught:
        take(sender, again)
    assert list(caught.value.problems) == ["/release/models/1"]


def test_a_system_is_proposed_and_no_gate_is_passed(sender, document, system):
    document["system"] = {"name": "Fraud finder", "summary": "Finds odd claims."}
    take(sender, document)
    made = AISystem.objects.get(name="Fraud finder")
    assert made.stage == "proposed" and made.owner == sender and made.department == sender.department
    assert not made.authorisations.exists() and made.releases.count() == 1
    assert not take(sender, document).changed


def test_with_the_answers_of_the_intake_it_is_a_wish_and_the_rest_waits(sender, employee, document, analyst, system):
    document["system"] = {
        "name": "Fraud finder",
        "summary": "Find claims that look odd.",
        "answers": {"technique": "predicts"},
    }
    del document["models"]
    first = take(employee, document)
    assert outcomes(first) == [("wish", "made"), ("prompt", "waits"), ("parameters", "waits"), ("release", "waits")]
    assert not take(employee, document).changed and Intake.objects.count() == 1
    intake = Intake.objects.get()
    inventory.close_intake(actor=analyst.as_actor(), intake=intake, outcome="refused", reason="No need")
    with pytest.raises(Faulty, match="No need") as caught:
        take(employee, document)
    assert caught.value.status == 409


def test_a_prohibited_practice_is_no_wish(employee, document):
    document = {
        "format": "gatehouse-manifest/1",
        "system": {
            "name": "Mood reader",
            "summary": "Watch the mood of staff.",
            "answers": {"practices": ["workplace_emotion"]},
        },
    }
    with pytest.raises(Faulty) as caught:
        take(employee, document)
    assert list(caught.value.problems) == ["/system/answers"] and not Intake.objects.exists()


def test_each_part_asks_for_its_own_permission_and_the_refusal_stays_on_record(employee, document, system):
    before = counts()
    with pytest.raises(Faulty) as caught:
        take(employee, document)
    assert caught.value.status == 403 and counts() == before
    assert Entry.objects.filter(event="audit.operation.refused").exists()


def test_nobody_learns_of_systems_that_are_not_theirs(outsider, document):
    with pytest.raises(Faulty) as caught:
        take(outsider, document)
    assert "/system" in " ".join(caught.value.problems)


@pytest.fixture
def pipeline(tmp_path, settings):
    made = Pipeline(tmp_path, settings)
    yield made
    made.server.server_close()


def test_a_service_sends_it_with_the_copied_file(pipeline, sender, document, system):
    service = ServiceIdentity.objects.create(name="claims-build", purpose="Builds", owner=sender)
    for role in ("system-owner", "model-owner"):
        accounts.assign_role(
            actor=SETUP, role=Role.objects.get(key=role), service=service, department=system.department, reason="Test"
        )
    scopes = ["registry.model.view", "registry.model.edit", "inventory.catalog.browse", "inventory.release.freeze"]
    pipeline.sign_in(sender, *scopes, service=service)
    folder = pipeline.folder
    (folder / "prompt.txt").write_text("Sort this claim:\n{claim}")
    (folder / "model.bin").write_bytes(b"weights")
    document["artefacts"][0] = {"kind": "prompt", "name": "sorting", "content_from": "prompt.txt"}
    version = document["models"][0]["versions"][0]
    del version["artefact_digest"]
    version["digest_from"] = "model.bin"
    (folder / "gatehouse.json").write_text(json.dumps(document))
    assert pipeline.run("register", "--dry-run").out.startswith("What would happen:\nunchanged: system")
    assert not ModelVersion.objects.exists()
    taken = pipeline.run("register", "--json")
    assert taken.code == 0 and taken.said["changed"] and taken.said["release"] == Release.objects.get().key
    assert ModelVersion.objects.get().registered_by is None
    assert pipeline.run("register").out.startswith("All of it is on record: nothing changed.\n")
    (folder / "model.bin").write_bytes(b"other weights")
    refused = pipeline.run("register")
    assert refused.code == 1 and "/models/0/versions/0: 2.1 is on record as another artefact" in refused.out
    (folder / "gatehouse.yaml").write_text("format: gatehouse-manifest/1\nmodels:\n- name: 7\n")
    wrong = pipeline.run("register", "gatehouse.yaml", "--json")
    assert wrong.code == 1 and wrong.said["errors"] == {"/models/0/name": ["This must be text."]}


def test_a_token_for_something_else_takes_nothing(pipeline, sender, document):
    pipeline.sign_in(sender, "inventory.catalog.browse")
    (pipeline.folder / "gatehouse.json").write_text(json.dumps(document))
    refused = pipeline.run("register")
    assert refused.code == 1 and "not issued for" in refused.out and not AIModel.objects.exists()


def test_the_page_shows_the_same_preview_and_outcome_without_scripts(client, as_person, sender, document):
    as_person(client, sender)
    text = json.dumps(document)
    shown = client.post("/models/manifest/", {"text": text, "do": "preview"}).content.decode()
    assert "What would happen" in shown and "Take it" in shown and not AIModel.objects.exists()
    taken = client.post("/models/manifest/", {"text": text, "do": "take"}).content.decode()
    assert "Taken" in taken and ModelVersion.objects.get().key in taken
    assert "nothing changed" in client.post("/models/manifest/", {"text": text, "do": "take"}).content.decode()
    document["models"][0]["versions"][0]["artefact_digest"] = "sha256:" + "e" * 64
    faulty = client.post("/models/manifest/", {"text": json.dumps(document), "do": "take"})
    assert faulty.status_code == 409 and "/models/0/versions/0" in faulty.content.decode()
    broken = client.post("/models/manifest/", {"text": "{"})
    assert broken.status_code == 422 and "no JSON" in broken.content.decode()
    assert client.post("/models/manifest/", {"text": ""}).status_code == 422


def test_a_file_on_the_page_takes_the_place_of_the_text(client, as_person, sender):
    from django.core.files.uploadedfile import SimpleUploadedFile

    as_person(client, sender)
    file = SimpleUploadedFile("gatehouse.toml", b'format = "gatehouse-manifest/1"\n[[models]]\nname = "urgency"\n')
    shown = client.post("/models/manifest/", {"file": file}).content.decode()
    assert "What would happen" in shown and "&quot;urgency&quot;" in shown
    bad = client.post("/models/manifest/", {"file": SimpleUploadedFile("x.json", b"\xff\xfe")})
    assert bad.status_code == 422
