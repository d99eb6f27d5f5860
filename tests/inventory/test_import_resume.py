"""An import whose process is killed in the middle goes on where it was: no row twice, none lost."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from django.core.management import call_command
from django.db import connection

from apps.audit.models import OutboxMessage
from apps.inventory import operations, tasks
from apps.inventory.models import AISystem, Import, ImportState, ReportedFact, SourceIdentity
from apps.kernel import clock
from apps.kernel.actors import Actor

ROOT = Path(__file__).resolve().parents[2]
OPERATOR = Actor.operator("tester")


def table(rows: int) -> str:
    lines = [f"S-{n},System number {n} of the great list,Unit {n % 7},Deployed,Purpose {n}" for n in range(1, rows + 1)]
    return "\n".join(["Id,Name,Business unit,Stage,Purpose", *lines, ""])


@pytest.mark.django_db(transaction=True)
@pytest.mark.timeout(180)
def test_kill_minus_nine_in_the_middle_doubles_and_loses_nothing(tmp_path):
    file = tmp_path / "great-list.csv"
    file.write_text(table(600))
    child = _start(file)
    _wait_until(lambda: Import.objects.filter(state=ImportState.RUNNING, next_row__gt=80).exists(), child)
    os.kill(child.pid, signal.SIGKILL)
    child.wait(timeout=20)
    batch = Import.objects.get()
    taken = batch.lines.exclude(outcome="").count()
    assert 0 < taken < 600
    assert AISystem.objects.count() == taken
    assert batch.next_row == taken + 2

    out = io.StringIO()
    call_command("import_inventory", str(file), "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert (told["import"], told["rows"], told["created"], told["adds_up"]) == (batch.key, 600, 600, True)
    assert AISystem.objects.count() == 600
    assert SourceIdentity.objects.values("external_id").distinct().count() == 600
    assert ReportedFact.objects.filter(name="stage").count() == 600


def _start(file: Path) -> subprocess.Popen[bytes]:
    """Run the command in a process of its own on the test's database."""
    from django.conf import settings

    database = connection.settings_dict
    query = {"host": database["HOST"], "options": f"-c role={settings.APPLICATION_ROLE}"}
    signed_in = f"{quote(database['USER'])}:{quote(database['PASSWORD'])}"
    url = f"postgresql://{signed_in}@/{database['NAME']}?{urlencode(query, quote_via=quote)}"
    environment = {**os.environ, "GATEHOUSE_MODE": "test", "DATABASE_OWNER_URL": url, "DATABASE_URL": url}
    environment.pop("GATEHOUSE_TEST_DATABASE", None)
    assert settings.TESTING
    return subprocess.Popen(
        [sys.executable, "manage.py", "import_inventory", str(file)],
        cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
    )  # fmt: skip


def _wait_until(condition, child, seconds: int = 90) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return
        if child.poll() is not None:
            pytest.fail(f"It ended before it could be killed: {child.stderr.read().decode()[-2000:]}")
        time.sleep(0.05)
    child.kill()
    pytest.fail("It never came so far.")


@pytest.fixture
def half_done(db):
    batch = operations.receive_import(actor=OPERATOR, file_name="list.csv", content=table(50).encode())
    batch = operations.arrange_import(
        actor=OPERATOR, batch=batch, mapping=batch.mapping, source="List", department=None, organisation="Group"
    )
    batch = operations.check_import(actor=OPERATOR, batch=batch)
    batch = operations.start_import(actor=OPERATOR, batch=batch, in_background=False)
    assert operations.advance_import(actor=OPERATOR, batch=batch, rows_at_once=20) is True
    batch.refresh_from_db()
    return batch


def test_a_redelivered_task_goes_on_from_the_first_row_not_done(half_done):
    assert half_done.next_row == 22
    tasks.run_import(batch=str(half_done.pk))
    tasks.run_import(batch=str(half_done.pk))
    half_done.refresh_from_db()
    assert half_done.state == ImportState.DONE
    assert AISystem.objects.count() == 50
    assert half_done.lines.filter(outcome="created").count() == 50


def test_the_scheduler_takes_up_what_has_not_moved_for_a_while(half_done):
    tasks.resume_imports()
    assert not OutboxMessage.objects.filter(task="inventory.run_import").exists()
    with clock.travel(clock.now() + timedelta(minutes=5)):
        tasks.resume_imports()
    assert OutboxMessage.objects.filter(task="inventory.run_import").count() == 1


def test_an_import_stops_and_says_why_when_its_person_may_no_longer_import(half_done, employee):
    half_done.requested_by = employee
    half_done.save(update_fields=["requested_by"])
    tasks.run_import(batch=str(half_done.pk))
    half_done.refresh_from_db()
    assert half_done.state == ImportState.STOPPED
    assert "allows" in half_done.message
    assert AISystem.objects.count() == 20


def test_a_row_that_its_operation_refuses_is_rejected_alone(half_done, monkeypatch):
    from apps.inventory.operations import import_rows
    from apps.kernel.errors import Invalid

    register = import_rows.register_system

    def refuse_one(**arguments):
        if "number 30 " in arguments["name"]:
            raise Invalid({"name": ["Not this one."]})
        return register(**arguments)

    monkeypatch.setattr(import_rows, "register_system", refuse_one)
    tasks.run_import(batch=str(half_done.pk))
    line = half_done.lines.get(row_number=31)
    assert line.outcome == "rejected"
    assert line.reasons[-1]["values"]["because"] == "Not this one."
    assert AISystem.objects.count() == 49
