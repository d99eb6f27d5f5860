"""A pipeline's service token deploys, reports and goes back where its role lets it, and nowhere else."""

from __future__ import annotations

import pytest

from apps.accounts import operations as accounts
from apps.accounts.models import Role, ServiceIdentity
from apps.inventory.models import AISystem
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.models import Deployment, Rollback
from apps.registry.queries.rollbacks import waiting_for_review
from tests.conftest import SETUP

SCOPES = [
    Permission.REGISTRY_DEPLOYMENT_DEPLOY,
    Permission.REGISTRY_DEPLOYMENT_OBSERVE,
    Permission.REGISTRY_DEPLOYMENT_ROLL_BACK,
]


@pytest.fixture
def pipeline(owner):
    """Return the token of a service identity whose role counts in one department."""

    def make(department, scopes=SCOPES, owned_by=owner):
        service = ServiceIdentity.objects.create(name=f"pipeline {department}", purpose="Deploys", owner=owned_by)
        role = Role.objects.get(key="delivery-team")
        accounts.assign_role(actor=SETUP, role=role, service=service, department=department, reason="Test")
        return accounts.issue_token(
            actor=owned_by.as_actor(), name="Pipeline", scopes=[str(one) for one in scopes], service=service
        ).text

    return make


@pytest.fixture
def send(client):
    """Post to the API with a token."""

    def post(token, path, **body):
        return client.post(f"/api/v1/{path}", body, "application/json", headers={"authorization": f"Bearer {token}"})

    return post


def test_it_deploys_reports_and_goes_back(pipeline, send, live, second_release, claims):
    token, place = pipeline(claims), {"system": live.key, "environment": "production", "region": "EU"}
    first = live.releases.get(number=1)
    for release in (first, second_release):
        answer = send(token, "deployments", release=release.key, **place)
        assert answer.status_code in (200, 201), answer.content
    assert send(
        token, "deployments/observed", release=second_release.digest, source="cluster", **place
    ).status_code in (200, 201)
    back = send(token, "rollbacks", release=first.key, reason="It sorts fraud last", **place)
    assert back.status_code in (200, 201), back.content
    order = Rollback.objects.get(key=back.json()["key"])
    assert order.to_release == first and order.state == "ordered"
    assert Deployment.objects.get(system=live, side="desired", valid_until=None).release == first


def test_who_owns_the_pipeline_does_not_review_what_it_did(
    pipeline, send, live, second_release, claims, lead, security
):
    token, place = pipeline(claims, owned_by=lead), {"system": live.key, "environment": "production", "region": "EU"}
    first = live.releases.get(number=1)
    for release in (first, second_release):
        send(token, "deployments", release=release.key, **place)
    send(token, "rollbacks", release=first.key, reason="It sorts fraud last", **place)
    order = Rollback.objects.get()
    assert order not in waiting_for_review(lead)
    with pytest.raises(Refused, match="hand in it"):
        operations.review_rollback(actor=lead.as_actor(), rollback=order, review="All went well")


def test_it_knows_nothing_of_systems_elsewhere(pipeline, send, live, second_release, underwriting):
    token, place = pipeline(underwriting), {"system": live.key, "environment": "production", "region": "EU"}
    for path in ("deployments", "deployments/observed", "rollbacks"):
        assert send(token, path, release=second_release.key, reason="x", **place).status_code == 404
    assert not Deployment.objects.filter(system=live).exists()


def test_it_does_no_more_than_its_scopes_say(pipeline, send, live, second_release, claims):
    token = pipeline(claims, [Permission.REGISTRY_DEPLOYMENT_OBSERVE])
    place = {"system": live.key, "environment": "production", "region": "EU", "release": second_release.key}
    assert send(token, "deployments", **place).status_code in (403, 404)
    assert send(token, "rollbacks", reason="x", **place).status_code in (403, 404)


def test_what_is_restricted_is_not_known_to_it_by_a_role_for_the_department(
    pipeline, send, live, second_release, claims
):
    AISystem.objects.filter(pk=live.pk).update(restricted=True)
    answer = send(pipeline(claims), "deployments", system=live.key, environment="production", region="EU",
                  release=second_release.key)  # fmt: skip
    assert answer.status_code == 404
