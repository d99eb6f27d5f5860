"""Metrics as systems push them: read row by row, taken once, never changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.inventory.models import AISystem, Release
from apps.inventory.operations.checks import check_words
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.monitoring import permissions
from apps.monitoring.events import Event
from apps.monitoring.models import HigherIs, Metric, MetricPoint, TouchedHour
from apps.monitoring.queries.points import releases_then
from apps.monitoring.rules_pure import reading
from apps.monitoring.rules_pure.reading import Read, Reading
from apps.registry.operations.deployments import check_place

SHOWN_PROBLEMS = 200


@dataclass(slots=True)
class _Sorted:
    """What becomes of the rows that could be read."""

    new: list[MetricPoint]
    taken: list[Read]
    repeated: int = 0


@operation(Event.METRICS_PUSHED, needs=None, within_reach_of="system", may=permissions.may_push)
def push_metrics(
    *,
    actor: Actor,
    system: AISystem,
    environment: str,
    region: str,
    points: Sequence[Any],
    release: Release | None = None,
    partial: bool = False,
) -> dict[str, Any]:
    """Take over values of a system in a place: all of them or none, or with `partial` those that can be taken.

    The same value again changes nothing. Another value for the same window has to say that it is a correction.
    """
    # Pushes of a system come one after the other; they are no entries on its page, which they would flood.
    system = AISystem.objects.select_for_update(of=("self",), no_key=True).get(pk=system.pk)
    region = check_place(environment, region)
    if not points:
        raise Invalid({"points": [_("Push one value at least.")]})
    if len(points) > reading.LARGEST_BATCH:
        raise Invalid({"points": [_("Push at most %(most)d values at a time.") % {"most": reading.LARGEST_BATCH}]})
    found = reading.read(points, clock.now())
    metrics = _metrics_of(system, environment, region, found, refuse_all=bool(found.problems) and not partial)
    releases = _releases_of(system, found, release)
    sorted_out = _sort_out(found, metrics, releases, environment, region, system)
    problems = sorted(found.problems)[:SHOWN_PROBLEMS]
    if problems and not partial:
        raise Invalid({f"points.{row}{'.' if column else ''}{column}": [text] for row, column, text in problems})
    _keep(sorted_out, metrics.values())
    return {
        "system": system.key, "taken": len(sorted_out.new), "repeated": sorted_out.repeated,
        "refused": len({row for row, _column, _text in found.problems}), "digest": reading.digest(sorted_out.taken),
        "errors": [{"row": row, "column": column, "problem": text} for row, column, text in problems],
    }  # fmt: skip


def _metrics_of(
    system: AISystem, environment: str, region: str, found: Reading, *, refuse_all: bool
) -> dict[str, Metric]:
    """Return the metrics that the rows name; new ones are registered by the first row that says their kind."""
    names = {row.name for row in found.rows}
    known = {
        one.name: one
        for one in Metric.objects.filter(system=system, environment=environment, region=region, name__in=names)
    }
    for row in () if refuse_all else found.rows:
        metric = known.get(row.name)
        if metric is None and row.kind:
            check_words({"name": row.name, "unit": row.unit})
            known[row.name] = Metric.objects.create(
                key=next_key("MTR"), system=system, environment=environment, region=region, name=row.name,
                kind=row.kind, unit=row.unit, higher_is=row.higher_is or HigherIs.NEITHER, registered_at=clock.now(),
            )  # fmt: skip
    good = []
    for row in found.rows:
        problems = _contradictions(row, known.get(row.name), refuse_all)
        found.problems += [(row.row, column, text) for column, text in problems]
        if not problems:
            good.append(row)
    found.rows = good
    return known


def _contradictions(row: Read, metric: Metric | None, refuse_all: bool) -> list[tuple[str, str]]:
    if metric is None:
        unknown = _("This metric is new: say its kind, such as quality or latency, with its first value.")
        return [] if refuse_all and row.kind else [("kind", unknown)]
    said = (("kind", row.kind), ("unit", row.unit), ("higher_is", row.higher_is))
    return [
        (name, _("%(metric)s is on record with “%(known)s”.") % {"metric": metric.name, "known": getattr(metric, name)})
        for name, given in said
        if given and given != getattr(metric, name)
    ]


def _releases_of(system: AISystem, found: Reading, release: Release | None) -> dict[str, Release]:
    """Return the releases that rows name; one for all stands under the empty name."""
    if release is not None and release.system_id != system.pk:
        raise Invalid({"release": [_("This release is of another system.")]})
    names = {row.release for row in found.rows if row.release}
    known = {one.key: one for one in Release.objects.filter(system=system, key__in=names)} if names else {}
    found.problems += [
        (row.row, "release", _("This system has no such release."))
        for row in found.rows
        if row.release and row.release not in known
    ]
    found.rows = [row for row in found.rows if not row.release or row.release in known]
    return known | ({"": release} if release is not None else {})


def _sort_out(
    found: Reading, metrics: dict[str, Metric], releases: dict[str, Release], environment: str, region: str, system: AISystem
) -> _Sorted:  # fmt: skip
    rows = [row for row in found.rows if row.name in metrics]
    known = _known_points(rows, metrics)
    then = releases_then(system, environment, region)
    sorted_out, now = _Sorted([], []), clock.now()
    for row in rows:
        metric = metrics[row.name]
        before = known.get((metric.pk, row.window_start, row.slice, row.source))
        same = before is not None and (before.value, before.count, before.window_end) == (
            row.value,
            row.count,
            row.window_end,
        )
        if same:
            sorted_out.repeated += 1
            continue
        if before is not None and not row.correction:
            text = _("Another value is on record for this window. Send it with “correction” if that one was wrong.")
            found.problems.append((row.row, "value", text))
            continue
        sorted_out.taken.append(row)
        sorted_out.new.append(
            MetricPoint(
                metric=metric, window_start=row.window_start, window_end=row.window_end, value=row.value,
                count=row.count, data_slice=row.slice, source=row.source, received_at=now, corrects=before,
                release_id=releases[row.release].pk if row.release in releases else then(row.window_start),
            )
        )  # fmt: skip
    return sorted_out


def _known_points(rows: Sequence[Read], metrics: dict[str, Metric]) -> dict[tuple[Any, ...], MetricPoint]:
    if not rows:
        return {}
    points = MetricPoint.objects.current().filter(
        metric__in={metrics[row.name].pk for row in rows}, window_start__in={row.window_start for row in rows}
    )
    return {(one.metric_id, one.window_start, one.data_slice, one.source): one for one in points}


def _keep(sorted_out: _Sorted, metrics: Iterable[Metric]) -> None:
    """Write the points, mark their hours for the rollups and have the bounds looked at."""
    MetricPoint.objects.bulk_create(sorted_out.new)
    now = clock.now()
    hours = sorted({(one.metric_id, one.data_slice, hour_of(one.window_start)) for one in sorted_out.new}, key=str)
    # An update and no "do nothing": it waits for a computation under way, which did not see these points.
    TouchedHour.objects.bulk_create(
        [TouchedHour(metric_id=metric, data_slice=part, hour=hour, touched_at=now) for metric, part, hour in hours],
        update_conflicts=True, unique_fields=["metric", "data_slice", "hour"], update_fields=["touched_at"],
    )  # fmt: skip
    for metric in metrics:
        starts = [one.window_start for one in sorted_out.new if one.metric_id == metric.pk]
        if starts:
            newest = max([*starts, metric.last_window_start] if metric.last_window_start else starts)
            metric.last_received_at, metric.last_window_start = now, newest
            metric.save(update_fields=["last_received_at", "last_window_start"])
            defer("monitoring.watch_metric", metric=str(metric.pk))


def hour_of(moment: datetime) -> datetime:
    """Return the beginning of a moment's hour, in universal time."""
    return moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
