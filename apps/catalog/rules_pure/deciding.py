"""Whether somebody may use data now: one decision over plain facts, with its reason, no clock and no database in it.

The rules, in the order in which they are asked; the one that fails last on the nearest grant gives the reason.

ACC-001 who asks for access is not known        ACC-008 the grant was revoked, has ended or has not begun
ACC-002 who asks for access has left or stands still   ACC-009 the grant is held back, or the data rose above it
ACC-003 the data is not known                   ACC-010 another action than the grant names
ACC-004 the data is gone from its platform      ACC-011 fields that the grant does not cover
ACC-005 public data: allowed without a grant    ACC-012 another purpose or use case
ACC-006 what for was not said                   ACC-013 another region
ACC-007 no grant                                ACC-014 the rate is used up, or cannot be counted
ACC-000 allowed by a grant                      PRA-… the entry of the register that the grant stands on
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .access_policy import is_abroad, needs_no_grant, rank
from .fitting import ActivityTerms, Wanted, objections


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """For whom: `stopped` says why they get nothing at the moment (left, suspended, …); empty when they may."""

    kind: str
    id: str
    label: str = ""
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class DatasetFacts:
    """The data as far as a decision depends on it."""

    id: str
    key: str
    level: str = ""
    categories: frozenset[str] = frozenset()
    region: str = ""
    dropped: bool = False
    ask: str = ""


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A grant with its bounds and the entry of the register that it stands on."""

    id: str
    key: str
    actions: frozenset[str]
    fields: frozenset[str]
    purpose: str
    use_case: str
    region: str
    level: str
    valid_from: datetime
    valid_until: datetime
    held_back: bool = False
    revoked: bool = False
    rate_per_hour: int | None = None
    fail_mode: str = "closed"
    activity: ActivityTerms | None = None
    # Why the use case that it is for does not carry it any more; empty while it does.
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to do."""

    action: str
    purpose: str = ""
    use_case: str = ""
    region: str = ""
    fields: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision about one subject and one dataset depends on, besides the moment and the rate."""

    subject: SubjectFacts | None
    dataset: DatasetFacts | None
    grants: tuple[GrantFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Rate:
    """How a use counts against an hour: `left` after it (negative: too many); None when nobody could count."""

    left: int | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with its reason: for the one who asks, for whoever administers, and what an allowance is bound to."""

    allowed: bool
    rule: str
    reason: str
    detail: str = ""
    grant: GrantFacts | None = None
    ask: str = ""
    obligations: dict[str, Any] = field(default_factory=dict)


Count = Callable[[GrantFacts], Rate]


def decide(facts: Facts, question: Question, now: datetime, count: Count) -> Verdict:
    """Decide at a moment; `count(grant)` counts one use and is asked only when nothing else stands against the grant."""
    ask = facts.dataset.ask if facts.dataset else ""
    stopped = _before_grants(facts, question)
    if stopped is not None:
        return stopped
    assert facts.subject is not None and facts.dataset is not None  # noqa: S101 - asked just now
    nearest: tuple[int, str, str, GrantFacts] | None = None
    for grant in sorted(facts.grants, key=lambda one: (bool(one.fields), -one.valid_until.timestamp())):
        missed = _miss(grant, facts, question, now)
        if missed is None:
            rate = count(grant) if grant.rate_per_hour is not None else None
            missed = _over_rate(grant, rate)
            if missed is None:
                return _allowed(grant, rate)
        if nearest is None or missed[0] > nearest[0]:
            nearest = (*missed, grant)
    if nearest is None:
        known = f"{facts.subject.kind} {facts.subject.label or facts.subject.id} has no grant on {facts.dataset.key}."
        return Verdict(False, "ACC-007", f"There is no grant on {facts.dataset.key}: ask for access.", known, ask=ask)
    _place, rule, sentence, grant = nearest
    detail = f"{grant.key} until {grant.valid_until.isoformat()} is the nearest of {len(facts.grants)}: {sentence}"
    return Verdict(False, rule, sentence, detail, grant, ask)


def _before_grants(facts: Facts, question: Question) -> Verdict | None:
    """Answer what no grant decides."""
    subject, dataset = facts.subject, facts.dataset
    if subject is None:
        return Verdict(False, "ACC-001", "Nobody of that name is known here.", "The subject is not on record.")
    if dataset is None:
        return Verdict(False, "ACC-003", "No such data is known here.", "The resource is not in the catalog.")
    if subject.stopped:
        detail = f"{subject.kind} {subject.label or subject.id}: {subject.stopped}"
        return Verdict(False, "ACC-002", subject.stopped, detail, ask=dataset.ask)
    if dataset.dropped:
        sentence = f"{dataset.key} is gone from its platform."
        return Verdict(False, "ACC-004", sentence, sentence, ask=dataset.ask)
    if needs_no_grant(dataset.level, dataset.categories, [question.action]):
        return Verdict(True, "ACC-005", f"{dataset.key} is public: no grant is needed.")
    if not question.purpose:
        sentence = "Say what for: data is granted for a purpose."
        return Verdict(False, "ACC-006", sentence, "The question names no purpose.", ask=dataset.ask)
    return None


def _miss(grant: GrantFacts, facts: Facts, question: Question, now: datetime) -> tuple[int, str, str] | None:
    """Return how far a grant went, and the rule and sentence that stopped it; None when nothing stands against it."""
    for place, (rule, sentence, wrong) in enumerate(_checks(grant, facts, question, now)):
        if wrong:
            return place, rule, sentence
    assert facts.dataset is not None and facts.subject is not None  # noqa: S101 - nothing is asked without
    wanted = Wanted(
        purpose=question.purpose,
        actions=frozenset({question.action}),
        dataset=facts.dataset.id,
        categories=facts.dataset.categories,
        use_case=question.use_case or grant.use_case,
        region=question.region or grant.region,
        subject_kind=facts.subject.kind,
    )
    found = objections(grant.activity, wanted)
    return (20, found[0].rule, found[0].sentence) if found else None


def _checks(grant: GrantFacts, facts: Facts, question: Question, now: datetime) -> list[tuple[str, str, bool]]:
    """Return rule, sentence and whether it stops: what ended for good first, what could be mended by asking last."""
    key = grant.key
    assert facts.dataset is not None  # noqa: S101 - nothing is asked without
    uncovered = ", ".join(sorted(uncovered_fields(grant.fields, question.fields)))[:300]
    until = f"{grant.valid_until:%d %B %Y %H:%M} UTC"
    risen = rank(facts.dataset.level) > rank(grant.level)
    other_use = bool(grant.use_case and question.use_case) and grant.use_case != question.use_case
    where = grant.region or facts.dataset.region
    abroad = used_elsewhere(grant.region, facts.dataset.region, question.region)
    return [
        ("ACC-008", f"{key} was revoked.", grant.revoked),
        ("ACC-008", f"{key} ended on {until}.", grant.valid_until <= now),
        ("ACC-008", f"{key} has not begun yet.", grant.valid_from > now),
        ("ACC-010", f"{key} does not allow to {question.action}.", question.action not in grant.actions),
        (
            "ACC-012",
            f"{key} is for “{grant.purpose}”, not for “{question.purpose}”.",
            grant.purpose != question.purpose,
        ),
        ("ACC-012", f"{key} is for another use case.", other_use),
        ("ACC-012", f"{key} is for a use case that does not carry it any more: {grant.stopped}", bool(grant.stopped)),
        ("ACC-013", f"{key} is for use in {where} only.", abroad),
        ("ACC-011", f"{key} does not cover: {uncovered}.", bool(uncovered)),
        ("ACC-009", f"{key} is held back until it is decided anew.", grant.held_back),
        ("ACC-009", f"{key} was given when {facts.dataset.key} was less confidential.", risen),
    ]


def used_elsewhere(granted: str, kept: str, used: str) -> bool:
    """Tell whether data would be used beside the region of a grant; one that names none is for where the data is kept."""
    if granted:
        return bool(used) and used != granted
    return bool(used and kept) and is_abroad(used, kept)


def uncovered_fields(granted: frozenset[str], wanted: frozenset[str]) -> set[str]:
    """Return the wanted fields that a grant does not name; a granted field covers what lies below it (address.city)."""
    if not granted:
        return set()
    return {
        path for path in wanted if path not in granted and not any(path.startswith(f"{above}.") for above in granted)
    }


def _over_rate(grant: GrantFacts, rate: Rate | None) -> tuple[int, str, str] | None:
    if rate is None:
        return None
    if rate.left is None:
        sentence = f"{grant.key} allows {grant.rate_per_hour} uses an hour, and they cannot be counted at the moment."
        return None if grant.fail_mode == "last_known" else (30, "ACC-014", sentence)
    if rate.left < 0:
        return 30, "ACC-014", f"{grant.key} allows {grant.rate_per_hour} uses an hour; they are used up."
    return None


def _allowed(grant: GrantFacts, rate: Rate | None) -> Verdict:
    obligations: dict[str, Any] = {
        "grant": grant.key,
        "until": grant.valid_until.isoformat(),
        "purpose": grant.purpose,
        "fail_mode": grant.fail_mode,
    }
    obligations |= {"fields": sorted(grant.fields)} if grant.fields else {}
    obligations |= {"region": grant.region} if grant.region else {}
    if rate is not None:
        obligations |= {"rate_per_hour": grant.rate_per_hour, "rate_left": rate.left}
    return Verdict(True, "ACC-000", f"{grant.key} allows it.", "", grant, obligations=obligations)
