"""Health, metrics and log lines."""

from __future__ import annotations

import json
import logging

import pytest

from apps.kernel import correlation
from portal.logging import JsonFormatter


def test_it_lives(client):
    assert client.get("/healthz").content == b"ok\n"


@pytest.mark.django_db
def test_it_is_ready_without_the_queue(client, settings):
    settings.VALKEY_URL = "unix:///nowhere/valkey.sock"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": {"database": "ok", "queue": "away"}}


@pytest.mark.django_db
def test_its_metrics_are_for_who_knows_the_token(client, settings):
    settings.METRICS_TOKEN = "t" * 32
    assert client.get("/metrics").status_code == 404
    answer = client.get("/metrics", headers={"Authorization": f"Bearer {'t' * 32}"})
    assert b"gatehouse_outbox_waiting" in answer.content


@pytest.mark.django_db
def test_without_a_token_production_has_no_metrics(client, settings):
    settings.MODE = "production"
    assert client.get("/metrics").status_code == 404


def test_a_log_line_is_json_with_the_correlation_id():
    record = logging.LogRecord("gatehouse", logging.INFO, "", 0, "Something “%s”\nhappened", ("odd",), None)
    with correlation.correlated("an-id"):
        text = JsonFormatter().format(record)
    assert "\n" not in text
    assert json.loads(text)["correlation_id"] == "an-id"
    assert json.loads(text)["message"] == "Something “odd”\nhappened"
