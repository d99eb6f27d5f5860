"""Reads that systems report: each matched to a grant that stood then, and written into the access log once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.catalog.models import AccessKind, AccessOutcome, AccessRecord, DataGrant
from apps.catalog.queries.decisions import facts_for
from apps.catalog.rules_pure import asking
from apps.catalog.rules_pure.access_policy import needs_no_grant
from apps.catalog.rules_pure.asking import Asked, Malformed
from apps.catalog.rules_pure.deciding import Facts, uncovered_fields, used_elsewhere
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import uuid7

from .accesslog import describe, make_month, write

MOST_READS = 1_000
OLDEST_DAYS = 90
AHEAD = timedelta(minutes=5)


def report_reads(*, actor: Actor, reads: Any, request_id: str = "") -> dict[str, Any]:
    """Write reported reads into the access log, all or none; what was reported already stays as it is."""
    items = _read_items(reads)
    with transaction.atomic():
        with connection.cursor() as cursor:
            # Two deliveries of the same report at once: the second waits, and finds what the first wrote.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"catalog.reads:{actor.id}"])
        known = AccessRecord.objects.filter(caller_id=actor.id, report_id__in=list(items))
        seen = set(known.values_list("report_id", flat=True))
        fresh = {number: item for number, item in items.items() if number not in seen}
        for day in {at.astimezone(UTC).date().replace(day=1) for _asked, at, _request in fresh.values()}:
            make_month(day)
        rows = list(_rows(actor, fresh, request_id))
        write(rows)
    without = [str(row["report_id"]) for row in rows if row["outcome"] == AccessOutcome.NO_GRANT]
    return {"taken": len(rows), "known": len(items) - len(rows), "without_grant": without}


def _read_items(reads: Any) -> dict[UUID, tuple[Asked, datetime, str]]:
    """Read a report strictly: ids, moments, names; the first of two with the same id counts."""
    if not isinstance(reads, list) or not 1 <= len(reads) <= MOST_READS:
        raise Invalid({"reads": [_("A report holds between 1 and %(most)s reads.") % {"most": MOST_READS}]})
    items: dict[UUID, tuple[Asked, datetime, str]] = {}
    problems: dict[str, list[str]] = {}
    for place, read in enumerate(reads):
        try:
            number, item = _read_item(read)
            items.setdefault(number, item)
        except Malformed as problem:
            problems[f"reads.{place}"] = [str(problem)]
    if problems:
        raise Invalid(dict(list(problems.items())[:20]))
    return items


def _read_item(read: Any) -> tuple[UUID, tuple[Asked, datetime, str]]:
    if not isinstance(read, Mapping):
        raise Malformed("A read is an object.")
    try:
        number = UUID(str(read.get("id")))
    except ValueError:
        raise Malformed("id is a UUID that you make for the read and send again with it.") from None
    try:
        at = datetime.fromisoformat(str(read.get("at")))
    except ValueError:
        raise Malformed("at is a moment with its zone, such as 2026-11-23T09:30:00Z.") from None
    if at.tzinfo is None:
        raise Malformed("at has no zone.")
    if not clock.now() - timedelta(days=OLDEST_DAYS) <= at <= clock.now() + AHEAD:
        raise Malformed(f"at lies ahead, or more than {OLDEST_DAYS} days back.")
    question = {
        "subject": read.get("subject"),
        "action": {"name": read.get("action", "read")},
        "resource": {
            "type": "dataset",
            "id": read.get("dataset"),
            "properties": {"fields": read.get("fields") or []},
        },
        "context": {name: read.get(name) for name in ("purpose", "use_case", "region")},
    }
    request_id = str(read.get("request_id") or "")[:200]
    if not request_id.isprintable():
        raise Malformed("request_id holds what cannot be printed.")
    return number, (asking.read_question(question), at, request_id)


def _rows(actor: Actor, items: Mapping[UUID, tuple[Asked, datetime, str]], request_id: str) -> Iterable[dict[str, Any]]:
    found: dict[Asked, Facts] = {}
    for asked, _at, _request in items.values():
        alike = _alike(asked)
        if alike not in found:
            found[alike] = facts_for(alike)[0]
    grants = _grants(found.values())
    for number, (asked, at, given) in items.items():
        facts = found[_alike(asked)]
        grant = _grant_then(grants, facts, asked, at)
        public = facts.dataset is not None and needs_no_grant(
            facts.dataset.level, facts.dataset.categories, [asked.action]
        )
        outcome = AccessOutcome.ALLOWED if grant or public else AccessOutcome.NO_GRANT
        yield {
            "id": str(uuid7()), "at": at.isoformat(), "kind": AccessKind.READ, "outcome": outcome,
            "rule": "" if grant else "ACC-005" if public else "LOG-001", "grant_key": grant.key if grant else "",
            "request_id": given or request_id, "report_id": str(number),
        } | describe(actor, asked, facts)  # fmt: skip


def _alike(asked: Asked) -> Asked:
    """Return the question with only the names: reads of the same data by the same subject are looked up once."""
    return Asked(asked.subject_kind, asked.subject, asked.dataset, "read")


def _grants(facts: Iterable[Facts]) -> dict[tuple[str, str], list[DataGrant]]:
    """Return every grant of the pairs that were read, with what it was before, in two statements."""
    pairs = {(one.subject.kind, one.subject.id, one.dataset.id) for one in facts if one.subject and one.dataset}
    condition = Q(pk__in=[])
    for kind in ("person", "system", "service"):
        subjects = {subject for of, subject, _dataset in pairs if of == kind}
        datasets = {dataset for of, _subject, dataset in pairs if of == kind}
        if subjects:
            condition |= Q(**{f"{kind}_id__in": subjects, "dataset_id__in": datasets})
    found: dict[tuple[str, str], list[DataGrant]] = {}
    rows = DataGrant.objects.filter(condition).select_related("use_case", "system").prefetch_related("spells")
    for grant in rows.order_by("valid_from"):
        subject = grant.person_id or grant.system_id or grant.service_id
        found.setdefault((str(subject), str(grant.dataset_id)), []).append(grant)
    return found


def _grant_then(
    grants: Mapping[tuple[str, str], list[DataGrant]], facts: Facts, asked: Asked, at: datetime
) -> DataGrant | None:
    """Return a grant that stood at the moment of the read and covers it, as far as the report says what for."""
    if facts.subject is None or facts.dataset is None:
        return None
    for grant in grants.get((facts.subject.id, facts.dataset.id), ()):
        stood = grant.valid_from <= at < grant.valid_until
        stopped = grant.system.suspended_at if grant.system else None
        ended = any(moment is not None and moment <= at for moment in (grant.revoked_at, grant.held_back_at, stopped))
        then = [spell for spell in grant.spells.all() if spell.began_at <= at < spell.ended_at]
        ended = ended or any(spell.held_back for spell in then)
        fields = next((spell.fields for spell in then if not spell.held_back), grant.fields)
        if stood and not ended and _covers(grant, fields, facts, asked):
            return grant
    return None


def _covers(grant: DataGrant, fields: list[str], facts: Facts, asked: Asked) -> bool:
    """Tell whether a grant on some fields covers a read; a read that names no fields is one of the whole dataset."""
    if asked.action not in grant.actions or asked.purpose not in ("", grant.purpose):
        return False
    if fields and (not asked.fields or uncovered_fields(frozenset(fields), asked.fields)):
        return False
    if grant.use_case and asked.use_case.lower() not in ("", grant.use_case.key.lower(), str(grant.use_case_id)):
        return False
    return not used_elsewhere(grant.region, facts.dataset.region if facts.dataset else "", asked.region)
