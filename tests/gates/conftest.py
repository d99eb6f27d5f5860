"""A two-check policy and a system that passes it."""

import pytest

from apps.gates import operations
from apps.inventory import operations as inventory

TEST_POLICY = """
version: "test"
lanes:
  architecture: {title: Architecture, permission: gates.decision.architecture}
  triage: {title: Analyst, permission: gates.decision.triage}
  privacy: {title: Privacy, permission: gates.decision.privacy}
months_valid: {T1: 12, T2: 18, T3: 24, T4: 36}
gates:
  G1: {title: Intake, from: [proposed], target: design, environment: design, months: 12, checks: [entity, sponsor], questions: [],
       quorum: {T1: {triage: 1}, T2: {triage: 1}, T3: {triage: 1}, T4: {triage: 1}}}
  G2: {title: Design, from: [design], target: build, environment: build, months: 12, checks: [entity], questions: [scale],
       quorum: {T1: {architecture: 2, privacy: 1}, T2: {architecture: 2, privacy: 1}, T3: {architecture: 1}}}
questions:
  scale: {text: "How does it scale?"}
"""


@pytest.fixture
def policy(lead):
    """The two-check policy in force."""
    return operations.publish_policy(actor=lead.as_actor(), text=TEST_POLICY, reason="Test")


@pytest.fixture
def ready(system, policy):
    """A system that passes the checks of its first gate."""
    return system


@pytest.fixture
def submitted(ready, owner):
    """A review of the first gate that waits."""
    return operations.submit_review(actor=owner.as_actor(), system=ready, gate="G1")


@pytest.fixture
def approve():
    """Let a person approve in a lane."""

    def approve_as(person, review, lane, **changes):
        arguments = {"outcome": "approve", "content_hash": review.content_hash, "reason": "Looks right", **changes}
        return operations.decide(actor=person.as_actor(), review=review, lane=lane, **arguments)

    return approve_as


@pytest.fixture
def in_design(submitted, analyst, approve, owner):
    """The system after its first gate."""
    approve(analyst, submitted, "triage")
    return inventory.change_stage(actor=owner.as_actor(), system=submitted.system, target="design")


@pytest.fixture
def design_review(in_design, owner):
    """A review of the second gate that needs two architects and privacy."""
    return operations.submit_review(
        actor=owner.as_actor(), system=in_design, gate="G2", answers={"scale": "Ten a second"}
    )
