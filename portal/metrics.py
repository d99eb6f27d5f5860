"""What Prometheus reads: requests by route, and the health of outbox, queue and ledger at the moment of asking."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator

from django.conf import settings
from django.db import Error, connection
from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector

BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2, 10)
REGISTRY = CollectorRegistry()
REQUESTS = Histogram(
    "gatehouse_request_seconds",
    "Seconds that requests took, by method, route and status.",
    ["method", "route", "status"],
    buckets=BUCKETS,
    registry=None if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else REGISTRY,
)

GAUGES = {
    "gatehouse_outbox_waiting": (
        "Deferred tasks that are not yet handed to the queue.",
        "SELECT count(*) FROM audit_outboxmessage WHERE relayed_at IS NULL",
    ),
    "gatehouse_outbox_oldest_seconds": (
        "Age of the oldest of them.",
        "SELECT coalesce(extract(epoch FROM now() - min(available_at)), 0) FROM audit_outboxmessage"
        " WHERE relayed_at IS NULL AND available_at <= now()",
    ),
    "gatehouse_ledger_sealed_entries": (
        "Entries under the newest signed checkpoint.",
        "SELECT coalesce(max(size), 0) FROM audit_checkpoint",
    ),
    "gatehouse_ledger_unsealed_seconds": (
        "Age of the oldest entry that is not yet sealed.",
        "SELECT coalesce(extract(epoch FROM now() - min(recorded_at)), 0) FROM audit_entry"
        " WHERE id > coalesce((SELECT max(entry_id) FROM audit_leaf), 0)",
    ),
}


class Installation:
    """Gauges that are asked from the database and the queue when Prometheus asks."""

    def collect(self) -> Iterator[Metric]:
        """Yield what can be read; what cannot is left out."""
        for name, (text, query) in GAUGES.items():
            with contextlib.suppress(Error), connection.cursor() as cursor:
                cursor.execute(query)
                yield GaugeMetricFamily(name, text, value=float(cursor.fetchone()[0]))
        length = queue_length()
        if length is not None:
            yield GaugeMetricFamily("gatehouse_queue_length", "Tasks that wait for a worker.", value=length)


def queue_length() -> int | None:
    """Return how many tasks wait in the queue; None when the queue does not answer."""
    import redis

    if not settings.VALKEY_URL:
        return None
    with contextlib.suppress(redis.RedisError, OSError, ValueError):
        client = redis.Redis.from_url(settings.VALKEY_URL, socket_timeout=1, socket_connect_timeout=1)
        try:
            return int(client.llen("celery"))  # type: ignore[arg-type]
        finally:
            client.close()
    return None


def exposition() -> bytes:
    """Return everything in Prometheus's text format."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    registry.register(Installation())
    own = b"" if os.environ.get("PROMETHEUS_MULTIPROC_DIR") else generate_latest(REGISTRY)
    return own + generate_latest(registry)
