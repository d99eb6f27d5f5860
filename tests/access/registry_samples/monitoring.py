"""Samples of monitoring: a metric, a bound, an alert and an incident of each relation's system."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.monitoring import operations
from apps.monitoring.models import Metric
from apps.monitoring.rules_pure.watching import Seen
from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World

from .deployments import _owner


def metric(world: World, relation: str) -> Any:
    """Return a metric of the relation's system."""

    def make() -> Any:
        value = {"name": "accuracy", "kind": "quality", "value": "0.8", "window_start": clock.now().isoformat()}
        operations.push_metrics(
            actor=world.people["model_owner"].as_actor(), system=world.systems[relation], environment="test",
            region="EU", points=[value],
        )  # fmt: skip
        return Metric.objects.get(system=world.systems[relation], name="accuracy")

    return world.remember("metric", relation, make)


def bound(world: World, relation: str) -> Any:
    """Return a bound of that metric; its owner owns the system."""

    def make() -> Any:
        owner = _owner(world, relation)
        return operations.set_bound(
            actor=owner.as_actor(), metric=metric(world, relation), comparison="below", threshold=Decimal("0.9")
        )

    return world.remember("bound", relation, make)


def alert(world: World, relation: str) -> Any:
    """Return an alert of that bound."""

    def make() -> Any:
        seen = [Seen(clock.now(), Decimal("0.8"))]
        return operations.open_alert(actor=Actor.system("beat"), bound=bound(world, relation), windows=seen)

    return world.remember("alert", relation, make)


def incident(world: World, relation: str) -> Any:
    """Return an incident that the owner of the relation's system opened."""

    def make() -> Any:
        return operations.open_incident(
            actor=_owner(world, relation).as_actor(), system=world.systems[relation], title="Sorted to the end",
            severity="moderate", occurred_at=clock.now(),
        )  # fmt: skip

    return world.remember("incident", relation, make)


@sample(r"(monitoring:(metric|bound_set)|api:(metric|points|rollups)) key")
def _metric(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": metric(world, relation).key}


@sample(r"(monitoring|api):(bound|edit_bound|end_bound)(_edit|_end)? key")
def _bound(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": bound(world, relation).key}


@sample(r"(monitoring|api):alert\S* key")
def _alert(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": alert(world, relation).key}


@sample(r"monitoring:incident_open key")
def _incident_open(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key}


@sample(r"(monitoring|api):(incident|edit_incident)(_edit|_contain|_close)? key")
def _incident(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": incident(world, relation).key}
