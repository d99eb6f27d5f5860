"""What was spent of a budget by the books: what was settled, and what calls reserved since, as the access log has it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from apps.registry.models import BudgetSettlement

MILLION = 1_000_000
FIRST, LAST = datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC)
# The reservation stands in the log as it was told; each is rounded up by itself, as it is counted.
_RESERVED = """
SELECT coalesce(sum(ceil(substr(said, length('max_cost=') + 1)::numeric * 1000000)), 0)::bigint
FROM registry_modelgrant g
JOIN catalog_accessrecord r ON r.subject_id = coalesce(g.person_id, g.system_id, g.service_id) AND r.grant_key = g.key,
    unnest(r.fields) AS said
WHERE g.id = %(grant)s AND r.kind = 'call' AND r.outcome = 'allowed' AND r.report_id IS NULL
    AND r.at >= %(since)s AND r.at < %(until)s AND said LIKE 'max_cost=%%'
"""


def period_of(kind: str, at: datetime) -> str:
    """Name the period of a budget in which a moment lies (UTC)."""
    day = at.astimezone(UTC).date().isoformat()
    return {"day": day, "month": day[:7]}.get(kind, "total")


def span_of(kind: str, at: datetime) -> tuple[datetime, datetime]:
    """Return when the period of a budget begins and ends in which a moment lies."""
    day = at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if kind == "day":
        return day, day + timedelta(days=1)
    if kind == "month":
        first = day.replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1)
    return FIRST, LAST


def spent_by_the_books(grant_id: Any, kind: str, at: datetime) -> int:
    """Return the millionths that were spent of a budget in the period of a moment, rather too many than too few."""
    settled = BudgetSettlement.objects.filter(grant_id=grant_id, period=period_of(kind, at)).first()
    begins, ends = span_of(kind, at)
    since = max(begins, settled.settled_at) if settled else begins
    with connection.cursor() as cursor:
        cursor.execute(_RESERVED, {"grant": grant_id, "since": since, "until": ends})
        reserved = int(cursor.fetchone()[0])
    return reserved + (int(settled.spent * MILLION) if settled else 0)
