"""Reads about policy, reviews and what blocks a system."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.apps import apps as django_apps
from django.db.models import CharField, Count, Exists, F, IntegerField, Max, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Cast, Coalesce

from apps.accounts.reach import held_permissions, reach
from apps.audit.models import Entry
from apps.inventory.models import AISystem, Authorisation, MaterialChange, MaterialField, UseCase
from apps.inventory.rules_pure.lifecycle import next_transition
from apps.kernel import clock
from apps.kernel.permissions import Permission

from .checks import Result, changed_release, run_checks
from .models import APPROVING, OPEN_STATES, Decision, PolicyVersion, Review, ReviewState
from .reading import readable
from .rules_pure.differences import Difference, differences
from .rules_pure.policy import GatePolicy, Policy, missing, read_policy

# Who did one of these last has a hand in the record; sql/guards.sql names the same.
EDITS = (
    "inventory.system.edited",
    "inventory.system.registered",
    "inventory.component.added",
    "inventory.component.edited",
    "inventory.component.removed",
    "inventory.dependency.added",
    "inventory.dependency.removed",
)


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
    if "G5" in policy.gates and changed_release(system) is not None:
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
        policy.asked(gate, suspended=suspended) for gate in found
        if (suspended or changed_release(system) is not None if gate.gate == "G5" else not suspended)
        and not (gate.gate == "G4" and system.stage == "build" and not skips_pilot)
    ]  # fmt: skip


def environment_of(system: AISystem, gate: GatePolicy) -> str:
    """Return what a gate lets a system enter: the policy's word, or where a change of its release will run."""
    if gate.gate == "G5" and system.operating_status != "suspended":
        return str(system.stage)
    return "retired" if system.stage == "retiring" else gate.environment


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


def valid_until(review: Review) -> datetime:
    """Return until when an approval of a review holds: a change no longer than what the system runs under already."""
    end = policy_of(review.policy).valid_until(review.gate, review.tier, clock.now())
    if review.gate != "G5" or review.environment == "operation":
        return end
    standing = Authorisation.objects.filter(
        system_id=review.system_id, environment=review.environment, kind="decision", revoked_at=None,
        valid_until__gt=clock.now(),
    )  # fmt: skip
    longest = standing.aggregate(longest=Max("valid_until"))["longest"]
    return longest or end


def last_approved(review: Review) -> Review | None:
    """Return the review of the same system that was approved last before this one."""
    earlier = Review.objects.filter(system_id=review.system_id, state="approved", submitted_at__lt=review.submitted_at)
    return earlier.order_by("-submitted_at").first()


def changes_since_last_approval(review: Review, person: Any) -> tuple[Review | None, list[Difference]]:
    """Compare what is under review with what was approved last, frozen with frozen."""
    earlier = last_approved(review)
    return (earlier, readable(differences(earlier.content(), review.content()), person)) if earlier else (None, [])


def lapses_at(review: Review) -> datetime | None:
    """Return when an open review lapses by its policy; None when it is closed."""
    if review.state not in OPEN_STATES:
        return None
    conditions = review.state == ReviewState.CONDITIONS
    return policy_of(review.policy).lapses_at(review.submitted_at, conditions=conditions)


def has_lapsed(review: Review) -> bool:
    """Tell whether an open review waited longer than its policy lets it."""
    end = lapses_at(review)
    return end is not None and end <= clock.now()


def waiting_for(person: Any) -> QuerySet[Review]:
    """Return the reviews that lack this person's word: the set-wise twin of `permissions.may_decide`."""
    held = [name for name in held_permissions(person) if name.startswith("gates.decision.")] if person.is_active else []
    if not held:
        return Review.objects.none()
    waiting = Review.objects.visible_to(person).waiting()
    lanes = Q(pk__in=[])
    for version in PolicyVersion.objects.filter(pk__in=Review.objects.waiting().values("policy")):
        policy = policy_of(version)
        fresh = Q(policy=version, submitted_at__gt=clock.now() - timedelta(days=policy.days_waiting))
        for lane in policy.lanes.values():
            if lane.permission in held:
                within = reach(person, Permission(lane.permission), department="system__department")
                lanes |= fresh & within & _lacking(policy, lane.name)
    said = Decision.objects.filter(review=OuterRef("pk"), person_id=person.pk)
    last = _last_editor()
    return (
        waiting.filter(lanes, system__material_revision=F("material_revision"))
        .exclude(Q(system__owner_id=person.pk) | Q(submitted_by_id=person.pk))
        .exclude(Q(system__deputy__isnull=False, system__deputy_id=person.pk))
        .exclude(Q(system__proposer__isnull=False, system__proposer_id=person.pk))
        .exclude(system__in=AISystem.objects.filter(use_cases__in=use_cases_of(person.pk)).values("pk"))
        .exclude(Q(release__frozen_by__isnull=False, release__frozen_by_id=person.pk))
        .exclude(Exists(said))
        .exclude(system__in=assessments_by(person.pk).exclude(system=None).values("system"))
        .exclude(
            system__in=AISystem.objects.filter(
                use_cases__in=assessments_by(person.pk).exclude(use_case=None).values("use_case")
            ).values("pk")
        )
        .alias(last_editor=Coalesce(Subquery(last, output_field=CharField()), Value("")))
        .exclude(last_editor=str(person.pk))
    )


def _lacking(policy: Policy, lane: str) -> Q:
    """Return the condition that a review still needs people in a lane, by its gate and tier."""
    condition = Q(pk__in=[])
    for gate in policy.gates.values():
        tiers: dict[int, list[str]] = {}
        for tier, needed in gate.quorum.items():
            if lane in needed:
                tiers.setdefault(needed[lane], []).append(tier)
        for number, names in tiers.items():
            full = (
                Decision.objects.filter(lane=lane, outcome__in=APPROVING)
                .order_by()
                .values("review")
                .annotate(people=Count("pk", output_field=IntegerField()))
                .filter(people__gte=number)
                .values("review")
            )
            condition |= Q(gate=gate.gate, tier__in=names) & ~Q(pk__in=full)
    return condition


def assessments_by(person_id: Any) -> QuerySet[Any]:
    """Return the risk assessments that somebody filled in or submitted."""
    found = django_apps.get_model("assessments", "Assessment").objects
    return found.filter(Q(answers__answered_by_id=person_id) | Q(submitted_by_id=person_id))


def use_cases_of(person_id: Any) -> QuerySet[UseCase]:
    """Return the use cases that somebody answers for or proposed."""
    return UseCase.objects.filter(Q(owner_id=person_id) | Q(proposer_id=person_id))


def _last_editor() -> QuerySet[Any]:
    edits = Entry.objects.filter(
        subject_type="inventory.system",
        subject_id=Cast(OuterRef("system_id"), CharField()),
        kind="operation",
        event__in=EDITS,
    )
    return edits.order_by("-id").values("actor_id")[:1]
