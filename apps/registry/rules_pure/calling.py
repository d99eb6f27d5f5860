"""Whether a model may be called now: one decision over plain facts, with its reason, no clock and no database in it.

The rules, in the order in which they are asked; the one that fails last on the nearest grant gives the reason.

MCL-001 who asks is not known                    MCL-010 another purpose or use case, or the use case carries it no more
MCL-002 who asks has left or stands still        MCL-011 another region
MCL-003 the model is not known                   MCL-012 another version than the grant, or what its alias points at
MCL-004 the version is not known, or retired     MCL-013 no valid authorisation for that environment
MCL-005 what for was not said                    MCL-014 a parameter beyond its bound (tokens, temperature, tools)
MCL-006 no grant                                 MCL-015 another kind of input, or data beyond what the grant covers
MCL-007 the grant was revoked, ended, not begun  MCL-016 the rate is used up, or cannot be counted
MCL-008 the grant is held back, or the tier rose MCL-017 the budget is used up, or cannot be counted
MCL-009 another environment                      MCL-000 allowed by a grant
What a gateway decided alone by a bundle, and reported: MCL-020 allowed, MCL-021 let through without a grant that stood,
MCL-022 refused.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

LEVELS = ("public", "internal", "confidential", "restricted")
TIERS = ("T4", "T3", "T2", "T1")
GATED = ("pilot", "production")


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """For whom: `stopped` says why they get nothing; `authorised` where a system is authorised to run now, of a service
    "use case environment" for each use case that runs on a system which is."""

    kind: str
    id: str
    label: str = ""
    stopped: str = ""
    authorised: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The model as far as a decision depends on it: `versions` by id (name, why it is gone), `aliases` to version ids."""

    id: str
    key: str
    name: str = ""
    ask: str = ""
    versions: dict[str, tuple[str, str]] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class GrantFacts:
    """A grant with its bounds."""

    id: str
    key: str
    alias: str
    version: str
    environment: str
    region: str
    max_tokens: int | None
    max_temperature: Decimal | None
    tools: frozenset[str]
    any_tool: bool
    modalities: frozenset[str]
    data_level: str
    data_categories: frozenset[str]
    rate_limit: int | None
    rate_window: int
    budget: Decimal | None
    budget_period: str
    currency: str
    purpose: str
    use_case: str
    fail_mode: str
    tier_granted: str
    tier_now: str
    valid_from: datetime
    valid_until: datetime
    held_back: bool = False
    revoked: bool = False
    stopped: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody wants to call, how, for what; empty or None: not said."""

    version: str = ""
    alias: str = ""
    environment: str = ""
    region: str = ""
    purpose: str = ""
    use_case: str = ""
    max_tokens: int | None = None
    temperature: Decimal | None = None
    tools: frozenset[str] = frozenset()
    modalities: frozenset[str] = frozenset()
    data_level: str = ""
    data_categories: frozenset[str] = frozenset()
    cost: Decimal = Decimal(0)
    # A gateway that knows whose key it is, but not what for: the grant's own purpose is meant.
    purpose_of_grant: bool = False
    # A key that was made for one grant stands for that one alone.
    grant: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything a decision about one subject and one model depends on, besides the moment and the counters."""

    subject: SubjectFacts | None
    model: ModelFacts | None
    grants: tuple[GrantFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Counted:
    """How a call counts: what stops it ("rate", "budget", "away": nobody could count, "": nothing), and what is left."""

    stopped_by: str = ""
    calls_left: int | None = None
    budget_left: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer with its reason, the nearest grant, whom to ask, and what an allowance is bound to."""

    allowed: bool
    rule: str
    reason: str
    detail: str = ""
    grant: GrantFacts | None = None
    ask: str = ""
    obligations: dict[str, Any] = field(default_factory=dict)


Count = Callable[[GrantFacts, Question], Counted]
Miss = tuple[int, str, str]


def decide(facts: Facts, question: Question, now: datetime, count: Count) -> Verdict:
    """Decide at a moment; `count` counts one call and is asked only when nothing else stands against the grant."""
    stopped = _before_grants(facts, question)
    if stopped is not None:
        return stopped
    assert facts.subject is not None and facts.model is not None  # noqa: S101 - asked just now
    nearest: tuple[int, str, str, GrantFacts] | None = None
    for grant in sorted(_meant(facts, question), key=lambda one: (-one.valid_until.timestamp(), one.key)):
        missed = _miss(grant, facts, question, now)
        if missed is None:
            needs = grant.rate_limit is not None or grant.budget is not None
            counted = count(grant, question) if needs else Counted()
            missed = _over(grant, counted)
            if missed is None:
                return _allowed(grant, counted)
        if nearest is None or missed[0] > nearest[0]:
            nearest = (*missed, grant)
    if nearest is None:
        known = f"{facts.subject.kind} {facts.subject.label or facts.subject.id} has no grant for {facts.model.key}."
        sentence = f"There is no grant for {facts.model.key} {facts.model.name}: ask for access."
        return Verdict(False, "MCL-006", sentence, known, ask=facts.model.ask)
    _place, rule, sentence, grant = nearest
    detail = f"{grant.key} until {grant.valid_until.isoformat()} is the nearest of {len(facts.grants)}: {sentence}"
    return Verdict(False, rule, sentence, detail, grant, facts.model.ask)


def categories_covered(facts: Facts, question: Question, now: datetime) -> frozenset[str]:
    """Return the categories of data that the grants cover under which a question could be asked; for what comes back."""
    if facts.subject is None or facts.model is None:
        return frozenset()
    standing = [
        grant
        for grant in _meant(facts, question)
        if not any(wrong for *_said, wrong in (*_standing(grant, now), *_fitting(grant, facts, question)))
    ]
    return frozenset(category for grant in standing for category in grant.data_categories)


def _meant(facts: Facts, question: Question) -> list[GrantFacts]:
    return [grant for grant in facts.grants if question.grant in ("", grant.key)]


def _before_grants(facts: Facts, question: Question) -> Verdict | None:
    """Answer what no grant decides."""
    subject, model = facts.subject, facts.model
    if subject is None:
        return Verdict(False, "MCL-001", "Nobody of that name is known here.", "The subject is not on record.")
    if model is None:
        return Verdict(False, "MCL-003", "No such model is known here.", "The resource is not in the registry.")
    if subject.stopped:
        return Verdict(
            False, "MCL-002", subject.stopped, f"{subject.kind} {subject.label}: {subject.stopped}", ask=model.ask
        )
    wanted = question.version or model.aliases.get(question.alias, "")
    if question.alias and not model.aliases.get(question.alias):
        sentence = f"{model.key} has no alias “{question.alias}”."
        return Verdict(False, "MCL-004", sentence, sentence, ask=model.ask)
    if question.alias and question.version and model.aliases[question.alias] != question.version:
        sentence = f"“{question.alias}” of {model.key} does not point at that version."
        return Verdict(False, "MCL-004", sentence, sentence, ask=model.ask)
    if wanted:
        name, gone = model.versions.get(wanted, ("", "It is not on record."))
        if gone:
            sentence = f"This version of {model.key} cannot be called: {name + ': ' if name else ''}{gone}"
            return Verdict(False, "MCL-004", sentence, sentence, ask=model.ask)
    if model.versions and all(gone for _name, gone in model.versions.values()):
        sentence = f"No version of {model.key} can be called any more."
        return Verdict(False, "MCL-004", sentence, sentence, ask=model.ask)
    if not question.purpose and not question.purpose_of_grant:
        sentence = "Say what for: models are granted for a purpose."
        return Verdict(False, "MCL-005", sentence, "The question names no purpose.", ask=model.ask)
    return None


def _miss(grant: GrantFacts, facts: Facts, question: Question, now: datetime) -> Miss | None:
    """Return how far a grant went, and the rule and sentence that stopped it; None when nothing stands against it."""
    checks = [*_standing(grant, now), *_fitting(grant, facts, question), *_bounds(grant, question)]
    for place, (rule, sentence, wrong) in enumerate(checks):
        if wrong:
            return place, rule, sentence
    return None


def _standing(grant: GrantFacts, now: datetime) -> list[tuple[str, str, bool]]:
    until = f"{grant.valid_until:%d %B %Y %H:%M} UTC"
    return [
        ("MCL-007", f"{grant.key} was revoked.", grant.revoked),
        ("MCL-007", f"{grant.key} ended on {until}.", grant.valid_until <= now),
        ("MCL-007", f"{grant.key} has not begun yet.", grant.valid_from > now),
    ]


def _fitting(grant: GrantFacts, facts: Facts, question: Question) -> list[tuple[str, str, bool]]:
    assert facts.subject is not None and facts.model is not None  # noqa: S101 - nothing is asked without
    key, model, subject = grant.key, facts.model, facts.subject
    wanted = question.version or model.aliases.get(question.alias, "")
    covered = grant.version or model.aliases.get(grant.alias, "")
    name, gone = model.versions.get(covered, ("", ""))
    other_purpose = not question.purpose_of_grant and grant.purpose != question.purpose
    other_use = bool(question.use_case) and grant.use_case != question.use_case
    needs = grant.environment if subject.kind in ("system", "service") and grant.environment in GATED else ""
    place, who = needs, subject.label
    if subject.kind == "service":
        place, who = f"{grant.use_case} {needs}", f"What {key} is for runs on no system that"
    risen = tier_rank(grant.tier_now) > tier_rank(grant.tier_granted)
    return [
        ("MCL-009", f"{key} is for {grant.environment}, not for {question.environment}.",
         bool(question.environment) and question.environment != grant.environment),
        ("MCL-010", f"{key} is for “{grant.purpose}”, not for “{question.purpose}”.", other_purpose),
        ("MCL-010", f"{key} is for another use case.", other_use),
        ("MCL-010", f"{key} is for a use case that does not carry it any more: {grant.stopped}", bool(grant.stopped)),
        ("MCL-011", f"{key} is for use in {grant.region} only.",
         bool(grant.region and question.region) and grant.region != question.region),
        ("MCL-012", f"{key} is for what the alias “{grant.alias}” points at, and that is nothing now.",
         bool(grant.alias) and not grant.version and not covered),
        ("MCL-012", f"{key} covers another version.", bool(covered and wanted) and covered != wanted),
        # Who names no version means the one that is granted.
        ("MCL-004", f"{key} is for a version that cannot be called: {name}: {gone}", bool(gone)),
        ("MCL-008", f"{key} is held back until it is decided anew.", grant.held_back),
        ("MCL-008", f"{key} was given when its use case was {grant.tier_granted}; it is {grant.tier_now} now.", risen),
        ("MCL-013", f"{who} has {'a' if subject.kind == 'service' else 'no'} valid authorisation for {needs}.",
         bool(needs) and place not in subject.authorised),
    ]  # fmt: skip


def _bounds(grant: GrantFacts, question: Question) -> list[tuple[str, str, bool]]:
    key = grant.key
    tools = ", ".join(sorted(question.tools - grant.tools))[:200]
    kinds = ", ".join(sorted(question.modalities - grant.modalities))
    categories = ", ".join(sorted(question.data_categories - grant.data_categories))
    tokens, bound = question.max_tokens, grant.max_tokens
    hot = question.temperature is not None and grant.max_temperature is not None
    return [
        ("MCL-014", f"{key} allows {bound} output tokens a call, {tokens} are asked for.",
         tokens is not None and bound is not None and tokens > bound),
        ("MCL-014", f"{key} allows a temperature of {grant.max_temperature} at most, {question.temperature} is asked for.",
         hot and question.temperature > grant.max_temperature),  # type: ignore[operator]
        ("MCL-014", f"{key} does not allow these tools: {tools}.", bool(tools) and not grant.any_tool),
        ("MCL-015", f"{key} does not cover: {kinds}.", bool(kinds)),
        ("MCL-015", f"{key} covers input up to {grant.data_level}, this is {question.data_level}.",
         bool(question.data_level) and level_rank(question.data_level) > level_rank(grant.data_level)),
        ("MCL-015", f"{key} does not cover this data: {categories}.", bool(categories)),
    ]  # fmt: skip


def level_rank(level: str) -> int:
    """Return how high a level of data is; an unknown word is as good as restricted."""
    return LEVELS.index(level) if level in LEVELS else len(LEVELS)


def tier_rank(tier: str) -> int:
    """Return how demanding a tier is; an unknown one is as demanding as T1."""
    return TIERS.index(tier) if tier in TIERS else len(TIERS) - 1


def _over(grant: GrantFacts, counted: Counted) -> Miss | None:
    if counted.stopped_by == "away":
        sentence = f"{grant.key} has a rate or budget, and nobody can count it at the moment."
        return None if grant.fail_mode == "last_known" else (40, "MCL-016", sentence)
    if counted.stopped_by == "rate":
        sentence = f"{grant.key} allows {grant.rate_limit} calls in {grant.rate_window} seconds; they are used up."
        return 40, "MCL-016", sentence
    if counted.stopped_by == "budget":
        period = {"day": " a day", "month": " a month"}.get(grant.budget_period, "")
        sentence = (
            f"{grant.key} allows {grant.budget} {grant.currency}{period}; it is used up, or this call would exceed it."
        )
        return 41, "MCL-017", sentence
    return None


def _allowed(grant: GrantFacts, counted: Counted) -> Verdict:
    obligations: dict[str, Any] = {
        "grant": grant.key,
        "until": grant.valid_until.isoformat(),
        "purpose": grant.purpose,
        "environment": grant.environment,
        "fail_mode": grant.fail_mode,
        "tools": "any" if grant.any_tool else sorted(grant.tools),
        "modalities": sorted(grant.modalities),
        "data_level": grant.data_level,
        "data_categories": sorted(grant.data_categories),
    }
    obligations |= {"max_tokens": grant.max_tokens} if grant.max_tokens is not None else {}
    obligations |= {"max_temperature": str(grant.max_temperature)} if grant.max_temperature is not None else {}
    obligations |= {"region": grant.region} if grant.region else {}
    if grant.rate_limit is not None:
        obligations |= {
            "rate_limit": grant.rate_limit,
            "rate_window": grant.rate_window,
            "calls_left": counted.calls_left,
        }
    if grant.budget is not None:
        left = counted.budget_left
        obligations |= {"budget": str(grant.budget), "currency": grant.currency, "budget_period": grant.budget_period}
        obligations |= {"budget_left": None if left is None else str(left)}
    return Verdict(True, "MCL-000", f"{grant.key} allows it.", "", grant, obligations=obligations)
