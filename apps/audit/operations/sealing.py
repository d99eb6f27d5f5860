"""Sealing: committed entries get their places in the tree, and each new size is signed and taken outside.

The scheduler calls `seal_once` every few seconds, and at once again while it answers `more`. It is no `@operation`: an
entry about each sealing would itself have to be sealed. Two sealers at a time do no harm; the second one goes home.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.db import connection, transaction
from django.utils.translation import gettext as _

from apps.kernel.errors import GatehouseError

from .. import keys, proofs, sinks
from ..gaps import acknowledged_gaps
from ..models import Checkpoint, Leaf
from ..rules_pure.checkpoint import Checkpoint as Statement
from ..rules_pure.checkpoint import Malformed, SigningKey, open_note
from ..rules_pure.merkle import Frontier

logger = logging.getLogger("gatehouse.ledger")

BATCH = 10_000
LOCK = "hashtextextended('gatehouse.ledger.sealing', 0)"


class LedgerContradicted(GatehouseError):
    """What is inside contradicts what was signed or kept outside: nothing is signed on top of it."""

    status = 503


@dataclass(frozen=True, slots=True)
class Sealed:
    """What one call did. `more`: a full batch was sealed, so call again at once."""

    sealed: int = 0
    size: int = 0
    more: bool = False
    busy: bool = False
    undelivered: tuple[str, ...] = ()


def seal_once(*, batch: int = BATCH) -> Sealed:
    """Seal the next committed entries, sign the new size, and take the newest checkpoint outside."""
    with transaction.atomic():
        if not _lock():
            return Sealed(busy=True)
        key = keys.signing_key()
        previous = Checkpoint.objects.order_by("-size").first()
        frontier = _trusted_frontier(previous)
        _check_outside()
        with connection.cursor() as cursor:
            cursor.execute("SELECT audit_seal_leaves(%s)", [batch])
            sealed = int(cursor.fetchone()[0])
        size = _sign(key, previous, frontier)
    return Sealed(sealed=sealed, size=size, more=sealed == batch, undelivered=tuple(deliver()))


def deliver() -> list[str]:
    """Take the newest checkpoint to every sink that lacks it; return the names of those that did not take it."""
    newest = Checkpoint.objects.order_by("-size").first()
    if newest is None:
        return []
    failed = []
    for sink in sinks.configured():
        try:
            if sink.latest() != newest.note:
                sink.put(newest.note, lambda old, size=newest.size: proofs.consistency(old, size))
        except Exception:
            logger.exception("The checkpoint of size %s was not taken by %s.", newest.size, sink.name)
            failed.append(sink.name)
    return failed


def _lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT pg_try_advisory_xact_lock({LOCK})")
        return bool(cursor.fetchone()[0])


def _trusted_frontier(previous: Checkpoint | None) -> Frontier:
    """Return the edge of the tree to go on from, after checking that it is what was signed."""
    if previous is None:
        return Frontier()
    try:
        signed = open_note(previous.note, keys.trusted_keys())
        frontier = Frontier.from_bytes(previous.size, bytes(previous.frontier))
    except (Malformed, ValueError):
        signed = None
    if signed is None or (signed.size, signed.root) != (previous.size, frontier.root()):
        raise LedgerContradicted(_("The last checkpoint is not what was signed: verify the ledger."))
    return frontier


def _check_outside() -> None:
    """Refuse to go on from a past that a sink contradicts: an older backup, or a rewritten ledger."""
    name = contradicted_by()
    if name:
        raise LedgerContradicted(
            _("%(sink)s holds a checkpoint that this ledger does not contain: verify the ledger.") % {"sink": name}
        )


def contradicted_by() -> str:
    """Return the name of a sink whose last checkpoint this ledger does not contain, or nothing."""
    for sink in sinks.configured():
        try:
            note = sink.latest()
        except Exception:
            logger.exception("The checkpoints in %s cannot be read.", sink.name)
            continue
        if note is None or Checkpoint.objects.filter(note=note).exists():
            continue
        try:
            outside = open_note(note, keys.trusted_keys())
        except Malformed:
            outside = None
        if outside is None or not any(gap.explains(outside) for gap in acknowledged_gaps()):
            return sink.name
    return ""


def _sign(key: SigningKey, previous: Checkpoint | None, frontier: Frontier) -> int:
    """Sign the tree with everything that has a place but no checkpoint yet; return its size."""
    leaves = Leaf.objects.filter(position__gte=frontier.size).order_by("position")
    kept = frontier.extend([bytes(leaf) for leaf in leaves.values_list("leaf_hash", flat=True)])
    if (previous is not None and previous.size == frontier.size) or frontier.size == 0:
        return frontier.size
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        sealed_at = cursor.fetchone()[0]
        if previous is not None:
            sealed_at = max(sealed_at, previous.sealed_at)
        root = frontier.root()
        note = key.sign(Statement(key.name, frontier.size, root, sealed_at))
        cursor.execute(
            "SELECT audit_seal_checkpoint(%s, %s, %s, %s, %s, %s::smallint[], %s::bigint[], %s::bytea[])",
            [
                frontier.size,
                root,
                frontier.to_bytes(),
                note,
                sealed_at,
                [level for level, _index, _hash in kept],
                [index for _level, index, _hash in kept],
                [node for _level, _index, node in kept],
            ],
        )
    return frontier.size
