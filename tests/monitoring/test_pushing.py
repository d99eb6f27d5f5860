"""Pushing metrics: read row by row, taken once, never changed, and the same rollups in any order."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from math import inf, nan

import pytest
from django.db import connection, transaction
from django.db.utils import Error
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounts import operations as accounts
from apps.accounts.models import Role, ServiceIdentity
from apps.inventory import operations as inventory
from apps.kernel.actors import Actor, ActorKind
from apps.kernel.errors import Invalid, Refused
from apps.monitoring import operations
from apps.monitoring.models import Metric, MetricPoint, Rollup, TouchedHour
from apps.monitoring.queries.points import series, with_newest
from apps.monitoring.rules_pure.reading import read
from apps.registry import operations as registry

from .conftest import BEAT, NOW, PLACE, point


def test_a_first_push_registers_the_metric(push, system):
    said = push(point("0.95", unit="share", higher_is="better", count=200))
    assert (said["taken"], said["repeated"], said["refused"]) == (1, 0, 0)
    found = Metric.objects.get(system=system, **PLACE)
    assert (found.name, found.kind, found.unit, found.higher_is) == ("accuracy", "quality", "share", "better")
    assert found.points.get().value == Decimal("0.95") and found.last_window_start == NOW


def test_the_same_again_changes_nothing(push, metric):
    said = push(point("0.95", minutes=120), point("0.94", minutes=60))
    assert (said["taken"], said["repeated"]) == (1, 1) and MetricPoint.objects.count() == 2


def test_a_correction_is_a_new_point_that_names_the_old_one(push, metric):
    with pytest.raises(Invalid, match="Another value is on record"):
        push(point("0.5", minutes=120))
    assert push(point("0.5", minutes=120, correction=True))["taken"] == 1
    old, new = metric.points.order_by("id")
    assert new.corrects == old and metric.points.current().get() == new
    assert push(point("0.5", minutes=120))["repeated"] == 1
    operations.keep_rollups(actor=BEAT)
    assert Rollup.objects.get(metric=metric, period="hour").mean == Decimal("0.5")
    assert with_newest(Metric.objects.all()).get().newest == Decimal("0.5")


def test_no_sql_of_the_portal_changes_a_point(metric):
    with pytest.raises(Error), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE monitoring_metricpoint SET value = 1")


@pytest.mark.parametrize(
    ("change", "column"),
    [
        ({"value": nan}, "value"), ({"value": -inf}, "value"), ({"value": "NaN"}, "value"), ({"value": True}, "value"),
        ({"value": "1e16"}, "value"), ({"value": None}, "value"), ({"value": "a lot"}, "value"),
        ({"value": 10**400}, "value"), ({"value": "1e-400"}, ""), ({"count": 0}, "count"), ({"count": 1.5}, "count"),
        ({"window_start": (NOW + timedelta(hours=1)).isoformat()}, "window_start"),
        ({"window_end": (NOW + timedelta(hours=1)).isoformat()}, "window_end"),
        ({"window_end": (NOW - timedelta(hours=1)).isoformat()}, "window_end"),
        ({"window_start": "2026-11-23T10:00:00"}, "window_start"), ({"window_start": "yesterday"}, "window_start"),
        ({"window_start": "1999-01-01T00:00:00Z"}, "window_start"), ({"name": ""}, "name"), ({"name": "a" * 121}, "name"),
        ({"kind": "beauty"}, "kind"), ({"colour": "red"}, "colour"), ({"correction": "yes"}, "correction"),
        ({"slice": 7}, "slice"), ({"window_start": "0001-01-01T00:00:00+23:59"}, "window_start"),
    ],
)  # fmt: skip
def test_a_row_says_in_which_column_it_is_wrong(change, column):
    found = read([point(1), point(1, minutes=5) | change], NOW)
    assert [(row, name) for row, name, _text in found.problems] == ([(2, column)] if column else [])
    assert len(found.rows) == (1 if column else 2)


def test_a_batch_is_taken_whole_or_where_it_can_be(push):
    rows = [point("0.9", minutes=10), point(nan, minutes=5), point("0.8", minutes=10), "nothing"]
    with pytest.raises(Invalid) as refused:
        push(*rows)
    assert set(refused.value.problems) == {"points.2.value", "points.3.window_start", "points.4"}
    assert not Metric.objects.exists()
    said = push(*rows, partial=True)
    assert (said["taken"], said["refused"]) == (1, 3)
    assert [(one["row"], one["column"]) for one in said["errors"]] == [(2, "value"), (3, "window_start"), (4, "")]


def test_a_metric_stays_what_it_was_registered_as(push, metric):
    with pytest.raises(Invalid) as refused:
        push(point(1, kind="cost"), point(1, minutes=1, unit="EUR"), {**point(1, name="new"), "kind": ""})
    assert set(refused.value.problems) == {"points.1.kind", "points.2.unit", "points.3.kind"}


@pytest.mark.parametrize("points", [[], [point(1, minutes=number) for number in range(1001)]])
def test_a_batch_has_its_size(push, points):
    with pytest.raises(Invalid):
        push(*points)


def test_the_release_is_the_one_named_or_the_one_that_should_run_then(push, system, owner):
    releases = [
        inventory.freeze_release(
            actor=owner.as_actor(), system=system, items=[{"kind": "model", "name": "urgency", "version": version}]
        )
        for version in ("1.0", "2.0")
    ]
    place = {"environment": "test", "region": "EU"}
    registry.deploy(actor=owner.as_actor(), system=system, release=releases[1], **place)
    actor = owner.as_actor()
    with pytest.raises(Refused):
        operations.push_metrics(actor=actor, system=system, points=[point(1)], **place)
    pusher = Actor(ActorKind.SERVICE, str(_service(owner).pk), "pipeline", frozenset(["monitoring.metric.push"]))
    operations.push_metrics(
        actor=pusher, system=system, points=[point(1), point(1, minutes=9), point(1, minutes=5, release=releases[0].key)], **place
    )  # fmt: skip
    found = {row.window_start: row.release for row in MetricPoint.objects.all()}
    assert found == {NOW: releases[1], NOW - timedelta(minutes=9): None, NOW - timedelta(minutes=5): releases[0]}
    with pytest.raises(Invalid, match="no such release"):
        operations.push_metrics(actor=pusher, system=system, points=[point(1, minutes=1, release="REL-9")], **place)


def _service(owner, role="delivery-team", department=None):
    """A pipeline whose role counts in a department that has nothing to do with the system."""
    setup = Actor.system("installation")
    made = ServiceIdentity.objects.create(name=f"pipeline of {owner.name}", purpose="Pushes", owner=owner)
    elsewhere = department or accounts.create_department(
        actor=setup, name=f"Elsewhere {owner.name}", parent=owner.department.parent
    )
    accounts.assign_role(
        actor=setup, role=Role.objects.get(key=role), service=made, department=elsewhere, reason="Test"
    )
    return made


def test_a_service_pushes_where_its_role_or_its_owner_reaches(system, owner, second_owner, claims, employee):
    def push_as(service):
        actor = Actor(ActorKind.SERVICE, str(service.pk), "pipeline", frozenset(["monitoring.metric.push"]))
        return operations.push_metrics(actor=actor, system=system, points=[point(1)], **PLACE)

    assert push_as(_service(owner))["taken"] == 1
    with pytest.raises(Refused):
        push_as(_service(second_owner))
    assert push_as(_service(employee, department=claims))["repeated"] == 1
    with pytest.raises(Refused):
        operations.push_metrics(actor=employee.as_actor(), system=system, points=[point(1)], **PLACE)


VALUES = st.decimals(min_value=-1000, max_value=1000, places=3)


@pytest.mark.django_db
@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_order_and_any_batches_give_the_same_rollups(data, push_anew):
    minutes = data.draw(st.lists(st.integers(0, 50), min_size=3, max_size=6, unique=True))
    rows = [
        point(str(data.draw(VALUES)), minutes=number * 37, count=data.draw(st.integers(1, 9))) for number in minutes
    ]
    shuffled = data.draw(st.permutations(rows))
    cut = data.draw(st.integers(1, len(rows) - 1))
    assert push_anew([rows]) == push_anew([shuffled[:cut], shuffled[cut:]])


@pytest.fixture
def push_anew(push, system):
    """Push batches into a metric of a name of its own, with rollups in between; return what the rollups say."""
    names = iter(range(10_000))

    def run(batches):
        name = f"accuracy {next(names)}"
        for batch in batches:
            push(*[{**row, "name": name} for row in batch])
            operations.keep_rollups(actor=BEAT)
        metric = Metric.objects.get(name=name)
        columns = ("period", "start", "points", "count", "minimum", "maximum", "mean", "p95", "total", "last")
        found = list(Rollup.objects.filter(metric=metric).order_by("period", "start").values_list(*columns))
        current = metric.points.all()
        assert sum(row[2] for row in found if row[0] == "hour") == sum(row[2] for row in found if row[0] == "day")
        assert sum(row[8] for row in found if row[0] == "day") == sum(one.value for one in current)
        return found

    return run


def test_a_late_point_moves_its_hour_and_day_and_no_others(push, metric):
    push(point("0.85", minutes=60 * 26))
    operations.keep_rollups(actor=BEAT)
    before = {row.pk: row.mean for row in Rollup.objects.filter(period="hour")}
    push(point("0.65", minutes=60 * 26 + 5))
    assert TouchedHour.objects.count() == 1
    operations.keep_rollups(actor=BEAT)
    after = {row.pk: row.mean for row in Rollup.objects.filter(period="hour")}
    assert sorted(after.values()) == [Decimal("0.75"), Decimal("0.95")] and after.keys() == before.keys()
    assert not TouchedHour.objects.exists() and operations.keep_rollups(actor=BEAT) == []
    assert [row["value"] for row in series(metric, "", "quarter")] == [Decimal("0.75"), Decimal("0.95")]
    with pytest.raises(Refused):
        from apps.monitoring.operations import rollups

        rollups._keep_batch(actor=Actor.anonymous())
