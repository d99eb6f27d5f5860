"""Policy texts: the floors of the tiers, the rules of the legal class, the risk matrix."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from .conditions import Condition, comparisons, read_condition
from .texts import PackProblems, Reader, digest_of, read_text

TIERS = ("T1", "T2", "T3", "T4")
OUTCOMES = ("prohibited", "high_risk", "exempted", "transparency", "none", "not_ai")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that policies ask about; ordered ones go from harmless to worst."""

    name: str
    label: str
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Floor:
    """A reason for at least this tier."""

    id: str
    tier: str
    title: str
    why: str
    when: Condition


@dataclass(frozen=True, slots=True)
class TierPolicy:
    """The floors in force, and what a tier entails."""

    version: str
    digest: str
    facts: Mapping[str, Fact]
    floors: tuple[Floor, ...]
    lowest: str
    months_valid: Mapping[str, int]
    validation: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class LegalRule:
    """A dated rule of law in our own words; `only_if_known` never holds on what is not known."""

    id: str
    outcome: str
    title: str
    plain: str
    citation: str
    applies_from: date
    applies_until: date | None
    settles: bool
    when: Condition | None
    unless: Condition | None
    only_if_known: Condition | None


@dataclass(frozen=True, slots=True)
class LegalPolicy:
    """The rules of the legal class in the order in which the law asks."""

    version: str
    digest: str
    law: str
    facts: Mapping[str, Fact]
    rules: tuple[LegalRule, ...]
    otherwise: LegalRule
    confirmed_by_a_person: frozenset[str]


@dataclass(frozen=True, slots=True)
class MatrixPolicy:
    """The risk matrix: words for the levels, bands, where a risk starts, and how far controls lower it."""

    version: str
    digest: str
    likelihood: tuple[str, ...]
    impact: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    bands: Mapping[str, str]
    start: Mapping[str, int]
    steps: tuple[tuple[int, int], ...]

    def band(self, likelihood: int, impact: int) -> str:
        """Return the band of a likelihood and an impact."""
        return self.rows[likelihood - 1][impact - 1]


Policy = TierPolicy | LegalPolicy | MatrixPolicy


def load_policy(text: str) -> Policy:
    """Read and check a policy's text; raise `PackProblems` with all that is wrong."""
    problems: list[str] = []
    reader = Reader(read_text(text), "policy", problems)
    kind = reader.text("kind", None)
    load = {"tiers": _tiers, "legal_class": _legal, "risk_matrix": _matrix}.get(kind)
    if load is None:
        raise PackProblems([*problems, f"policy.kind: “{kind}” is no kind of policy"])
    version = reader.text("version", None)
    reader.text("title", None)
    policy = load(reader, version, digest_of(text), problems)
    reader.finish()
    if problems:
        raise PackProblems(problems)
    return policy


def _facts(reader: Reader, problems: list[str]) -> dict[str, Fact]:
    facts = {}
    for name, source in reader.table("facts").items():
        inner = Reader(source, f"facts.{name}", problems)
        facts[name] = Fact(name, inner.text("label", None), tuple(str(value) for value in inner.items("order")))
        inner.finish()
    return facts


def _condition(source: Any, place: str, problems: list[str], facts: Mapping[str, Fact]) -> Condition | None:
    return read_condition(source, place, problems, lambda name: facts[name].order if name in facts else None)


def _tiers(reader: Reader, version: str, digest: str, problems: list[str]) -> TierPolicy:
    facts = _facts(reader, problems)
    floors = []
    for index, item in enumerate(reader.items("floors", needed=True)):
        inner = Reader(item, f"floors[{index}]", problems)
        when = _condition(inner.value("when"), f"floors[{index}].when", problems, facts)
        floor = Floor(
            inner.text("id", None), inner.text("tier", None), inner.text("title", None), inner.text("why", None), when
        )  # type: ignore[arg-type]
        if floor.tier not in TIERS:
            inner.note(f"“{floor.tier}” is no tier", "tier")
        _only_raises(inner, when)
        inner.finish()
        floors.append(floor)
    lowest = reader.text("lowest", None)
    months = {str(tier): int(months) for tier, months in reader.table("months_valid").items()}
    validation = {str(tier): str(text) for tier, text in reader.table("validation").items()}
    return TierPolicy(version, digest, facts, tuple(floors), lowest, months, validation)


def _only_raises(reader: Reader, when: Condition | None) -> None:
    """Note what could let a worse answer lower the tier: `not`, or asking an ordered fact for one value."""
    if when is None:
        reader.note("a floor needs a condition", "when")
    for comparison, negated in comparisons(when):
        if negated:
            reader.note("a floor only raises: `not` is not allowed", "when")
        if comparison.order and comparison.operator != "at_least":
            reader.note(f"“{comparison.name}” is ordered: ask it with at_least", "when")


def _legal(reader: Reader, version: str, digest: str, problems: list[str]) -> LegalPolicy:
    facts = _facts(reader, problems)
    items = reader.items("rules", needed=True)
    rules = tuple(_legal_rule(item, f"rules[{index}]", problems, facts) for index, item in enumerate(items))
    inner = Reader(reader.value("otherwise"), "otherwise", problems)
    otherwise = LegalRule(
        "LAW-NONE", inner.text("outcome", None), inner.text("title", None), inner.text("plain"), inner.text("citation"),
        date.min, None, False, None, None, None,
    )  # fmt: skip
    confirmed = frozenset(str(outcome) for outcome in reader.items("confirmed_by_a_person"))
    return LegalPolicy(version, digest, reader.text("law", None), facts, rules, otherwise, confirmed)


def _legal_rule(source: Any, place: str, problems: list[str], facts: Mapping[str, Fact]) -> LegalRule:
    inner = Reader(source, place, problems)
    dates = []
    for key in ("from", "until"):
        value = inner.value(key)
        if value is not None and not isinstance(value, date):
            inner.note("a date such as 2026-12-02 is expected", key)
            value = None
        dates.append(value)
    if dates[0] is None:
        inner.note("a rule of law has the date from which it applies", "from")
    conditions = [
        _condition(inner.value(key), f"{place}.{key}", problems, facts) for key in ("when", "unless", "only_if_known")
    ]
    if conditions[0] is None and conditions[2] is None:
        inner.note("a rule needs `when` or `only_if_known`")
    rule = LegalRule(
        inner.text("id", None), inner.text("outcome", None), inner.text("title", None), inner.text("plain", None),
        inner.text("citation", None), dates[0] or date.min, dates[1], inner.flag("settles"), *conditions,
    )  # fmt: skip
    if rule.outcome not in OUTCOMES:
        inner.note(f"“{rule.outcome}” is no legal class", "outcome")
    inner.finish()
    return rule


def _matrix(reader: Reader, version: str, digest: str, problems: list[str]) -> MatrixPolicy:
    likelihood = tuple(str(word) for word in reader.items("likelihood", needed=True))
    impact = tuple(str(word) for word in reader.items("impact", needed=True))
    rows = tuple(tuple(str(band) for band in row) for row in reader.items("rows", needed=True))
    bands = {str(name): str(label) for name, label in reader.table("bands").items()}
    if [len(likelihood), len(impact), len(rows), *map(len, rows)] != [5] * 8:
        reader.note("five words for likelihood, five for impact and five rows of five bands are expected", "rows")
    elif {band for row in rows for band in row} - set(bands):
        reader.note("a band in the rows is not among the bands", "rows")
    elif not _rises(rows, list(bands)):
        reader.note("a higher likelihood or impact must not give a lower band", "rows")
    steps = []
    for index, item in enumerate(reader.items("steps")):
        inner = Reader(item, f"steps[{index}]", problems)
        steps.append((inner.number("share", 100), inner.number("steps", 0)))
        inner.finish()
    start = {str(side): int(level) for side, level in reader.table("start").items()}
    return MatrixPolicy(version, digest, likelihood, impact, rows, bands, start, tuple(sorted(steps)))


def _rises(rows: tuple[tuple[str, ...], ...], bands: list[str]) -> bool:
    levels = [[bands.index(band) for band in row] for row in rows]
    columns = list(zip(*levels, strict=True))
    return all(list(line) == sorted(line) for line in [*levels, *columns])
