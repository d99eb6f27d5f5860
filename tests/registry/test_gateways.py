"""Grants in the words of gateways, and what gateways really allow held against them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from apps.audit.models import Entry
from apps.inventory import operations as inventory
from apps.kernel import clock
from apps.kernel.errors import Invalid, Refused
from apps.kernel.rules import rule_named
from apps.registry import operations
from apps.registry.models import GatewayKey, GatewaySnapshot
from apps.registry.rules_pure.gateway_exports import litellm
from apps.registry.rules_pure.gateway_formats import NotUnderstood, ReadKey, read_keys
from apps.registry.rules_pure.gateways import DesiredKey, differences
from apps.registry.tasks import compare_gateways
from tests.catalog.runtime import bearer

from .access_world import grant, make_model

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
END = NOW + timedelta(days=30)
DESIRED = DesiredKey(
    "MGR-0001", frozenset({"urgency", "MDL-0001"}), True, Decimal(60), Decimal(30), "month", END,
)  # fmt: skip
ACTUAL = ReadKey(
    "abc", "MGR-0001", "abc", "MGR-0001", ("urgency",), False, Decimal(60), Decimal(30), Decimal(30), END, False
)


def kinds(desired=DESIRED, **changes):
    actual = ReadKey(**({name: getattr(ACTUAL, name) for name in ReadKey.__dataclass_fields__} | changes))
    return [one.kind for one in differences(desired, actual, NOW)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, []),
        ({"model_names": ("MDL-0001",)}, []),
        ({"model_names": ("urgency", "other")}, ["models"]),
        ({"model_names": (), "every_model": True}, ["models"]),
        ({"calls_per_minute": Decimal(59)}, []),
        ({"calls_per_minute": Decimal(61)}, ["rate"]),
        ({"calls_per_minute": None}, ["rate"]),
        ({"budget": Decimal("30.01")}, ["budget"]),
        ({"budget": None, "budget_days": None}, ["budget"]),
        ({"budget": Decimal(1), "budget_days": Decimal(1)}, []),
        ({"budget": Decimal("1.01"), "budget_days": Decimal(1)}, ["budget"]),
        ({"budget": Decimal(30), "budget_days": None}, []),
        ({"valid_until": END + timedelta(seconds=30)}, []),
        ({"valid_until": END + timedelta(days=1)}, ["end"]),
        ({"valid_until": None}, ["end"]),
        ({"blocked": True}, ["blocked"]),
        ({"valid_until": NOW}, ["blocked"]),
        ({"every_model": True, "calls_per_minute": None, "budget": None, "valid_until": None},
         ["models", "rate", "budget", "end"]),
    ],
)  # fmt: skip
def test_it_finds_where_a_key_is_wider(changes, expected):
    assert kinds(**changes) == expected


def test_it_finds_keys_without_grants_and_grants_without_keys():
    ended = DesiredKey("MGR-0001", frozenset(), counts=False)
    assert kinds(None) == ["key_without_grant"] and kinds(None, blocked=True) == []
    assert kinds(ended) == ["open"] and kinds(ended, valid_until=NOW) == []
    assert [one.kind for one in differences(DESIRED, None, NOW)] == ["grant_without_key"]
    assert differences(ended, None, NOW) == []
    slow = DesiredKey("MGR-0001", frozenset({"urgency"}), True, Decimal("0.5"))
    assert kinds(slow, calls_per_minute=Decimal(1)) == []


TOKEN = "f" * 64
LITELLM = {
    "keys": [
        {
            "token": TOKEN, "key_name": "sk-...abcd", "key_alias": "MGR-0001", "models": ["urgency"], "rpm_limit": 60,
            "max_budget": 25.0, "budget_duration": "1mo", "expires": "2026-12-23T12:00:00", "blocked": None,
            "metadata": {"grant": "MGR-0001"}, "spend": 3.2,
        }
    ],
    "total_count": 1,
}  # fmt: skip


def test_it_reads_what_litellm_answers_and_drops_the_keys():
    (key,) = read_keys(LITELLM)[1]
    assert key == ReadKey(
        "f" * 12, "MGR-0001", "f" * 12, "MGR-0001", ("urgency",), False, Decimal(60), Decimal(25), Decimal(30),
        datetime(2026, 12, 23, 12, tzinfo=UTC), False,
    )  # fmt: skip
    (info,) = read_keys({"key": "sk-secret-of-somebody", "info": {"models": [], "key_alias": "x"}})[1]
    assert info.every_model and info.alias == "x" and "secret" not in repr(info)
    assert "sk-" not in repr(read_keys({"keys": [{"key_alias": "sk-typed-in-the-wrong-place"}]}))


def test_it_reads_the_plain_format():
    row = {
        "alias": "claims", "grant": "MGR-0001", "models": ["urgency"], "calls": {"limit": 100, "window": 10},
        "budget": {"amount": "5", "period": "day"}, "until": "2026-12-01T00:00:00Z", "blocked": True,
    }  # fmt: skip
    (key,) = read_keys({"format": "gatehouse-gateway-keys/1", "keys": [row]})[1]
    assert (key.identity, key.calls_per_minute, key.budget_days, key.blocked) == ("claims", 600, 1, True)


@pytest.mark.parametrize(
    ("document", "place"),
    [
        ({}, "keys"),
        ("text", "keys"),
        ({"format": "other", "keys": []}, "format"),
        ({"keys": ["abcdef"]}, "keys[0]"),
        ({"keys": [{}]}, "keys[0]"),
        ({"keys": [{"key_alias": "a"}, {"key_alias": "a"}]}, "keys[1]"),
        ({"keys": [{"key_alias": "a", "models": "x"}]}, "keys[0].models"),
        ({"keys": [{"key_alias": "a", "rpm_limit": "many"}]}, "keys[0].rpm_limit"),
        ({"keys": [{"key_alias": "a", "max_budget": True}]}, "keys[0].max_budget"),
        ({"keys": [{"key_alias": "a", "max_budget": 1, "budget_duration": "soon"}]}, "keys[0].budget_duration"),
        ({"keys": [{"key_alias": "a", "max_budget": 1, "budget_duration": "999999mo"}]}, "keys[0].budget_duration"),
        ({"format": "gatehouse-gateway-keys/1", "keys": [{"alias": "a", "calls": {"limit": 999_999_999_999, "window": 1}}]},
         "keys[0].calls"),
        ({"keys": [{"key_alias": "a", "expires": "never"}]}, "keys[0].expires"),
        ({"keys": [{"key_alias": 7}]}, "keys[0].key_alias"),
    ],
)  # fmt: skip
def test_it_says_where_it_does_not_understand(document, place):
    with pytest.raises(NotUnderstood) as problem:
        read_keys(document)
    assert problem.value.place == place


# With the portal.


@pytest.fixture
def granted(owner, model_owner, claims, system):
    use_case = inventory.register_use_case(
        actor=owner.as_actor(), name="Sort claims", purpose="Sort claims.", department=claims, owner=owner,
        provisional_tier="T3",
    )  # fmt: skip
    inventory.link_use_case(actor=owner.as_actor(), use_case=use_case, system=system)
    return grant(owner, model_owner, make_model(model_owner, claims), system, use_case)


def told(granted, **changes):
    """Return what a LiteLLM would tell when it was set as the export says."""
    (key,) = litellm_of(granted)["keys"]
    there = {"token": TOKEN, "blocked": None, "expires": key["metadata"]["expires"]}
    return {"keys": [key | there | changes]}


def litellm_of(granted):
    from apps.registry.queries.leaving import leaving

    return litellm(leaving(), clock.now())


def read(person, document, gateway="gateway-eu"):
    return operations.read_gateway(actor=person.as_actor(), gateway=gateway, environment="test", document=document)


@pytest.mark.django_db
def test_what_goes_out_comes_back_without_difference(delivery, granted):
    config = operations.export_grants(actor=delivery.as_actor(), form="litellm")
    (entry,), (key,) = config["model_list"], config["keys"]
    assert entry["model_name"] == "Urgency" and entry["litellm_params"]["api_key"] == "os.environ/OWN_API_KEY"
    assert (key["key_alias"], key["rpm_limit"], key["max_budget"], key["budget_duration"]) == (
        granted.key,
        60,
        25.0,
        "1mo",
    )
    assert key["metadata"]["purpose"] == "claims-triage" and key["metadata"]["use_case"] == granted.use_case.key
    assert 29 * 86_400 < int(key["duration"].rstrip("s")) <= 30 * 86_400
    opa = operations.export_grants(actor=delivery.as_actor(), form="opa")
    assert opa["gatehouse"]["grants"][0]["bounds"]["max_tokens"] == 500
    assert (
        operations.export_grants(actor=delivery.as_actor(), form="opa", environment="production")["gatehouse"]["grants"]
        == []
    )
    assert Entry.objects.filter(event="registry.bundle.issued").count() == 3
    read(delivery, told(granted))
    assert GatewayKey.objects.get().differs == {}
    for name in ("GWY-101", "GWY-102", "GWY-103", "GWY-104"):
        assert not rule_named(name).failing().exists()


@pytest.mark.django_db
def test_the_same_again_changes_nothing(delivery, granted):
    first = read(delivery, told(granted))
    changes = Entry.objects.count()
    assert read(delivery, json.loads(json.dumps(told(granted)))) == first
    assert GatewaySnapshot.objects.count() == 1
    # The reading itself is on record, and no row was changed.
    assert Entry.objects.count() == changes + 1
    read(delivery, told(granted, spend=99))
    assert GatewaySnapshot.objects.count() == 1
    read(delivery, told(granted, rpm_limit=61))
    assert list(GatewaySnapshot.objects.order_by("read_at").values_list("current", flat=True)) == [False, True]
    assert GatewayKey.objects.get().calls_per_minute == 61
    read(delivery, {"keys": []})
    assert GatewayKey.objects.get().absent_since and GatewayKey.objects.present().count() == 0


@pytest.mark.django_db
def test_each_difference_is_a_finding_until_it_is_gone(delivery, model_owner, granted):
    stray = {"key_alias": "somebody", "models": ["urgency"], "token": "a" * 64}
    wider = told(granted, rpm_limit=None, models=["all-proxy-models"])
    read(delivery, {"keys": [*wider["keys"], stray]})
    (wide,) = rule_named("GWY-102").failing()
    assert wide.finding_owner == model_owner.pk
    assert "every model" in wide.explanation and "no limit" in wide.explanation
    assert rule_named("GWY-101").failing().get().alias == "somebody"
    read(delivery, {"keys": [stray]})
    assert rule_named("GWY-104").failing().get() == granted
    assert not rule_named("GWY-102").failing().exists()
    read(delivery, told(granted, blocked=True))
    assert rule_named("GWY-103").failing().count() == 1 and not rule_named("GWY-104").failing().exists()
    read(delivery, told(granted))
    assert not rule_named("GWY-103").failing().exists()
    operations.revoke_model_grant(actor=model_owner.as_actor(), grant=granted, reason="Over.")
    compare_gateways(grant=str(granted.pk))
    assert "allows nothing any more" in rule_named("GWY-101").failing().get().explanation


@pytest.mark.django_db
def test_only_those_who_compare_read_gateways(employee, owner, delivery, lead, granted):
    for person in (employee, owner):
        with pytest.raises(Refused):
            read(person, told(granted))
    read(lead, told(granted))
    with pytest.raises(Invalid) as refused:
        read(delivery, {"keys": [{"key_alias": "a", "expires": "never"}]})
    assert "keys[0].expires" in refused.value.problems["document"][0]
    assert GatewayKey.objects.visible_to(employee).count() == 0 and GatewayKey.objects.visible_to(lead).count() == 1


@pytest.mark.django_db
def test_the_page_shows_granted_beside_allowed(client, as_person, lead, employee, granted):
    as_person(client, lead)
    file = SimpleUploadedFile("keys.json", json.dumps(told(granted, rpm_limit=600)).encode())
    sent = client.post(
        reverse("registry:gateway_read"), {"gateway": "gateway-eu", "environment": "test", "document": file}
    )
    assert sent.status_code == 302
    shown = client.get(sent.url).content.decode()
    for expected in (granted.key, "60 calls in a minute", "600 calls a minute", "Allows too much", "the key has 600"):
        assert expected in shown
    assert "gateway-eu" in client.get(reverse("registry:gateways")).content.decode()
    exported = client.get(reverse("registry:gateway_export", args=["litellm"]))
    assert exported.json()["keys"][0]["key_alias"] == granted.key
    assert client.get(reverse("registry:gateway_export", args=["other"])).status_code == 404
    bad = client.post(
        reverse("registry:gateway_read"),
        {"gateway": "Gateway EU", "environment": "test", "document": SimpleUploadedFile("keys.json", b"no")},
    )
    assert bad.status_code == 422 and "no JSON document" in bad.content.decode()
    as_person(client, employee)
    assert client.get(sent.url).status_code in (403, 404)


@pytest.mark.django_db
def test_programs_hand_in_keys_and_take_grants_along(client, delivery, lead, granted):
    headers = bearer(delivery, "registry.access.evaluate")
    path = "/api/v1/model-access/gateways/gateway-eu/keys?environment=test"
    sent = client.post(path, json.dumps(told(granted)), content_type="application/json", headers=headers)
    assert sent.status_code == 200 and sent.json()["number"] == 1
    assert client.post(path, "no", content_type="application/json", headers=headers).status_code == 400
    taken = client.get("/api/v1/model-access/export/litellm?environment=test", headers=headers).json()
    assert taken["keys"][0]["key_alias"] == granted.key
    compared = client.get(
        "/api/v1/model-access/gateways/gateway-eu/differences", headers=bearer(lead, "registry.gateway.compare")
    ).json()
    assert (compared["agreeing"], compared["differing"]) == (1, [])
    assert clock.now().isoformat()[:10] == compared["read_at"][:10]
