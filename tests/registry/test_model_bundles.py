"""Model grants taken along, signed: what is in a bundle, how a gateway decides with it alone, and when it stops."""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import threading
from decimal import Decimal
from pathlib import Path

import pytest

from apps.accounts.models import ServiceIdentity
from apps.audit.models import Entry
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Vendor
from apps.inventory.models.usecases import UseCaseSystem
from apps.kernel import clock
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.errors import Missing
from apps.registry import operations
from apps.registry.models import BudgetSettlement, ModelGrant, ModelVersion
from apps.registry.operations.bundles import issue_model_bundle
from apps.registry.queries.access import period_of
from apps.registry.rules_pure.bundles import usable

from .access_world import grant, make_model

VERIFIER = Path(__file__).resolve().parents[2] / "docs" / "verify_model_bundle.py"
_spec = importlib.util.spec_from_file_location("verify_model_bundle", VERIFIER)
verifier = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(verifier)

NOW = 1_800_000_000
BOUNDS = {
    "max_tokens": 500, "max_temperature": "0.70", "tools": ["search"], "any_tool": False, "modalities": ["text"],
    "data_level": "internal", "data_categories": ["personal"],
}  # fmt: skip
ONE = {
    "grant": "MGR-0001", "subject": {"type": "service", "id": "1", "name": "scoring"}, "use_case": "UC-0001",
    "purpose": "scoring", "environment": "production", "region": "EU", "names": ["urgency", "MDL-0001"],
    "bounds": BOUNDS, "rate": {"limit": 100, "window": 60},
    "budget": {"amount": "1.00", "currency": "EUR", "period": "total", "period_name": "total", "remaining": "0.50"},
    "from": NOW - 100, "until": NOW + 100_000, "fail_mode": "closed", "ask": "Milo Model",
}  # fmt: skip
BUNDLE = {"jti": "1", "iat": NOW, "exp": NOW + 3600, "stale_until": NOW + 86_400, "grants": [ONE]}
FITS = {
    "subject": {"type": "service", "id": "scoring"},
    "model": "urgency",
    "environment": "production",
    "purpose": "scoring",
}


def decide(now=NOW, bundle=BUNDLE, counters=None, **question):
    return verifier.decide(bundle, FITS | question, now, counters or verifier.Counters())


def test_it_allows_what_the_grant_covers_and_tells_the_obligations():
    answer = decide(max_tokens=500, temperature=0.7, tools=["search"], modalities=["text"], data_level="internal",
                    data_categories=["personal"], region="eu", purpose="scoring", use_case="UC-0001", cost="0.1")  # fmt: skip
    assert answer["decision"] and answer["grant"] == "MGR-0001"
    assert answer["obligations"]["max_tokens"] == 500
    assert answer["obligations"]["remaining"] == {"calls": 99, "budget": "0.40"}


@pytest.mark.parametrize(
    ("question", "code"),
    [
        ({"subject": {"type": "service", "id": "other"}}, "no_grant"),
        ({"subject": {"type": "person", "id": "scoring"}}, "no_grant"),
        ({"subject": None}, "no_grant"),
        ({"model": "another"}, "no_grant"),
        ({"environment": "test"}, "no_grant"),
        ({"environment": ""}, "environment"),
        ({"purpose": ""}, "purpose"),
        ({"purpose": "marketing"}, "no_grant"),
        ({"use_case": "UC-0002"}, "no_grant"),
        ({"grant": "MGR-0002"}, "no_grant"),
        ({"region": "US"}, "region"),
        ({"data_level": "confidential"}, "data"),
        ({"data_level": "cosmic"}, "data"),
        ({"data_categories": ["health"]}, "data"),
        ({"max_tokens": 501}, "max_tokens"),
        ({"temperature": 0.71}, "temperature"),
        ({"tools": ["search", "shell"]}, "tools"),
        ({"modalities": ["image"]}, "modalities"),
        ({"cost": "0.51"}, "budget"),
    ],
)
def test_it_refuses_what_is_beyond_it_and_names_the_bound(question, code):
    answer = decide(**question)
    assert not answer["decision"] and answer["code"] == code
    assert code in ("no_grant", "environment", "purpose") or "ask Milo Model" in answer["reason"]


def test_a_gateway_that_knows_the_key_need_not_say_what_for():
    assert decide(grant="MGR-0001", purpose="", environment="")["decision"]
    assert not decide(grant="MGR-0001", purpose="marketing")["decision"]
    assert decide(grant="MGR-0001", subject=None)["decision"]


def test_it_stops_in_time():
    last_known = BUNDLE | {"grants": [ONE | {"fail_mode": "last_known"}]}
    short = BUNDLE | {"grants": [ONE | {"until": NOW + 10}]}
    for moment, closed, known, soon in (
        (NOW - 101, False, False, False), (NOW, True, True, True), (NOW + 10, True, True, False),
        (NOW + 3600, False, True, False), (NOW + 86_400, False, False, False),
    ):  # fmt: skip
        for bundle, expected in ((BUNDLE, closed), (last_known, known), (short, soon)):
            assert decide(now=moment, bundle=bundle)["decision"] is expected, (moment, bundle["grants"])
            assert usable(bundle["grants"][0], bundle, moment) is expected


def test_it_counts_exactly_with_many_threads():
    counters, allowed = verifier.Counters(), []

    def call():
        for _time in range(10):
            allowed.append(decide(counters=counters, cost="0.004")["decision"])

    threads = [threading.Thread(target=call) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(allowed), sum(allowed)) == (200, 100)
    # The next window counts anew; of the money 0.40 of 0.50 is gone.
    rest = [decide(now=NOW + 60, counters=counters, cost="0.03")["code"] for _time in range(4)]
    assert rest == ["allowed", "allowed", "allowed", "budget"]


def test_it_never_spends_more_than_the_budget_whatever_bundle_it_has():
    counters = verifier.Counters()
    for number, expected in (("1", True), ("2", True), ("3", False)):
        bundle = BUNDLE | {"jti": number}
        assert decide(bundle=bundle, counters=counters, cost="0.5")["decision"] is expected


def test_it_puts_the_true_cost_in_place_of_the_estimate():
    counters = verifier.Counters()
    answer = decide(counters=counters, cost="0.4")
    counters.settle(answer, "0.1")
    assert decide(counters=counters, cost="0.4")["decision"]
    assert decide(counters=counters, cost="0.1")["code"] == "budget"


def test_it_refuses_what_it_cannot_count():
    assert verifier.decide(BUNDLE, FITS, NOW)["code"] == "counter"


# With the portal: what is in a bundle.


@pytest.fixture
def use_case(owner, system):
    made = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=system.department, owner=owner,
        provisional_tier="T3",
    )  # fmt: skip
    return inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=system)


@pytest.fixture
def service(owner):
    return ServiceIdentity.objects.create(name="scoring", purpose="Scores claims", owner=owner)


@pytest.fixture
def granted(owner, model_owner, claims, service, use_case):
    return grant(owner, model_owner, make_model(model_owner, claims), service, use_case)


def _issue(person, kind="service", name="scoring"):
    return issue_model_bundle(actor=person.as_actor(), kind=kind, name=name).claims


@pytest.mark.django_db
def test_a_gateway_takes_grants_along_and_decides_without_the_portal(client, delivery, granted, tmp_path):
    from tests.catalog.runtime import bearer

    headers = bearer(delivery, "registry.access.evaluate")
    answer = client.get("/api/v1/model-access/bundle?all=1", headers=headers)
    assert answer.status_code == 200 and answer["Content-Type"] == "application/jose"
    text, known = answer.content.decode(), client.get("/access/v1/keys").json()
    claims = verifier.read_bundle(text, known)
    (one,) = claims["grants"]
    assert (claims["sub"], one["grant"], one["versions"][0]["name"]) == ("all:all", granted.key, "1.0")
    assert {"Urgency", granted.ai_model.key, "Urgency:1.0"} <= set(one["names"])
    question = FITS | {"model": "Urgency", "environment": "test", "purpose": "claims-triage"}
    assert verifier.decide(claims, question, counters=verifier.Counters())["decision"]
    for name, content in (("b.jws", text), ("k.json", json.dumps(known)), ("q.json", json.dumps(question))):
        (tmp_path / name).write_text(content)
    command = [sys.executable, str(VERIFIER), "b.jws", "k.json", "q.json"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode == 0
    with pytest.raises(verifier.Untrusted):
        verifier.read_bundle(text[:-4] + "AAAA", known)
    told = json.loads(Entry.objects.get(event="registry.bundle.issued").details["result"])
    assert told["grants"] == [granted.key] and told["number"] == claims["jti"]


@pytest.mark.django_db
def test_nobody_takes_along_what_is_not_theirs_to_ask(client, employee, service, granted):
    with pytest.raises(Missing):
        _issue(employee)
    itself = Actor(ActorKind.SERVICE, str(service.pk), service.name)
    assert issue_model_bundle(actor=itself, kind="service", name="scoring").claims["grants"]
    with pytest.raises(Missing):
        issue_model_bundle(actor=itself, kind="all")


CHANGES = {
    "revoked": lambda: ModelGrant.objects.update(revoked_at=clock.now()),
    "held back": lambda: ModelGrant.objects.update(held_back_at=clock.now()),
    "the owner of the service left": lambda: (
        ServiceIdentity.objects.get()
        .owner.__class__.objects.filter(pk=ServiceIdentity.objects.get().owner_id)
        .update(is_active=False)
    ),
    "the use case rose": lambda: ModelGrant.objects.get().use_case.__class__.objects.update(tier="T2"),
    "the use case ended": lambda: ModelGrant.objects.get().use_case.__class__.objects.update(status="retired"),
    "every version retired": lambda: ModelVersion.objects.update(stage="retired"),
}


@pytest.mark.django_db
@pytest.mark.parametrize("change", CHANGES.values(), ids=list(CHANGES))
def test_what_the_portal_would_refuse_is_not_in_it(delivery, granted, change):
    change()
    assert _issue(delivery)["grants"] == []


@pytest.mark.django_db
def test_it_says_what_is_left_and_where_an_alias_points(owner, model_owner, claims, delivery, system, use_case):
    ai_model = make_model(model_owner, claims)
    actor = model_owner.as_actor()
    second = operations.register_version(actor=actor, ai_model=ai_model, name="2.0", artefact_digest=f"sha256:{2:064x}")
    operations.set_alias(actor=actor, ai_model=ai_model, name="champion", model_version=second)
    made = grant(owner, model_owner, ai_model, system, use_case, alias="champion")
    BudgetSettlement.objects.create(grant=made, period=period_of("month"), spent=Decimal("20.5"), calls=7)
    (one,) = _issue(delivery, "system", system.key)["grants"]
    assert one["budget"]["remaining"] == "4.500000" and one["budget"]["currency"] == "EUR"
    assert [version["name"] for version in one["versions"]] == ["2.0"]
    assert "Urgency@champion" in one["names"] and "Urgency" not in one["names"] and "Urgency:1.0" not in one["names"]
    make_model(model_owner, claims, provider=Vendor.objects.create(name="Other"))
    (one,) = _issue(delivery, "system", system.key)["grants"]
    assert f"{ai_model.key}@champion" in one["names"] and "Urgency@champion" not in one["names"]
    links = UseCaseSystem.objects.filter(system=system)
    inventory.unlink_use_case(actor=owner.as_actor(), use_case=use_case, system=system, reason="Moved.")
    assert not links.exists() and _issue(delivery, "system", system.key)["grants"] == []
    inventory.link_use_case(actor=owner.as_actor(), use_case=use_case, system=system)
    assert len(_issue(delivery, "system", system.key)["grants"]) == 1
    AISystem.objects.filter(pk=system.pk).update(suspended_at=clock.now())
    assert _issue(delivery, "system", system.key)["grants"] == []
