"""Verification: everything from the first entry on, trusting only the keys and what is kept outside.

`verify_ledger` reads one snapshot. It recomputes each leaf from the entry's columns with its own code (the database's
function that sealed it is not asked), builds the tree anew, and compares every checkpoint inside and outside with it.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction
from django.utils.translation import gettext as _

from .. import keys, sinks
from ..gaps import acknowledged_gaps
from ..models import Checkpoint
from ..rules_pure.checkpoint import Checkpoint as Statement
from ..rules_pure.checkpoint import Malformed, VerifierKey, open_note
from . import guards, remainder
from .report import Problem, Report
from .walk import Progress, Walk

__all__ = ["Problem", "Report", "reading_snapshot", "verify_ledger"]

logger = logging.getLogger("gatehouse.ledger")


def verify_ledger(*, progress: Progress | None = None) -> Report:
    """Check the whole ledger and report the first wrong place, if there is one."""
    began = time.monotonic()
    report = Report()
    trusted = keys.trusted_keys()
    # What is outside is read first: it was inside before, so that a snapshot taken now must contain it.
    outside = _outside_statements(report, trusted)
    with reading_snapshot():
        inside = _inside_statements(report, trusted)
        outside = _without_acknowledged_gaps(report, outside, inside)
        walk = Walk(report, _by_size(inside, outside), progress)
        walk.run()
        remainder.check_truncation(report, walk, outside)
        remainder.check_subtrees(report, walk)
        remainder.check_unsealed(report, walk)
        remainder.check_personal_texts(report)
        guards.check_guards(report)
    report.seconds = time.monotonic() - began
    return report


@contextmanager
def reading_snapshot() -> Iterator[None]:
    """Read everything as of one moment; sealing and writing go on beside it."""
    outermost = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT set_config('TimeZone', 'UTC', true), set_config('DateStyle', 'ISO', true)")
        yield


def _outside_statements(report: Report, trusted: list[VerifierKey]) -> list[tuple[Statement, str]]:
    """Read every checkpoint that the sinks keep; what is not signed by a trusted key is a problem of its own."""
    found: dict[str, tuple[Statement, str]] = {}
    for sink in sinks.configured():
        try:
            notes = list(sink.notes())
        except Exception as problem:
            logger.exception("The checkpoints in %s cannot be read.", sink.name)
            report.warnings.append(
                _("%(sink)s cannot be read: %(problem)s") % {"sink": sink.name, "problem": str(problem)}
            )
            continue
        for note in notes:
            if note in found:
                continue
            statement = _opened(note, trusted)
            if statement is None:
                report.add(sink.name, _("A checkpoint outside is not signed by a trusted key."))
            else:
                found[note] = (statement, sink.name)
        report.outside_newest = max([s.size for s, _name in found.values()], default=report.outside_newest)
    report.outside_checkpoints = len(found)
    return list(found.values())


def _inside_statements(report: Report, trusted: list[VerifierKey]) -> list[tuple[Statement, Checkpoint]]:
    """Read the stored checkpoints: signed, equal to their own columns, growing in size and time."""
    found: list[tuple[Statement, Checkpoint]] = []
    previous: Statement | None = None
    for stored in Checkpoint.objects.order_by("id").iterator(chunk_size=2000):
        report.checkpoints += 1
        place = _("checkpoint of size %(size)s") % {"size": stored.size}
        statement = _opened(stored.note, trusted)
        if statement is None:
            report.add(place, _("The checkpoint is not signed by a trusted key."), stored.size)
            continue
        if (statement.size, statement.root, statement.sealed_at) != (
            stored.size,
            bytes(stored.root),
            stored.sealed_at,
        ):
            report.add(place, _("The stored checkpoint differs from what was signed."), stored.size)
        if previous and (statement.size <= previous.size or statement.sealed_at < previous.sealed_at):
            report.add(place, _("The checkpoint is older or smaller than the one before it."), stored.size)
        previous = statement
        found.append((statement, stored))
    return found


def _opened(note: str, trusted: list[VerifierKey]) -> Statement | None:
    try:
        return open_note(note, trusted)
    except Malformed:
        return None


def _without_acknowledged_gaps(
    report: Report, outside: list[tuple[Statement, str]], inside: list[tuple[Statement, Checkpoint]]
) -> list[tuple[Statement, str]]:
    """Leave out the checkpoints of a past that was lost and named: they are shown as a gap, not as tampering."""
    gaps = acknowledged_gaps()
    report.gaps = [
        {"entry": gap.entry_id, "inside_size": gap.inside_size, "outside_size": gap.outside_size} for gap in gaps
    ]
    if not gaps:
        return outside
    known = {(statement.size, statement.root) for statement, _stored in inside}
    return [
        (statement, name)
        for statement, name in outside
        if (statement.size, statement.root) in known or not any(gap.explains(statement) for gap in gaps)
    ]


def _by_size(
    inside: list[tuple[Statement, Checkpoint]], outside: list[tuple[Statement, str]]
) -> dict[int, list[tuple[Statement, str, bytes | None]]]:
    """Order what was signed by the size it speaks of, with its source and, inside, the stored edge of the tree."""
    found: dict[int, list[tuple[Statement, str, bytes | None]]] = {}
    for statement, stored in inside:
        found.setdefault(statement.size, []).append((statement, _("in the database"), bytes(stored.frontier)))
    for statement, name in outside:
        found.setdefault(statement.size, []).append((statement, name, None))
    return found
