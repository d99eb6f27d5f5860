"""Outgoing events: who hears of what, in what form, and what happens when nobody takes it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from apps.audit.models import Entry
from apps.integrations import operations
from apps.integrations.calling import resolve
from apps.integrations.models import EventDelivery, SendingState
from apps.integrations.operations import sending
from apps.integrations.operations.subscriptions import new_secret
from apps.integrations.rules_pure.addresses import Forbidden, check_number, parts
from apps.integrations.rules_pure.telling import matches, pause_after
from apps.integrations.tasks import publish
from apps.kernel import clock, correlation
from apps.kernel.errors import Invalid, Refused

SECRET = new_secret()


class Listener(HTTPServer):
    answers = 200

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Taking)
        self.got = []


class Taking(BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.got.append((dict(self.headers), body))
        self.send_response(self.server.answers)
        self.send_header("Location", "http://127.0.0.1:1/")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_words):
        pass


@pytest.fixture
def listener():
    server = Listener()
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def subscription(model_owner, listener):
    return operations.subscribe(
        actor=model_owner.as_actor(), name="Pager", url=f"http://127.0.0.1:{listener.server_port}/hook?x=1",
        patterns=["inventory.system.*"], secret=SECRET,
    )  # fmt: skip


@pytest.fixture
def told(subscription, system):
    """The registration of a system, queued once."""
    with correlation.correlated("one message"):
        publish(event="inventory.system.registered", subject_type="inventory.system", subject_id=str(system.pk))
    return EventDelivery.objects.get(subscription=subscription)


def test_it_sends_a_cloud_event_that_an_independent_reader_verifies(told, listener, system):
    sending.send_one(str(told.pk))
    headers, body = listener.got[0]
    key = base64.b64decode(SECRET[len("whsec_") :])
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.{body.decode()}".encode()
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"
    assert headers["Content-Type"].startswith("application/cloudevents+json")
    event = json.loads(body)
    assert event["specversion"] == "1.0"
    assert (event["type"], event["subject"]) == ("inventory.system.registered", system.key)
    assert event["id"] == headers["webhook-id"]
    told.refresh_from_db()
    assert (told.state, told.status, told.attempts) == (SendingState.SENT, 200, 1)


def test_the_same_event_is_queued_and_sent_once(told, listener, system, subscription):
    # The queue delivers a message twice: it carries the same correlation id.
    with correlation.correlated("one message"):
        publish(
            event="inventory.system.registered", subject_type="inventory.system", subject_id=str(system.pk), unknown="x"
        )
    sending.send_one(str(told.pk))
    sending.send_one(str(told.pk))
    assert EventDelivery.objects.filter(subscription=subscription).count() == 1
    assert len(listener.got) == 1


def test_the_ledger_and_the_task_tell_of_the_same_event_once(subscription, system):
    entry = Entry.objects.get(kind="operation", event="inventory.system.registered", subject_id=str(system.pk))
    assert sending.queue(subscription, [entry]) == 1
    with correlation.correlated(entry.correlation_id):
        publish(event=entry.event, subject_type="inventory.system", subject_id=str(system.pk), data={"more": 1})
    assert EventDelivery.objects.filter(subscription=subscription).count() == 1


def test_it_tells_nobody_of_what_they_may_not_see(outsider, subscription, system):
    subscription.owner = outsider
    entry = Entry.objects.filter(kind="operation", event="inventory.system.registered").latest("pk")
    assert sending.queue(subscription, [entry]) == 0


def test_a_refusal_is_tried_again_later_and_given_up_in_the_end(told, listener, subscription):
    listener.answers = 302
    sending.send_one(str(told.pk))
    told.refresh_from_db()
    assert (told.state, told.status) == (SendingState.WAITING, 302)
    assert told.next_try > clock.now()
    sending.send_due()
    assert len(listener.got) == 1
    EventDelivery.objects.filter(pk=told.pk).update(attempts=9, next_try=clock.now() - timedelta(seconds=1))
    sending.send_due()
    told.refresh_from_db()
    assert told.state == SendingState.DEAD
    listener.answers = 204
    operations.send_again(actor=subscription.owner.as_actor(), subscription=subscription, delivery=told)
    sending.send_one(str(told.pk))
    told.refresh_from_db()
    assert told.state == SendingState.SENT
    assert listener.got[0][0]["webhook-id"] == listener.got[2][0]["webhook-id"]


def test_an_address_that_is_gone_is_not_asked_again(told, listener):
    listener.answers = 410
    sending.send_one(str(told.pk))
    told.refresh_from_db()
    assert told.state == SendingState.DEAD


def test_the_secret_is_kept_encrypted_and_not_written_into_the_ledger(subscription):
    assert SECRET not in subscription.secret
    entries = Entry.objects.filter(subject_type="integrations.subscription", kind="change")
    assert entries
    assert all(subscription.secret not in json.dumps(entry.changes) for entry in entries)


def test_only_its_owner_sees_and_changes_it(subscription, owner, as_person, client):
    assert as_person(client, owner).get(f"/integrations/subscriptions/{subscription.pk}/").status_code == 404
    with pytest.raises(Refused):
        operations.send_test(actor=owner.as_actor(), subscription=subscription)


def test_the_pages_show_the_secret_once_and_every_delivery(model_owner, listener, as_person, client):
    browser = as_person(client, model_owner)
    address = f"http://127.0.0.1:{listener.server_port}/"
    answer = browser.post(
        "/integrations/subscriptions/new/", {"name": "CI", "url": address, "patterns": "registry.rollback.*"}
    )
    assert b"whsec_" in answer.content
    made = model_owner_subscription(model_owner)
    browser.post(f"/integrations/subscriptions/{made.pk}/act/", {"do": "test"})
    page = browser.get(f"/integrations/subscriptions/{made.pk}/").content.decode()
    assert "integrations.subscription.tested" in page
    assert "whsec_" not in page
    assert browser.get(f"/integrations/subscriptions/{made.pk}/edit/").status_code == 200
    assert browser.get("/integrations/subscriptions/").status_code == 200


def model_owner_subscription(person):
    from apps.integrations.models import EventSubscription

    return EventSubscription.objects.get(owner=person)


@pytest.mark.parametrize("patterns", [[], ["registry..x"], ["a*b"], ["Registry.x"]])
def test_it_refuses_what_is_no_event(model_owner, patterns):
    with pytest.raises(Invalid):
        operations.subscribe(
            actor=model_owner.as_actor(), name="x", url="http://127.0.0.1:9/", patterns=patterns, secret=SECRET
        )


@pytest.mark.parametrize(
    "number",
    ["10.0.0.1", "192.168.1.1", "169.254.169.254", "127.0.0.1", "::1", "0.0.0.0", "::ffff:10.0.0.1", "fe80::1", "224.0.0.1"],
)  # fmt: skip
def test_it_calls_nothing_inside(number):
    with pytest.raises(Forbidden):
        check_number(number, private=False, loopback=False)


def test_metadata_services_are_refused_even_where_private_numbers_are_allowed():
    with pytest.raises(Forbidden):
        check_number("169.254.169.254", private=True, loopback=True)
    check_number("10.0.0.1", private=True, loopback=False)
    check_number("93.184.216.34", private=False, loopback=False)


@pytest.mark.parametrize(
    "url", ["http://x.example/", "https://u:p@x.example/", "file:///etc/passwd", "https://", "https://x:y/"]
)
def test_it_refuses_addresses_of_another_form(url):
    with pytest.raises(Forbidden):
        parts(url, schemes=("https",))


def test_production_takes_neither_plain_http_nor_loopback(settings):
    settings.MODE = "production"
    for url in ("http://127.0.0.1/", "https://127.0.0.1/", "https://localhost/"):
        with pytest.raises(Forbidden):
            resolve(url)


def test_patterns_and_pauses():
    assert matches(["registry.rollback.*"], "registry.rollback.done")
    assert not matches(["registry.rollback.*"], "registry.rollbacks.done")
    assert not matches(["registry.rollback"], "registry.rollback.done")
    assert matches(["*"], "anything.at.all")
    assert pause_after(1) == 5
    assert pause_after(10) is None
