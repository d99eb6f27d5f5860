"""Verification: everything from the first entry on, trusting only the keys and what is kept outside.

`verify_ledger` reads one snapshot. It recomputes each leaf from the entry's columns with its own code (the database's
function that sealed it is not asked), builds the tree anew, and compares every checkpoint inside and outside with it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from .. import keys
from . import guards, outside, remainder
from .report import Problem, Report
from .walk import Progress, Walk

__all__ = ["Problem", "Report", "reading_snapshot", "verify_ledger"]


def verify_ledger(*, progress: Progress | None = None) -> Report:
    """Check the whole ledger and report the first wrong place, if there is one."""
    began = time.monotonic()
    report = Report()
    trusted = keys.trusted_keys()
    # What is outside is read first: it was inside before, so that a snapshot taken now must contain it.
    marks = outside.marks(report)
    with reading_snapshot():
        outside.leave_out_what_is_inside(report, marks)
        strange = outside.strangers(report, marks, trusted)
        walk = Walk(report, trusted, strange, progress)
        walk.run()
        remainder.check_truncation(report, walk, strange)
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
