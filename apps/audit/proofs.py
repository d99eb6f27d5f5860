"""Proofs from the stored tree: that an entry is sealed in it, and that it continues an earlier one."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import QuerySet

from .models import Checkpoint, Leaf, SubtreeRoot
from .rules_pure import merkle
from .rules_pure.merkle import KEPT_LEVELS


@dataclass(frozen=True, slots=True)
class Inclusion:
    """The place of an entry and the path from its leaf to the root of the newest checkpoint."""

    position: int
    leaf_hash: bytes
    size: int
    root: bytes
    path: list[bytes]
    note: str

    @property
    def holds(self) -> bool:
        """Whether the path leads to the root."""
        return merkle.verify_inclusion(self.leaf_hash, self.position, self.size, self.path, self.root)


def newest_checkpoint() -> Checkpoint | None:
    """Return the newest checkpoint, if anything was sealed yet."""
    return Checkpoint.objects.order_by("-size").first()


def inclusion(entry_id: int) -> Inclusion | None:
    """Return the proof of an entry against the newest checkpoint, or None while it is not sealed."""
    leaf = Leaf.objects.filter(entry_id=entry_id).first()
    checkpoint = newest_checkpoint()
    if leaf is None or checkpoint is None or leaf.position >= checkpoint.size:
        return None
    path = merkle.inclusion_proof(leaf.position, checkpoint.size, node)
    return Inclusion(
        leaf.position, bytes(leaf.leaf_hash), checkpoint.size, bytes(checkpoint.root), path, checkpoint.note
    )


def consistency(old: int, new: int) -> list[bytes]:
    """Return the proof that the first `old` leaves are the beginning of the first `new`."""
    return merkle.consistency_proof(old, new, node)


def node(level: int, index: int) -> bytes:
    """Return the hash of a complete subtree from the nearest level that is stored: at most 256 rows are read."""
    stored = max((kept for kept in KEPT_LEVELS if kept <= level), default=0)
    first, count = index << (level - stored), 1 << (level - stored)
    rows: QuerySet[SubtreeRoot] | QuerySet[Leaf]
    if stored:
        rows = SubtreeRoot.objects.filter(level=stored, index__gte=first, index__lt=first + count).order_by("index")
        hashes = rows.values_list("node_hash", flat=True)
    else:
        rows = Leaf.objects.filter(position__gte=first, position__lt=first + count).order_by("position")
        hashes = rows.values_list("leaf_hash", flat=True)
    return merkle.root_of([bytes(value) for value in hashes])
