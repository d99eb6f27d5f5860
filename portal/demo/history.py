"""The year of one system: proposed, triaged, described, assessed, reviewed gate by gate, used."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.accounts.models import Department, LegalEntity
from apps.gates import operations as gates
from apps.gates import permissions as gate_permissions
from apps.gates.models import Review
from apps.inventory import operations as inventory
from apps.inventory.models import AISystem, Intake, Vendor
from apps.kernel import clock

from .assessing import AREAS, TALKS_OUTSIDE, assess
from .data import declare_uses
from .organisation import person
from .systems import DemoSystem

ANSWERS = {
    "scale": "It serves forty requests a second on two workers; at three times that the queue grows and a third worker is added by hand.",
    "failure": "Without the model, cases go to the ordinary team queue within a minute; nothing is lost, and the duty officer is told.",
    "integration": "It reads from the claims system by API and writes its result back as an event; the claims team owns the other side.",
    "duties": "Information of the people concerned is on the form; logs are kept for twelve months; a person reviews each outcome.",
    "cost": "As in the record; twice the volume would cost about 1.6 times as much.",
    "pilot_users": "The team of twenty in Linz, until the end date of the pilot.",
    "monitoring": "Share of overruled results each week, bound ten percent; the owner is told.",
    "rollback": "One switch in the portal of the team; the duty officer may use it; it takes two minutes.",
}

# What every record of the demo says alike.
DESCRIPTION = {
    "problem": "The work has doubled in three years while the team has not grown.",
    "benefit": "Shorter waiting for customers and fewer errors.",
    "benefit_measure": "Days until a case is closed: from 9 to 6 within a year.",
    "intended_users": "Clerks of the department",
    "expected_users": 40,
    "expected_daily_requests": 2500,
    "expected_concurrency": 12,
    "security_needs": "Confidential; integrity of results matters most.",
    "regulation": "EU AI Act; GDPR; VAG",
    "isolation": "A tenant of its own; no index is shared between departments.",
    "one_off_cost": Decimal(60000),
    "yearly_run_cost": Decimal(24000),
}


class Life:
    """One system's way through the year, moving the demo clock as it goes."""

    def __init__(self, system: DemoSystem, began: datetime) -> None:
        self.demo, self.moment = system, began
        self.record: AISystem | None = None
        self.owner = person(system.owner)

    def later(self, days: float) -> Any:
        """Let days pass, never into the future."""
        self.moment = min(self.moment + timedelta(days=days), clock.now() - timedelta(minutes=5))
        return clock.travel(self.moment)

    def live(self) -> None:
        """Live through the year as far as the owner wants it."""
        with self.later(0):
            intake = self.propose()
        if intake.outcome != "waiting" or self.demo.aim == "proposed":
            return
        with self.later(2):
            accepted = inventory.accept_intake(
                actor=person("Greta Sommer").as_actor(),
                intake=intake,
                reason="A use of its own; described well enough.",
            )
            self.record = accepted.system
            self.describe()
        while self.climb():
            pass
        self.operate()

    def climb(self) -> bool:
        """Take the next step towards the stage that the owner wants; tell whether the system moved."""
        self.record.refresh_from_db()
        stage, tier = self.record.stage, self.record.effective_tier
        if stage == self.demo.aim:
            return False
        if stage == "design" and tier == "T4":
            with self.later(3):
                inventory.change_stage(actor=self.owner.as_actor(), system=self.record, target="build")
            return True
        short = tier in ("T3", "T4") and self.demo.aim == "production"
        gate = {"proposed": "G1", "design": "G2", "build": "G4" if short else "G3", "pilot": "G4"}[stage]
        return self.pass_gate(gate)

    def propose(self) -> Intake:
        """Answer the nine questions."""
        demo = self.demo
        inside = "reviewed" if demo.autonomy in ("informs", "advises") else "inside"
        answers = {
            "technique": "generates" if demo.sourcing == "managed" else "predicts",
            "person_effect": demo.effect,
            "data_classes": list(demo.data),
            "audience": "outside" if demo.name in TALKS_OUTSIDE else inside,
            "actions": "irreversible" if demo.name == "Payout agent" else "none",
            "areas": [
                {"fraud_detection": "fraud", "reserving_capital": "pricing"}.get(a, a)
                for a in AREAS.get(demo.name, ["none"])
            ],
            "practices": ["workplace_emotion"] if demo.name == "Staff mood camera" else ["none"],
            "platform": "approved" if demo.tier == "T4" else "other",
        }
        department = Department.objects.get(code=demo.department)
        return inventory.propose(
            actor=self.owner.as_actor(),
            name=demo.name,
            purpose=f"{demo.purpose}.",
            answers=answers,
            department=department,
        )

    def describe(self) -> None:
        """Fill in the record."""
        demo, record = self.demo, self.record
        vendor = Vendor.objects.filter(name=demo.vendor).first() if demo.vendor else None
        if demo.vendor and vendor is None:
            vendor = inventory.register_vendor(actor=person("Greta Sommer").as_actor(), name=demo.vendor, country="DE")
        sponsor = "Clara Engel" if demo.department.startswith("life") else "Theo Arnold"
        changes = {
            **DESCRIPTION,
            "summary": f"{demo.purpose}.",
            "sponsor": person(sponsor),
            "deputy": person("Nora Weiss") if demo.owner == "Oscar Lindner" else None,
            "legal_entity": LegalEntity.objects.get(
                code="aurelia-life" if demo.department.startswith("life") else "aurelia-property"
            ),
            "outputs": f"{demo.purpose.split()[0]} results with a confidence, shown beside the case.",
            "people_affected": demo.affected or "Nobody outside the team",
            "data_classes": list(demo.data),
            "autonomy": demo.autonomy,
            "human_involvement": "A clerk sees each result with its reasons, and may overrule it without giving any.",
            "person_effect": demo.effect,
            "sourcing": demo.sourcing,
            "vendor": vendor,
            "regions": ["eu-central"],
            "network_perimeter": "internet" if demo.name in TALKS_OUTSIDE else "private",
            "secret_references": ["vault:ai/" + record.key.lower()],
        }
        inventory.edit_system(actor=self.owner.as_actor(), system=record, changes=changes, reason="First description")
        inventory.add_component(
            actor=self.owner.as_actor(), system=record, kind="model", name=f"{demo.name} model", version="1.4",
            sourcing=demo.sourcing, vendor=vendor, exit_substitute="Rule-based queue" if demo.sourcing != "build" else "",
        )  # fmt: skip
        declare_uses(record)
        if demo.platform:
            self.offer()

    def offer(self) -> None:
        """Offer the use to everybody in the catalog."""
        demo, record = self.demo, self.record
        inventory.propose_use_of(
            actor=self.owner.as_actor(), system=record, title=demo.name, purpose=f"{demo.purpose}.",
            data_classes=sorted({"public", *demo.data}), for_everyone=True, use_case=record.use_cases.first(),
            conditions="Read the result before you use it; nothing about customers goes in.",
            how_to_get="Sign in with your company account.",
        )  # fmt: skip

    def pass_gate(self, gate: str) -> bool:
        """Pass one gate, assessed before it where that is due; tell whether the system moved on."""
        use_case = self.record.use_cases.first()
        if gate != "G1" and not use_case.assessments.exists():
            with self.later(6):
                assess(use_case, self.demo)
            # The tier is another now perhaps, and with it the next gate.
            return True
        with self.later(12):
            review = self.submit(gate)
        return self.decide(review)

    def submit(self, gate: str) -> Review:
        """Submit to a gate with the demo's answers."""
        from apps.gates.queries import policy_in_force

        names = policy_in_force().gates[gate].questions
        return gates.submit_review(
            actor=self.owner.as_actor(),
            system=self.record,
            gate=gate,
            answers={name: ANSWERS.get(name, "See the record.") for name in names},
        )

    def decide(self, review: Review) -> bool:
        """Let everybody who is needed decide, and the owner use the authorisation."""
        with self.later(4):
            for voter in gates.reviewers_of(review):
                review.refresh_from_db()
                if review.state != "waiting":
                    break
                open_lanes = [
                    lane
                    for lane, _title, decision in gate_permissions.lanes_open_to(voter.as_actor(), review)
                    if decision
                ]
                lacking = [state.name for state in gate_lanes(review) if state.lacking and state.name in open_lanes]
                if lacking:
                    gates.decide(
                        actor=voter.as_actor(), review=review, lane=lacking[0], outcome="approve",
                        content_hash=review.content_hash, reason="The answers hold, the evidence fits.",
                    )  # fmt: skip
        review.refresh_from_db()
        if review.state != "approved":
            return False
        with self.later(1):
            self.record.refresh_from_db()
            inventory.change_stage(actor=self.owner.as_actor(), system=self.record, target=review.environment)
        return True

    def operate(self) -> None:
        """Let a system that reached its users run."""
        self.record.refresh_from_db()
        if self.record.stage in ("pilot", "production"):
            with self.later(1):
                inventory.report_operating_status(
                    actor=self.owner.as_actor(),
                    system=self.record,
                    status="running",
                    reason="Seen in the platform's log",
                )


def gate_lanes(review: Review) -> Any:
    """Return the lanes of a review as they stand."""
    from apps.gates.queries import lanes_of

    return lanes_of(review)
