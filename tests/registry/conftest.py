"""A system that runs: approved at every gate with a release, under a policy of one voice a gate."""

from __future__ import annotations

import pytest

from apps.gates import operations as gates
from apps.inventory import operations as inventory

ONE_VOICE = "{T1: {triage: 1}, T2: {triage: 1}, T3: {triage: 1}, T4: {triage: 1}}"
POLICY = f"""
version: "test-releases"
lanes:
  triage: {{title: Analyst, permission: gates.decision.triage}}
months_valid: {{T1: 12, T2: 18, T3: 24, T4: 36}}
gates:
  G1: {{title: Intake, from: [proposed], target: design, environment: design, checks: [], questions: [], quorum: {ONE_VOICE}}}
  G2: {{title: Design, from: [design], target: build, environment: build, checks: [], questions: [], quorum: {ONE_VOICE}}}
  G3: {{title: Pilot, from: [build], target: pilot, environment: pilot, checks: [], questions: [], quorum: {ONE_VOICE}}}
  G4: {{title: Production, from: [build, pilot], target: production, environment: production, checks: [], questions: [],
       quorum: {ONE_VOICE}}}
  G5: {{title: Change, from: [pilot, production], target: operation, environment: operation, checks: [], questions: [],
       quorum: {ONE_VOICE}}}
questions: {{}}
"""


@pytest.fixture
def policy(lead):
    """One voice at every gate, no checks."""
    return gates.publish_policy(actor=lead.as_actor(), text=POLICY, reason="Test")


@pytest.fixture
def freeze(owner):
    """Freeze a release of a system with one model, named by a number."""

    def make(system, number, *, name=""):
        item = {"kind": "model", "name": "urgency", "version": f"{number}.0", "digest": f"sha256:{number:064x}"}
        return inventory.freeze_release(
            actor=owner.as_actor(), system=system, items=[item], name=name or f"2026.{number}"
        )

    return make


@pytest.fixture
def pass_gate(analyst, owner):
    """Submit a system to a gate and let the analyst approve; return the authorisation."""

    def take(system, gate):
        system.refresh_from_db()
        review = gates.submit_review(actor=owner.as_actor(), system=system, gate=gate)
        gates.decide(
            actor=analyst.as_actor(),
            review=review,
            lane="triage",
            outcome="approve",
            content_hash=review.content_hash,
            reason="Looks right",
        )
        return system.authorisations.get(review_id=review.pk)

    return take


@pytest.fixture
def live(policy, system, freeze, pass_gate, owner):
    """The system in production, its first release approved there (nothing is deployed yet)."""
    freeze(system, 1)
    for gate, stage in (("G1", "design"), ("G2", "build"), ("G3", "pilot"), ("G4", "production")):
        pass_gate(system, gate)
        system.refresh_from_db()
        system = inventory.change_stage(actor=owner.as_actor(), system=system, target=stage)
    return system


@pytest.fixture
def second_release(live, freeze, pass_gate):
    """A second release of the running system, approved at gate G5."""
    made = freeze(live, 2)
    pass_gate(live, "G5")
    return made
