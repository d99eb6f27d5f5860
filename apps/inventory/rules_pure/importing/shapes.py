"""What values look like, whatever their header says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from statistics import median

from .catalogue import Kind, Target
from .dates import read_date
from .values import STAGE_WORDS, read_stage
from .wording import answer

EMAIL = re.compile(r"^[^@\s,;<>()]+@[^@\s,;<>()]+\.[a-zA-Z]{2,24}$")
YES_NO = frozenset(
    {"yes", "no", "y", "n", "true", "false", "ja", "nein", "oui", "non", "in progress", "not applicable", "x"}
)
NUMBER = re.compile(r"^[\d.,%€$ -]+$")


def looks_like_value(cell: str) -> bool:
    """Tell a value from a title: an e-mail, link, number, date, yes or no, or a long sentence without a question."""
    cell = cell.strip()
    if EMAIL.match(cell) or cell.startswith(("http://", "https://")) or NUMBER.match(cell):
        return True
    if answer(cell) in YES_NO or re.match(r"^[A-Z]{2,6}-\d+", cell):
        return True
    return (len(cell) > 160 and "?" not in cell) or bool(len(cell) < 30 and read_date(cell)[0])


def share(values: Sequence[str], test: object) -> float:
    """Return the share of values that pass a test."""
    return sum(1 for value in values if test(value)) / len(values) if values else 0.0  # type: ignore[operator]


def fit(target: Target, values: Sequence[str]) -> float:
    """Tell how well values fit a field, from -1 (never) over 0 (cannot tell) to 1."""
    lengths = [len(value) for value in values]
    match target.kind:
        case Kind.EMAIL:
            return 2 * share(values, EMAIL.match) - 1
        case Kind.DATE:
            return 2 * share(values, lambda value: read_date(value) != ("", "date_unread")) - 1
        case Kind.LINK:
            if share(values, lambda value: answer(value) in YES_NO) > 0.6:
                return -1.0
            return 1.0 if share(values, lambda value: "http" in value or "www." in value) > 0.2 else 0.0
        case Kind.YES_NO:
            return 1.0 if len({answer(value) for value in values}) <= max(8, len(values) // 5) else -1.0
        case Kind.TEXT:
            return 0.5 if median(lengths) > 25 else -0.2
        case Kind.NAME:
            return _fit_name(target, values, lengths)
        case Kind.CHOICE:
            if target.key == "stage":
                return 2 * share(values, read_stage) - 1
            return 0.4 if len({answer(value) for value in values}) <= max(12, len(values) // 3) else -0.4
    return 0.0


def _fit_name(target: Target, values: Sequence[str], lengths: Sequence[int]) -> float:
    distinct = len(set(values)) / len(values)
    if target.key == "external_id":
        short = median(lengths) <= 40 and share(values, lambda value: len(value.split()) <= 3) > 0.8
        return (1.0 if distinct > 0.9 else 0.0) if short else -1.5
    if target.key == "name":
        return (1.0 if distinct > 0.8 or len(values) < 8 else -0.6) if 2 <= median(lengths) <= 160 else -1.0
    return 0.3 if median(lengths) <= 120 else -1.0


def speaks_for_itself(target: Target, values: Sequence[str]) -> bool:
    """Tell whether values name their field without any help of the header: e-mails and stages do."""
    if len(values) < 3:
        return False
    if target.key == "contact_email":
        return share(values, EMAIL.match) > 0.8
    if target.key == "stage":
        short = [value for value in values if len(value) < 200]
        return len(short) == len(values) and share(values, lambda value: answer(value) in STAGE_WORDS) > 0.8
    return False


def could_be_name(values: Sequence[str]) -> bool:
    """Tell whether a column may hold names: short, mostly different texts that are no numbers, dates or answers."""
    if len(set(values)) < 0.7 * len(values) or not 3 <= median([len(value) for value in values]) <= 120:
        return False
    return share(values, looks_like_value) < 0.2
