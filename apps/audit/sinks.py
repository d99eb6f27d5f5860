"""Where checkpoints go outside the database: a folder by default, an object store or a witness by configuration.

`LEDGER_SINKS` names them: `file:/path`, `s3://bucket/prefix?days=3650`, `witness:https://host/path?folder=/path`.
A sink only ever adds. What it keeps is compared with the ledger before each sealing and in each verification.
"""

from __future__ import annotations

import os
from base64 import b64encode
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from apps.kernel import clock

from .rules_pure.checkpoint import Malformed, parse

Prove = Callable[[int], list[bytes]]


class Sink(Protocol):
    """A place outside the database that keeps checkpoints."""

    name: str

    def put(self, note: str, prove: Prove) -> None:
        """Keep one more note; `prove(old size)` gives the proof that the tree of that size is its beginning."""

    def latest(self) -> str | None:
        """Return the note that was kept last."""

    def notes(self) -> Iterator[str]:
        """Return every note, in the order in which they came."""


class FileSink:
    """A folder with one file of notes for each day; notes are appended and never touched again."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.name = f"file:{folder}"

    def put(self, note: str, prove: Prove | None = None) -> None:
        """Append a note and wait until it is on the disk."""
        self.folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._file_for_today(), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        try:
            os.write(descriptor, (note + "\n").encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def latest(self) -> str | None:
        """Return the note at the end of the newest file that holds a whole one."""
        for path in reversed(self._files()):
            parts = _tail(path, 4096).decode(errors="replace").split("\n\n")[:-1]
            if len(parts) >= 2:
                return f"{parts[-2]}\n\n{parts[-1]}\n"
        return None

    def notes(self) -> Iterator[str]:
        """Return every note that was written to its end."""
        for path in self._files():
            parts = path.read_text().split("\n\n")[:-1]
            for number in range(0, len(parts) - 1, 2):
                yield f"{parts[number]}\n\n{parts[number + 1]}\n"

    def _files(self) -> list[Path]:
        return sorted(self.folder.glob("*.checkpoints")) if self.folder.is_dir() else []

    def _file_for_today(self) -> Path:
        """Return today's file, or a further one when a crash left half a note at the end of it."""
        day = clock.today().isoformat()
        number = 0
        while True:
            path = self.folder / f"{day}.{number:03}.checkpoints"
            if not path.exists() or _tail(path, 2) in (b"", b"\n\n"):
                return path
            number += 1


def _tail(path: Path, count: int) -> bytes:
    """Return the last bytes of a file."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - count))
        return file.read()


class ObjectLockSink:
    """A bucket whose objects nobody can overwrite or delete before their date (S3 object lock, compliance mode)."""

    def __init__(self, bucket: str, prefix: str, days: int) -> None:
        try:
            import boto3
        except ImportError as problem:
            raise ImproperlyConfigured("The ledger's s3 sink needs boto3, which is not installed.") from problem
        self.bucket, self.prefix, self.days = bucket, prefix, days
        self.name = f"s3://{bucket}/{prefix}"
        self.client: Any = boto3.client("s3")

    def put(self, note: str, prove: Prove | None = None) -> None:
        """Store the note as an object of its own, locked for the configured days."""
        checkpoint, _ = parse(note)
        moment = checkpoint.sealed_at.strftime("%Y%m%dT%H%M%S%f")
        self.client.put_object(
            Bucket=self.bucket,
            Key=f"{self.prefix}/{moment}-{checkpoint.size:016}",
            Body=note.encode(),
            ObjectLockMode="COMPLIANCE",
            ObjectLockRetainUntilDate=clock.now() + timedelta(days=self.days),
            ChecksumAlgorithm="SHA256",
        )

    def latest(self) -> str | None:
        """Return the newest object's note."""
        keys = list(self._keys())
        return self._read(keys[-1]) if keys else None

    def notes(self) -> Iterator[str]:
        """Return every note in the order of its moment."""
        yield from map(self._read, self._keys())

    def _keys(self) -> Iterator[str]:
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.bucket, Prefix=f"{self.prefix}/")
        for page in pages:
            yield from sorted(item["Key"] for item in page.get("Contents", ()))

    def _read(self, key: str) -> str:
        return str(self.client.get_object(Bucket=self.bucket, Key=key)["Body"].read().decode())


class WitnessSink:
    """A witness that signs only what continues what it saw before (C2SP tlog-witness); its answers are kept in a folder."""

    def __init__(self, url: str, folder: Path) -> None:
        self.url = url
        self.kept = FileSink(folder)
        self.name = f"witness:{url}"

    def put(self, note: str, prove: Prove) -> None:
        """Show the note with the proof that it continues the last one, and keep it with the witness's signature."""
        before = self.kept.latest()
        old = parse(before)[0].size if before else 0
        answer = self._show(old, note, prove)
        if answer.status_code == 409:
            answer = self._show(int(answer.text), note, prove)
        answer.raise_for_status()
        self.kept.put(note + answer.text)

    def _show(self, old: int, note: str, prove: Prove) -> Any:
        import requests

        proof = "".join(b64encode(node).decode() + "\n" for node in (prove(old) if old else []))
        return requests.post(f"{self.url}/add-checkpoint", data=f"old {old}\n{proof}\n{note}".encode(), timeout=10)

    def latest(self) -> str | None:
        """Return the last note that the witness signed."""
        return self.kept.latest()

    def notes(self) -> Iterator[str]:
        """Return every note that the witness signed."""
        return self.kept.notes()


def configured() -> list[Sink]:
    """Return the sinks that the settings name."""
    return [_read_setting(text) for text in settings.LEDGER_SINKS]


def _read_setting(text: str) -> Sink:
    kind, _, rest = text.partition(":")
    parts = urlsplit(rest if kind == "witness" else text)
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    if kind == "file" and rest:
        return FileSink(Path(rest))
    if kind == "s3" and parts.netloc:
        return ObjectLockSink(parts.netloc, parts.path.strip("/") or "gatehouse", int(query.get("days", "3650")))
    if kind == "witness" and parts.scheme == "https" and "folder" in query:
        return WitnessSink(f"https://{parts.netloc}{parts.path}".rstrip("/"), Path(query["folder"]))
    raise ImproperlyConfigured(
        f"LEDGER_SINKS: “{text}” is neither file:/path, s3://bucket/prefix nor witness:https://…."
    )


__all__ = ["FileSink", "Malformed", "ObjectLockSink", "Sink", "WitnessSink", "configured"]
