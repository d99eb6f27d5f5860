"""Reading the access log: what is not sealed yet, what a batch holds, what does not fit."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.db.models import Q

from apps.audit.models import Entry
from apps.catalog.events import Event
from apps.catalog.models import AccessLogBatch, AccessRecord
from apps.catalog.rules_pure import access_leaf

_UTC = "to_char({0} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"
_AS_TEXT = {"at": _UTC.format("at"), "recorded_at": _UTC.format("recorded_at"), "fields": "to_json(fields)::text"}
_COLUMNS = ", ".join(_AS_TEXT.get(name, f"{name}::text") for name in access_leaf.COLUMNS)
_BETWEEN = (
    f"SELECT r.xid, r.seq, r.id, {_COLUMNS} FROM catalog_accessrecord r WHERE r.cluster = %s AND (r.xid, r.seq) > (%s, %s)"
    " AND (r.xid, r.seq) <= (%s, %s) ORDER BY r.xid, r.seq"
)
_HERE = "(SELECT system_identifier::text FROM pg_control_system())"


@dataclass(frozen=True, slots=True)
class Unsealed:
    """The next records to seal, in order."""

    cluster: str
    records: list[tuple[int, int]]
    hashes: list[bytes]


@dataclass
class LogReport:
    """What a verification of the access log found."""

    batches: int = 0
    records: int = 0
    unsealed: int = 0
    problems: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Tell whether everything fits."""
        return not self.problems


def next_unsealed(limit: int) -> Unsealed | None:
    """Return the next committed records; those of this cluster wait until every older transaction has ended."""
    for cluster in _clusters():
        last = AccessLogBatch.objects.filter(cluster=cluster).order_by("-number").first()
        done = (last.last_xid, last.last_seq) if last else (-1, 0)
        statement = (
            f"SELECT r.xid, r.seq, {_COLUMNS} FROM catalog_accessrecord r WHERE r.cluster = %s AND (r.xid, r.seq) > (%s, %s)"
            f" AND (r.cluster <> {_HERE} OR r.xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint)"
            " ORDER BY r.xid, r.seq LIMIT %s"
        )
        with connection.cursor() as cursor:
            cursor.execute(statement, [cluster, *done, limit])
            rows = cursor.fetchall()
        if rows:
            hashes = [access_leaf.leaf_hash(access_leaf.line(row[2:])) for row in rows]
            return Unsealed(cluster, [(row[0], row[1]) for row in rows], hashes)
    return None


def _clusters() -> list[str]:
    """Return the clusters that records come from: one, and those that came with a restored copy."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH RECURSIVE known AS ((SELECT cluster FROM catalog_accessrecord ORDER BY cluster LIMIT 1) UNION ALL "
            "SELECT (SELECT r.cluster FROM catalog_accessrecord r WHERE r.cluster > k.cluster ORDER BY r.cluster LIMIT 1) "
            "FROM known k WHERE k.cluster IS NOT NULL) SELECT cluster FROM known WHERE cluster IS NOT NULL"
        )
        return [row[0] for row in cursor.fetchall()]


def lines_between(cluster: str, after: tuple[int, int], last: tuple[int, int]) -> list[tuple[Any, bytes]]:
    """Return the ids and lines of the records after one place up to another, in order."""
    with connection.cursor() as cursor:
        cursor.execute(_BETWEEN, [cluster, *after, *last])
        return [(row[2], access_leaf.line(row[3:])) for row in cursor.fetchall()]


def batch_of(record_id: Any) -> tuple[AccessLogBatch, int, list[bytes]] | None:
    """Return the batch that holds a record, the record's place in it, and the lines of all its records."""
    record = AccessRecord.objects.filter(pk=record_id).values("cluster", "xid", "seq").first()
    if record is None:
        return None
    xid, seq, batches = record["xid"], record["seq"], AccessLogBatch.objects.filter(cluster=record["cluster"])
    batch = batches.filter(Q(last_xid__gt=xid) | Q(last_xid=xid, last_seq__gte=seq)).order_by("number").first()
    if batch is None:
        return None
    previous = batches.filter(number__lt=batch.number).order_by("-number").first()
    before = (previous.last_xid, previous.last_seq) if previous else (-1, 0)
    found = lines_between(batch.cluster, before, (batch.last_xid, batch.last_seq))
    at = next(index for index, (pk, _line) in enumerate(found) if str(pk) == str(record_id))
    return batch, at, [line for _pk, line in found]


def entry_of(batch: AccessLogBatch) -> int | None:
    """Return the number of the ledger's entry about a batch."""
    return next((number for number, told in _sealed_entries() if told.get("batch") == str(batch.number)), None)


def _sealed_entries() -> Iterator[tuple[int, dict[str, str]]]:
    found = Entry.objects.filter(event=Event.ACCESS_SEALED, kind="operation").order_by("id")
    for number, details in found.values_list("id", "details").iterator():
        yield number, json.loads(details.get("result", "{}"))


def verify_access_log() -> LogReport:
    """Recompute every batch from its records and compare it with what was sealed and with the ledger's entries."""
    report = LogReport()
    told = {entry.get("batch", ""): entry for _number, entry in _sealed_entries()}
    before: dict[str, tuple[int, int]] = {}
    expected = 1
    for batch in AccessLogBatch.objects.order_by("number").iterator():
        if batch.number != expected:
            report.problems.append(f"Batch {expected} is missing.")
        expected = batch.number + 1
        _check_batch(report, batch, before.get(batch.cluster, (-1, 0)), told.pop(str(batch.number), None))
        before[batch.cluster] = (batch.last_xid, batch.last_seq)
        report.batches += 1
    report.problems += [f"The ledger sealed batch {number}, which is gone." for number in told]
    with connection.cursor() as cursor:
        for cluster in _clusters():
            cursor.execute(
                "SELECT count(*) FROM catalog_accessrecord WHERE cluster = %s AND (xid, seq) > (%s, %s)",
                [cluster, *before.get(cluster, (-1, 0))],
            )
            report.unsealed += cursor.fetchone()[0]
    return report


def _check_batch(
    report: LogReport, batch: AccessLogBatch, before: tuple[int, int], told: dict[str, str] | None
) -> None:
    """Note what of one batch does not fit."""
    found = lines_between(batch.cluster, before, (batch.last_xid, batch.last_seq))
    report.records += len(found)
    name = f"Batch {batch.number} of {batch.sealed_at:%Y-%m-%d %H:%M}"
    if told is None:
        report.problems.append(f"{name}: the ledger holds no entry about it.")
    elif (told["digest"], told["count"]) != (batch.digest, str(batch.count)):
        report.problems.append(f"{name}: the ledger sealed another digest or count.")
    if len(found) < batch.count:
        report.problems.append(f"{name}: {batch.count - len(found)} records were removed.")
    elif len(found) > batch.count:
        report.problems.append(f"{name}: {len(found) - batch.count} records were put in afterwards.")
    elif access_leaf.digest([access_leaf.leaf_hash(line) for _pk, line in found]) != batch.digest:
        report.problems.append(f"{name}: records were changed.")
