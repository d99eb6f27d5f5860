"""Build the demo enterprise: a year of history, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from apps.accounts.models import Department, LegalEntity
from apps.compliance import operations as compliance
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Intake
from apps.kernel import clock
from apps.kernel.actors import Actor

from .history import Life
from .organisation import build_organisation, person
from .systems import DemoSystem, read_systems


def build(say: Callable[[str], object]) -> None:
    """Build everything that is not there yet, telling how far it is."""
    with clock.travel(clock.now() - timedelta(days=380)):
        build_organisation()
    say("The organisation is there.")
    systems = read_systems()
    for number, system in enumerate(systems):
        if Intake.objects.filter(name=system.name).exists() or AISystem.objects.filter(name=system.name).exists():
            continue
        began = clock.now() - timedelta(days=340 - (number * 270) // len(systems))
        if system.legacy:
            with clock.travel(began):
                _legacy(system)
        else:
            Life(system, began).live()
        say(f"{number + 1} of {len(systems)}: {system.name}")
    _trouble()
    compliance.sweep(actor=Actor.system("beat"), trigger="demo")
    say("The demo enterprise is complete.")


def _legacy(system: DemoSystem) -> None:
    """Put a system on record that ran before it was governed."""
    owner = person(system.owner)
    record = inventory.register_system(
        actor=person("Greta Sommer").as_actor(), name=system.name, summary=f"{system.purpose}.", owner=owner,
        department=Department.objects.get(code=system.department), legal_entity=LegalEntity.objects.get(code="aurelia-property"),
        sponsor=person("Theo Arnold"), data_classes=list(system.data), sourcing=system.sourcing, person_effect=system.effect,
        autonomy=system.autonomy, provisional_tier=system.tier,
    )  # fmt: skip
    inventory.report_operating_status(
        actor=owner.as_actor(), system=record, status="running", reason="Found running at the survey"
    )


def _trouble() -> None:
    """Let some things have gone wrong, so that the pages show what that looks like."""
    stale = AISystem.objects.filter(name="Next best offer", stage="production").first()
    if stale is not None and stale.outputs.endswith("case."):
        inventory.edit_system(
            actor=stale.owner.as_actor(),
            system=stale,
            changes={"outputs": "Offers shown to agents, and now sent to customers by mail."},
        )
    suspended = AISystem.objects.filter(name="Complaint finder", operating_status="running").first()
    if suspended is not None:
        inventory.suspend(
            actor=person("Lea Brandt").as_actor(),
            system=suspended,
            reason="Complaints in two languages were missed for a week.",
        )
