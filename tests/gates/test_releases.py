"""Gates look at the release: which one a review is about, what is new in it, and whether its models are fit to run."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.urls import reverse

from apps.accounts import operations as accounts
from apps.accounts.models import Role
from apps.gates import operations, permissions, queries
from apps.gates.checks import run_checks
from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Refused
from apps.registry import operations as registry
from tests.conftest import SETUP

MODEL_CHECKS = ("release_frozen", "models_recorded", "models_validated", "models_current")


@pytest.fixture
def version(model_owner, claims):
    """A version of a model, registered and nothing else."""
    actor = model_owner.as_actor()
    model = registry.register_model(actor=actor, name="urgency", department=claims, owner=model_owner)
    return registry.register_version(
        actor=actor, ai_model=model, name="1.0", artefact_digest="sha256:" + "a" * 64
    )  # fmt: skip


def failed(system):
    return [result.name for result in run_checks(system, "G4", MODEL_CHECKS) if not result.passed]


def test_a_system_without_releases_is_decided_on_by_its_record_alone(system):
    assert [result.applies for result in run_checks(system, "G4", MODEL_CHECKS)] == [False] * 4


def test_a_system_with_prompts_needs_a_release(system, owner):
    registry.register_artefact(actor=owner.as_actor(), system=system, kind="prompt", name="triage")
    assert failed(system) == ["release_frozen"]


def test_the_models_of_a_release_are_recorded_validated_and_current(system, owner, model_owner, validation, version):
    release = registry.compose_release(actor=owner.as_actor(), system=system, model_versions=[version])
    assert failed(system) == ["models_recorded", "models_validated"]
    registry.write_card(actor=model_owner.as_actor(), model_version=version, content={"intended_use": "Sort claims"})
    registry.validate_version(actor=validation.as_actor(), model_version=version, reason="Tested")
    assert failed(system) == []
    day = clock.today() + timedelta(days=10)
    registry.deprecate_version(actor=model_owner.as_actor(), model_version=version, reason="Old", retires_on=day)
    assert failed(system) == []
    with clock.travel(clock.now() + timedelta(days=11)):
        assert failed(system) == ["models_current"]
    registry.retire_version(actor=model_owner.as_actor(), model_version=version, reason="Gone")
    assert failed(system) == ["models_current"] and release.key


def test_a_model_that_is_on_no_record_is_named(system, owner):
    part = {"kind": "model", "name": "mystery", "version": "7"}
    inventory.freeze_release(actor=owner.as_actor(), system=system, items=[part])
    result = run_checks(system, "G4", ("models_recorded",))[0]
    assert not result.passed and "mystery 7" in result.sentence


@pytest.fixture
def waiting(system, policy, owner):
    """A review about the first release, after which a second one was frozen."""

    def freeze(number):
        part = {"kind": "image", "name": "api", "version": str(number)}
        return inventory.freeze_release(actor=owner.as_actor(), system=system, items=[part])

    first = freeze(1)
    review = operations.submit_review(actor=owner.as_actor(), system=system, gate="G1")
    return review, first, freeze(2)


def test_a_release_frozen_later_changes_nothing_about_a_review_that_waits(waiting, analyst, approve, client, as_person):
    review, first, second = waiting
    as_person(client, analyst)
    page = client.get(reverse("gates:review", args=[review.key])).content.decode()
    assert first.key in page and f"still decides on {first.key}" in page and second.key in page
    approve(analyst, review, "triage")
    assert review.system.authorisations.get().release == first
    shown = client.get(reverse("registry:release", args=[first.key])).content.decode()
    assert review.key in shown


def test_nobody_decides_on_a_release_that_was_withdrawn(waiting, analyst, owner, approve):
    review, first, _second = waiting
    inventory.withdraw_release(actor=owner.as_actor(), release=first, reason="Wrong index")
    with pytest.raises(Refused, match="withdrawn"):
        approve(analyst, review, "triage")


def test_whoever_composed_a_release_does_not_decide_on_it(system, policy, owner, make_person, approve):
    both = make_person("Bea Both", "governance-analyst")
    role = Role.objects.get(key="system-owner")
    accounts.assign_role(actor=SETUP, person=both, role=role, department=both.department, reason="Test")
    part = {"kind": "image", "name": "api", "version": "1"}
    inventory.freeze_release(actor=both.as_actor(), system=system, items=[part])
    review = operations.submit_review(actor=owner.as_actor(), system=system, gate="G1")
    decision = permissions.may_decide(actor=both.as_actor(), review=review, lane="triage")
    assert not decision and "composed" in decision.reason
    assert review not in queries.waiting_for(both)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT gates_hand_in(%s, r, s) FROM gates_review r JOIN inventory_aisystem s ON s.id = r.system_id"
            " WHERE r.id = %s",
            [both.pk, review.pk],
        )
        assert cursor.fetchone() == (True,)
