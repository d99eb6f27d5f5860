"""The bytes of an access record as a leaf of its batch's tree. Version 1, frozen.

The line ``gatehouse-access-v1``, then one JSON object: its keys sorted, every value a text or null, moments in UTC with six
digits of a second, fields as a JSON list in a text. The tree over a batch is that of RFC 9162, in the order of (xid, seq).
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from apps.audit.rules_pure import merkle

FORMAT = "gatehouse-access-v1"
PREFIX = FORMAT.encode() + b"\n"
# Sorted: the order of the keys, and of the columns in the statement that reads records.
COLUMNS = (
    "action", "at", "caller_id", "caller_kind", "cluster", "dataset_id", "dataset_label", "fields", "grant_key", "id",
    "kind", "outcome", "purpose", "recorded_at", "region", "report_id", "request_id", "rule", "seq", "subject_id",
    "subject_kind", "subject_label", "use_case", "xid",
)  # fmt: skip
_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def line(values: Sequence[str | None]) -> bytes:
    """Write a record, its columns in their order and as text, as the line that is hashed."""
    return _encode(dict(zip(COLUMNS, values, strict=True))).encode()


def leaf_hash(written: bytes) -> bytes:
    """Hash the line of a record."""
    return merkle.hash_leaf(PREFIX + written)


def digest(hashes: Sequence[bytes]) -> str:
    """Return the root over the leaf hashes of a batch."""
    return merkle.root_of(hashes).hex()


def path_of(place: int, hashes: Sequence[bytes]) -> list[bytes]:
    """Return the path from a record to the digest of its batch."""

    def node(level: int, index: int) -> bytes:
        return merkle.root_of(hashes[index << level : (index + 1) << level])

    return merkle.inclusion_proof(place, len(hashes), node)
