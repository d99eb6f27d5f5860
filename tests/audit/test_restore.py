"""The restore drill: a dump of the ledger lives on in another cluster, verifies there, and goes on being sealed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from apps.audit.models import Checkpoint
from apps.audit.operations.sealing import seal_once
from portal.embedded import binaries
from portal.embedded.services import FAST, OWNER, PostgreSQL

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def other_cluster(tmp_path):
    """A second database server, with nothing in it."""
    server = PostgreSQL(tmp_path / "other", FAST)
    server.start()
    yield server
    server.stop()


@pytest.fixture
def dump(tmp_path):
    """Dump the tests' database as it stands."""

    def make() -> Path:
        target = tmp_path / "ledger.dump"
        url = os.environ.get("DATABASE_SUPERUSER_URL", "").replace(
            "/postgres?", f"/{connection.settings_dict['NAME']}?"
        )
        url = (
            url
            or f"postgresql:///{connection.settings_dict['NAME']}?host={connection.settings_dict['HOST']}&user=owner"
        )
        subprocess.run(
            [binaries.postgresql("pg_dump"), "--format=custom", "--file", target, url], check=True, capture_output=True
        )
        return target

    return make


def restore(server: PostgreSQL, source: Path) -> None:
    subprocess.run(
        [binaries.postgresql("pg_restore"), "--exit-on-error", "--no-owner", f"--role={OWNER}", "--single-transaction",
         "--dbname", server.url("superuser"), source],
        check=True,
        capture_output=True,
    )  # fmt: skip


def ledger(server: PostgreSQL, folder: Path, *arguments: str) -> tuple[int, dict]:
    """Run the command as an installation of its own does: the application's role on the restored database."""
    environment = {
        **os.environ,
        "GATEHOUSE_MODE": "embedded",
        "DATABASE_URL": server.url("application"),
        "GATEHOUSE_DATA": str(folder),
        "GATEHOUSE_LEDGER_KEY_FILE": str(settings.LEDGER_KEY_FILE),
        "GATEHOUSE_LEDGER_TRUSTED_KEYS": str(settings.LEDGER_TRUSTED_KEYS_FILE),
        "GATEHOUSE_LEDGER_SINKS": " ".join(settings.LEDGER_SINKS),
    }
    environment.pop("DATABASE_OWNER_URL", None)
    done = subprocess.run(
        [sys.executable, "manage.py", "ledger", *arguments, "--json"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.stdout.startswith("{"), done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_restored_ledger_verifies_and_goes_on(sealed_ledger, write_entries, dump, other_cluster, tmp_path):
    unsealed = write_entries(2)
    restore(other_cluster, dump())
    code, told = ledger(other_cluster, tmp_path, "verify")
    assert (code, told["problems"]) == (0, [])
    assert (told["entries"], told["unsealed"] >= 2) == (30, True)
    code, sealed = ledger(other_cluster, tmp_path, "seal")
    assert (code, sealed["undelivered"]) == (0, [])
    assert sealed["sealed"] >= len(unsealed) + 2, "the two from the old cluster, and what the verification wrote here"
    code, told = ledger(other_cluster, tmp_path, "verify")
    assert (code, told["problems"]) == (0, [])
    assert told["entries"] == 30 + sealed["sealed"]
    assert told["outside_newest"] == told["entries"]


def test_an_older_backup_is_noticed_and_its_gap_can_be_named(
    sealed_ledger, write_entries, dump, other_cluster, tmp_path
):
    older = dump()
    write_entries(5)
    assert seal_once().size == 35
    lost = Checkpoint.objects.latest().size
    restore(other_cluster, older)
    code, told = ledger(other_cluster, tmp_path, "verify")
    assert code == 1
    assert told["first_wrong"]["position"] == 30
    assert str(lost) in told["first_wrong"]["message"]
    code, gap = ledger(other_cluster, tmp_path, "acknowledge-gap", "--reason", "Disk failure; backup of last night.")
    assert (code, gap["inside_size"], gap["outside_size"]) == (0, 30, 35)
    assert ledger(other_cluster, tmp_path, "seal")[0] == 0
    code, told = ledger(other_cluster, tmp_path, "verify")
    assert (code, [found["outside_size"] for found in told["gaps"]]) == (0, [35])
