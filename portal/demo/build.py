"""Build the demo enterprise: a year of history, in the order in which it happened."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from apps.accounts.models import Department, LegalEntity
from apps.compliance import operations as compliance
from apps.gates import operations as gates
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Intake
from apps.kernel import clock
from apps.kernel.actors import Actor

from .access import build_access, build_retention
from .assessing import assess
from .choosing import build_selections
from .data import build_data, declare_uses, report_loads, suggest_the_rest
from .history import Life
from .lineage import report_lineage
from .model_access import build_model_access
from .models import announce_end, build_models
from .monitoring import build_monitoring
from .organisation import build_organisation, person
from .releases import build_releases
from .systems import DemoSystem, read_systems


def build(say: Callable[[str], object]) -> None:
    """Build everything that is not there yet, telling how far it is."""
    with clock.travel(clock.now() - timedelta(days=380)):
        build_organisation()
        build_data()
    suggest_the_rest()
    report_loads()
    build_retention()
    say("The organisation and its data are there.")
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
    report_lineage()
    build_access()
    build_monitoring()
    build_models()
    build_releases()
    build_selections()
    build_model_access()
    announce_end()
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
    declare_uses(record)
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
    _under_way()
    for record in AISystem.objects.filter(name__in=["Claims call transcripts", "Phishing filter"], legacy_until=None):
        period = inventory.sign_legacy(
            actor=person("Lea Brandt").as_actor(), system=record, until=clock.today() + timedelta(days=120),
            interim_controls="A person samples twenty results a week and tells the owner.",
        )  # fmt: skip
        inventory.grant_legacy(actor=person("Clara Engel").as_actor(), period=period)
    suspended = AISystem.objects.filter(name="Complaint finder", operating_status="running").first()
    if suspended is not None:
        inventory.suspend(
            actor=person("Lea Brandt").as_actor(),
            system=suspended,
            reason="Complaints in two languages were missed for a week.",
        )


def _under_way() -> None:
    """Leave some work unfinished: reviews that wait, an assessment half filled in, changes asked for."""
    for name, gate in (
        ("Underwriter assistant", "G4"),
        ("Damage photo estimate", "G4"),
        ("Claims letter drafts", "G3"),
        ("Test data maker", "G4"),
    ):
        record = AISystem.objects.filter(name=name, reviews__gate="G1").exclude(reviews__gate=gate).first()
        if record is None:
            continue
        life = Life(next(system for system in read_systems() if system.name == name), clock.now() - timedelta(days=3))
        life.record = record
        if not record.use_cases.first().assessments.exists():
            assess(record.use_cases.first(), life.demo)
            record.refresh_from_db()
        review = life.submit(gate)
        if name == "Damage photo estimate":
            gates.decide(
                actor=person("Arthur Vogel").as_actor(), review=review, lane="architecture", outcome="approve",
                content_hash=review.content_hash, reason="It degrades well; the queue holds.",
            )  # fmt: skip
        if name == "Claims letter drafts":
            gates.decide(
                actor=person("Simon Adler").as_actor(), review=review, lane="security", outcome="changes",
                content_hash=review.content_hash, reason="Say how prompts and outputs are kept from the vendor's training.",
            )  # fmt: skip
    waiting = AISystem.objects.filter(name="Voice assistant").first()
    if waiting is not None and not waiting.use_cases.first().assessments.exists():
        assess(waiting.use_cases.first(), next(s for s in read_systems() if s.name == "Voice assistant"), finish=False)
