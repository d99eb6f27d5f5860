"""The export that is checked elsewhere: every entry as it was hashed, the leaves, the checkpoints, the keys.

`offline/verify_ledger.py` reads it, on a machine that knows nothing of Gatehouse; the README inside has the format.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

from django.db import connection

from . import keys
from .models import Checkpoint, PersonalText
from .rules_pure.leaf import FIELDS, exact_line_from_copy, line_from_copy
from .verification import reading_snapshot

VERIFIER = Path(__file__).parent / "offline" / "verify_ledger.py"
README = Path(__file__).parent / "offline" / "README.txt"
# What makes the fast reading inexact: COPY's own escape \v, and control characters that stand as they are.
_RARE = re.compile(rb"\\v|[\x00-\x08\x0b-\x1f]")
_COLUMNS = ", ".join(f"e.{name}" for name in FIELDS)
_CHUNK = 1 << 20


def write_bundle(file: io.IOBase, *, with_personal_texts: bool = False) -> None:
    """Write the bundle as a zip file."""
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, reading_snapshot():
        for name, chunks in _files(with_personal_texts):
            with archive.open(name, "w", force_zip64=True) as target:
                for chunk in chunks:
                    target.write(chunk)


def stream_bundle(*, with_personal_texts: bool = False) -> Iterator[bytes]:
    """Give the zip file piece by piece, so that no copy of the ledger lies about on the web server."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive, reading_snapshot():
        for name, chunks in _files(with_personal_texts):
            with archive.open(name, "w", force_zip64=True) as target:
                for chunk in chunks:
                    target.write(chunk)
                    yield pipe.take()
    yield pipe.take()


def _files(with_personal_texts: bool) -> Iterator[tuple[str, Iterator[bytes]]]:
    yield "README.txt", iter([README.read_bytes()])
    yield "verify_ledger.py", iter([VERIFIER.read_bytes()])
    yield "verifier.key", iter([keys.trusted_keys_text().encode()])
    yield "checkpoints.txt", _checkpoints()
    yield (
        "leaves.tsv",
        _joined(_rows("SELECT position, entry_id, encode(leaf_hash, 'hex') FROM audit_leaf ORDER BY position")),
    )
    yield (
        "entries.jsonl",
        _joined(
            map(
                _line,
                _rows(
                    f"SELECT {_COLUMNS} FROM audit_leaf l LEFT JOIN audit_entry e ON e.id = l.entry_id ORDER BY l.position"
                ),
            )
        ),
    )
    yield (
        "unsealed.jsonl",
        _joined(
            map(
                _line,
                _rows(
                    f"SELECT {_COLUMNS} FROM audit_entry e WHERE NOT EXISTS (SELECT FROM audit_leaf l WHERE l.entry_id = e.id) ORDER BY id"
                ),
            )
        ),
    )
    if with_personal_texts:
        yield "personal_texts.jsonl", _personal_texts()


def _rows(query: str) -> Iterator[bytes]:
    connection.ensure_connection()
    with connection.connection.cursor() as cursor, cursor.copy(f"COPY ({query}) TO STDOUT") as rows:
        for row in rows:
            yield bytes(row)


def _line(row: bytes) -> bytes:
    """Turn a row into the canonical line; an empty line stands where a sealed entry is missing."""
    columns = row[:-1]
    if columns.startswith(b"\\N\t"):
        return b"\n"
    return (exact_line_from_copy(columns) if _RARE.search(columns) else line_from_copy(columns)) + b"\n"


def _joined(lines: Iterator[bytes]) -> Iterator[bytes]:
    """Gather lines into pieces worth compressing."""
    waiting: list[bytes] = []
    size = 0
    for line in lines:
        waiting.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield b"".join(waiting)
            waiting, size = [], 0
    yield b"".join(waiting)


def _checkpoints() -> Iterator[bytes]:
    for note in Checkpoint.objects.order_by("size").values_list("note", flat=True).iterator():
        yield (note + "\n").encode()


def _personal_texts() -> Iterator[bytes]:
    texts = PersonalText.objects.order_by("entry_id", "field").values_list("entry_id", "field", "salt", "text")
    for number, field, salt, text in texts.iterator():
        item = {"entry_id": str(number), "field": field, "salt": salt, "text": text}
        yield (json.dumps(item, ensure_ascii=False) + "\n").encode()


class _Pipe(io.RawIOBase):
    """A file that is only written to, and emptied from time to time."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def writable(self) -> bool:
        """Tell that it can be written to."""
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        """Keep what the zip file writes."""
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        """Return what was written since the last time."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken
