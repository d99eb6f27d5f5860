"""Composing releases: exact versions of what one may know of, compared with any other release."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.registry import operations
from apps.registry.models import ModelVersion
from apps.registry.operations.composing import warnings_about
from apps.registry.queries.releases import differences, models_in, resolve_artefacts, resolve_models

SHA = "sha256:{:064x}"


@pytest.fixture
def versions(model_owner, claims):
    """Two measured versions of a model, the second one the champion."""
    actor = model_owner.as_actor()
    model = operations.register_model(actor=actor, name="urgency", department=claims, owner=model_owner)
    found = [
        operations.register_version(
            actor=actor, ai_model=model, name=f"{n}.0", artefact_digest=SHA.format(n),
            metrics=[{"name": "f1", "value": value}],
        )
        for n, value in ((1, "0.80"), (2, "0.75"))
    ]  # fmt: skip
    operations.set_alias(actor=actor, ai_model=model, name="champion", model_version=found[1])
    return found


@pytest.fixture
def prompts(system, owner):
    """Two versions of a prompt."""
    actor = owner.as_actor()
    prompt = operations.register_artefact(actor=actor, system=system, kind="prompt", name="triage")
    return [
        operations.add_artefact_version(actor=actor, artefact=prompt, content=text)
        for text in ("You sort claims.\nBe kind.", "You sort motor claims.\nBe kind.")
    ]


@pytest.fixture
def pair(system, owner, versions, prompts):
    """Two releases: the second with another model version, another prompt and without the image."""
    image = {"kind": "image", "name": "api", "version": "4"}
    return [
        operations.compose_release(
            actor=owner.as_actor(), system=system, model_versions=[versions[n]], artefact_versions=[prompts[n]],
            others=[image] if n == 0 else [{"kind": "dataset", "name": "codes", "version": "9"}], name=f"2026.{n}",
        )
        for n in (0, 1)
    ]  # fmt: skip


def test_the_difference_of_two_releases_goes_into_their_parts(pair):
    found = differences(*pair)
    assert [i["name"] for i in found.added] == ["codes"] and [i["name"] for i in found.removed] == ["api"]
    model, prompt = found.changed
    assert [(m.name, m.before, m.after, m.change) for m in model.metrics] == [
        ("f1", Decimal("0.8"), Decimal("0.75"), Decimal("-0.05"))
    ]
    assert [(line.kind, line.text) for line in prompt.lines][:2] == [
        ("removed", "You sort claims."),
        ("added", "You sort motor claims."),
    ]


def test_measures_stay_hidden_from_those_who_may_not_know_of_the_model(pair, make_person):
    nobody = make_person("Nora Nobody", None)
    assert differences(*pair, person=nobody).changed[0].metrics == []


def test_models_in_a_release_are_its_versions(pair, versions):
    assert list(models_in(pair[0])) == [versions[0]] and list(models_in(pair[1])) == [versions[1]]


def test_the_same_parts_in_another_order_are_the_same_release(system, owner, pair, versions, prompts):
    again = operations.compose_release(
        actor=owner.as_actor(), system=system, artefact_versions=[prompts[1]], model_versions=[versions[1]],
        others=[{"kind": "dataset", "name": "codes", "version": "9"}],
    )  # fmt: skip
    assert again == pair[1]


def test_a_retired_version_is_not_composed(system, owner, model_owner, versions):
    operations.retire_version(actor=model_owner.as_actor(), model_version=versions[0], reason="Gone")
    with pytest.raises(Invalid, match="retired"):
        operations.compose_release(actor=owner.as_actor(), system=system, model_versions=[versions[0]])


def test_a_deprecated_version_is_composed_with_a_warning(system, owner, model_owner, versions):
    day = clock.today() + timedelta(days=30)
    operations.deprecate_version(actor=model_owner.as_actor(), model_version=versions[0], reason="Old", retires_on=day)
    versions[0].refresh_from_db()
    assert day.isoformat() in warnings_about(versions)[0] and len(warnings_about(versions)) == 1
    assert operations.compose_release(actor=owner.as_actor(), system=system, model_versions=[versions[0]])


def test_an_alias_is_frozen_as_the_version_it_points_at(owner, versions, model_owner):
    model = versions[0].ai_model
    found, unknown = resolve_models(
        ModelVersion.objects.visible_to(owner), [f"{model.key}@champion", versions[1].key, f"{model.key}@nothing"]
    )
    assert found == [versions[1]] and unknown == [f"{model.key}@nothing"]


def test_versions_of_other_systems_and_made_up_numbers_are_not_found(system, prompts):
    key = prompts[0].artefact.key
    found, unknown = resolve_artefacts(system, [key, f"{key}/1", f"{key}/x", f"{key}/99999999999", "ART-9999"])
    assert found == [prompts[1], prompts[0]] and len(unknown) == 3


@pytest.mark.parametrize("kind", ["model", "prompt", "parameters"])
def test_a_part_off_the_record_never_passes_for_one_on_record(system, owner, kind):
    with pytest.raises(Invalid, match="on record"):
        operations.compose_release(
            actor=owner.as_actor(), system=system, others=[{"kind": kind, "name": "x", "version": "1"}]
        )


def test_only_those_who_build_the_system_compose_it(system, outsider, employee, auditor):
    image = {"kind": "image", "name": "api", "version": "4"}
    for person in (outsider, employee, auditor):
        with pytest.raises(Refused):
            operations.compose_release(actor=person.as_actor(), system=system, others=[image])


def test_the_form_begins_with_the_newest_release_and_freezes_what_is_ticked(
    client, as_person, owner, system, pair, versions, prompts
):
    as_person(client, owner)
    url = reverse("registry:release_compose", args=[system.key])
    shown = client.get(url)
    form = shown.context["form"]
    assert form.initial["models"] == [versions[1].key]
    assert form.initial["artefacts"] == [f"{prompts[1].artefact.key}/2"]
    assert form.initial["others"] == ["dataset codes 9"]
    posted = {"models": [f"{versions[0].ai_model.key}@champion"], "artefacts": [f"{prompts[0].artefact.key}/1"]}
    answer = client.post(url, posted)
    made = system.releases.order_by("-number").first()
    assert answer.status_code == 302 and made.number == 3
    assert [(i["kind"], i["version"]) for i in made.items] == [("model", "2.0"), ("prompt", "1")]
    page = client.get(reverse("registry:release", args=[made.key])).content.decode()
    assert versions[1].key in page and made.digest in page and "dataset" in page
    both = client.get(reverse("registry:release_against", args=[made.key, pair[0].key]))
    assert both.status_code == 200 and both.context["before"] == pair[0]


def test_what_is_not_to_be_seen_is_refused_in_the_form(client, as_person, owner, system):
    as_person(client, owner)
    answer = client.post(reverse("registry:release_compose", args=[system.key]), {"models": ["MDV-9999"]})
    assert answer.status_code == 422 and "MDV-9999" in answer.content.decode()
    assert not system.releases.exists()


def test_a_pipeline_composes_and_asks_what_differs(client, owner, system, pair, versions, prompts):
    from apps.accounts import operations as accounts
    from apps.kernel.permissions import Permission

    scopes = [Permission.INVENTORY_RELEASE_FREEZE, Permission.INVENTORY_CATALOG_BROWSE]
    token = accounts.issue_token(actor=owner.as_actor(), name="CI", scopes=scopes, days=1).text
    headers = {"authorization": f"Bearer {token}"}
    wanted = {"models": [f"{versions[0].ai_model.key}@champion"], "artefacts": [prompts[0].artefact.key]}
    answer = client.post(
        f"/api/v1/systems/{system.key}/releases", wanted, content_type="application/json", headers=headers
    )
    assert answer.status_code == 201, answer.content
    made = answer.json()
    assert [part["version"] for part in made["items"]] == ["2.0", "2"] and made["covered"][1]["authorisation"] == ""
    found = client.get(f"/api/v1/releases/{pair[0].key}/against/{made['key']}", headers=headers).json()
    assert [part["name"] for part in found["removed"]] == ["api"] and found["changed"][0]["metrics"][0][
        "change"
    ] == -0.05
    wrong = client.post(
        f"/api/v1/systems/{system.key}/releases",
        {"models": ["MDV-9999"]},
        content_type="application/json",
        headers=headers,
    )
    assert wrong.status_code == 422


def test_the_systems_page_says_what_the_next_review_would_freeze(client, as_person, owner, system, pair):
    as_person(client, owner)
    page = client.get(reverse("inventory:system", args=[system.key])).content.decode()
    assert "would freeze" in page and pair[1].key in page
    assert pair[1].key in client.get(reverse("registry:releases")).content.decode()
