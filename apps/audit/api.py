"""The API of the ledger: entries, the newest checkpoint, and proofs that anybody can check."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from ninja import Schema

from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.web.api import Page, Router, cursor_page

from . import proofs, queries
from .models import Checkpoint, Entry
from .rules_pure import leaf

router = Router(tags=["Ledger"])


class EntryOut(Schema):
    """One entry; personal texts are commitments."""

    id: int
    kind: str
    event: str
    subject_type: str
    subject_id: str
    actor_kind: str
    actor_id: str
    changes: dict[str, list[str | None]]
    details: dict[str, str]
    correlation_id: str
    origin: str
    occurred_at: datetime
    recorded_at: datetime


class CheckpointOut(Schema):
    """A signed checkpoint: `note` is what the signature covers, with the signature (C2SP)."""

    size: int
    root: str
    sealed_at: datetime
    note: str


class ProofOut(Schema):
    """The path from an entry's leaf to the root of the newest checkpoint (RFC 9162); `line` is what was hashed."""

    entry: int
    position: int
    format: str
    line: str
    leaf_hash: str
    path: list[str]
    checkpoint: CheckpointOut


class ConsistencyOut(Schema):
    """The proof that a smaller tree is the beginning of the newest one."""

    old_size: int
    path: list[str]
    checkpoint: CheckpointOut


@router.get("/ledger/entries", permission=Permission.AUDIT_ENTRY_VIEW, response=Page[EntryOut])
def list_entries(
    request: Any,
    event: str | None = None,
    subject_type: str | None = None,
    subject_id: str | None = None,
    actor_id: str | None = None,
    correlation_id: str | None = None,
    after: int | None = None,
) -> Any:
    """List entries, the oldest first; `after` starts behind an entry's number."""
    entries = Entry.objects.visible_to(request.user)
    wanted = {
        "event": event,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "actor_id": actor_id,
        "correlation_id": correlation_id,
        "id__gt": after,
    }
    return cursor_page(request, entries.filter(**{k: v for k, v in wanted.items() if v is not None}), EntryOut)


@router.get("/ledger/entries/{number}", permission=Permission.AUDIT_ENTRY_VIEW, response=EntryOut)
def read_entry(request: Any, number: int) -> Any:
    """Return one entry."""
    return get_object_or_404(Entry.objects.visible_to(request.user), pk=number)


@router.get("/ledger/entries/{number}/proof", permission=Permission.AUDIT_ENTRY_VIEW, response=ProofOut)
def prove_entry(request: Any, number: int) -> Any:
    """Return the proof that an entry is sealed; 404 until it is."""
    entry = get_object_or_404(Entry.objects.visible_to(request.user), pk=number)
    proof = proofs.inclusion(entry.pk)
    newest = proofs.newest_checkpoint()
    if proof is None or newest is None:
        raise Http404
    return {
        "entry": entry.pk,
        "position": proof.position,
        "format": leaf.FORMAT,
        "line": queries.canonical_line(entry),
        "leaf_hash": proof.leaf_hash.hex(),
        "path": [node.hex() for node in proof.path],
        "checkpoint": _checkpoint(newest),
    }


@router.get("/ledger/checkpoint", permission=Permission.AUDIT_INTEGRITY_VIEW, response=CheckpointOut)
def newest_checkpoint(request: Any) -> Any:
    """Return the newest signed checkpoint."""
    return _checkpoint(_newest())


@router.get("/ledger/consistency", permission=Permission.AUDIT_INTEGRITY_VIEW, response=ConsistencyOut)
def prove_consistency(request: Any, old_size: int) -> Any:
    """Return the proof that the ledger of that size is the beginning of the present one."""
    newest = _newest()
    if not 0 < old_size <= newest.size:
        raise Invalid({"old_size": [f"The ledger has {newest.size} sealed entries."]})
    path = proofs.consistency(old_size, newest.size)
    return {"old_size": old_size, "path": [node.hex() for node in path], "checkpoint": _checkpoint(newest)}


def _newest() -> Checkpoint:
    newest = proofs.newest_checkpoint()
    if newest is None:
        raise Http404
    return newest


def _checkpoint(stored: Checkpoint) -> dict[str, Any]:
    return {
        "size": stored.size,
        "root": bytes(stored.root).hex(),
        "sealed_at": stored.sealed_at,
        "note": stored.note,
    }
