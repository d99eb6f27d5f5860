"""The verbs of the installation, without starting it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from portal.embedded import command_line, up, verbs
from portal.embedded.installation import Installation, Unusable, born
from portal.embedded.services import installation_secrets
from portal.embedded.supervisor import Program, Supervisor

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def installation(tmp_path) -> Installation:
    found = Installation(tmp_path / "data")
    found.create_folder()
    return found


def test_it_runs_once_per_folder(installation):
    lock = installation.lock()
    assert lock is not None
    assert installation.running_as() == os.getpid()
    assert installation.lock() is None
    os.close(lock)
    assert installation.running_as() is None


def test_it_says_that_it_does_not_run(installation, capsys):
    parsed = command_line.parser().parse_args(["status", "--json"])
    parsed.data = installation.data
    assert verbs.status(parsed) == 3
    assert json.loads(capsys.readouterr().out)["running"] is False


def test_it_refuses_a_folder_it_cannot_write(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Unusable, match="cannot be written"):
        Installation(tmp_path / "file" / "data").create_folder()


def test_it_refuses_a_taken_port_that_was_asked_for(installation):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(Unusable, match="is taken"):
            up.choose_ports(installation, taken)


def test_it_takes_another_port_when_the_usual_one_is_taken(installation, capsys):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        installation.remember(port=other.getsockname()[1])
        up.choose_ports(installation, None)
        assert installation.remembered()["port"] != other.getsockname()[1]
    assert "is taken" in capsys.readouterr().out


def test_its_secrets_are_made_once_and_are_private(installation):
    first = installation_secrets(installation.data)
    assert installation_secrets(installation.data) == first
    assert (installation.data / "secrets.json").stat().st_mode & 0o077 == 0


def test_the_provider_is_known_by_one_name_on_every_port(installation):
    installation.remember(port=9000, identity_port=9001)
    one = installation.environment()
    installation.remember(port=9100, identity_port=9101)
    other = installation.environment()
    if "OIDC_ISSUER" not in os.environ:
        assert one["OIDC_ISSUER"] == other["OIDC_ISSUER"]
        assert one["OIDC_DISCOVERY_URL"] != other["OIDC_DISCOVERY_URL"]


def test_it_starts_a_dead_process_again(installation):
    said: list[str] = []
    supervisor = Supervisor(installation, say=said.append)
    sleeper = Program("sleeper", [sys.executable, "-c", "import time; time.sleep(60)"], installation, dict(os.environ))
    supervisor.start("sleeper", sleeper)
    first = sleeper.process.pid
    sleeper.process.kill()
    sleeper.process.wait()
    supervisor.look()
    assert supervisor.watched[0].state == "waiting"
    supervisor.watched[0].next_start = 0
    supervisor.look()
    assert sleeper.process.pid != first
    assert born(sleeper.process.pid)
    supervisor.stop_all()
    assert sleeper.process.poll() is not None
    assert "signal 9" in said[0]


def test_it_takes_the_data_folder_of_any_command(tmp_path):
    folder, rest = command_line._take_data_folder(["sweep", "--data", str(tmp_path), "--json"])
    assert (folder, rest) == (tmp_path, ["sweep", "--json"])


def test_an_older_python_is_told_in_one_sentence():
    text = (ROOT / "manage.py").read_text()
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.version_info = (3, 9, 2); exec({text!r})"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert done.stderr == "Gatehouse needs Python 3.12 or newer, and this is Python 3.9.\n"
