"""The scheduler: what is due goes into the outbox, the outbox to the queue."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from celery.beat import ScheduleEntry
from celery.schedules import schedule

from apps.audit import outbox
from apps.audit.models import OutboxMessage
from apps.kernel import correlation
from apps.kernel.deferral import defer
from portal.celery import CORRELATION_HEADER, app, take_up_what_was_left
from portal.scheduler import OutboxScheduler, send

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def waiting(db):
    OutboxMessage.objects.all().delete()
    with correlation.correlated("from-a-request"):
        for number in range(3):
            defer("compliance.evaluate", subject_type="inventory.system", subject_id=str(number))


@pytest.mark.django_db
def test_it_hands_over_each_message_once_in_order(waiting):
    sent = []
    outbox.relay_waiting(lambda *message: sent.append(message))
    outbox.relay_waiting(lambda *message: sent.append(message))
    assert [payload["subject_id"] for _task, payload, _identifier, _key in sent] == ["0", "1", "2"]
    assert {identifier for _task, _payload, identifier, _key in sent} == {"from-a-request"}


@pytest.mark.django_db
def test_it_keeps_what_the_queue_did_not_take(waiting):
    taken = []

    def breaks_at_the_second(*message: object) -> None:
        if taken:
            raise ConnectionError
        taken.append(message)

    with pytest.raises(ConnectionError):
        outbox.relay_waiting(breaks_at_the_second)
    assert OutboxMessage.objects.filter(relayed_at=None).count() == 2
    again = []
    outbox.relay_waiting(lambda *message: again.append(message))
    assert len(again) == 2


@pytest.mark.django_db
def test_what_is_due_goes_through_the_outbox(tmp_path):
    OutboxMessage.objects.all().delete()
    beat = OutboxScheduler(app=app, schedule_filename=str(tmp_path / "schedule"), lazy=True)
    entry = ScheduleEntry(
        name="x", task="compliance.sweep", schedule=schedule(60), kwargs={"trigger": "hourly"}, app=app
    )
    beat.apply_async(entry, advance=False)
    message = OutboxMessage.objects.get()
    assert (message.task, message.payload) == ("compliance.sweep", {"trigger": "hourly"})
    assert message.correlation_id


def test_every_scheduled_task_exists():
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_a_message_carries_its_correlation_id(monkeypatch):
    calls = {}
    monkeypatch.setattr(app, "send_task", lambda task, **options: calls.update(options, task=task))
    send("compliance.sweep", {"trigger": "hourly"}, "from-a-request", 7)
    assert calls["headers"] == {CORRELATION_HEADER: "from-a-request"}
    assert calls["task_id"] == "outbox-7"


def test_a_task_runs_under_the_correlation_id_of_its_message():
    seen = []

    @app.task(name="tests.remember")
    def remember() -> None:
        seen.append(correlation.current())

    remember.apply(headers={CORRELATION_HEADER: "from-a-request"})
    del app.tasks["tests.remember"]
    assert seen == ["from-a-request"]


def test_what_a_killed_worker_had_taken_is_taken_up_at_once(settings):
    if not settings.VALKEY_URL.startswith("unix:"):
        pytest.skip("The queue is not running here.")
    settings.MODE = "embedded"
    killed = """
import os
from portal.celery import app
app.send_task("compliance.sweep", kwargs={"trigger": "test"})
with app.connection_for_write() as connection:
    connection.SimpleQueue("celery").get(timeout=5)
    os._exit(9)
"""
    with app.connection_for_write() as connection:
        connection.default_channel.client.flushdb()
    subprocess.run(
        [sys.executable, "-c", killed],
        cwd=ROOT,
        env=os.environ | {"DJANGO_SETTINGS_MODULE": "portal.settings"},
        check=False,
    )
    with app.connection_for_write() as connection:
        client = connection.default_channel.client
        assert client.llen("celery") == 0
        take_up_what_was_left()
        assert client.llen("celery") == 1
        connection.SimpleQueue("celery").get(timeout=5).ack()


def test_only_json_is_taken():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_acks_late
    assert app.conf.broker_transport_options["visibility_timeout"] > app.conf.task_time_limit
