"""The test run's own servers: started before Django reads its settings, without durability, stopped at the end."""

from __future__ import annotations

import atexit
import fcntl
import os
from pathlib import Path

from .services import FAST, PostgreSQL, Valkey

ROOT = Path(__file__).resolve().parents[2]


def _own_folder(wanted: Path) -> Path:
    """Return the wanted folder, or one beside it while another test run uses that."""
    for number in range(1, 20):
        folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(folder / "tests.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            # Held until this process ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(lock)
            continue
        return folder
    raise RuntimeError("Too many test runs at a time.")


def _start() -> None:
    os.environ["GATEHOUSE_MODE"] = "test"
    # Workers of a parallel run inherit the environment of the run that started them, and still start servers of their own.
    if os.environ.get("DATABASE_OWNER_URL") and "PYTEST_XDIST_WORKER" not in os.environ:
        return
    data = _own_folder(Path(os.environ.get("GATEHOUSE_TEST_DIR") or ROOT / ".gatehouse-test").resolve())
    postgresql, valkey = PostgreSQL(data, FAST), Valkey(data)
    postgresql.start()
    atexit.register(postgresql.stop)
    valkey.start()
    atexit.register(valkey.stop)
    os.environ["DATABASE_OWNER_URL"] = postgresql.url("owner")
    os.environ["DATABASE_URL"] = postgresql.url("application")
    os.environ["DATABASE_SUPERUSER_URL"] = postgresql.url("superuser", "postgres")
    os.environ["VALKEY_URL"] = valkey.url()
    os.environ["GATEHOUSE_DATA"] = str(data)


_start()
