"""Verifications: asked for, run in the background, and their verdict kept."""

from __future__ import annotations

import time

from django.utils.translation import gettext as _

from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import GatehouseError, Invalid
from apps.kernel.permissions import Permission

from .. import keys, sinks
from ..events import Event
from ..models import Leaf, Verification, VerificationState
from ..operation import operation
from ..rules_pure.checkpoint import open_note
from ..verification import Report, verify_ledger

FINISHED = {VerificationState.CLEAN, VerificationState.WRONG}


@operation(Event.VERIFICATION_REQUESTED, needs=Permission.AUDIT_INTEGRITY_VERIFY)
def request_verification(*, actor: Actor, in_background: bool = True) -> Verification:
    """Ask for a verification of the whole ledger; the command line runs it itself, at once."""
    verification = Verification.objects.create(
        requested_by_id=actor.id, requested_by_label=actor.label, requested_at=clock.now()
    )
    if in_background:
        defer("audit.verify", verification=str(verification.pk))
    return verification


@operation(Event.LEDGER_VERIFIED, needs=Permission.AUDIT_INTEGRITY_VERIFY, subject="verification")
def finish_verification(*, verification: Verification, actor: Actor, state: str, report: dict) -> Verification:
    """Keep the verdict of a verification."""
    verification.state = VerificationState(state)
    verification.report = report
    verification.done = verification.total = report.get("entries", 0)
    verification.finished_at = clock.now()
    verification.save()
    return verification


@operation(Event.GAP_ACKNOWLEDGED, needs=Permission.AUDIT_INTEGRITY_VERIFY)
def acknowledge_gap(*, actor: Actor, reason: str) -> dict[str, object]:
    """Name what a restored backup lacks, so that sealing goes on and every verification shows the gap."""
    if not reason.strip():
        raise Invalid({"reason": [_("Say which backup was restored, and why.")]})
    last = Leaf.objects.order_by("-position").values_list("position", flat=True).first()
    size = 0 if last is None else last + 1
    trusted = keys.trusted_keys()
    statements = [open_note(note, trusted) for sink in sinks.configured() for note in sink.notes()]
    lost = [statement for statement in statements if statement is not None and statement.size > size]
    if not lost:
        raise Invalid(_("There is no gap: no checkpoint outside goes beyond this ledger."))
    return {
        "inside_size": size,
        "outside_size": max(statement.size for statement in lost),
        "outside_time": max(statement.sealed_at for statement in lost).isoformat(),
    }


def run_verification(*, verification: Verification, actor: Actor) -> Report | None:
    """Verify and keep the verdict; a second call after the verdict does nothing."""
    if verification.state in FINISHED:
        return None
    reported = 0.0

    def progress(done: int, total: int) -> None:
        nonlocal reported
        if time.monotonic() - reported > 1:
            reported = time.monotonic()
            _tell_progress(verification, done, total)

    try:
        report = verify_ledger(progress=progress)
    except GatehouseError as problem:
        finish_verification(
            verification=verification,
            actor=actor,
            state=VerificationState.FAILED,
            report={"failure": problem.message},
        )
        raise
    state = VerificationState.CLEAN if report.clean else VerificationState.WRONG
    finish_verification(verification=verification, actor=actor, state=state, report=report.as_json())
    return report


def _tell_progress(verification: Verification, done: int, total: int) -> None:
    """Show how far the walk is, from a connection of its own: the walk itself reads one snapshot, and only reads."""
    from django.db import connections

    beside = connections["default"].copy()
    try:
        with beside.cursor() as cursor:
            cursor.execute(
                "UPDATE audit_verification SET done = %s, total = %s WHERE id = %s AND finished_at IS NULL",
                [done, total, verification.pk],
            )
    finally:
        beside.close()
