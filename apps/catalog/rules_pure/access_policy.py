"""The policy of access to data: how long, who decides, and what is refused before anybody is asked.

The numbers are the house's policy, documented in docs/data.md; a change of them is a change of this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from apps.kernel.decision import Denied
from apps.kernel.errors import Refused

from .fitting import PERSONAL, ActivityTerms, Objection, Wanted, objections
from .register import INSIDE

# How many days a grant may last, by the level of the data; not classified counts as restricted.
LONGEST_DAYS = {"public": 365, "internal": 365, "confidential": 180, "restricted": 90}
RANKS = {"public": 0, "internal": 1, "confidential": 2, "restricted": 3}
SPECIAL = frozenset({"special_category", "health"})
# Holders and owners of systems hear of the end this many days before it.
ENDING_DAYS = 14
# A request is answered within this many working days.
WAITING_WORKING_DAYS = 5
GONE_STAGES = frozenset({"retired", "withdrawn", "rejected"})
GONE_USES = frozenset({"refused", "retired", "merged"})


class RefusedByRule(Refused):
    """What was asked for contradicts rules; carries each of them with the entry it stands in."""

    def __init__(self, found: list[Objection]) -> None:
        self.objections = found
        super().__init__(Denied(" ".join(f"{one.sentence} ({one.rule})" for one in found)))


@dataclass(frozen=True, slots=True)
class AccessFacts:
    """What is known of the data, of whom it would be for, and of the world around them."""

    wanted: Wanted
    dataset_key: str
    level: str
    days: int
    region: str = ""
    dropped: bool = False
    subject_name: str = ""
    subject_gone: str = ""
    use_case_key: str = ""
    use_case_status: str = ""
    use_case_on_system: bool = True
    use_cases_known: bool = False
    transfers: str = ""
    details: dict[str, str] = field(default_factory=dict)


def rank(level: str) -> int:
    """Return how high a level is; not classified is as high as it gets."""
    return RANKS.get(level, RANKS["restricted"])


def longest_days(level: str) -> int:
    """Return how many days a grant on data of this level may last."""
    return LONGEST_DAYS.get(level, LONGEST_DAYS["restricted"])


def needs_second(level: str, categories: object) -> bool:
    """Tell whether two people decide: restricted, not classified, or data of special categories."""
    return rank(level) == RANKS["restricted"] or bool(SPECIAL & set(categories))  # type: ignore[call-overload]


def needs_no_grant(level: str, categories: object, actions: object) -> bool:
    """Tell whether everybody may do this anyway: public data about no person, not written to."""
    public = level == "public" and not PERSONAL & set(categories)  # type: ignore[call-overload]
    return public and "write" not in set(actions)  # type: ignore[call-overload]


def inside_union(region: str) -> bool:
    """Tell whether a region lies where data may go without further safeguards (EU, DE, eu-central-1)."""
    return region.upper() in INSIDE or region.lower().startswith("eu-")


def refusals(activity: ActivityTerms | None, facts: AccessFacts) -> list[Objection]:
    """Return every rule that the access contradicts, in the order in which people read them; empty when none does."""
    found = [Objection(rule, sentence, entry) for rule, sentence, entry, wrong in _checks(activity, facts) if wrong]
    public = needs_no_grant(facts.level, facts.wanted.categories, facts.wanted.actions)
    return found if public else found + objections(activity, facts.wanted)


def _checks(activity: ActivityTerms | None, facts: AccessFacts) -> list[tuple[str, str, str, bool]]:
    return [*_of_the_data(activity, facts), *_of_the_subject(facts), _of_the_region(activity, facts)]


def _of_the_data(activity: ActivityTerms | None, facts: AccessFacts) -> list[tuple[str, str, str, bool]]:
    wanted, key, longest = facts.wanted, facts.dataset_key, longest_days(facts.level)
    level = (facts.level or "unclassified").capitalize()
    entry = activity.key if activity else ""
    trains = "train" in wanted.actions and bool(SPECIAL & wanted.categories)
    training = activity is not None and "train" in activity.actions
    named = f"{entry} does not name it" if entry else "none was named"
    return [
        ("DAR-001", f"{key} is gone from its platform: there is nothing to grant.", "", facts.dropped),
        (
            "DAR-002",
            f"{key} is public: everybody may read it, and no grant is needed.",
            "",
            needs_no_grant(facts.level, wanted.categories, wanted.actions),
        ),
        (
            "DAR-003",
            f"Training on special-category data needs an entry of the register with the action “train”; {named}.",
            entry,
            trains and not training,
        ),
        ("DAR-006", f"{level} data is granted for at most {longest} days.", "", facts.days > longest),
    ]


def _of_the_subject(facts: AccessFacts) -> list[tuple[str, str, str, bool]]:
    name, case = facts.subject_name, facts.use_case_key
    return [
        ("DAR-004", f"{name} is {facts.subject_gone}: it gets no data.", "", bool(facts.subject_gone)),
        (
            "DAR-007",
            f"{name} has use cases: say which of them the data is for.",
            "",
            facts.use_cases_known and not case,
        ),
        ("DAR-007", f"{case} does not run on {name}.", "", bool(case) and not facts.use_case_on_system),
        ("DAR-007", f"{case} is {facts.use_case_status}.", "", facts.use_case_status in GONE_USES),
    ]


def _of_the_region(activity: ActivityTerms | None, facts: AccessFacts) -> tuple[str, str, str, bool]:
    asked, kept = facts.wanted.region, facts.region
    entry = activity.key if activity else ""
    covered = activity is not None and asked in activity.regions and bool(facts.transfers)
    lacking = f"{entry} does not" if entry else "none was named"
    sentence = (
        f"{facts.dataset_key} is kept in {kept}: use in {asked} needs an entry of the register that names {asked} "
        f"and the safeguards of the transfer; {lacking}."
    )
    return ("DAR-005", sentence, entry, bool(asked and kept) and is_abroad(asked, kept) and not covered)


def is_abroad(asked: str, kept: str) -> bool:
    """Tell whether one region is another than the one the data is kept in; the Union and its members count as one."""
    return asked != kept and not (inside_union(asked) and inside_union(kept))
