"""Backup and restore of an embedded installation: one archive with the database, the files and the keys.

The archive holds secrets: keep it like the data folder itself.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from . import binaries
from .installation import Installation, Unusable
from .services import OWNER, PostgreSQL, ServiceFailed
from .verbs import confirmed

FORMAT = 1
# Not in a backup: what is made anew, and the clusters, whose content is in the dump.
CHECKPOINTS = "ledger/checkpoints"
LEFT_OUT = ("postgresql", "valkey", "logs", "static", "up.lock", "state.json", ".writable")


def backup(arguments: argparse.Namespace) -> int:
    """Write one archive; the portal may run meanwhile."""
    installation, target = Installation(arguments.data), Path(arguments.file).expanduser().resolve()
    if not installation.exists:
        print(f"There is no installation in {installation.data}.", file=sys.stderr)
        return 1
    if target.exists():
        print(f"{target} exists already; choose another name.", file=sys.stderr)
        return 1
    unfinished = target.with_name(f"{target.name}.unfinished")
    try:
        with _database(installation) as server, tempfile.TemporaryDirectory() as folder:
            dump = Path(folder) / "database.dump"
            # Before the dump: what is kept outside the database may be older than what is inside, never newer.
            checkpoints = Path(folder) / "checkpoints"
            if (installation.data / CHECKPOINTS).exists():
                shutil.copytree(installation.data / CHECKPOINTS, checkpoints)
            _run("pg_dump", "--format=custom", "--file", dump, server.url("superuser"))
            with (
                os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file,
                tarfile.open(fileobj=file, mode="w:gz", compresslevel=6) as archive,
            ):
                _add_text(archive, "manifest.json", json.dumps({"format": FORMAT, "made_at": time.time()}))
                archive.add(dump, "database.dump")
                for path in sorted(installation.data.iterdir()):
                    if not path.name.startswith(LEFT_OUT) and not path.is_socket():
                        archive.add(path, f"files/{path.name}", filter=_without_checkpoints)
                if checkpoints.exists():
                    archive.add(checkpoints, f"files/{CHECKPOINTS}")
        unfinished.rename(target)
    except (OSError, RuntimeError) as problem:
        unfinished.unlink(missing_ok=True)
        print(f"No backup was made. {problem}", file=sys.stderr)
        return 1
    print(f"Wrote {target} ({target.stat().st_size / 1e6:.1f} MB). It holds secrets and personal data.")
    return 0


def _without_checkpoints(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if member.name.startswith(f"files/{CHECKPOINTS}") else member


def restore(arguments: argparse.Namespace) -> int:
    """Put a backup in place; what was here is kept aside, never overwritten."""
    installation, source = Installation(arguments.data), Path(arguments.file).expanduser().resolve()
    try:
        _check(source)
    except (OSError, tarfile.TarError, ValueError, KeyError) as problem:
        print(f"{source} is no backup of Gatehouse: {problem}", file=sys.stderr)
        return 1
    if installation.running_as() is not None:
        print("Gatehouse runs on this folder. Stop it first: manage.py down", file=sys.stderr)
        return 1
    aside: Path | None = None
    if installation.data.exists() and any(installation.data.iterdir()):
        aside = installation.data.with_name(f"{installation.data.name}-before-restore-{time.strftime('%Y%m%d-%H%M%S')}")
        if not confirmed(
            f"Put the backup in place of {installation.data}? What is there is kept as {aside}.", arguments.yes
        ):
            return 1
        PostgreSQL(installation.data).stop_leftover()
        installation.data.rename(aside)
    try:
        _put_in_place(installation, source)
    except (OSError, RuntimeError) as problem:
        shutil.rmtree(installation.data, ignore_errors=True)
        if aside:
            aside.rename(installation.data)
        print(f"Nothing was restored; everything is as before. {problem}", file=sys.stderr)
        return 1
    behind = aside is not None and _keep_newer_checkpoints(aside / CHECKPOINTS, installation.data / CHECKPOINTS)
    _say_what_next(installation, aside, behind=behind)
    return 0


def _keep_newer_checkpoints(source: Path, target: Path) -> bool:
    """Carry over the checkpoints made since the backup, so that what it lacks can be named; tell whether there are any."""
    behind = False
    for path in sorted(source.glob("*.checkpoints")):
        kept = target / path.name
        if not kept.exists() or kept.stat().st_size < path.stat().st_size:
            target.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, kept)
            behind = True
    return behind


def _put_in_place(installation: Installation, source: Path) -> None:
    installation.create_folder()
    with tarfile.open(source) as archive, tempfile.TemporaryDirectory() as folder:
        archive.extractall(folder, filter="data")
        for path in (Path(folder) / "files").iterdir():
            shutil.move(path, installation.data / path.name)
        installation.data.chmod(0o700)
        installation.remember(prepared="")
        with _database(installation) as server:
            _run("pg_restore", "--exit-on-error", "--no-owner", f"--role={OWNER}", "--single-transaction",
                 "--dbname", server.url("superuser"), Path(folder) / "database.dump")  # fmt: skip


def _check(source: Path) -> None:
    with tarfile.open(source) as archive:
        file = archive.extractfile("manifest.json")
        manifest = json.load(file) if file else {}
        archive.getmember("database.dump")
    if manifest.get("format") != FORMAT:
        raise ValueError(f"its format is {manifest.get('format')}, this program reads {FORMAT}")


def _say_what_next(installation: Installation, aside: Path | None, *, behind: bool) -> None:
    print(f"Restored into {installation.data}. Start it with: manage.py up")
    if aside:
        print(f"What was there before is kept in {aside}.")
    if behind:
        print(
            "The backup is older than the last checkpoint of the ledger: nothing is sealed until the gap is named with"
        )
        print("manage.py ledger acknowledge-gap --reason TEXT")


@contextlib.contextmanager
def _database(installation: Installation) -> Iterator[PostgreSQL]:
    """Use the running server, or run it for this."""
    server = PostgreSQL(installation.data)
    if installation.running_as() is not None:
        yield server
        return
    lock = installation.lock()
    if lock is None:
        raise Unusable("Gatehouse is just being started on this folder; try again.")
    try:
        server.start()
        yield server
    finally:
        server.stop()
        os.close(lock)


def _run(name: str, *arguments: str | Path) -> None:
    done = subprocess.run(
        [str(binaries.postgresql(name)), *map(str, arguments)], capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ServiceFailed(f"{name} failed: {done.stderr.strip()[-1500:]}")


def _add_text(archive: tarfile.TarFile, name: str, text: str) -> None:
    entry = tarfile.TarInfo(name)
    entry.size = len(text.encode())
    archive.addfile(entry, io.BytesIO(text.encode()))
