"""What a record must say before anybody can judge it."""

from __future__ import annotations

from typing import Any

NEEDED: tuple[tuple[str, str], ...] = (
    ("summary", "What it does"),
    ("problem", "The problem"),
    ("benefit", "The benefit"),
    ("benefit_measure", "How the benefit is measured"),
    ("outputs", "What it puts out"),
    ("people_affected", "People affected"),
    ("intended_users", "Who uses it"),
    ("expected_users", "Expected users"),
    ("expected_daily_requests", "Expected requests a day"),
    ("security_needs", "Security needs"),
    ("regulation", "Laws and rules that apply"),
    ("data_classes", "Data classes"),
    ("autonomy", "Autonomy"),
    ("human_involvement", "Human involvement"),
    ("person_effect", "Effect on persons"),
    ("sourcing", "Sourcing"),
    ("regions", "Regions"),
    ("network_perimeter", "Network perimeter"),
    ("legal_entity_id", "Legal entity"),
    ("sponsor_id", "Sponsor"),
    ("yearly_run_cost", "Run cost a year"),
)


def missing_facts(record: Any) -> list[tuple[str, str]]:
    """Return the facts (field, label) that a record does not state yet; "not known yet" states nothing."""
    return [(field, label) for field, label in NEEDED if not _stated(getattr(record, field, None))]


def _stated(value: Any) -> bool:
    return value is not None and value not in ("", "unknown", [], {})
