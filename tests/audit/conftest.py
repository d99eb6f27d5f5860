"""A ledger with its key and its outside folder in a place of the test's own, and committed entries in it."""

from __future__ import annotations

import os

import pytest
from django.db import connection

from apps.audit import recorder, sinks
from apps.audit.models import Entry
from apps.audit.operations.sealing import seal_once
from apps.kernel.actors import Actor


@pytest.fixture(autouse=True)
def ledger_folder(settings, tmp_path):
    """Keep key and checkpoints apart from those of other tests."""
    settings.LEDGER_KEY_FILE = tmp_path / "signing.key"
    settings.LEDGER_TRUSTED_KEYS_FILE = tmp_path / "verifier.keys"
    settings.LEDGER_SINKS = [f"file:{tmp_path / 'checkpoints'}"]
    return tmp_path


@pytest.fixture
def outside(ledger_folder):
    """The folder of checkpoints outside the database."""
    return sinks.FileSink(ledger_folder / "checkpoints")


@pytest.fixture
def empty_ledger(transactional_db):
    """Start without the entries that the migrations left."""
    from django.core.management import call_command

    if Entry.objects.exists():
        call_command("flush", interactive=False, verbosity=0)


@pytest.fixture
def write_entries(empty_ledger):
    """Commit so many entries, one transaction each, and return their numbers."""

    def write(count: int, event: str = "audit.entries.exported") -> list[int]:
        return [
            recorder.record(event=event, actor=Actor.operator("tess"), details={"number": str(number)}, reason="Test")
            for number in range(count)
        ]

    return write


@pytest.fixture
def sealed_ledger(write_entries):
    """Three checkpoints over thirty committed entries; the last ten lie in one batch."""
    numbers = []
    for _batch in range(3):
        numbers += write_entries(10)
        seal_once()
    return numbers


@pytest.fixture
def as_superuser():
    """Run SQL as a superuser with every trigger off: what no right and no trigger can hold back."""
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    tables = ("audit_entry", "audit_leaf", "audit_checkpoint", "audit_subtreeroot")

    def connect():
        settings = connection.settings_dict
        where = {"host": settings["HOST"], "user": superuser_name()}
        if os.environ.get("DATABASE_SUPERUSER_URL"):
            where = conninfo_to_dict(os.environ["DATABASE_SUPERUSER_URL"])
        return psycopg.connect(**{**where, "dbname": settings["NAME"]}, autocommit=True)

    def run(*statements: str) -> None:
        with connect() as direct:
            for table in tables:
                direct.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
            for statement in statements:
                direct.execute(statement)
            for table in tables:
                direct.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only_row")
                direct.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER append_only_table")

    def run_directly(statement: str) -> None:
        with connect() as direct:
            direct.execute(statement)

    run.direct = run_directly
    return run


def superuser_name() -> str:
    """Return the name of the cluster's superuser (the bootstrap one)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT rolname FROM pg_roles WHERE oid = 10")
        return cursor.fetchone()[0]
