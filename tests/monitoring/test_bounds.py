"""Bounds: set and moved with a reason by whoever may, and what counts as crossed."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.compliance.engine import failing_rows
from apps.kernel import clock
from apps.kernel.errors import Conflict, Invalid, Refused
from apps.kernel.rules import rule_named
from apps.monitoring import operations
from apps.monitoring.queries.bounds import explained, shown, windows
from apps.monitoring.rules_pure.watching import Seen, crosses, verdict
from apps.registry import operations as registry

from .conftest import BEAT, NOW, PLACE, point


def seen(*values):
    return [Seen(NOW + timedelta(hours=number), Decimal(str(value))) for number, value in enumerate(values)]


@pytest.mark.parametrize(
    ("values", "stands", "said"),
    [
        ((5, 5), False, ""), ((11, 11), False, "breach"), ((5, 11, 11), False, "breach"), ((11, 5, 11), False, ""),
        ((11,), False, ""), ((), False, ""), ((10, 10), False, ""), ((11, 11), True, ""), ((11, 5), True, ""),
        ((11, 5, 10), True, "back"), ((5,), True, ""),
    ],
)  # fmt: skip
def test_so_many_windows_in_a_row_cross_it_and_as_many_bring_it_back(values, stands, said):
    assert verdict(seen(*values), "above", Decimal(10), 2, stands=stands) == said


def test_the_threshold_itself_is_within():
    assert not crosses(Decimal(10), "above", Decimal(10)) and not crosses(Decimal(10), "below", Decimal(10))
    assert crosses(Decimal("10.001"), "above", Decimal(10)) and crosses(Decimal("9.999"), "below", Decimal(10))


def test_it_is_read_as_a_sentence(bound):
    assert explained(bound) == "wrong below 0.9 share, 2 values in a row"
    assert [shown(Decimal(text)) for text in ("1234567.5000", "0", "0.00001234", "0.123456", "1E+3")] == [
        "1,234,567.5", "0", "0.0000123", "0.1235", "1,000",
    ]  # fmt: skip


def test_hours_and_days_count_once_they_are_over(bound, push, owner):
    push(point("0.5", minutes=40), point("0.7", minutes=45), point("0.1", minutes=10))
    operations.keep_rollups(actor=BEAT)
    hourly = operations.edit_bound(
        actor=owner.as_actor(), bound=bound, changes={"window": "hour", "aggregate": "max"}, version=1, reason="Noise"
    )
    # Half past twelve: the hours from ten and eleven are over, the one from twelve is not.
    assert [(one.start.hour, one.value) for one in windows(hourly, 5)] == [(10, Decimal("0.95")), (11, Decimal("0.7"))]


def test_whoever_may_sets_it_for_somebody_who_can_see_the_system(metric, owner, employee, outsider, auditor):
    values = {"metric": metric, "comparison": "below", "threshold": Decimal("0.9")}
    for person in (employee, auditor, outsider):
        with pytest.raises(Refused):
            operations.set_bound(actor=person.as_actor(), **values)
    with pytest.raises(Invalid, match="cannot see"):
        operations.set_bound(actor=owner.as_actor(), owner=outsider, **values)
    assert operations.set_bound(actor=owner.as_actor(), **values).owner == owner


@pytest.mark.parametrize(
    "change",
    [{"threshold": Decimal("NaN")}, {"threshold": Decimal("1e16")}, {"comparison": "beside"}, {"consecutive": 0}],
)
def test_it_refuses_a_bound_that_is_none(metric, owner, change):
    values = {"comparison": "below", "threshold": Decimal("0.9")} | change
    with pytest.raises(Invalid):
        operations.set_bound(actor=owner.as_actor(), metric=metric, **values)


def test_it_moves_with_a_reason_against_the_version_that_was_read(bound, owner):
    change = {"threshold": Decimal("0.85")}
    with pytest.raises(Invalid, match="hides"):
        operations.edit_bound(actor=owner.as_actor(), bound=bound, changes=change, version=1, reason=" ")
    moved = operations.edit_bound(actor=owner.as_actor(), bound=bound, changes=change, version=1, reason="New baseline")
    assert (moved.threshold, moved.version) == (Decimal("0.85"), 2)
    with pytest.raises(Conflict):
        operations.edit_bound(actor=owner.as_actor(), bound=bound, changes=change, version=1, reason="Again")


def test_an_ended_bound_takes_its_alert_along(alert, bound, owner):
    ended = operations.end_bound(actor=owner.as_actor(), bound=bound, reason="The metric is not measured any more")
    alert.refresh_from_db()
    assert not ended.active and alert.closed_by == owner and "not measured any more" in alert.closed_reason
    with pytest.raises(Refused, match="ended"):
        operations.end_bound(actor=owner.as_actor(), bound=bound, reason="Again")


def test_a_silent_metric_is_a_finding(bound):
    assert not failing_rows(rule_named("MON-002")).exists()
    with clock.travel(NOW + timedelta(hours=49)):
        assert failing_rows(rule_named("MON-002")).get()["rule_subject"] == bound.metric_id


def test_what_runs_in_production_unwatched_is_a_finding(live, owner, metric):
    registry.deploy(actor=owner.as_actor(), system=live, release=live.releases.get(), **PLACE)
    with clock.travel(NOW + timedelta(days=8)):
        assert failing_rows(rule_named("MON-001")).get()["rule_subject"] == live.pk
        operations.set_bound(actor=owner.as_actor(), metric=metric, comparison="below", threshold=Decimal("0.9"))
        assert not failing_rows(rule_named("MON-001")).exists()
