"""Reads about policy, reviews and what blocks a system."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

from apps.inventory.models import AISystem, MaterialChange, MaterialField
from apps.inventory.rules_pure.lifecycle import next_transition

from .checks import Result, run_checks
from .models import APPROVING, PolicyVersion, Review
from .rules_pure.differences import Difference, differences
from .rules_pure.policy import GatePolicy, Policy, missing, read_policy


@functools.lru_cache(maxsize=16)
def _parsed(digest: str, text: str) -> Policy:
    return read_policy(text)


def policy_of(version: PolicyVersion) -> Policy:
    """Return the rules of a policy version."""
    return _parsed(version.digest, version.text)


def version_in_force() -> PolicyVersion:
    """Return the newest policy version."""
    return PolicyVersion.objects.order_by("-published_at", "-pk")[0]


def policy_in_force() -> Policy:
    """Return the rules in force."""
    return policy_of(version_in_force())


def next_gate(system: AISystem, policy: Policy) -> GatePolicy | None:
    """Return the gate before the system's next step, or None where the next step is free or there is none."""
    if system.operating_status == "suspended" and "G5" in policy.gates:
        return policy.gates["G5"]
    step = next_transition(system.stage, system.effective_tier)
    return policy.gates.get(step.gate) if step and step.gate else None


def open_gates(system: AISystem, policy: Policy) -> list[GatePolicy]:
    """Return every gate that a system may be submitted to from where it stands."""
    tier = system.effective_tier
    found = [gate for gate in policy.gates.values() if system.stage in gate.sources and gate.lanes(tier)]
    suspended = system.operating_status == "suspended"
    skips_pilot = tier in ("T3", "T4")
    return [
        gate for gate in found
        if (gate.gate == "G5") == suspended
        and not (gate.gate == "G4" and system.stage == "build" and not skips_pilot)
    ]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Blockers:
    """The dry run of a gate: its checks as they stand now."""

    gate: GatePolicy
    results: list[Result]

    @property
    def failed(self) -> list[Result]:
        """The checks that fail."""
        return [result for result in self.results if not result.passed]


def dry_run(system: AISystem, gate: GatePolicy) -> Blockers:
    """Run a gate's checks without submitting anything."""
    return Blockers(gate, run_checks(system, gate.gate, gate.checks))


@dataclass(frozen=True, slots=True)
class LaneState:
    """One lane of a review: who spoke, how many are still needed."""

    name: str
    title: str
    needed: int
    decisions: list[Any]
    lacking: int


def lanes_of(review: Review) -> list[LaneState]:
    """Return the lanes of a review with their decisions."""
    policy = policy_of(review.policy)
    decisions = list(review.decisions.select_related("person"))
    needed = policy.gates[review.gate].lanes(review.tier)
    lacking = missing(needed, approvals(decisions))
    return [
        LaneState(
            name, policy.lanes[name].title, number, [d for d in decisions if d.lane == name], lacking.get(name, 0)
        )
        for name, number in needed.items()
    ]


def approvals(decisions: list[Any]) -> dict[str, set[str]]:
    """Return who approved in which lane."""
    found: dict[str, set[str]] = {}
    for decision in decisions:
        if decision.outcome in APPROVING:
            found.setdefault(decision.lane, set()).add(str(decision.person_id))
    return found


def stale_fields(review: Review) -> list[str]:
    """Return the labels of the material fields that changed since the review was submitted."""
    changed = MaterialChange.objects.filter(system_id=review.system_id, revision__gt=review.material_revision)
    labels = {(field.table_name, field.column_name): field.label for field in MaterialField.objects.all()}
    return sorted({labels.get((c.table_name, c.column_name), c.column_name) for c in changed})


def last_approved(review: Review) -> Review | None:
    """Return the review of the same system that was approved last before this one."""
    earlier = Review.objects.filter(system_id=review.system_id, state="approved", submitted_at__lt=review.submitted_at)
    return earlier.order_by("-submitted_at").first()


def changes_since_last_approval(review: Review) -> tuple[Review | None, list[Difference]]:
    """Compare what is under review with what was approved last, frozen with frozen."""
    earlier = last_approved(review)
    return (earlier, differences(earlier.content(), review.content())) if earlier else (None, [])
