"""Conditions as data: `all`, `any`, `not`, and comparisons of one answer or fact.

A comparison is `{answer: NAME, equals: VALUE}`, `{answer: NAME, in: [VALUES]}` or `{answer: NAME, at_least: VALUE}`;
policies write `fact` for `answer`. Nothing here is ever evaluated as code. What is not known is taken as `unknown`
says: a floor assumes that it hits, a relief that it does not, and `not` turns that round.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

UNKNOWN = "unknown"
NONE = "none"
_OPERATORS = ("equals", "in", "at_least")


@dataclass(frozen=True, slots=True)
class Comparison:
    """One answer against one or more values; `order` ranks the values for `at_least`."""

    name: str
    operator: str
    values: tuple[Any, ...]
    order: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Group:
    """`all`, `any` or `not` of other conditions."""

    kind: str
    parts: tuple[Condition, ...]


Condition = Comparison | Group
Orders = Callable[[str], tuple[str, ...] | None]


def read_condition(source: Any, place: str, problems: list[str], orders: Orders) -> Condition | None:
    """Read a condition; `orders(name)` gives the ordered values of a name, () for unordered, None for unknown names."""
    if source is None:
        return None
    if not isinstance(source, Mapping):
        problems.append(f"{place}: a condition is a mapping")
        return None
    keys = set(source)
    if len(keys) == 1 and keys <= {"all", "any", "not"}:
        return _read_group(source, place, problems, orders)
    operators = keys & set(_OPERATORS)
    name = source.get("answer", source.get("fact"))
    if len(operators) != 1 or len(keys) != 2 or not isinstance(name, str):
        problems.append(f"{place}: expected all, any, not, or one answer with equals, in or at_least")
        return None
    order = orders(name)
    if order is None:
        problems.append(f"{place}: “{name}” is not known here")
        return None
    operator = operators.pop()
    values = source[operator] if isinstance(source[operator], list) else [source[operator]]
    if operator == "at_least" and order and values[0] not in order:
        problems.append(f"{place}: “{values[0]}” is not among the ordered answers of “{name}”")
    return Comparison(name, operator, tuple(values), order)


def _read_group(source: Mapping[str, Any], place: str, problems: list[str], orders: Orders) -> Condition | None:
    ((kind, parts),) = source.items()
    parts = [parts] if kind == "not" else parts
    if not isinstance(parts, list) or not parts:
        problems.append(f"{place}.{kind}: a list of conditions is expected")
        return None
    read = [read_condition(part, f"{place}.{kind}[{i}]", problems, orders) for i, part in enumerate(parts)]
    return Group(kind, tuple(part for part in read if part is not None))


def is_known(value: Any) -> bool:
    """Tell whether an answer says something."""
    if value is None or value == "" or value == UNKNOWN or value == []:
        return False
    return not (isinstance(value, list | tuple) and UNKNOWN in value)


def holds(condition: Condition | None, answers: Mapping[str, Any], *, unknown: bool = False) -> bool:
    """Tell whether a condition holds; comparisons with what is not known come out as `unknown`."""
    if condition is None:
        return True
    if isinstance(condition, Group):
        if condition.kind == "not":
            return not holds(condition.parts[0], answers, unknown=not unknown)
        results = (holds(part, answers, unknown=unknown) for part in condition.parts)
        return all(results) if condition.kind == "all" else any(results)
    return _compares(condition, answers.get(condition.name), unknown)


def _compares(comparison: Comparison, value: Any, unknown: bool) -> bool:
    if UNKNOWN in comparison.values and (value == UNKNOWN or (isinstance(value, list | tuple) and UNKNOWN in value)):
        return True
    given = list(value) if isinstance(value, list | tuple) else [value]
    if any(_matches(comparison, item) for item in given if is_known(item)):
        return True
    return unknown and not is_known(value)


def _matches(comparison: Comparison, item: Any) -> bool:
    if comparison.operator in {"equals", "in"}:
        return item in comparison.values
    if comparison.order:
        return item in comparison.order and comparison.order.index(item) >= comparison.order.index(comparison.values[0])
    try:
        return float(item) >= float(comparison.values[0])
    except (TypeError, ValueError):
        return False


def comparisons(condition: Condition | None) -> Iterator[tuple[Comparison, bool]]:
    """Yield every comparison with whether it stands under an odd number of `not`."""
    if isinstance(condition, Comparison):
        yield condition, False
    elif isinstance(condition, Group):
        for part in condition.parts:
            for comparison, negated in comparisons(part):
                yield comparison, negated != (condition.kind == "not")


def names_in(condition: Condition | None) -> set[str]:
    """Return the names a condition asks about."""
    return {comparison.name for comparison, _negated in comparisons(condition)}


def hits(condition: Condition | None, answers: Mapping[str, Any], *, unknown: bool = True) -> list[str]:
    """Return the names whose answer, or whose silence, makes their comparison come out true."""
    found = []
    for comparison, negated in comparisons(condition):
        if _compares(comparison, answers.get(comparison.name), unknown != negated) != negated:
            found.append(comparison.name)
    return list(dict.fromkeys(found))
