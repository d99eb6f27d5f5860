"""A metric of a system, pushed by the delivery team, and what happens after a push."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.monitoring import operations
from apps.monitoring.models import Metric
from tests.registry.conftest import freeze, live, pass_gate, policy  # noqa: F401 - the system in production

# After everything that the installation wrote, and never across midnight.
NOW = datetime.now(UTC).replace(hour=12, minute=30, second=0, microsecond=0) + timedelta(days=1)
BEAT = Actor.system("beat")
PLACE = {"environment": "production", "region": "EU"}


@pytest.fixture(autouse=True)
def standing_clock():
    """It is half past twelve."""
    with clock.travel(NOW):
        yield


def point(value, minutes=0, name="accuracy", **more):
    """A value measured so many minutes before now."""
    start = NOW - timedelta(minutes=minutes)
    kind = {} if "kind" in more else {"kind": "quality"}
    return {"name": name, "value": value, "window_start": start.isoformat(), **kind, **more}


@pytest.fixture
def push(delivery, system):
    """Push values of the system as the delivery team."""

    def send(*points, person=None, **more):
        actor = (person or delivery).as_actor()
        return operations.push_metrics(actor=actor, system=system, points=list(points), **PLACE, **more)

    return send


@pytest.fixture
def metric(push):
    """A metric with one good value, two hours old."""
    push(point("0.95", minutes=120, unit="share", higher_is="better"))
    return Metric.objects.get(name="accuracy")


@pytest.fixture
def bound(metric, owner):
    """Accuracy stays at 0.9 or more; two values below it in a row are too many."""
    return operations.set_bound(
        actor=owner.as_actor(), metric=metric, comparison="below", threshold=Decimal("0.9"), consecutive=2,
        baseline="Evaluation of the first release",
    )  # fmt: skip


@pytest.fixture
def watch():
    """Do what the queue does after a push."""
    from apps.monitoring import tasks

    def run(metric):
        tasks.watch_metric(metric=str(metric.pk))

    return run


@pytest.fixture
def alert(bound, push, watch):
    """An alert that stands."""
    push(point("0.8", minutes=30), point("0.7", minutes=20))
    watch(bound.metric)
    return bound.alerts.get()
