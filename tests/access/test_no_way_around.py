"""No bypass: whatever one person sends to whatever address, a system passes no gate that needs others."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client

from apps.audit.models import Entry
from apps.gates import operations as gates
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Authorisation
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.registry.models import Deployment, DeploymentPermit
from tests.gates.conftest import TEST_POLICY

from . import data_samples as data_samples
from . import registry_samples as registry_samples
from . import upper_samples as upper_samples
from .form_filler import forms_in
from .registry_samples.deployments import release
from .routes import Route, all_routes
from .samples import values_for
from .test_matrix import RolledBack
from .world import World

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(400)]

# Everything at once that an endpoint or a page might listen to.
WISHES = {
    "stage": "production", "target": "production", "to": "production", "authorisation": "authorised", "status": "approved",
    "authorised_until": "2099-12-31", "operating_status": "running", "outcome": "approve", "lane": "architecture",
    "decision": "approve", "reason": "We need it by Monday.", "version": 1, "tier": "T4", "legacy_until": "2099-12-31",
    "environment": "production", "region": "EU", "minutes": 30, "to_release": "REL-0001",
    "changes": {"stage": "production", "operating_status": "running", "tier": "T4", "authorisation": "authorised"},
}  # fmt: skip
GATED = ("pilot", "production")
LEFT_OUT = ("accounts:sign_out", "accounts:back_channel_sign_out", "accounts:callback")


@pytest.fixture
def gated(world) -> World:
    """The world, with its own system waiting at a gate that takes two architects and privacy."""
    lead, owner = world.people["lead"].as_actor(), world.people["owner"].as_actor()
    world.remember("policy", "", lambda: gates.publish_policy(actor=lead, text=TEST_POLICY, reason="Drill"))
    system = world.systems["own"]
    # Made before any savepoint: what an attempt names must outlive the attempt.
    for number in (1, 2):
        release(world, "own", number)
    first = gates.submit_review(actor=owner, system=system, gate="G1")
    gates.decide(
        actor=world.people["analyst"].as_actor(), review=first, lane="triage", outcome="approve",
        content_hash=first.content_hash, reason="In order",
    )  # fmt: skip
    inventory.change_stage(actor=owner, system=system, target="design")
    system.refresh_from_db()
    waiting = gates.submit_review(actor=owner, system=system, gate="G2", answers={"scale": "Ten a second"})
    world.cache["review", "own"] = waiting
    world.cache["authorisation", "own"] = Authorisation.objects.get(system=system)
    return world


def standing(world: World) -> dict[str, Any]:
    """Return what must not change: stage and authorisations of every system there was."""
    known = [system.pk for system in world.systems.values()]
    return {
        "stages": dict(AISystem.objects.filter(pk__in=known).values_list("key", "stage")),
        # Legacy status takes two signatures and moves no stage; its own tests hold who may sign.
        "authorisations": sorted(
            Authorisation.objects.filter(system__in=known, kind="decision").values_list("pk", flat=True)
        ),
        # Nor may a release that no gate saw be ordered to where people depend on it, or be admitted there.
        "running": sorted(
            Deployment.objects.filter(system__in=known, side="desired", environment__in=GATED).values_list(
                "pk", flat=True
            )
        ),
        "permits": sorted(
            DeploymentPermit.objects.filter(system__in=known, environment__in=GATED).values_list("pk", flat=True)
        ),
    }


FORWARD = {"design": 1, "build": 2, "pilot": 3, "production": 4}


def got_further(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """Name the systems that stand further in their life than before; giving up is free."""
    return [
        f"{key}: {before['stages'][key]} to {stage}"
        for key, stage in after["stages"].items()
        if FORWARD.get(stage, 0) > FORWARD.get(before["stages"][key], 0)
    ]


def attempts(world: World, route: Route, path: str, persona: str, method: str) -> list[int]:
    """Send a route everything one could wish for, and every form of its page filled in; return the answers' codes."""
    wishes = WISHES | {"content_hash": world.cache["review", "own"].content_hash}
    wishes |= {"release": release(world, "own", 1).key, "system": world.systems["own"].key}
    body = json.dumps(wishes)
    if route.is_api:
        headers = {"Authorization": f"Bearer {world.tokens[persona]}"}
        return [
            Client(raise_request_exception=False)
            .generic(method, path, body, "application/json", headers=headers)
            .status_code
        ]
    client = world.clients[persona]
    client.raise_request_exception = False
    codes = [client.post(path, {name: str(value) for name, value in wishes.items()}).status_code]
    if "GET" in route.methods:
        shown = client.get(path)
        if shown.get("Content-Type", "").startswith("text/html") and not shown.streaming:
            for form in forms_in(shown.content.decode()):
                if form.method == "POST" and "sign-out" not in form.action:
                    codes.append(client.post(form.action or path, form.filled()).status_code)
    return codes


@pytest.mark.parametrize("persona", ["owner", "second_owner", "analyst", "architect", "lead", "admin", "sponsor"])
def test_nobody_alone_brings_a_system_past_its_gate(gated, persona, record_property):
    codes: list[int] = []
    for route in all_routes():
        if route.name in LEFT_OUT:
            continue
        # Made before the savepoint: what an address is about must outlive the attempt.
        path = route.path(values_for(route, gated, "own"))
        for method in sorted(set(route.methods) - {"GET"}):
            try:
                with transaction.atomic():
                    before = standing(gated)
                    codes += attempts(gated, route, path, persona, method)
                    after = standing(gated)
                    raise RolledBack
            except RolledBack:
                pass
            assert not got_further(before, after), f"{method} {route.name} as {persona}: {got_further(before, after)}"
            for what in ("authorisations", "running", "permits"):
                assert after[what] == before[what], f"{method} {route.name} as {persona} made {what}"
    taken = sum(code < 400 for code in codes)
    record_property("attempts", f"{persona}: {len(codes)} attempts, {taken} taken, none of them past a gate")
    assert not [code for code in codes if code >= 500]
    assert len(codes) > 100


def test_no_command_brings_a_system_past_its_gate(gated, tmp_path):
    before, system = standing(gated), gated.systems["own"]
    file = tmp_path / "list.csv"
    written = io.StringIO()
    csv.writer(written).writerows([["Name", "Unit", "Stage"], [system.name, "Claims", "Deployed in production"]])
    file.write_text(written.getvalue())
    for _time in range(2):
        call_command("import_inventory", str(file), "--source", "List", stdout=io.StringIO())
    call_command("sweep", stdout=io.StringIO())
    assert not got_further(before, standing(gated))
    assert standing(gated)["authorisations"] == before["authorisations"]
    assert not Authorisation.objects.exclude(system=system).exists()


@pytest.mark.parametrize("actor", [Actor.system("beat"), Actor.operator("root")], ids=["system", "operator"])
def test_not_even_the_system_itself_or_an_operator_moves_the_stage(gated, actor):
    from apps.kernel.errors import Refused

    with pytest.raises(Refused):
        inventory.change_stage(actor=actor, system=gated.systems["own"], target="build")


def test_what_is_done_past_the_operations_is_in_the_ledger_and_found(gated):
    from apps.compliance import operations as compliance
    from apps.compliance.models import Finding

    system = gated.systems["own"]
    with connection.cursor() as cursor:
        cursor.execute("SET ROLE NONE")
        cursor.execute("UPDATE inventory_aisystem SET operating_status = 'running' WHERE id = %s", [system.pk])
        cursor.execute("RESET ROLE")
    entry = Entry.objects.filter(subject_id=str(system.pk)).order_by("-id").first()
    assert entry is not None
    assert entry.occurred_at <= clock.now()
    compliance.sweep(actor=Actor.system("beat"))
    found = set(Finding.objects.filter(subject_id=str(system.pk)).values_list("rule_id", flat=True))
    assert "INV-002" in found
    assert Finding.objects.filter(rule_id="AUD-001", subject_id=str(entry.pk)).exists()
