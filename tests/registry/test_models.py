"""Models and versions: what is on record stays what it was, and whoever stands on it is told before it goes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection, transaction
from django.db.utils import Error

from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.registry import operations
from apps.registry.models import ReleaseVersion, VersionStage
from apps.registry.queries.downstream import what_breaks
from apps.work.models import Action, Notice

DIGEST = "sha256:" + "a" * 64


@pytest.fixture
def ai_model(model_owner, claims):
    return operations.register_model(
        actor=model_owner.as_actor(), name="urgency", department=claims, owner=model_owner, task="text-classification"
    )


@pytest.fixture
def version(ai_model, model_owner):
    return operations.register_version(
        actor=model_owner.as_actor(),
        ai_model=ai_model,
        name="1.0",
        artefact_digest=DIGEST,
        source="s3://models/urgency",
    )


@pytest.fixture
def in_release(system, owner, version):
    part = {"kind": "model", "name": "urgency", "version": "1.0", "digest": DIGEST}
    part |= {"subject_type": "registry.model_version", "subject_id": str(version.pk)}
    return inventory.freeze_release(actor=owner.as_actor(), system=system, items=[part])


def test_the_same_version_again_is_the_same_and_another_artefact_of_that_name_conflicts(version, ai_model, model_owner):
    again = operations.register_version(
        actor=model_owner.as_actor(), ai_model=ai_model, name="1.0", artefact_digest=DIGEST
    )
    assert again == version
    with pytest.raises(Conflict, match=version.key):
        operations.register_version(
            actor=model_owner.as_actor(), ai_model=ai_model, name="1.0", artefact_digest="sha256:" + "b" * 64
        )


@pytest.mark.parametrize("identity", [{}, {"artefact_digest": "md5:abc"}, {"artefact_digest": "sha256:xyz"}])
def test_a_version_without_an_identity_is_refused(ai_model, model_owner, identity):
    with pytest.raises(Invalid):
        operations.register_version(actor=model_owner.as_actor(), ai_model=ai_model, name="2", **identity)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE registry_modelversion SET artefact_digest = 'sha256:other'",
        "UPDATE registry_modelversion SET parameters = '{}', name = '9'",
        "DELETE FROM registry_modelversion",
        "INSERT INTO registry_versionmetric SELECT * FROM registry_versionmetric; DELETE FROM registry_versionmetric",
    ],
)
def test_the_database_keeps_a_version_as_it_was(version, statement):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_whoever_registered_a_version_does_not_validate_it(version, model_owner, validation):
    with pytest.raises(Refused, match="You registered"):
        operations.validate_version(actor=model_owner.as_actor(), model_version=version, reason="Works")
    found = operations.validate_version(actor=validation.as_actor(), model_version=version, reason="Tested on 2026-10")
    assert found.stage == VersionStage.VALIDATED


def test_an_employee_and_an_owner_of_systems_register_nothing(ai_model, employee, owner):
    for person in (employee, owner):
        with pytest.raises(Refused):
            operations.register_version(
                actor=person.as_actor(), ai_model=ai_model, name="2", artefact_digest="sha256:" + "c" * 64
            )


def test_measures_are_kept_once(version, model_owner):
    rows = [{"name": "f1", "value": "0.81", "measured_at": clock.now(), "source": "run 7"}]
    assert operations.record_metrics(actor=model_owner.as_actor(), model_version=version, metrics=rows) == 1
    assert operations.record_metrics(actor=model_owner.as_actor(), model_version=version, metrics=rows) == 0


@pytest.mark.parametrize("value", ["nan", "inf", "much", "1e40"])
def test_a_measure_is_a_number(version, model_owner, value):
    with pytest.raises(Invalid, match="Row 1"):
        operations.record_metrics(
            actor=model_owner.as_actor(), model_version=version, metrics=[{"name": "f1", "value": value}]
        )


def test_a_card_written_anew_is_a_new_number_and_the_same_words_are_not(version, model_owner):
    def write(text):
        return operations.write_card(
            actor=model_owner.as_actor(), model_version=version, content={"intended_use": text, "limits": ""}
        )

    assert (write("Sort claims").number, write("Sort claims").number, write("Sort motor claims").number) == (1, 1, 2)


def test_an_alias_moves_and_remembers(version, ai_model, model_owner):
    actor = model_owner.as_actor()
    second = operations.register_version(actor=actor, ai_model=ai_model, name="2.0", snapshot="2026-11-01")
    operations.set_alias(actor=actor, ai_model=ai_model, name="champion", model_version=version)
    operations.set_alias(actor=actor, ai_model=ai_model, name="champion", model_version=second)
    assert [alias.model_version for alias in ai_model.aliases.filter(ended_at=None)] == [second]
    assert ai_model.aliases.count() == 2


def test_a_release_is_found_by_its_versions(in_release, version):
    assert ReleaseVersion.objects.get().release == in_release
    assert [use.system.key for use in what_breaks(version).systems] == [in_release.system.key]


def test_deprecating_tells_everybody_downstream_and_names_the_untested_exit(in_release, version, model_owner, owner):
    day = clock.today() + timedelta(days=60)
    for _again in range(2):
        operations.deprecate_version(
            actor=model_owner.as_actor(), model_version=version, reason="The provider ends it", retires_on=day
        )
    assert Notice.objects.filter(person=owner, kind="deprecation").count() == 1
    owed = Action.objects.get(owner=owner)
    assert version.key in owed.source and owed.due_at.date() == day
    assert what_breaks(version).untested[0].system == in_release.system


def test_a_day_that_is_gone_is_no_day_to_retire_on(version, model_owner):
    with pytest.raises(Invalid):
        operations.deprecate_version(
            actor=model_owner.as_actor(), model_version=version, reason="Old", retires_on=date(2020, 1, 1)
        )


def test_a_retired_version_does_not_come_back(version, ai_model, model_owner):
    operations.retire_version(actor=model_owner.as_actor(), model_version=version, reason="Gone")
    with pytest.raises(Invalid):
        operations.set_alias(actor=model_owner.as_actor(), ai_model=ai_model, name="champion", model_version=version)
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE registry_modelversion SET stage = 'validated'")


def test_new_terms_end_the_old_ones_on_the_day_before(ai_model, model_owner):
    for day in (date(2026, 1, 1), date(2026, 6, 1)):
        operations.record_terms(
            actor=model_owner.as_actor(), ai_model=ai_model, valid_from=day, title=f"Terms of {day}", regions=["EU"]
        )
    assert [terms.valid_until for terms in ai_model.terms.order_by("valid_from")] == [date(2026, 5, 31), None]
    with pytest.raises(Invalid):
        operations.record_terms(
            actor=model_owner.as_actor(), ai_model=ai_model, valid_from=date(2026, 6, 1), title="Again"
        )


def test_a_model_is_not_made_from_what_was_made_from_it(ai_model, model_owner, claims):
    tuned = operations.register_model(
        actor=model_owner.as_actor(), name="urgency-tuned", department=claims, base=ai_model, derivation="fine_tune"
    )
    with pytest.raises(Invalid, match="itself"):
        operations.edit_model(actor=model_owner.as_actor(), ai_model=ai_model, changes={"base": tuned})


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00+14:00", "9999-01-01T00:00:00Z", "2026-01-01T00:00:00", "yesterday"]
)
def test_a_measure_of_no_moment_is_refused(version, model_owner, moment):
    measures = [{"name": "auc", "value": 0.9, "measured_at": moment}]
    with pytest.raises(Invalid):
        operations.record_metrics(actor=model_owner.as_actor(), model_version=version, metrics=measures)
    assert not version.metrics.exists()
