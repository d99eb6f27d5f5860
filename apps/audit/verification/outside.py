"""The checkpoints outside, against those inside. Most are the same text: only the others need a closer look."""

from __future__ import annotations

import logging
from hashlib import sha256

from django.utils.translation import gettext as _

from .. import sinks
from ..gaps import acknowledged_gaps
from ..models import Checkpoint
from ..rules_pure.checkpoint import Checkpoint as Statement
from ..rules_pure.checkpoint import Malformed, VerifierKey, open_note
from .report import Report

logger = logging.getLogger("gatehouse.ledger")

# By the digest of a note: the sink that keeps it.
Marks = dict[bytes, str]
Strangers = list[tuple[Statement, str]]


def marks(report: Report) -> Marks:
    """Take a digest of every note that a sink keeps; a year of them fits into memory."""
    found: Marks = {}
    for sink in sinks.configured():
        try:
            for note in sink.notes():
                found[_digest(note)] = sink.name
        except Exception as problem:
            logger.exception("The checkpoints in %s cannot be read.", sink.name)
            report.warnings.append(
                _("%(sink)s cannot be read: %(problem)s") % {"sink": sink.name, "problem": str(problem)}
            )
    report.outside_checkpoints = len(found)
    return found


def leave_out_what_is_inside(report: Report, marks: Marks) -> None:
    """Drop the marks of notes that stand in the database word by word: the walk checks those anyway."""
    for size, note in Checkpoint.objects.order_by("size").values_list("size", "note").iterator(chunk_size=5000):
        if marks.pop(_digest(note), None) is not None:
            report.outside_newest = max(report.outside_newest, size)


def strangers(report: Report, marks: Marks, trusted: list[VerifierKey]) -> Strangers:
    """Read the notes that are not inside; what an acknowledged gap explains is shown as a gap, not as tampering."""
    gaps = acknowledged_gaps()
    report.gaps = [
        {"entry": gap.entry_id, "inside_size": gap.inside_size, "outside_size": gap.outside_size} for gap in gaps
    ]
    found: Strangers = []
    for sink in sinks.configured() if marks else []:
        for note in sink.notes():
            if _digest(note) not in marks:
                continue
            statement = opened(note, trusted)
            if statement is None:
                report.add(sink.name, _("A checkpoint outside is not signed by a trusted key."))
            elif not any(gap.explains(statement) for gap in gaps):
                found.append((statement, sink.name))
                report.outside_newest = max(report.outside_newest, statement.size)
    return found


def opened(note: str, trusted: list[VerifierKey]) -> Statement | None:
    """Return what a note states if a trusted key signed it."""
    try:
        return open_note(note, trusted)
    except Malformed:
        return None


def _digest(note: str) -> bytes:
    return sha256(note.encode()).digest()
