"""Grants taken along, signed: what is in a bundle, how long it counts, and that nobody else can make one."""

from __future__ import annotations

import base64
import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.audit.models import Entry
from apps.catalog import keys, operations
from apps.catalog.models import DataGrant
from apps.catalog.operations import bundles
from apps.catalog.rules_pure.bundles import usable
from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.errors import Missing

from .runtime import bearer, classified, granted, made_service

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
VERIFIER = ROOT / "docs" / "verify_bundle.py"


@pytest.fixture
def verifier():
    spec = importlib.util.spec_from_file_location("verify_bundle", VERIFIER)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def closed(owner, steward, system, dataset):
    return granted(owner, steward, classified(dataset, "confidential"), subject=system, fields=["claim_id", "amount"])


@pytest.fixture
def headers(delivery):
    return bearer(delivery)


def issued(client, headers, system):
    answer = client.get(f"/api/v1/access/bundle?system={system.key}", headers=headers)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/jose"
    return answer.content.decode()


def test_a_system_takes_its_grants_along_and_checks_them_without_the_portal(
    client, headers, closed, system, verifier, tmp_path
):
    text = issued(client, headers, system)
    known = client.get("/access/v1/keys").json()
    claims = verifier.read_bundle(text, known)
    assert claims["sub"] == f"system:{system.pk}" and claims["exp"] - claims["iat"] == 3_600
    (grant,) = claims["grants"]
    assert grant["grant"] == closed.key and grant["fields"] == ["amount", "claim_id"] and grant["actions"] == ["read"]
    key = closed.dataset.key
    assert verifier.decide(claims, key, "read", "claims-handling", ["amount"])[0]
    assert not verifier.decide(claims, key, "read", "claims-handling", ["customer_email"])[0]
    assert not verifier.decide(claims, key, "train", "claims-handling")[0]
    assert not verifier.decide(claims, key, "read", "marketing")[0]
    (tmp_path / "bundle.jws").write_text(text)
    (tmp_path / "keys.json").write_text(json.dumps(known))
    command = [sys.executable, str(VERIFIER), "bundle.jws", "keys.json", key, "read", "claims-handling", "amount"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert found.returncode == 0 and closed.key in found.stdout


def test_it_is_on_record_with_its_number_and_digest_and_not_with_its_text(client, headers, closed, system, delivery):
    text = issued(client, headers, system)
    entry = Entry.objects.get(event="catalog.bundle.issued")
    told = json.loads(entry.details["result"])
    assert entry.actor_id == str(delivery.pk) and told["grants"] == [closed.key]
    assert told["number"] == jwt.decode(text, options={"verify_signature": False})["jti"]
    assert text.split(".")[2] not in str(entry.details)


def test_when_it_is_stale_only_what_may_go_on_goes_on(owner, steward, system, dataset, delivery, verifier):
    data = classified(dataset, "confidential")
    granted(owner, steward, data, subject=system)
    granted(owner, steward, data, subject=system, purpose="reporting", fail_mode="last_known")
    claims = bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=system.key).claims
    begin, fresh, stale = claims["iat"], claims["exp"], claims["stale_until"]
    moments = ((begin, True, True), (fresh - 1, True, True), (fresh, False, True), (stale - 1, False, True))
    for moment, closed, last_known in (*moments, (stale, False, False), (begin - 10, False, False)):
        for purpose, expected in (("claims-handling", closed), ("reporting", last_known)):
            if moment >= begin:
                assert bool(verifier.decide(claims, data.key, "read", purpose, now=moment)[0]) is expected
                one = next(grant for grant in claims["grants"] if grant["purpose"] == purpose)
                assert usable(one, claims, moment) is expected


def test_a_grant_taken_along_counts_only_where_and_for_what_it_was_given(
    owner, steward, system, dataset, delivery, verifier
):
    grant = granted(owner, steward, classified(dataset, "confidential"), subject=system, region="DE")
    claims = bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=system.key).claims
    asked = (claims, grant.dataset.key, "read", "claims-handling")
    assert verifier.decide(*asked)[0] and verifier.decide(*asked, region="DE", use_case="any")[0]
    assert not verifier.decide(*asked, region="FR")[0]
    claims["grants"][0]["use_case"] = "one"
    assert verifier.decide(*asked, use_case="one")[0] and not verifier.decide(*asked, use_case="another")[0]


def test_no_grant_outlives_its_own_end(owner, steward, system, dataset, delivery, verifier):
    grant = granted(owner, steward, classified(dataset, "confidential"), subject=system, fail_mode="last_known", days=1)
    with clock.travel(grant.valid_until.replace(microsecond=0) - (grant.valid_until - grant.valid_from) / 48):
        claims = bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=system.key).claims
    end = int(grant.valid_until.timestamp())
    assert claims["stale_until"] > end
    assert verifier.decide(claims, grant.dataset.key, "read", "claims-handling", now=end - 1)[0]
    assert not verifier.decide(claims, grant.dataset.key, "read", "claims-handling", now=end)[0]


CHANGES = {
    "revoked": lambda: DataGrant.objects.update(revoked_at=clock.now()),
    "held back": lambda: DataGrant.objects.update(held_back_at=clock.now()),
    "suspended": lambda: AISystem.objects.update(suspended_at=clock.now()),
    "the data rose": lambda: DataGrant.objects.update(level_granted="internal"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_what_the_portal_would_refuse_is_not_in_it(closed, system, delivery, change):
    assert bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=system.key).claims["grants"]
    change()
    assert not bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=system.key).claims["grants"]


def test_nobody_else_can_make_one(client, headers, closed, system, verifier):
    text = issued(client, headers, system)
    known = client.get("/access/v1/keys").json()
    head, _body, signature = text.split(".")
    claims = verifier.read_bundle(text, known)
    claims["exp"] += 10**6
    altered = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=").decode()
    own = Ed25519PrivateKey.generate()
    kid = known["keys"][0]["kid"]
    none = base64.urlsafe_b64encode(json.dumps({"alg": "none", "typ": "gatehouse-grants+jwt", "kid": kid}).encode())
    forged = [
        f"{head}.{altered}.{signature}",
        f"{none.rstrip(b'=').decode()}.{altered}.",
        jwt.encode(claims, own, algorithm="EdDSA", headers={"kid": kid, "typ": "gatehouse-grants+jwt"}),
        jwt.encode(claims, own, algorithm="EdDSA", headers={"kid": "another", "typ": "gatehouse-grants+jwt"}),
        jwt.encode(claims, "x" * 64, algorithm="HS256", headers={"kid": kid, "typ": "gatehouse-grants+jwt"}),
        "a.b",
        "",
    ]
    for one in forged:
        with pytest.raises(verifier.Untrusted):
            verifier.read_bundle(one, known)


def test_who_may_not_ask_gets_no_bundle_but_a_service_gets_its_own(client, owner, steward, system, dataset, enterprise):
    service = made_service(owner, role="employee", reach=enterprise)
    granted(owner, steward, classified(dataset, "confidential"), subject=service)
    headers = bearer(owner, "catalog.access.request", service=service)
    assert client.get(f"/api/v1/access/bundle?service={service.name}", headers=headers).status_code == 200
    assert client.get(f"/api/v1/access/bundle?system={system.key}", headers=headers).status_code == 404
    assert client.get("/api/v1/access/bundle", headers=headers).status_code == 422
    assert client.get("/api/v1/access/bundle?system=AIS-9999", headers=headers).status_code == 404


def test_there_is_no_bundle_for_nobody(delivery):
    with pytest.raises(Missing):
        bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name="AIS-9999")


def test_the_key_is_made_once_and_is_its_owners_alone(settings, tmp_path):
    settings.ACCESS_KEY_FILE = tmp_path / "access" / "bundles.pem"
    first = keys.public_keys()
    assert keys.public_keys() == first and (settings.ACCESS_KEY_FILE.stat().st_mode & 0o777) == 0o600
    settings.ACCESS_KEY_FILE.with_suffix(".past.json").write_text(json.dumps([{"kid": "old", "kty": "OKP"}]))
    assert [one["kid"] for one in keys.public_keys()] == [first[0]["kid"], "old"]
    settings.ACCESS_KEY_IS_MADE = False
    settings.ACCESS_KEY_FILE = tmp_path / "nowhere.pem"
    with pytest.raises(keys.BundleKeyMissing):
        keys.signing_key()


def test_a_revoke_after_the_bundle_is_seen_with_the_next_one(owner, steward, system, dataset, delivery):
    grant = granted(owner, steward, classified(dataset, "confidential"), subject=system)
    first = bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=str(system.pk)).claims
    operations.revoke_grant(actor=steward.as_actor(), grant=grant, reason="Not needed any more.")
    second = bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=str(system.pk)).claims
    assert first["grants"] and not second["grants"] and first["jti"] != second["jti"]


def test_a_bundle_of_many_datasets_costs_what_one_of_few_does(owner, steward, delivery, system, platform, claims):
    costs = []
    for number in range(4):
        made = operations.register_dataset(
            actor=steward.as_actor(), platform=platform, name=f"claims.public.part_{number}", title="Part",
            department=claims, owner=steward, steward=steward, fields=[],
        )  # fmt: skip
        granted(owner, steward, classified(made, "confidential"), subject=system)
        with CaptureQueriesContext(connection) as ran:
            issued = bundles.issue_bundle(actor=delivery.as_actor(), kind="system", name=system.key)
        assert [one["name"] for one in issued.claims["grants"]] == [
            f"claims.public.part_{of}" for of in range(number + 1)
        ]
        costs.append(len(ran))
    assert costs[1] == costs[3]
