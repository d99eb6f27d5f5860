"""What two systems of the fictional insurer measure of themselves, what was crossed, and what went wrong once."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.monitoring import operations as monitoring
from apps.monitoring.models import Incident, Metric
from apps.monitoring.queries.bounds import to_watch

from .organisation import person

BEAT = Actor.system("beat")
PLACE = {"environment": "production", "region": "EU"}


def build_monitoring() -> None:
    """Push three months of values, set bounds, and close an incident; once."""
    triage = AISystem.objects.filter(name="Claims triage", stage="production").first()
    chatbot = AISystem.objects.filter(name="Customer chatbot", stage="production").first()
    if triage is None or Metric.objects.exists():
        return
    noon = clock.now().replace(minute=0, second=0, microsecond=0)
    _push(
        triage,
        _daily(
            "accuracy", "quality", "share", "better", noon, lambda day: 0.94 if day > 6 else 0.94 - (7 - day) * 0.012
        ),
    )
    _push(triage, _hourly("latency p95", "latency", "ms", "worse", noon, lambda hour: 420 + 90 * math.sin(hour / 4)))
    _push(triage, _daily("cost", "cost", "EUR", "worse", noon, lambda day: 61 + 0.2 * (90 - day)))
    _push(triage, _daily("input drift", "drift", "PSI", "worse", noon, lambda day: 0.05 + 0.001 * (90 - day)))
    _bound(
        triage,
        "accuracy",
        "below",
        "0.9",
        consecutive=2,
        baseline="Evaluation before production: 0.94 on 2,000 claims.",
    )
    _bound(triage, "latency p95", "above", "800", window="hour", aggregate="mean")
    _bound(triage, "cost", "above", "95", window="day", aggregate="total", action="finding")
    if chatbot is not None:
        _push(chatbot, _daily("answers rated helpful", "quality", "share", "better", noon, lambda day: 0.81))
        _push(chatbot, _daily("conversations", "usage", "", "neither", noon, lambda day: 2400 + 6 * (90 - day)))
        _bound(chatbot, "answers rated helpful", "below", "0.7", window="day", action="suspend_proposal")
    monitoring.keep_rollups(actor=BEAT)
    monitoring.watch(actor=BEAT, bounds=to_watch())
    _incidents(triage, noon)


def _incidents(triage: AISystem, noon: datetime) -> None:
    if Incident.objects.exists():
        return
    then = noon - timedelta(days=40)
    with clock.travel(then + timedelta(hours=3)):
        wrong = monitoring.open_incident(
            actor=person("Dana Petrov").as_actor(), system=triage, title="Hail claims were sorted to the end for a night",
            severity="high", occurred_at=then, description="312 claims waited nine hours longer than they should have.",
        )  # fmt: skip
        monitoring.contain_incident(
            actor=triage.owner.as_actor(),
            incident=wrong,
            reason="The queue was sorted by hand, and the rule for hail taken out.",
        )
    with clock.travel(then + timedelta(days=5)):
        monitoring.close_incident(
            actor=person("Simon Adler").as_actor(), incident=wrong,
            root_cause="A new code of the weather service counted as unknown, and unknown as not urgent.",
            lessons="Unknown codes are urgent until somebody has looked. A test holds that.",
        )  # fmt: skip


def _daily(name: str, kind: str, unit: str, higher_is: str, noon: datetime, level: Any) -> Iterator[dict[str, Any]]:
    for day in range(90, 0, -1):
        yield _point(name, kind, unit, higher_is, noon - timedelta(days=day), timedelta(days=1), level(day), day)


def _hourly(name: str, kind: str, unit: str, higher_is: str, noon: datetime, level: Any) -> Iterator[dict[str, Any]]:
    for hour in range(24 * 7, 0, -1):
        yield _point(name, kind, unit, higher_is, noon - timedelta(hours=hour), timedelta(hours=1), level(hour), hour)


def _point(
    name: str, kind: str, unit: str, higher_is: str, start: datetime, length: timedelta, level: float, step: int
) -> dict[str, Any]:
    """Return a value that wavers by two per cent, the same in every build."""
    value = level * (1 + 0.02 * math.sin(step * 12.9898) * math.cos(step * 4.1))
    return {
        "name": name, "kind": kind, "unit": unit, "higher_is": higher_is, "value": f"{value:.4f}",
        "window_start": start.isoformat(), "window_end": (start + length).isoformat(), "source": "nightly evaluation",
    }  # fmt: skip


def _push(system: AISystem, points: Iterator[dict[str, Any]]) -> None:
    monitoring.push_metrics(actor=person("Dana Petrov").as_actor(), system=system, points=list(points), **PLACE)


def _bound(system: AISystem, name: str, comparison: str, threshold: str, **terms: Any) -> None:
    metric = Metric.objects.get(system=system, name=name)
    monitoring.set_bound(
        actor=system.owner.as_actor(), metric=metric, comparison=comparison, threshold=Decimal(threshold),
        owner=system.owner, **terms,
    )  # fmt: skip
