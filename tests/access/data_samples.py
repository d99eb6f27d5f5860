"""Samples of the data catalog: a platform and a dataset of each relation, and what hangs on them."""

from __future__ import annotations

from typing import Any

from apps.catalog import operations as catalog
from apps.inventory import operations as inventory

from .routes import Route
from .samples import sample
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


def term(world: World, relation: str) -> Any:
    """Return a glossary term, related to another."""

    def make() -> Any:
        steward = world.people["steward"].as_actor()
        made = [catalog.define_term(actor=steward, name=f"{relation} {word}", definition="A word.") for word in "ab"]
        return catalog.relate_terms(actor=steward, term=made[0], kind="related", other=made[1])

    return world.remember("term", relation, make)


@sample(r"(catalog|api):(term|edit_term)\S* pk( relation)?")
def _term(world: World, relation: str, route: Route) -> dict[str, Any]:
    made = term(world, relation)
    return {"pk": made.pk, "relation": made.relations.get().pk}


@sample(r"(catalog|api):(entity|edit_entity)\S* pk")
def _entity(world: World, relation: str, route: Route) -> dict[str, Any]:
    steward = world.people["steward"].as_actor()
    made = world.remember(
        "entity", relation, lambda: catalog.define_entity(actor=steward, name=f"{relation} thing", identifier="id")
    )
    return {"pk": made.pk}


def system_of_its_own(world: World, relation: str) -> Any:
    """Return a system like the world's, whose reviews no declared use makes stale."""

    def make() -> Any:
        like = world.systems[relation]
        return inventory.register_system(
            actor=like.owner.as_actor(), name=f"{relation} reader", department=like.department, owner=like.owner,
            proposer=like.owner, restricted=like.restricted,
        )  # fmt: skip

    return world.remember("system of its own", relation, make)


@sample(r"catalog:use_end pk|api:(dataset|data)_(end_use|declare_use|uses) key( pk)?")
def _use(world: World, relation: str, route: Route) -> dict[str, Any]:
    steward, system = world.people["steward"].as_actor(), system_of_its_own(world, relation)
    about = dataset(world, relation)
    made = world.remember("use", relation, lambda: catalog.declare_use(actor=steward, dataset=about, system=system))
    return {"pk": made.pk, "key": system.key if "api:data_" in route.name else about.key}


@sample(r"((catalog|api):\S*platform\S*|integrations:permissions) key")
def _platform(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": platform(world, relation).key}


def asked_for(world: World, relation: str) -> Any:
    """Return a dataset of its own for access: confidential, so that an employee may know of it, or restricted."""
    from apps.catalog.models import Dataset

    def make() -> Any:
        steward = world.people["steward"]
        made = catalog.register_dataset(
            actor=steward.as_actor(), platform=platform(world, relation), name=f"{relation}.public.asked",
            department=world.departments[relation], steward=steward if relation == "own" else None,
        )  # fmt: skip
        Dataset.objects.filter(pk=made.pk).update(level="restricted" if relation == "restricted" else "confidential")
        made.refresh_from_db()
        return made

    return world.remember("asked-for dataset", relation, make)


def access_request(world: World, relation: str) -> Any:
    """Return a request that waits."""

    def make() -> Any:
        asker = world.people["employee" if relation == "own" else "delivery"]
        return catalog.request_access(
            actor=asker.as_actor(), dataset=asked_for(world, relation), subject=asker, actions=["read"],
            purpose="claims-handling", purpose_details="For the access matrix.", days=30,
        )  # fmt: skip

    return world.remember("access request", relation, make)


def grant(world: World, relation: str) -> Any:
    """Return a grant that stands."""

    def make() -> Any:
        request = access_request(world, relation)
        for person, decide in (("steward", catalog.decide_request), ("privacy", catalog.second_decision)):
            request.refresh_from_db()
            if request.status in ("waiting", "second"):
                decide(actor=world.people[person].as_actor(), request=request, outcome="approve", reason="Matrix")
        return request.grants.get()

    return world.remember("grant", relation, make)


@sample(r"(catalog:access_(request|withdraw)|api:access_\S+) key")
def _access_request(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": access_request(world, relation).key}


@sample(r"catalog:access_ask key")
def _access_ask(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": asked_for(world, relation).key}


@sample(r"(catalog:grant\S*|api:data_grant\S*) key")
def _grant(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": grant(world, relation).key}


@sample(r"catalog:campaign\S* key")
def _campaign(world: World, relation: str, route: Route) -> dict[str, Any]:
    from datetime import timedelta

    from apps.kernel import clock

    def make() -> Any:
        grant(world, relation)
        return catalog.start_campaign(
            actor=world.people["lead"].as_actor(), name=f"{relation} round", due_on=clock.today() + timedelta(days=9),
            departments=[world.departments[relation]],
        )  # fmt: skip

    return {"key": world.remember("campaign", relation, make).key}


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


def access_record(world: World, relation: str) -> Any:
    """Return a sealed record of the access log about the relation's dataset."""
    from apps.catalog.models import AccessRecord
    from apps.catalog.operations import accesslog, decisions
    from apps.catalog.rules_pure.asking import Asked
    from apps.kernel.actors import Actor

    def make() -> Any:
        delivery, data = world.people["delivery"], dataset(world, relation)
        asked = Asked("person", str(delivery.pk), str(data.pk), "read", purpose="claims-handling")
        decisions.evaluate(actor=delivery.as_actor(), asked=asked)
        accesslog.seal_access_log(actor=Actor.system("beat"))
        return AccessRecord.objects.get(dataset=data, subject_id=delivery.pk)

    return world.remember("access record", relation, make)


@sample(r"catalog:may_i key")
def _may_i(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": dataset(world, relation).key}


@sample(r"(catalog:access_proof|api:proof) record_id")
def _access_proof(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"record_id": access_record(world, relation).pk}


@sample(r"api:(give_service_role|close_service) service_id")
def _service(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.accounts.models import ServiceIdentity

    def make() -> Any:
        return ServiceIdentity.objects.create(name=f"{relation} loader", purpose="Loads", owner=world.people["owner"])

    return {"service_id": world.remember("service", relation, make).pk}


@sample(r"(integrations:contract_export|api:contract_of) key")
def _contract(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": dataset(world, relation).key}


def job(world: World, relation: str) -> Any:
    """Return a job that fills the relation's dataset."""
    from apps.catalog.models import Job

    def make() -> Any:
        steward, name = world.people["steward"].as_actor(), f"{relation} nightly load"
        catalog.declare_flow(
            actor=steward, dataset=dataset(world, relation), source=asked_for(world, relation), job=name
        )
        return Job.objects.get(name=name)

    return world.remember("job", relation, make)


@sample(r"catalog:job\S* pk")
def _job(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"pk": job(world, relation).pk}


@sample(r"catalog:system_lineage key")
def _system_lineage(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key}


@sample(r"(catalog|api):(classify|classification|declare_class|agree_to_fall)\S* key")
def _classified(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": dataset(world, relation).key}
