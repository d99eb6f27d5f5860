"""Samples of the rooms above the ledger's own: use cases and what hangs on them, assessments, gates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

from apps.inventory import operations as inventory
from apps.kernel import clock

from .routes import Route
from .samples import ABSENT, sample
from .world import World


def _owner(world: World, relation: str) -> Any:
    return world.people["owner" if relation == "own" else "second_owner"]


def use_case(world: World, relation: str) -> Any:
    """Return a use case on the system of that relation."""

    def make() -> Any:
        owner = _owner(world, relation)
        made = inventory.register_use_case(
            actor=owner.as_actor(), name=f"{relation} use", purpose="Sort claims by urgency.",
            department=world.departments[relation], owner=owner,
        )  # fmt: skip
        return inventory.link_use_case(actor=owner.as_actor(), use_case=made, system=world.systems[relation])

    return world.remember("use case", relation, make)


@sample(r"(inventory|api):use_case\S* key( system_key)?")
def _use_case(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": use_case(world, relation).key, "system_key": world.systems[relation].key}


@sample(r"(inventory|api):(component|dependenc)\S* key( pk)?")
def _part(world: World, relation: str, route: Route) -> dict[str, Any]:
    system, actor = world.systems[relation], _owner(world, relation).as_actor()
    if "component" in route.name:
        part = world.remember(
            "component",
            relation,
            lambda: inventory.add_component(actor=actor, system=system, kind="model", name="Model"),
        )
    else:
        part = world.remember(
            "dependency",
            relation,
            lambda: inventory.add_dependency(actor=actor, system=system, kind="api", on_name="Policy store"),
        )
    return {"key": system.key, "pk": part.pk}


@sample(
    r"(inventory|api):(use_propose|change_stage|suspen|resume|sweep|systems?_?\S*|\S*_system) key( gate)?|gates:submit key gate"
)
def _system_action(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key, "gate": "G1"}


@sample(r"api:dry_run key gate")
def _dry_run(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": world.systems[relation].key, "gate": "G1"}


@sample(r"(inventory|api):(approved_use|use_withdraw|withdraw_use)\S* key")
def _approved_use(world: World, relation: str, route: Route) -> dict[str, Any]:
    def make() -> Any:
        return inventory.propose_use_of(
            actor=_owner(world, relation).as_actor(), system=world.systems[relation], title="Translate",
            purpose="Translate contracts", data_classes=["internal"], for_everyone=True,
        )  # fmt: skip

    return {"key": world.remember("approved use", relation, make).key}


@sample(r"(inventory|api):(intake_detail|triage_intake|\S*intake)\S* key")
def _intake(world: World, relation: str, route: Route) -> dict[str, Any]:
    from tests.inventory.conftest import ANSWERS

    proposer = world.people["employee" if relation == "own" else "delivery"]

    def make() -> Any:
        return inventory.propose(
            actor=proposer.as_actor(), purpose="Summarise long letters for our team.", answers=dict(ANSWERS),
            department=world.departments[relation],
        )  # fmt: skip

    return {"key": world.remember("intake", relation, make).key}


@sample(r"(inventory|api):vendor\S* pk")
def _vendor(world: World, relation: str, route: Route) -> dict[str, Any]:
    analyst = world.people["analyst"].as_actor()
    vendor = world.remember(
        "vendor", relation, lambda: inventory.register_vendor(actor=analyst, name=f"Vendor {relation}", country="IE")
    )
    return {"pk": vendor.pk}


@sample(r"(inventory|api):legacy\S* pk")
def _legacy(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.inventory.models import AISystem

    def make() -> Any:
        system = world.systems[relation]
        AISystem.objects.filter(pk=system.pk).update(operating_status="running")
        until = clock.today() + timedelta(days=60)
        signer = world.people["sponsor"].as_actor()
        return inventory.sign_legacy(actor=signer, system=system, until=until, interim_controls="Four eyes")

    return {"pk": world.remember("legacy", relation, make).pk}


def review(world: World, relation: str) -> Any:
    """Return a review of the first gate that waits."""
    from apps.gates import operations
    from tests.access.registry_samples.access import use_case_of_calls
    from tests.gates.conftest import TEST_POLICY

    lead = world.people["lead"].as_actor()
    world.remember("policy", "", lambda: operations.publish_policy(actor=lead, text=TEST_POLICY, reason="Matrix"))
    # What a review freezes must be there before it: a use case made later would make it stale.
    use_case(world, relation)
    use_case_of_calls(world, relation)
    owner = _owner(world, relation).as_actor()
    return world.remember(
        "review", relation, lambda: operations.submit_review(actor=owner, system=world.systems[relation], gate="G1")
    )


@sample(r"gates:\S+ key|api:(review|decide|collect)\S* key")
def _review(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"key": review(world, relation).key}


@sample(r"inventory:authorisation\S* key")
def _authorisation(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.gates import operations
    from apps.inventory.models import Authorisation

    def make() -> Any:
        waiting = review(world, relation)
        operations.decide(
            actor=world.people["lead"].as_actor(), review=waiting, lane="triage", outcome="approve",
            content_hash=waiting.content_hash, reason="Looks right",
        )  # fmt: skip
        return Authorisation.objects.get(system=world.systems[relation])

    return {"key": world.remember("authorisation", relation, make).key}


def _answerer(world: World, relation: str) -> Any:
    """Let the delivery team answer, except about what it may not know of."""
    return world.people["second_owner" if relation == "restricted" else "delivery"]


def assessment(world: World, relation: str) -> Any:
    """Return an assessment that is being answered."""
    from apps.assessments import operations

    lead = world.people["lead"].as_actor()
    text = Path("tests/assessments/five_questions.yaml").read_text()
    pack = world.remember("pack", "", lambda: operations.publish_questionnaire(actor=lead, text=text))
    return world.remember(
        "assessment",
        relation,
        lambda: operations.assign_assessment(
            actor=lead,
            about=use_case(world, relation),
            assigned_to=_answerer(world, relation),
            due_on=clock.today() + timedelta(days=14),
            questionnaire=pack,
        ),
    )


@sample(r"(assessments|api):risk\S* key")
def _risk(world: World, relation: str, route: Route) -> dict[str, Any]:
    from apps.assessments import operations

    def make() -> Any:
        return operations.record_risk(
            actor=world.people["lead"].as_actor(), about=use_case(world, relation), owner=_owner(world, relation),
            title="Wrong order", cause="c", event="e", consequence="c", category="rights", inherent_likelihood=2,
            inherent_impact=4,
        )  # fmt: skip

    return {"key": world.remember("risk", relation, make).key}


@sample(r"assessments:classification identifier")
def _classification(world: World, relation: str, route: Route) -> dict[str, Any]:
    return {"identifier": ABSENT}


@sample(
    r"assessments:\S+ key( question| other| link| section)?|api:(\S*assessment|answer|request_changes|questions|result|sign|submit) key( question)?"
)
def _assessment(world: World, relation: str, route: Route) -> dict[str, Any]:
    key = assessment(world, relation).key
    return {"key": key, "question": "purpose", "other": key, "link": ABSENT, "section": "screening"}


@sample(r"api:\S+ key( \S+)?")
def _by_address(world: World, relation: str, route: Route) -> dict[str, Any]:
    """The API's other addresses say in their first word what they are about."""
    about = {"systems": _system_action, "use-cases": _use_case, "intake": _intake, "intakes": _intake}
    about |= {"authorisations": _authorisation, "reviews": _review, "triage": _intake, "risks": _risk}
    return about[route.pattern.split("/")[2]](world, relation, route) | {"gate": "G1"}
