"""The policy of access to models: what is refused before anybody is asked, who decides, and for how long.

The numbers are the house's policy, documented in docs/models.md; a change of them is a change of this file.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from apps.catalog.rules_pure.access_policy import inside_union
from apps.kernel.decision import Denied
from apps.kernel.errors import Refused

# How many days a grant may last, by the tier of the use case; a tier nobody knows counts as the worst.
LONGEST_DAYS = {"T1": 90, "T2": 180, "T3": 365, "T4": 365}
HIGH = frozenset({"T1", "T2"})
SENSITIVE_LEVELS = frozenset({"confidential", "restricted"})
PERSONAL = frozenset({"personal", "special_category", "health"})
CLOSED_USES = frozenset({"refused", "retired", "merged"})
GONE_STAGES = frozenset({"retired", "withdrawn", "rejected"})
# Environments that a gate opens, and the decisions that open each of them.
OPENED_BY = {"pilot": ("pilot", "production"), "production": ("production",)}
# Holders hear of the end this many days before it.
ENDING_DAYS = 14


@dataclass(frozen=True, slots=True)
class Objection:
    """Why not: the rule's name, the sentence for people, and what would fit instead."""

    rule: str
    sentence: str
    fits: str = ""


LIVE_USE = "Name a use case that is proposed or active."
NO_USE_CASE = Objection("MAC-001", "A model is called for a use case: none was named.", LIVE_USE)


class RefusedByPolicy(Refused):
    """What was asked for contradicts the policy; carries each rule."""

    def __init__(self, found: list[Objection]) -> None:
        self.objections = found
        super().__init__(Denied(" ".join(f"{one.sentence} ({one.rule})" for one in found)))


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for, as the policy reads it."""

    environment: str
    days: int
    region: str = ""
    alias: str = ""
    max_tokens: int | None = None
    rate: bool = False
    budget: bool = False
    data_level: str = "internal"
    data_categories: frozenset[str] = frozenset()
    modalities: frozenset[str] = frozenset({"text"})
    fail_mode: str = "closed"


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """What is known of the model, of whom it would be for, and of the use case."""

    wanted: Wanted
    model_key: str
    tier: str
    use_case_key: str = ""
    use_case_status: str = "active"
    legal_class: str = ""
    subject_name: str = ""
    subject_kind: str = "service"
    subject_gone: str = ""
    on_system: bool = True
    authorised: bool = False
    versions: int = 1
    usable_versions: int = 1
    alias_known: bool = True
    version_gone: str = ""
    third_party: bool = False
    trains: str = "unknown"
    regions: tuple[str, ...] = ()
    model_modalities: frozenset[str] = field(default_factory=frozenset)
    last_known_agreed: bool = True


def longest_days(tier: str) -> int:
    """Return how many days a grant for a use case of this tier may last."""
    return LONGEST_DAYS.get(tier, LONGEST_DAYS["T1"])


def is_high(tier: str) -> bool:
    """Tell whether a tier counts as high; one that nobody knows does."""
    return tier in HIGH or tier not in LONGEST_DAYS


def needs_second(tier: str) -> bool:
    """Tell whether two people decide."""
    return is_high(tier)


def usual_fail_mode(tier: str) -> str:
    """Return what holds without the portal unless it is said otherwise."""
    return "closed" if is_high(tier) else "last_known"


def has_risen(tier: str, tier_granted: str) -> bool:
    """Tell whether a use case is of a higher tier than the one a grant was decided for."""
    order = sorted(LONGEST_DAYS)
    places = [order.index(one) if one in order else 0 for one in (tier, tier_granted)]
    return places[0] < places[1]


def region_fits(asked: str, regions: Iterable[str]) -> bool:
    """Tell whether a region is one of those the terms name; "EU" stands for its members and their data centres."""
    known = {one.strip().lower() for one in regions}
    return asked.strip().lower() in known or ("eu" in known and inside_union(asked.strip()))


def refusals(facts: AccessFacts) -> list[Objection]:
    """Return every rule that the access contradicts, in the order in which people read them; empty when none does."""
    checks = (
        *_of_the_use(facts),
        *_of_the_model(facts),
        *_of_the_place(facts),
        *_of_the_data(facts),
        *_of_bounds(facts),
    )
    return [Objection(rule, sentence, fits) for rule, sentence, fits, wrong in checks if wrong]


Check = tuple[str, str, str, bool]


def _of_the_use(facts: AccessFacts) -> list[Check]:
    case, name = facts.use_case_key, facts.subject_name
    return [
        (NO_USE_CASE.rule, NO_USE_CASE.sentence, LIVE_USE, not case),
        (
            "MAC-001",
            f"{case} is {facts.use_case_status}.",
            LIVE_USE,
            bool(case) and facts.use_case_status in CLOSED_USES,
        ),
        (
            "MAC-001",
            f"{case} is a prohibited practice: no model is called for it.",
            "",
            facts.legal_class == "prohibited",
        ),
        (
            "MAC-002",
            f"{case} does not run on {name}.",
            f"Choose a use case of {name}, or record that {case} runs on it.",
            bool(case) and facts.subject_kind == "system" and not facts.on_system,
        ),
        ("MAC-012", f"{name} is {facts.subject_gone}: it calls no model.", "", bool(facts.subject_gone)),
    ]


def _of_the_model(facts: AccessFacts) -> list[Check]:
    key, wanted = facts.model_key, facts.wanted
    lacking = sorted(wanted.modalities - facts.model_modalities) if facts.model_modalities else []
    return [
        ("MAC-003", f"{key} has no version on record: there is nothing to call.", "Register a version first.",
         not facts.versions),
        ("MAC-003", f"Every version of {key} is retired.", "Ask for its successor.",
         bool(facts.versions) and not facts.usable_versions),
        ("MAC-003", f"This version of {key} is {facts.version_gone}.", "Choose another version, an alias, or none.",
         bool(facts.version_gone)),
        ("MAC-003", f"{key} has no alias “{wanted.alias}”.", "Choose one that stands, or none.",
         bool(wanted.alias) and not facts.alias_known),
        ("MAC-011", f"{key} knows nothing of {', '.join(lacking)}.",
         f"It knows {', '.join(sorted(facts.model_modalities))}.", bool(lacking)),
    ]  # fmt: skip


def _of_the_place(facts: AccessFacts) -> list[Check]:
    wanted, gated = facts.wanted, facts.wanted.environment in OPENED_BY
    regions = ", ".join(facts.regions)
    return [
        (
            "MAC-004",
            f"{facts.subject_name} has no valid approval for {wanted.environment}."
            if facts.subject_kind == "system"
            else f"No system that {facts.use_case_key} runs on has a valid approval for {wanted.environment}.",
            "Ask for development or test, or pass the gate first.",
            gated and facts.subject_kind in ("system", "service") and not facts.authorised,
        ),
        (
            "MAC-005",
            f"{wanted.region} is not among the regions of the terms of {facts.model_key}.",
            f"The terms name {regions}.",
            bool(wanted.region and facts.regions) and not region_fits(wanted.region, facts.regions),
        ),
    ]


def _of_the_data(facts: AccessFacts) -> list[Check]:
    wanted = facts.wanted
    sensitive = wanted.data_level in SENSITIVE_LEVELS or bool(wanted.data_categories & PERSONAL)
    known = "trains on our data" if facts.trains == "yes" else "may train on our data: nobody has written down whether"
    what = wanted.data_level if wanted.data_level in SENSITIVE_LEVELS else "personal"
    return [
        (
            "MAC-006",
            f"The provider of {facts.model_key} {known}; it gets no {what} data.",
            "Ask for public or internal data about no person, or record terms that rule training out.",
            facts.third_party and facts.trains != "no" and sensitive,
        )
    ]


def _of_bounds(facts: AccessFacts) -> list[Check]:
    wanted, tier, high, longest = facts.wanted, facts.tier, is_high(facts.tier), longest_days(facts.tier)
    missing = [word for word, there in (("a rate", wanted.rate), ("a budget", wanted.budget)) if not there]
    return [
        ("MAC-007", f"A grant for a use case of {tier} lasts at most {longest} days.", f"{longest} days or less.",
         wanted.days > longest),
        ("MAC-008", f"A use case of {tier} needs {' and '.join(missing)}.", "Say how often, and for how much.",
         high and bool(missing)),
        ("MAC-009", f"A use case of {tier} needs a bound on output tokens.", "Say the most output tokens of a call.",
         high and not wanted.max_tokens),
        ("MAC-010", f"For a use case of {tier}, “last known” needs the second decision to say so.",
         "Closed, or whoever decides second chooses “last known” with the reason.",
         high and wanted.fail_mode == "last_known" and not facts.last_known_agreed),
    ]  # fmt: skip
