"""The pages and the API of monitoring: what people read and do, at a cost that does not grow."""

from __future__ import annotations

import json
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts import operations as accounts
from apps.kernel import search
from apps.monitoring import operations
from apps.monitoring.models import Alert, Bound, Incident, Metric
from apps.monitoring.rules_pure.trend_drawing import Value, draw

from .conftest import BEAT, NOW, PLACE, point


def page(client, name, *keys, **query):
    answer = client.get(reverse(f"monitoring:{name}", args=keys), query)
    assert answer.status_code == 200
    return answer.content.decode()


def fill(push, owner, number):
    """Push metrics, each with a bound."""
    for each in range(number):
        push(*[point(str(each), minutes=5 * step, name=f"metric {number}-{each}") for step in range(4)])
    for metric in Metric.objects.filter(bounds=None):
        operations.set_bound(actor=owner.as_actor(), metric=metric, comparison="above", threshold=Decimal(100))
    operations.keep_rollups(actor=BEAT)


def queries(client, address):
    with CaptureQueriesContext(
        connection,
    ) as seen:
        assert client.get(address).status_code == 200
    return len(seen)


def test_the_page_of_a_metric_shows_trend_bound_numbers_and_alert(alert, as_person, client, owner):
    text = page(as_person(client, owner), "metric", alert.bound.metric.key, range="day")
    assert "<polyline" in text and "chart-bound" in text and "chart-dot beyond" in text and alert.key in text
    assert "0.7 share" in text and "3 values, the newest 0.7 share" in text
    text = page(client, "metric", alert.bound.metric.key, range="quarter", slice="unknown")
    assert "Smallest" in text


def test_lists_and_pages_cost_the_same_for_more_rows(push, owner, as_person, client):
    as_person(client, owner)
    fill(push, owner, 3)
    metric = Metric.objects.order_by("key").first()
    addresses = [
        reverse("monitoring:metrics"), reverse("monitoring:metric", args=[metric.key]),
        reverse("monitoring:metric", args=[metric.key]) + "?range=week", reverse("inventory:system", args=[metric.system.key]),
        reverse("monitoring:alerts"), reverse("monitoring:incidents"),
    ]  # fmt: skip
    for address in addresses:
        client.get(address)
    before = [queries(client, address) for address in addresses]
    fill(push, owner, 6)
    assert [queries(client, address) for address in addresses] == before
    assert before[0] <= 14 and before[1] <= 20


def test_the_list_says_what_is_crossed(alert, push, as_person, client, owner):
    push(point(3, name="latency", kind="latency"))
    as_person(client, owner)
    text = page(client, "metrics")
    assert "Crossed" in text and "No bound" in text
    assert "latency" not in page(client, "metrics", bounds="crossed").split('id="list"')[1]
    assert alert.key in page(client, "alerts", state="open")
    assert alert.key not in page(client, "alerts", state="closed").split('id="list"')[1]


def test_a_bound_is_set_moved_and_ended_by_form(metric, as_person, client, owner):
    as_person(client, owner)
    assert 'value="below" ' in page(client, "bound_set", metric.key)
    sent = {"comparison": "below", "threshold": "0.9", "window": "day", "aggregate": "mean", "consecutive": "3",
            "action": "finding", "silent_after": "72", "owner": owner.email}  # fmt: skip
    address = reverse("monitoring:bound_set", args=[metric.key])
    assert client.post(address, sent | {"threshold": "much"}).status_code == 422
    assert client.post(address, sent).status_code == 302
    found = Bound.objects.get()
    assert (found.threshold, found.window, found.consecutive, found.owner) == (Decimal("0.9"), "day", 3, owner)
    assert "mean of 3 days in a row is below 0.9 share" in page(client, "bound", found.key)
    moved = sent | {"threshold": "0.8", "version": "1", "reason": "New baseline"}
    assert client.post(reverse("monitoring:bound_edit", args=[found.key]), moved).status_code == 302
    assert client.post(reverse("monitoring:bound_edit", args=[found.key]), moved).status_code == 409
    assert client.post(reverse("monitoring:bound_end", args=[found.key]), {"reason": "Retired"}).status_code == 302
    found.refresh_from_db()
    assert found.threshold == Decimal("0.8") and not found.active


def test_an_alert_is_acknowledged_turned_into_an_incident_and_closed(alert, as_person, client, owner):
    as_person(client, owner)
    assert "Acknowledge" in page(client, "alert", alert.key)
    address = reverse("monitoring:alert_acknowledge", args=[alert.key])
    assert client.post(address, {"reason": "Looking"}).status_code == 302
    opening = reverse("monitoring:incident_open", args=[alert.system.key]) + f"?alert={alert.key}"
    assert "accuracy beyond its bound" in client.get(opening).content.decode()
    sent = {
        "title": "Accuracy fell",
        "severity": "low",
        "actual_or_near": "near",
        "occurred_at": f"{NOW:%Y-%m-%dT%H:%M}",
    }
    assert client.post(opening, sent).status_code == 302
    found = Incident.objects.get()
    assert found.owner == owner and Alert.objects.get().incident == found
    text = page(client, "incident", found.key)
    assert alert.key in text and "Looking" in page(client, "alert", alert.key)
    edited = sent | {"title": "Accuracy fell twice", "version": "1", "owner": owner.email}
    assert client.post(reverse("monitoring:incident_edit", args=[found.key]), edited).status_code == 302
    for name, body in (("incident_contain", {"reason": "Rolled back"}), ("incident_close", {"root_cause": "Drift"})):
        assert client.post(reverse(f"monitoring:{name}", args=[found.key]), body).status_code == 302
    assert client.post(reverse("monitoring:alert_close", args=[alert.key]), {"reason": "Back"}).status_code == 302
    found.refresh_from_db()
    assert (found.title, found.state) == ("Accuracy fell twice", "closed")
    assert [hit.key for _title, hits in search.search(owner, "twice") for hit in hits] == [found.key]


def test_strangers_find_nothing(alert, as_person, client, outsider):
    as_person(client, outsider)
    for name, key in (("metric", alert.bound.metric.key), ("bound", alert.bound.key), ("alert", alert.key)):
        assert client.get(reverse(f"monitoring:{name}", args=[key])).status_code == 404
    assert "accuracy" not in page(client, "metrics")


@pytest.fixture
def call(client):
    """Call the API with a person's token."""

    def send(person, method, path, body=None, scopes=("monitoring.metric.push", "monitoring.metric.view")):
        issued = accounts.issue_token(actor=person.as_actor(), name="Test", scopes=list(scopes))
        return getattr(client, method)(
            f"/api/v1/{path}", data=json.dumps(body) if body is not None else None, content_type="application/json",
            headers={"authorization": f"Bearer {issued.text}"},
        )  # fmt: skip

    return send


def test_programs_push_and_read_back(call, delivery, model_owner, system):
    body = {"system": system.key, **PLACE, "points": [point(0.5), point("0.25", minutes=5), point("x", minutes=9)]}
    refused = call(delivery, "post", "metrics", body)
    assert refused.status_code == 422 and "points.3.value" in refused.json()["errors"]
    said = call(delivery, "post", "metrics", body | {"partial": True}).json()
    assert (said["taken"], said["errors"][0]["row"]) == (2, 3)
    assert [one["system"] for one in call(delivery, "get", "metrics").json()["items"]] == [system.key]
    operations.keep_rollups(actor=BEAT)
    key = call(model_owner, "get", f"metrics?system={system.key}").json()["items"][0]["key"]
    points = call(model_owner, "get", f"metrics/{key}/points?limit=1").json()
    assert Decimal(points["items"][0]["value"]) == Decimal("0.25") and points["next"]
    assert Decimal(call(model_owner, "get", f"metrics/{key}/rollups?period=day").json()["items"][0]["mean"]) == Decimal(
        "0.375"
    )


def test_a_trend_stands_inside_its_frame():
    assert draw([], []) is None
    values = [Value(NOW + timedelta(hours=number), Decimal(number % 5), f"REL-{number // 10}") for number in range(40)]
    found = draw([*values, Value(NOW + timedelta(days=9), Decimal(3), "REL-3")], [("above", Decimal(9))])
    assert len(found.lines) == 1 and len(found.releases) == 3 and len(found.dots) == 41
    for dot in found.dots:
        assert found.left <= dot.x <= found.right and found.top <= dot.y <= found.bottom and not dot.beyond
    assert found.top <= found.bounds[0].at <= found.bottom and 3 <= len(found.levels) <= 8
    assert len(draw([Value(NOW, Decimal(0))], []).dots) == 1
