"""Samples of subscriptions to events and of MLflow servers: the model owner's own, or somebody else's."""

from __future__ import annotations

from typing import Any

from apps.integrations import operations as integrations
from apps.integrations.operations.subscriptions import new_secret
from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World


@sample(r"exchange:subscription\S* pk")
def _subscription(world: World, relation: str, route: Route) -> dict[str, Any]:
    def make() -> Any:
        return integrations.subscribe(
            actor=world.people["model_owner" if relation == "own" else "steward"].as_actor(), name="Pager",
            url="http://127.0.0.1:9/", patterns=["registry.rollback.*"], secret=new_secret(),
        )  # fmt: skip

    return {"pk": world.remember("subscription", relation, make).pk}


@sample(r"(exchange:mlflow\S*|api:mlflow\S*) pk")
def _server(world: World, relation: str, route: Route) -> dict[str, Any]:
    def make() -> Any:
        owner = world.people["model_owner"]
        return integrations.register_server(
            actor=owner.as_actor(), name=f"{relation} tracking", url="http://127.0.0.1:9", owner=owner,
            department=world.departments[relation], secret="for tests",
        )  # fmt: skip

    return {"pk": world.remember("MLflow server", relation, make).pk}
