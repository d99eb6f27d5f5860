"""Stages of a system and the gates between them (the policy's default table; the database holds the one in force)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a system stands in its life."""

    PROPOSED = "proposed"
    DESIGN = "design"
    BUILD = "build"
    PILOT = "pilot"
    PRODUCTION = "production"
    RETIRING = "retiring"
    RETIRED = "retired"
    WITHDRAWN = "withdrawn"
    REJECTED = "rejected"


class Tier(StrEnum):
    """Governance tier, the most demanding first."""

    T1 = "T1"
    T2 = "T2"
    T3 = "T3"
    T4 = "T4"


class Gate(StrEnum):
    """The policy checkpoints of DOMAIN."""

    INTAKE = "G1"
    DESIGN = "G2"
    PILOT = "G3"
    PRODUCTION = "G4"
    CHANGE = "G5"
    REAUTHORISATION = "G6"
    RETIREMENT = "G7"


ALL = ("T1", "T2", "T3", "T4")


@dataclass(frozen=True, slots=True)
class Transition:
    """A step from one stage to another; `gate` empty means that it is free for those tiers."""

    source: Stage
    target: Stage
    gate: str
    tiers: tuple[str, ...] = ALL


TRANSITIONS: tuple[Transition, ...] = (
    Transition(Stage.PROPOSED, Stage.DESIGN, Gate.INTAKE),
    Transition(Stage.DESIGN, Stage.BUILD, Gate.DESIGN, ("T1", "T2", "T3")),
    Transition(Stage.DESIGN, Stage.BUILD, "", ("T4",)),
    Transition(Stage.BUILD, Stage.PILOT, Gate.PILOT),
    Transition(Stage.BUILD, Stage.PRODUCTION, Gate.PRODUCTION, ("T3", "T4")),
    Transition(Stage.PILOT, Stage.PRODUCTION, Gate.PRODUCTION),
    Transition(Stage.PILOT, Stage.BUILD, ""),
    Transition(Stage.BUILD, Stage.DESIGN, ""),
    Transition(Stage.PILOT, Stage.RETIRING, Gate.RETIREMENT),
    Transition(Stage.PRODUCTION, Stage.RETIRING, Gate.RETIREMENT),
    Transition(Stage.RETIRING, Stage.RETIRED, Gate.RETIREMENT),
    Transition(Stage.PROPOSED, Stage.WITHDRAWN, ""),
    Transition(Stage.DESIGN, Stage.WITHDRAWN, ""),
    Transition(Stage.BUILD, Stage.WITHDRAWN, ""),
    Transition(Stage.PROPOSED, Stage.REJECTED, ""),
    Transition(Stage.DESIGN, Stage.REJECTED, ""),
    Transition(Stage.BUILD, Stage.REJECTED, ""),
)


def transitions_from(stage: str, tier: str | None) -> list[Transition]:
    """Return the steps open to a system; an unknown tier counts as the most demanding."""
    return [step for step in TRANSITIONS if step.source == stage and (tier or "T1") in step.tiers]


def next_transition(stage: str, tier: str | None) -> Transition | None:
    """Return the one step forward that a system would take next."""
    order = list(Stage)
    forward = [
        step
        for step in transitions_from(stage, tier)
        if step.target not in (Stage.WITHDRAWN, Stage.REJECTED) and order.index(step.target) > order.index(step.source)
    ]
    preferred = {
        Stage.BUILD: Stage.PILOT if (tier or "T1") in ("T1", "T2") else Stage.PRODUCTION,
        Stage.PILOT: Stage.PRODUCTION,
    }
    for step in forward:
        if preferred.get(step.source, step.target) == step.target:
            return step
    return forward[0] if forward else None
