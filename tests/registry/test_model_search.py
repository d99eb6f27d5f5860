"""Models are found by their words, versions and releases by key or digest; candidates wait for who may validate them."""

from __future__ import annotations

import pytest

from apps.kernel import owed, search
from apps.registry import operations
from apps.registry.queries.aimodels import to_validate

DIGEST = f"sha256:{'a1' * 32}"


@pytest.fixture
def version(model_owner, claims):
    model = operations.register_model(
        actor=model_owner.as_actor(), name="Urgency of claims", department=claims, owner=model_owner
    )
    return operations.register_version(actor=model_owner.as_actor(), ai_model=model, name="1.0", artefact_digest=DIGEST)


def keys(person, name, text):
    from apps.registry import search as ours

    return [hit.key for hit in getattr(ours, name)(person, text, 5)]


def test_models_and_versions_are_found_by_those_who_may_know_them(version, owner, outsider):
    model = version.ai_model
    assert keys(owner, "_models", "urgency CLAIMS") == keys(owner, "_models", model.key.lower()) == [model.key]
    assert keys(owner, "_models", "urgency fraud") == keys(owner, "_models", "\x00nothing") == []
    for text in (version.key.lower(), DIGEST, DIGEST.upper(), DIGEST[7:], DIGEST[:20]):
        assert keys(owner, "_versions", text) == [version.key]
    assert keys(owner, "_versions", "1.0") == keys(owner, "_versions", "sha256:") == []


def test_releases_are_found_by_digest(system, freeze, owner):
    release = freeze(system, 1)
    assert keys(owner, "_releases", f"sha256:{release.digest}") == [release.key]
    assert keys(owner, "_releases", "0" * 64) == []


def test_a_candidate_waits_for_somebody_who_did_not_register_it(version, model_owner, validation, employee):
    assert not to_validate(validation).exists()
    operations.write_card(actor=model_owner.as_actor(), model_version=version, content={"intended_use": "Sort"})
    assert list(to_validate(validation)) == [version]
    assert not to_validate(model_owner).exists() and not to_validate(employee).exists()
    operations.validate_version(actor=validation.as_actor(), model_version=version, reason="Measured it anew")
    assert not to_validate(validation).exists()


def test_the_rooms_offer_them():
    assert {"registry.models", "registry.versions"} <= set(search._providers)
    assert "registry.versions_to_validate" in owed._providers
