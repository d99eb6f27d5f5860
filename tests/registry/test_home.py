"""The page of somebody who answers for models: each of them, and where it really runs."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.registry import operations
from apps.registry.queries.home import models_of

from .access_world import make_model

pytestmark = pytest.mark.django_db


@pytest.fixture
def running(live, owner, model_owner, claims, pass_gate):
    """A model whose version should run in production, in a release that gate G5 approved."""
    model = make_model(model_owner, claims)
    release = operations.compose_release(
        actor=owner.as_actor(), system=live, model_versions=[model.versions.get()], artefact_versions=[], name="2026.5"
    )
    pass_gate(live, "G5")
    return operations.deploy(
        actor=owner.as_actor(), system=live, release=release, environment="production", region="EU"
    )


def test_the_model_owner_sees_where_each_model_runs(client, as_person, model_owner, running):
    as_person(client, model_owner)
    shown = client.get("/").content.decode()
    assert "Models you answer for" in shown
    assert reverse("registry:deployment", args=[running.key]) in shown
    assert "Something else was seen" not in shown


@pytest.mark.parametrize("seen", ["ours", "foreign"])
def test_it_says_when_something_else_was_seen(client, as_person, live, model_owner, delivery, running, seen):
    actor, place = delivery.as_actor(), {"system": live, "environment": "production", "region": "EU"}
    operations.observe(actor=actor, release=running.release, source="probe", **place)
    assert not models_of(model_owner)[0].places[0].differs
    other = {"release": live.releases.earliest("number")} if seen == "ours" else {"label": "image 4.1"}
    operations.observe(actor=actor, source="probe", **place, **other)
    assert models_of(model_owner)[0].places[0].differs
    as_person(client, model_owner)
    assert "Something else was seen" in client.get("/").content.decode()


def test_places_of_systems_one_may_not_know_of_are_left_out(make_person, underwriting, claims, running, model_owner):
    elsewhere = make_person("Mo Elsewhere", "model-owner", department=underwriting, reach=underwriting)
    model = running.release.model_links.get().model_version.ai_model
    operations.edit_model(actor=model_owner.as_actor(), ai_model=model, changes={"owner": elsewhere})
    assert [(one.ai_model, one.places) for one in models_of(elsewhere)] == [(model, [])]


def test_who_answers_for_no_model_reads_nothing_of_it(client, as_person, employee, running):
    as_person(client, employee)
    assert "Models you answer for" not in client.get("/").content.decode()


def test_more_models_take_no_more_statements(model_owner, claims, running):
    with CaptureQueriesContext(connection) as one:
        assert len(models_of(model_owner)) == 1
    for number in range(5):
        operations.register_model(
            actor=model_owner.as_actor(), name=f"Model {number}", department=claims, owner=model_owner
        )
    with CaptureQueriesContext(connection) as six:
        assert len(models_of(model_owner)) == 6
    assert len(six) == len(one) <= 8


def test_the_delivery_team_sees_what_does_not_run_as_it_should(client, as_person, live, delivery, employee, running):
    as_person(client, delivery)
    shown = client.get("/").content.decode()
    assert "Does not run as it should" in shown and running.key in shown and "nobody reported" in shown
    place = {"system": live, "environment": "production", "region": "EU"}
    operations.observe(actor=delivery.as_actor(), label="image 4.1", **place)
    assert "image 4.1" in client.get("/").content.decode()
    operations.observe(actor=delivery.as_actor(), release=running.release, **place)
    assert "Everything that should run was seen running" in client.get("/").content.decode()
    as_person(client, employee)
    assert "Does not run as it should" not in client.get("/").content.decode()
