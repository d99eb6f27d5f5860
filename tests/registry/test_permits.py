"""A permit counts by the published keys alone; expired, altered, revoked and outlived ones do not."""

from __future__ import annotations

import base64
import importlib.util
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from jwcrypto import jwk, jws

from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.registry import operations
from apps.registry.models import DeploymentPermit, ModelVersion, ReleaseVersion
from apps.registry.operations import permits
from apps.registry.queries.permits import newest_holding

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify_permit.py"
DIGEST = f"sha256:{1:064x}"


@pytest.fixture
def own_key(settings, tmp_path):
    settings.PERMIT_KEY_FILE = tmp_path / "permits.pem"


@pytest.fixture
def permit(own_key, live, owner):
    return issue(owner, live)


def issue(person, system, **changes):
    given = {"release": system.releases.get(number=1), "environment": "production", "region": "EU"} | changes
    return operations.issue_permit(actor=person.as_actor(), system=system, **given)


@pytest.fixture
def verifier():
    spec = importlib.util.spec_from_file_location("verify_permit", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def offline(verifier, permit, environment="production", digest="", text="", now=None):
    keys = {"keys": permits.public_keys()}
    return verifier.objection(text or permit.text, keys, permits.status_list(), environment, digest, now)


def test_an_independent_library_verifies_it_with_the_published_keys_only(client, permit, live):
    published = client.get("/.well-known/gatehouse-permit-keys").json()
    token = jws.JWS()
    token.deserialize(permit.text)
    token.verify(jwk.JWK(**published["keys"][0]), alg="EdDSA")
    claims = json.loads(token.payload)
    assert claims["sub"] == live.key and DIGEST in claims["subjects"]
    assert claims["authorisation"]["gate"] == "G4" and claims["exp"] > claims["iat"]
    header = json.loads(token.objects["protected"])
    assert header["typ"] == "gatehouse-permit+jwt" and header["kid"] == published["keys"][0]["kid"]


def test_it_counts_here_and_now_and_nowhere_else(permit, verifier):
    assert offline(verifier, permit) == "" and offline(verifier, permit, digest=DIGEST) == ""
    assert offline(verifier, permit, environment="pilot") == "it is for production"
    assert "does not admit" in offline(verifier, permit, digest="sha256:" + "f" * 64)
    assert permits.verify_permit(permit.text, environment="production", region="EU", digest=DIGEST) == []
    assert len(permits.verify_permit(permit.text, environment="pilot", region="US", digest="sha256:0")) == 3


def test_it_expires_and_never_outlives_its_authorisation(permit, live, owner, verifier):
    after = permit.expires_at + timedelta(seconds=1)
    with clock.travel(after):
        assert permits.verify_permit(permit.text) == ["It has expired."]
        assert offline(verifier, permit, now=after.timestamp()) == "it has expired"
    end = live.authorisations.filter(environment="production").get().valid_until
    with clock.travel(end - timedelta(minutes=5)):
        assert issue(owner, live, minutes=60).expires_at == end


def forged(text, **changes):
    head, body, signature = text.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "==")) | changes
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    return f"{head}.{body}.{signature}"


def test_an_altered_permit_is_not_to_be_trusted(permit, verifier):
    text = forged(permit.text, environment="pilot")
    with pytest.raises(verifier.Untrusted, match="signature"):
        offline(verifier, permit, text=text)
    assert permits.verify_permit(text) == ["It cannot be read, or its signature does not hold."]


@pytest.mark.parametrize("text", ["", "a.b.c", "x" * 30_000, "eyJhbGciOiJub25lIn0.e30."])
def test_what_is_no_permit_is_refused(own_key, db, text):
    assert permits.verify_permit(text)


def test_a_document_of_another_kind_is_no_permit(own_key, permit):
    assert permits.verify_permit(permits.status_list()) == ["It is no permit of this portal."]


def test_a_revoked_permit_counts_no_more(permit, security, verifier):
    operations.revoke_permit(actor=security.as_actor(), permit=permit, reason="The pipeline was taken over")
    assert "revoked" in offline(verifier, permit)
    assert permits.verify_permit(permit.text) == ["It was revoked: The pipeline was taken over"]


def test_a_permit_ends_with_what_stands_behind_it(permit, live, owner, lead, verifier):
    inventory.edit_system(actor=owner.as_actor(), system=live, changes={"outputs": "Something else"})
    assert offline(verifier, permit).endswith("authorisation_stale")
    assert "is not valid any more" in permits.verify_permit(permit.text)[0]
    with pytest.raises(Refused, match="is stale"):
        issue(owner, live)


def test_a_revoked_authorisation_and_a_suspension_stop_permits(permit, live, lead, verifier):
    inventory.suspend(actor=lead.as_actor(), system=live, reason="A complaint")
    assert offline(verifier, permit).endswith("suspended")
    for one in live.authorisations.filter(environment="production"):
        inventory.revoke_authorisation(actor=lead.as_actor(), authorisation=one, reason="A complaint")
    assert permits.verify_permit(permit.text)


def test_a_version_that_is_retired_stops_permits(own_key, live, second_release, owner, model_owner, claims, verifier):
    made = operations.register_model(actor=model_owner.as_actor(), name="Urgency", department=claims, owner=model_owner)
    version = operations.register_version(
        actor=model_owner.as_actor(), ai_model=made, name="1.0", artefact_digest=f"sha256:{7:064x}"
    )
    shown = issue(owner, live, release=second_release)
    assert offline(verifier, shown) == ""
    ReleaseVersion.objects.create(release=second_release, model_version=version)
    ModelVersion.objects.filter(pk=version.pk).update(stage="retired")
    assert offline(verifier, shown).endswith("retired")
    assert permits.verify_permit(shown.text) == ["A model version in it is retired."]


def test_an_old_list_of_refused_permits_is_not_relied_on(permit, verifier):
    keys, status = {"keys": permits.public_keys()}, permits.status_list()
    later = clock.now().timestamp() + 3_600
    with pytest.raises(verifier.Untrusted, match="too old"):
        verifier.objection(permit.text, keys, status, "production", now=later)


def test_no_permit_for_what_no_gate_approved(own_key, live, freeze, owner):
    with pytest.raises(Refused, match="No gate has approved"):
        issue(owner, live, release=freeze(live, 2))
    assert not DeploymentPermit.objects.exists()


@pytest.mark.parametrize("wrong", [{"environment": "test"}, {"images": ["latest"]}, {"minutes": 0}, {"minutes": 9999}])
def test_a_permit_says_exactly_what_for(own_key, live, owner, wrong):
    with pytest.raises(Invalid):
        issue(owner, live, **wrong)


def test_a_digest_finds_its_release_in_one_statement_however_many_came_after(live, freeze):
    for number in range(2, 56):
        freeze(live, number)
    with CaptureQueriesContext(connection) as asked:
        assert newest_holding(live, DIGEST).number == 1
    assert len(asked) == 1 and newest_holding(live, f"sha256:{99:064x}") is None


def test_an_employee_gets_no_permit_and_takes_none_back(permit, live, employee):
    with pytest.raises(Refused):
        issue(employee, live)
    with pytest.raises(Refused):
        operations.revoke_permit(actor=employee.as_actor(), permit=permit, reason="No")


def test_the_page_shows_the_text_once(client, as_person, own_key, live, owner):
    as_person(client, owner)
    release = live.releases.get()
    answer = client.post(
        f"/systems/{live.key}/permit/", {"release": release.key, "environment": "production", "minutes": 30}
    )
    made = DeploymentPermit.objects.get()
    assert answer.status_code == 200 and "eyJ" in answer.content.decode()
    shown = client.get(f"/permits/{made.key}/").content.decode()
    assert "eyJ" not in shown and DIGEST in shown
