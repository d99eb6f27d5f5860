"""The access log: what the runtime writes into it, what systems report, its months, its seals, its proofs.

Records are no entries of the ledger, and writing one is no `@operation`: a million reads would be a million leaves. The
table takes no change and no deletion; batches of it are sealed, and each batch's digest is an entry.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from apps.audit.operation import operation
from apps.catalog import permissions
from apps.catalog.events import Event
from apps.catalog.models import AccessKind, AccessLogBatch, AccessOutcome
from apps.catalog.queries import accesslog as queries
from apps.catalog.rules_pure import access_leaf
from apps.catalog.rules_pure.asking import Asked
from apps.catalog.rules_pure.deciding import Facts, Verdict
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.identifiers import uuid7

BATCH = 10_000
LOCK = "hashtextextended('catalog.access_log.sealing', 0)"
_INSERT = """
INSERT INTO catalog_accessrecord (id, at, kind, caller_kind, caller_id, subject_kind, subject_id, subject_label, dataset_id,
    dataset_label, fields, action, purpose, use_case, region, outcome, rule, grant_key, request_id, report_id)
SELECT id, at, kind, caller_kind, caller_id, subject_kind, subject_id, subject_label, dataset_id, dataset_label, fields, action,
    purpose, use_case, region, outcome, rule, grant_key, request_id, report_id
FROM jsonb_to_recordset(%s) AS r(id uuid, at timestamptz, kind text, caller_kind text, caller_id text, subject_kind text,
    subject_id uuid, subject_label text, dataset_id uuid, dataset_label text, fields text[], action text, purpose text,
    use_case text, region text, outcome text, rule text, grant_key text, request_id text, report_id uuid)
"""


@dataclass(frozen=True, slots=True)
class Answered:
    """A question with the answer it got."""

    asked: Asked
    facts: Facts
    verdict: Verdict


def log_decisions(*, actor: Actor, answered: Sequence[Answered], request_id: str = "") -> None:
    """Write answers into the log, all or none; nobody is told an answer that is not in it."""
    write(row_of(actor=actor, one=one, request_id=request_id) for one in answered)


def row_of(*, actor: Actor, one: Answered, request_id: str) -> dict[str, Any]:
    """Return the record of an answer."""
    outcome = AccessOutcome.ALLOWED if one.verdict.allowed else AccessOutcome.DENIED
    grant = one.verdict.grant.key if one.verdict.grant else ""
    return (
        {"id": str(uuid7()), "at": clock.now().isoformat(), "kind": AccessKind.DECISION, "rule": one.verdict.rule}
        | {"grant_key": grant, "outcome": outcome, "request_id": request_id}
        | describe(actor, one.asked, one.facts)
    )


def describe(actor: Actor, asked: Asked, facts: Facts) -> dict[str, Any]:
    """Return the columns that say who asked for whom, and for which data."""
    subject, dataset = facts.subject, facts.dataset
    # A person who is on record is named by id alone; a name nobody knows is kept as a mark, it may be an e-mail address.
    unknown = "(unknown)" if asked.subject_kind == "person" else asked.subject[:400]
    return {
        "caller_kind": str(actor.kind),
        "caller_id": actor.id,
        "subject_kind": asked.subject_kind,
        "subject_id": subject.id if subject else None,
        "subject_label": subject.label if subject else unknown,
        "dataset_id": dataset.id if dataset else None,
        "dataset_label": dataset.key if dataset else asked.dataset[:400],
        "fields": sorted(asked.fields),
        "action": asked.action,
        "purpose": asked.purpose,
        "use_case": asked.use_case,
        "region": asked.region,
    }


def write(rows: Iterable[dict[str, Any]]) -> None:
    """Insert records in one statement."""
    rows = list(rows)
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT, [Jsonb(rows)])


def make_months(*, ahead: int = 2) -> list[str]:
    """Make the parts of this month and of the following ones; return the months that lie in one."""
    first = clock.today().replace(day=1)
    made = []
    for _number in range(ahead + 1):
        if make_month(first):
            made.append(f"{first:%Y-%m}")
        first = (first + timedelta(days=32)).replace(day=1)
    return made


def make_month(day: date) -> bool:
    """Make the part of a day's month if it is missing; tell whether there is one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT catalog_access_month(%s)", [day])
        return bool(cursor.fetchone()[0])


def seal_access_log(*, actor: Actor, batch: int = BATCH) -> list[AccessLogBatch]:
    """Seal what is committed, batch after batch; a second sealer at a time finds nothing to do."""
    sealed: list[AccessLogBatch] = []
    while True:
        made = _seal_next(actor, batch)
        if made is None:
            return sealed
        sealed.append(made)


def _seal_next(actor: Actor, batch: int) -> AccessLogBatch | None:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT pg_try_advisory_xact_lock({LOCK})")
            if not cursor.fetchone()[0]:
                return None
        found = queries.next_unsealed(batch)
        if found is None:
            return None
        told = _seal_batch(actor=actor, cluster=found.cluster, records=found.records, hashes=found.hashes)
    return AccessLogBatch.objects.get(number=int(told["batch"]))


@operation(Event.ACCESS_SEALED, needs=None, may=permissions.may_seal_access_log)
def _seal_batch(*, actor: Actor, cluster: str, records: list[tuple[int, int]], hashes: list[bytes]) -> dict[str, str]:
    """Keep a batch, and its digest in this operation's entry."""
    newest = AccessLogBatch.objects.order_by("-number").first()
    made = AccessLogBatch.objects.create(
        number=newest.number + 1 if newest else 1,
        cluster=cluster,
        first_xid=records[0][0],
        first_seq=records[0][1],
        last_xid=records[-1][0],
        last_seq=records[-1][1],
        count=len(records),
        digest=access_leaf.digest(hashes),
    )
    return seal_in_words(made)


def seal_in_words(batch: AccessLogBatch) -> dict[str, str]:
    """Return what the ledger keeps of a batch, as texts."""
    return {
        "batch": str(batch.number),
        "cluster": batch.cluster,
        "first": f"{batch.first_xid}/{batch.first_seq}",
        "last": f"{batch.last_xid}/{batch.last_seq}",
        "count": str(batch.count),
        "digest": batch.digest,
    }


def proof_of(record_id: Any) -> dict[str, Any] | None:
    """Return what shows a record to be in its batch, checkable without the portal; None until it is sealed."""
    found = queries.batch_of(record_id)
    if found is None:
        return None
    batch, place, lines = found
    hashes = [access_leaf.leaf_hash(written) for written in lines]
    return {
        "format": access_leaf.FORMAT,
        "record": lines[place].decode(),
        "place": place,
        "path": [node.hex() for node in access_leaf.path_of(place, hashes)],
        "batch": seal_in_words(batch),
        "ledger_entry": queries.entry_of(batch),
    }
