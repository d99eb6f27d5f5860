"""Measure suggestions against columns that people labelled: `python -m bench.classification [--half tuning]`.

Half of the labelled columns (by a hash of their names) served to tune the words; the figures are of the other half.
Every mistake is listed.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
from collections import Counter
from pathlib import Path

from apps.catalog.rules_pure.classification.suggesting import Described, Suggestion, suggest

LABELLED = Path(__file__).resolve().parents[1] / "tests" / "catalog" / "data" / "labelled_columns.csv"
CATEGORIES = ("personal", "special_category", "health", "financial")


def half_of(row: dict[str, str]) -> str:
    """Return to which half a column belongs."""
    return "held-out" if hashlib.sha256(f"{row['table']}.{row['column']}".encode()).digest()[0] % 2 else "tuning"


def rows_of(half: str) -> list[dict[str, str]]:
    """Return the labelled columns of a half."""
    with LABELLED.open(newline="") as file:
        return [row for row in csv.DictReader(file) if half_of(row) == half]


def suggestion_for(row: dict[str, str]) -> Suggestion:
    """Return what is suggested for a labelled column: its name, type and table are all that is known."""
    return suggest(Described(path=row["column"], data_type=row["type"], dataset=row["table"]))


def measure(rows: list[dict[str, str]]) -> tuple[dict[str, tuple[int, int, int]], list[str], Counter[str]]:
    """Return for each category how many were right, wrong and missed; the mistakes; and how the levels agree."""
    counts = {category: [0, 0, 0] for category in CATEGORIES}
    mistakes, levels = [], Counter()
    for row in rows:
        made, wanted = suggestion_for(row), set(row["categories"].split())
        found = set(made.classified.categories)
        for category in CATEGORIES:
            pair = (category in found, category in wanted)
            if pair != (False, False):
                counts[category][{(True, True): 0, (True, False): 1, (False, True): 2}[pair]] += 1
        levels[
            "none" if not made.classified.level else "same" if made.classified.level == row["level"] else "other"
        ] += 1
        if found != wanted:
            said = ", ".join(sorted(found)) or "nothing"
            meant = ", ".join(sorted(wanted)) or "nothing"
            mistakes.append(f"{row['table']}.{row['column']} ({row['type']}): {said}, should be {meant}. {made.reason}")
    return {name: (a, b, c) for name, (a, b, c) in counts.items()}, mistakes, levels


def main() -> None:
    """Print the figures and the mistakes of one half."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--half", choices=("held-out", "tuning"), default="held-out")
    half = parser.parse_args().half
    rows = rows_of(half)
    counts, mistakes, levels = measure(rows)
    print(f"{half}: {len(rows)} columns")
    print(f"{'category':<18}{'right':>7}{'wrong':>7}{'missed':>7}{'precision':>11}{'recall':>8}")
    for name, (right, wrong, missed) in counts.items():
        precision = f"{right / (right + wrong):.2f}" if right + wrong else "–"
        recall = f"{right / (right + missed):.2f}" if right + missed else "–"
        print(f"{name:<18}{right:>7}{wrong:>7}{missed:>7}{precision:>11}{recall:>8}")
    print(f"level: {levels['same']} the same, {levels['other']} another, {levels['none']} no suggestion")
    print(f"\n{len(mistakes)} mistakes:")
    for mistake in mistakes:
        print(f"- {mistake}")


if __name__ == "__main__":
    main()
