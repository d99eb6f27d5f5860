"""Model owners put models on record in the browser; everybody reads the card in the order people read."""

from __future__ import annotations

import pytest

from apps.catalog import operations as catalog
from apps.registry import operations
from apps.registry.models import AIModel, ModelVersion

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def ai_model(model_owner, claims):
    return operations.register_model(actor=model_owner.as_actor(), name="urgency", department=claims, owner=model_owner)


@pytest.fixture
def version(ai_model, model_owner):
    return operations.register_version(
        actor=model_owner.as_actor(), ai_model=ai_model, name="1.0", artefact_digest=DIGEST
    )


def test_a_model_owner_registers_a_model_and_a_version_and_writes_its_card(client, as_person, model_owner, claims):
    as_person(client, model_owner)
    form = {
        "name": "urgency",
        "department": claims.pk,
        "derivation": "none",
        "hosting": "own",
        "owner": model_owner.email,
    }
    answer = client.post("/models/register/", form)
    made = AIModel.objects.get()
    assert answer.status_code == 302 and made.owner == model_owner
    wrong = client.post(f"/models/{made.key}/versions/register/", {"name": "1.0", "metrics": "f1: high"})
    assert wrong.status_code == 422 and "“high” is no number" in wrong.content.decode()
    right = {"name": "1.0", "artefact_digest": DIGEST, "metrics": "f1: 0.81", "parameters": "depth: 6"}
    assert client.post(f"/models/{made.key}/versions/register/", right).status_code == 302
    version = ModelVersion.objects.get()
    client.post(f"/models/versions/{version.key}/card/", {"intended_use": "Sort claims", "limits": "No motor\nNo life"})
    page = client.get(f"/models/versions/{version.key}/").content.decode()
    assert page.index("What it is for") < page.index("What it cannot do") < page.index("Data it was made from")
    assert "No motor" in page and "0.81" in page and "How it was measured" in page


def test_an_employee_reads_and_changes_nothing(client, as_person, employee, ai_model, version):
    as_person(client, employee)
    assert "urgency" in client.get("/models/").content.decode()
    assert client.get(f"/models/versions/{version.key}/").status_code == 200
    for address in ("/models/register/", f"/models/{ai_model.key}/edit/", f"/models/versions/{version.key}/retire/"):
        assert client.get(address).status_code == 403


def test_a_dataset_that_one_may_not_see_is_not_named_on_the_card(
    client, as_person, ai_model, model_owner, steward, employee, underwriting, make_person
):
    platform = catalog.register_platform(
        actor=steward.as_actor(),
        name="W",
        namespace="postgres://w",
        kind="warehouse",
        region="EU",
        department=underwriting,
    )
    secret = catalog.register_dataset(
        actor=steward.as_actor(),
        platform=platform,
        name="secret",
        title="Fraud files",
        department=underwriting,
        fields=[],
    )
    made = operations.register_version(
        actor=model_owner.as_actor(), ai_model=ai_model, name="2", snapshot="2026-11",
        data=[{"dataset": secret, "role": "training"}],
    )  # fmt: skip
    seen = "Fraud files" in as_person(client, steward).get(f"/models/versions/{made.key}/").content.decode()
    assert seen
    stranger = make_person("Sina Stranger", "model-owner", reach=ai_model.department)
    from apps.catalog.models import Dataset

    hidden = not Dataset.objects.visible_to(stranger).filter(pk=secret.pk).exists()
    page = as_person(client, stranger).get(f"/models/versions/{made.key}/").content.decode()
    assert ("Fraud files" not in page) is hidden


def test_what_breaks_is_asked_for_a_day(client, as_person, model_owner, version):
    as_person(client, model_owner)
    assert client.get(f"/models/versions/{version.key}/what-breaks/?on=2027-01-01").status_code == 200
    assert client.get(f"/models/versions/{version.key}/what-breaks/?on=soon").status_code == 422


def test_two_people_editing_at_once_see_each_other(client, as_person, model_owner, ai_model, claims):
    as_person(client, model_owner)
    form = {"name": "urgency", "derivation": "none", "hosting": "own", "version": ai_model.version}
    form |= {"owner": model_owner.email, "department": claims.pk}
    assert client.post(f"/models/{ai_model.key}/edit/", form | {"summary": "First"}).status_code == 302
    late = client.post(f"/models/{ai_model.key}/edit/", form | {"summary": "Second"})
    assert late.status_code == 409 and "Second" in late.content.decode()


def test_the_list_offers_what_each_may_do_by_name(client, as_person, model_owner, owner, employee):
    found = {}
    for person in (model_owner, owner, employee):
        as_person(client, person)
        page = client.get("/models/").content.decode()
        found[person] = [
            text for text in ("Register a model</a>", 'models/manifest/">Send a manifest</a>') if text in page
        ]
        assert 'href=""' not in page
    assert [len(found[person]) for person in (model_owner, owner, employee)] == [2, 1, 0]
