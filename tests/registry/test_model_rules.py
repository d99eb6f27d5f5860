"""Findings about models: each comes with what is wrong, tells whom it concerns, and goes when it is mended."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.inventory.models import AISystem, Component, Vendor
from apps.kernel import clock
from apps.kernel.rules import rule_named
from apps.registry import operations
from apps.registry.models import AIModel, Deployment, Environment, ModelVersion, ProviderTerms, ReleaseVersion, Side

ALL = [f"MDL-00{number}" for number in range(1, 8)]


@pytest.fixture
def model(model_owner, claims):
    """A third party's model with everything on record, and its version in production by the system."""
    vendor = Vendor.objects.create(name="Modelhouse")
    made = operations.register_model(
        actor=model_owner.as_actor(), name="urgency", provider=vendor, department=claims, owner=model_owner,
        licence="MIT",
    )  # fmt: skip
    operations.record_terms(
        actor=model_owner.as_actor(), ai_model=made, valid_from=clock.today() - timedelta(days=9), title="Terms 1",
        regions=["DE"], trains_on_our_data="no",
    )  # fmt: skip
    return made


def run(system, release, key="DEP-9001"):
    """Let something be seen running, whatever a gate said: the rules look at what is."""
    Deployment.objects.filter(valid_until=None).update(valid_until=clock.now())
    Deployment.objects.create(
        key=key, system=system, release=release, environment=Environment.PRODUCTION, region="DE", side=Side.OBSERVED,
        valid_from=clock.now(),
    )  # fmt: skip


@pytest.fixture
def version(model, model_owner, system):
    AISystem.objects.filter(pk=system.pk).update(tier="T2", regions=["EU"])
    actor = model_owner.as_actor()
    made = operations.register_version(actor=actor, ai_model=model, name="1.0", snapshot="2026-11-01")
    operations.write_card(actor=actor, model_version=made, content={"intended_use": "Sort claims"})
    operations.set_alias(actor=actor, ai_model=model, name="champion", model_version=made)
    ModelVersion.objects.filter(pk=made.pk).update(stage="validated")
    release = operations.compose_release(actor=system.owner.as_actor(), system=system, model_versions=[made])
    run(system, release)
    return made


def found():
    return [name for name in ALL if rule_named(name).failing().exists()]


def stage(version, name, days=None):
    day = None if days is None else clock.today() + timedelta(days=days)
    ModelVersion.objects.filter(pk=version.pk).update(stage=name, retires_on=day)


def test_nothing_is_wrong_with_a_model_in_order(version):
    assert found() == [] and ReleaseVersion.objects.filter(model_version=version).exists()


def test_a_version_that_ends_soon_needs_a_tested_exit(version, system):
    stage(version, "deprecated", 30)
    assert found() == ["MDL-001"] and rule_named("MDL-001").failing().get() == system
    part = Component.objects.create(system=system, kind="model", name="urgency", exit_substitute="Rules by hand")
    assert found() == ["MDL-001"]
    Component.objects.filter(pk=part.pk).update(exit_tested_on=clock.today())
    assert found() == []
    Component.objects.all().delete()
    stage(version, "deprecated", 90)
    assert found() == []


def test_a_model_has_an_owner_who_is_here(version, model, model_owner):
    type(model_owner).objects.filter(pk=model_owner.pk).update(is_active=False)
    assert found() == ["MDL-002"]
    AIModel.objects.update(owner=None)
    assert rule_named("MDL-002").failing().get() == model
    stage(version, "retired")
    assert "MDL-002" not in found()


def test_upper_tiers_run_nothing_without_licence_card_and_validation(version, system, model):
    AIModel.objects.update(licence="")
    stage(version, "candidate")
    wrong = rule_named("MDL-003").failing().get()
    assert wrong == version and wrong.explanation == "No licence is on record. Nobody has validated it. "
    assert wrong.finding_owner == model.owner_id
    AISystem.objects.update(tier="T3")
    assert found() == []
    AISystem.objects.update(tier="", provisional_tier="")
    assert found() == ["MDL-003"]
    AIModel.objects.update(licence="MIT")
    stage(version, "validated")
    assert found() == []


def test_a_version_without_a_card_is_told(model, model_owner, version, system):
    bare = operations.register_version(actor=model_owner.as_actor(), ai_model=model, name="2.0", snapshot="x")
    release = operations.compose_release(actor=system.owner.as_actor(), system=system, model_versions=[bare])
    stage(bare, "validated")
    run(system, release, "DEP-9002")
    assert rule_named("MDL-003").failing().get().explanation == "It has no card. "


def test_terms_of_third_parties_hold_today_and_rule_training_out(version, model):
    ProviderTerms.objects.update(trains_on_our_data="unknown")
    assert found() == ["MDL-005"] and "not known" in rule_named("MDL-005").failing().get().explanation
    ProviderTerms.objects.update(trains_on_our_data="yes")
    assert "trains on our data" in rule_named("MDL-005").failing().get().explanation
    ProviderTerms.objects.update(valid_until=clock.today() - timedelta(days=1))
    assert found() == ["MDL-004"]
    ProviderTerms.objects.all().delete()
    assert rule_named("MDL-004").failing().get().explanation == "No terms are on record."
    Deployment.objects.update(valid_until=clock.now())
    assert found() == []


def test_data_stays_in_the_regions_of_the_system(version, system):
    ProviderTerms.objects.update(regions=["DE", "US"])
    assert found() == ["MDL-006"] and rule_named("MDL-006").failing().get() == system
    ProviderTerms.objects.update(regions=[])
    assert found() == ["MDL-006"]
    AISystem.objects.update(regions=[])
    assert found() == []


def test_an_alias_points_at_what_is_there(version, model, model_owner):
    stage(version, "retired")
    assert found() == ["MDL-007"]
    operations.end_alias(actor=model_owner.as_actor(), ai_model=model, name="champion")
    assert found() == []
