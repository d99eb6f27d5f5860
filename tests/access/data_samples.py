"""Samples of the data catalog: a platform and a dataset of each relation, and what hangs on them."""

from __future__ import annotations

from typing import Any

from apps.catalog import operations as catalog

from .routes import Route
from .samples import ABSENT, sample
from .world import World


def platform(world: World, relation: str) -> Any:
    """Return a platform of the relation's department."""

    def make() -> Any:
        steward = world.people["steward"]
        return catalog.register_platform(
            actor=steward.as_actor(), name=f"{relation} warehouse", namespace=f"postgres://{relation}:5432",
            department=world.departments[relation],
        )  # fmt: skip

    return world.remember("platform", relation, make)


def dataset(world: World, relation: str) -> Any:
    """Return a dataset with two fields on the relation's platform; nobody classified it yet."""

    def make() -> Any:
        steward = world.people["steward"]
        return catalog.register_dataset(
            actor=steward.as_actor(), platform=platform(world, relation), name=f"{relation}.public.claim",
            department=world.departments[relation], steward=steward if relation == "own" else None,
            fields=[{"path": "claim_id", "data_type": "bigint"}, {"path": "email", "data_type": "text"}],
        )  # fmt: skip

    return world.remember("dataset", relation, make)


def activity(world: World, relation: str) -> Any:
    """Return a draft of the processing register."""

    def make() -> Any:
        privacy = world.people["privacy"]
        return catalog.register_activity(
            actor=privacy.as_actor(), name=f"{relation} activity", purposes="Handle claims.",
            department=world.departments[relation],
        )  # fmt: skip

    return world.remember("activity", relation, make)


@sample(r"(catalog|api):(activity|publish_activity)\S* key")
def _activity(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": activity(world, relation).key}


@sample(r"(catalog|api):(dataset|fields?|edit_dataset|drop_dataset|declare)\S* key")
def _dataset(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": dataset(world, relation).key}


@sample(r"(catalog|api):term\S* pk( relation)?")
def _term(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"pk": ABSENT, "relation": ABSENT}


@sample(r"(catalog|api):entity\S* pk")
def _entity(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"pk": ABSENT}


@sample(r"((catalog|api):\S*platform\S*|integrations:permissions) key")
def _platform(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": platform(world, relation).key}


def hold(world: World, relation: str) -> Any:
    """Return a legal hold on the relation's dataset."""

    def make() -> Any:
        legal = world.people["legal"]
        return catalog.place_hold(
            actor=legal.as_actor(),
            matter=f"{relation} matter",
            reason="Litigation",
            datasets=[dataset(world, relation)],
        )

    return world.remember("hold", relation, make)


@sample(r"(catalog|api):\S*hold\S* key")
def _hold(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": hold(world, relation).key}


@sample(r"(catalog|api):(retention|deletion)\S* key")
def _of_dataset(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": dataset(world, relation).key}


@sample(r"catalog:quality_check key pk")
def _quality_check(world: World, relation: str, route: Route) -> dict[str, Any]:
    def make() -> Any:
        steward = world.people["steward"]
        return catalog.define_check(
            actor=steward.as_actor(),
            dataset=dataset(world, relation),
            source="api",
            external_id="unique",
            name="unique",
        )

    check = world.remember("quality check", relation, make)
    return {"key": dataset(world, relation).key, "pk": check.pk}


@sample(r"(catalog|api):(fitness|quality|report_results|report_load) key")
def _quality_of_dataset(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": dataset(world, relation).key}


@sample(r"integrations:event pk")
def _event(world: World, relation: str, route: Route) -> dict[str, Any]:
    def make() -> Any:
        from apps.catalog.models import LineageEvent
        from apps.integrations.operations import receive_event

        event = {
            "eventTime": "2026-11-01T00:00:00Z", "producer": "https://tests.example", "schemaURL": "https://tests.example",
            "dataset": {"namespace": f"postgres://{relation}:5432", "name": f"{relation}.public.claim"},
        }  # fmt: skip
        receive_event(actor=world.people["steward"].as_actor(), event=event)
        return LineageEvent.objects.latest("received_at")

    return {"pk": world.remember("event", relation, make).pk}
