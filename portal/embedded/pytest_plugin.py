"""The test run's own servers: started before Django reads its settings, without durability, stopped at the end."""

from __future__ import annotations

import atexit
import os
from pathlib import Path

from .services import FAST, PostgreSQL, Valkey

ROOT = Path(__file__).resolve().parents[2]


def _start() -> None:
    os.environ["GATEHOUSE_MODE"] = "test"
    if os.environ.get("DATABASE_OWNER_URL"):
        return
    data = Path(os.environ.get("GATEHOUSE_TEST_DIR") or ROOT / ".gatehouse-test").resolve()
    data.mkdir(parents=True, exist_ok=True)
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
