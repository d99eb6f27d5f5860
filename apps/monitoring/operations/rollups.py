"""Rollups by hour and day: computed from the points of the hours that were touched, exact whenever they arrive."""

from __future__ import annotations

from django.db import connection

from apps.audit.operation import operation
from apps.kernel.actors import Actor
from apps.monitoring import permissions
from apps.monitoring.events import Event
from apps.monitoring.models import TouchedHour

BATCH = 2_000
_COMPUTE = """
INSERT INTO monitoring_rollup (id, metric_id, data_slice, period, start, points, count, minimum, maximum, mean, p95, total, last)
SELECT gen_random_uuid(), p.metric_id, p.data_slice, %(period)s, t.start, count(*), sum(p.count), min(p.value), max(p.value),
    round(sum(p.value * p.count) / sum(p.count), 10), percentile_disc(0.95) WITHIN GROUP (ORDER BY p.value), sum(p.value),
    (array_agg(p.value ORDER BY p.window_start DESC, p.source DESC))[1]
FROM (SELECT DISTINCT metric_id, data_slice, date_trunc(%(period)s, hour, 'UTC') AS start
      FROM monitoring_touchedhour WHERE id = ANY(%(touched)s)) AS t
JOIN monitoring_metricpoint AS p ON p.metric_id = t.metric_id AND p.data_slice = t.data_slice
    AND p.window_start >= t.start AND p.window_start < t.start + %(length)s::interval
WHERE NOT EXISTS (SELECT 1 FROM monitoring_metricpoint AS later WHERE later.corrects_id = p.id)
GROUP BY p.metric_id, p.data_slice, t.start
ON CONFLICT (metric_id, data_slice, period, start) DO UPDATE SET points = EXCLUDED.points, count = EXCLUDED.count,
    minimum = EXCLUDED.minimum, maximum = EXCLUDED.maximum, mean = EXCLUDED.mean, p95 = EXCLUDED.p95,
    total = EXCLUDED.total, last = EXCLUDED.last
"""


def keep_rollups(*, actor: Actor) -> list[str]:
    """Compute what was touched, batch after batch; return the metrics (their ids) concerned."""
    concerned: set[str] = set()
    while TouchedHour.objects.exists():
        found = _keep_batch(actor=actor)
        if not found:
            break
        concerned.update(found)
    return sorted(concerned)


@operation(Event.ROLLUPS_KEPT, needs=None, may=permissions.may_watch)
def _keep_batch(*, actor: Actor) -> list[str]:
    """Compute the rollups of some touched hours and forget that they were touched; what a push holds is left for later."""
    with connection.cursor() as cursor:
        # One at a time: of two computations of a day, the one that saw less must not be written last.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('monitoring.rollups', 0))")
    touched = list(
        TouchedHour.objects.select_for_update(skip_locked=True)
        .order_by("touched_at", "id")
        .values_list("pk", "metric_id")[:BATCH]
    )
    keys = [key for key, _metric in touched]
    with connection.cursor() as cursor:
        for period, length in (("hour", "1 hour"), ("day", "1 day")):
            cursor.execute(_COMPUTE, {"period": period, "length": length, "touched": keys})
    TouchedHour.objects.filter(pk__in=keys).delete()
    return sorted({str(metric) for _key, metric in touched})
