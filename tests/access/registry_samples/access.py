"""Samples of access to models: a model to ask for, a request and a grant of each relation."""

from __future__ import annotations

from typing import Any

from apps.inventory import operations as inventory
from apps.registry import operations as registry
from apps.registry.models import AIModel, ModelAccessRequest
from tests.access.routes import Route
from tests.access.samples import sample
from tests.access.world import World


def ai_model(world: World, relation: str) -> AIModel:
    """Return a model of the relation's department with one version; the model owner's own, or nobody's."""

    def make() -> AIModel:
        owner = world.people["model_owner"]
        made = registry.register_model(
            actor=owner.as_actor(), name=f"{relation} asked for", department=world.departments[relation],
            owner=owner if relation == "own" else None,
        )  # fmt: skip
        registry.register_version(actor=owner.as_actor(), ai_model=made, name="1.0", artefact_digest=f"sha256:{1:064x}")
        return made

    return world.remember("model asked for", relation, make)


def use_case_of_calls(world: World, relation: str) -> Any:
    """Return the use case on the relation's system for which models are called."""

    def make() -> Any:
        person, system = world.people["owner" if relation == "own" else "second_owner"], world.systems[relation]
        made = inventory.register_use_case(
            actor=person.as_actor(), name=f"{relation} calls", purpose="Sort.", department=system.department,
            owner=person, provisional_tier="T3",
        )  # fmt: skip
        return inventory.link_use_case(actor=person.as_actor(), use_case=made, system=system)

    return world.remember("use case of calls", relation, make)


def access_request(world: World, relation: str) -> ModelAccessRequest:
    """Return a request that waits, for the relation's system."""

    def make() -> ModelAccessRequest:
        person, system = world.people["owner" if relation == "own" else "second_owner"], world.systems[relation]
        use_case = use_case_of_calls(world, relation)
        return registry.request_model_access(
            actor=person.as_actor(), ai_model=ai_model(world, relation), subject=system, use_case=use_case,
            environment="test", purpose="sorting", purpose_details="Sort claims.", days=30, max_tokens=100,
            rate_limit=10, budget=10,
        )  # fmt: skip

    return world.remember("model access request", relation, make)


def grant(world: World, relation: str) -> Any:
    """Return a grant that stands."""

    def make() -> Any:
        request = access_request(world, relation)
        actor = world.people["model_owner"].as_actor()
        done = registry.decide_model_request(actor=actor, request=request, approve=True, reason="Bounded.")
        if done.status == "second":
            other = world.people["admin"].as_actor()
            registry.decide_model_request(actor=other, request=done, approve=True, reason="Bounded.")
        return done.grants.get()

    return world.remember("model grant", relation, make)


@sample(r"registry:access_ask key")
def _ask(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": ai_model(world, relation).key}


@sample(r"(registry:access_(request|withdraw)|api:model_(request|decision|withdrawal)) key")
def _access_request(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": access_request(world, relation).key}


@sample(r"(registry:grant\S*|api:model_grant\S*) key")
def _grant(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": grant(world, relation).key}


def gateway(world: World, relation: str) -> Any:
    """Return a gateway that was read, with a key for the relation's grant."""

    def make() -> Any:
        key = {"key_alias": grant(world, relation).key, "models": ["other"], "blocked": False}
        actor = world.people["lead"].as_actor()
        name = f"gateway-{relation}"
        return registry.read_gateway(actor=actor, gateway=name, environment="test", document={"keys": [key]})

    return world.remember("gateway", relation, make)


@sample(r"(registry:gateway|api:gateway_(keys|differences)) gateway")
def _gateway(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"gateway": gateway(world, relation).gateway}


@sample(r"(registry:gateway_export|api:model_access_export) form")
def _export(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"form": "litellm" if relation == "own" else "opa"}
