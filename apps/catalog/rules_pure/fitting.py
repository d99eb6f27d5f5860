"""Whether a use of data fits an entry of the processing register (GDPR Art. 5(1)(b), 6, 9, 35, 44)."""

from __future__ import annotations

from dataclasses import dataclass, field

PERSONAL = frozenset({"personal", "special_category", "health"})


@dataclass(frozen=True, slots=True)
class ActivityTerms:
    """What an entry of the register allows."""

    key: str
    status: str = "in_force"
    purposes: frozenset[str] = frozenset()
    actions: frozenset[str] = frozenset()
    categories: frozenset[str] = frozenset()
    lawful_basis: str = ""
    special_category_condition: str = ""
    impact_assessment: str = "unknown"
    regions: frozenset[str] = frozenset()
    datasets: frozenset[str] = frozenset()
    use_cases: frozenset[str] = frozenset()
    automated_decisions: bool = False
    objection: str = ""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody wants to do with data; ids as text, `region` where it would be used (empty: not said)."""

    purpose: str
    actions: frozenset[str]
    dataset: str
    categories: frozenset[str] = frozenset()
    use_case: str = ""
    region: str = ""
    subject_kind: str = "person"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why not: the rule's id, the sentence for people, and the entry it contradicts."""

    rule: str
    sentence: str
    entry: str = ""
    details: dict[str, str] = field(default_factory=dict)


def objections(activity: ActivityTerms | None, wanted: Wanted) -> list[Objection]:
    """Return everything that the register holds against a use; empty when it fits. Data about no person needs no entry."""
    personal = bool(wanted.categories & PERSONAL)
    if activity is None:
        if personal:
            return [Objection("PRA-001", "Personal data needs an entry of the processing register; none was named.")]
        return []
    return [
        Objection(rule, sentence, activity.key)
        for rule, sentence, wrong in _checks(activity, wanted, personal)
        if wrong
    ]


def _checks(activity: ActivityTerms, wanted: Wanted, personal: bool) -> list[tuple[str, str, bool]]:
    """Return rule, sentence and whether it is broken, in the order in which people read them."""
    return [*_scope(activity, wanted), *_law(activity, wanted, personal)]


def _scope(activity: ActivityTerms, wanted: Wanted) -> list[tuple[str, str, bool]]:
    key = activity.key
    unnamed = ", ".join(sorted(wanted.actions - activity.actions))
    outside = bool(activity.datasets) and wanted.dataset not in activity.datasets
    elsewhere = bool(wanted.use_case and activity.use_cases) and wanted.use_case not in activity.use_cases
    abroad = bool(wanted.region and activity.regions) and wanted.region not in activity.regions
    return [
        ("PRA-002", f"{key} is not in force.", activity.status != "in_force"),
        ("PRA-003", f"{key} is not for the purpose “{wanted.purpose}”.", wanted.purpose not in activity.purposes),
        ("PRA-004", f"{key} does not cover this dataset.", outside),
        ("PRA-005", f"{key} does not cover this use case.", elsewhere),
        ("PRA-009", f"{key} allows no use in {wanted.region}.", abroad),
        ("PRA-011", f"{key} does not cover: {unnamed}.", bool(activity.actions and unnamed)),
    ]


def _law(activity: ActivityTerms, wanted: Wanted, personal: bool) -> list[tuple[str, str, bool]]:
    key = activity.key
    missing = (wanted.categories & PERSONAL) - activity.categories
    named = ", ".join(sorted(missing)).replace("_", " ")
    special = bool(wanted.categories & {"special_category", "health"})
    return [
        ("PRA-006", f"{key} does not cover {named} data.", bool(missing)),
        (
            "PRA-007",
            f"{key} names no condition of GDPR Art. 9(2) for special categories.",
            special and not activity.special_category_condition,
        ),
        (
            "PRA-008",
            f"{key} needs an impact assessment (GDPR Art. 35) that is not done.",
            activity.impact_assessment == "required",
        ),
        ("PRA-010", f"{key} names no lawful basis.", personal and not activity.lawful_basis),
    ]
