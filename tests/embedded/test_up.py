"""The whole installation on a folder of its own: up, sign in, kill everything, up again, down."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
KEPT = ("PATH", "LD_LIBRARY_PATH", "HOME", "TMPDIR", "PG_BIN", "VALKEY_BIN")
pytestmark = [pytest.mark.drill, pytest.mark.timeout(500)]


@pytest.fixture
def portal(tmp_path):
    environment = {name: os.environ[name] for name in KEPT if name in os.environ}
    environment["GATEHOUSE_DATA"] = str(tmp_path / "data")

    def manage(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "manage.py", *words]
        return subprocess.run(
            command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=150, check=False
        )

    def up() -> dict:
        log = (tmp_path / "up.out").open("w")
        command = [sys.executable, "manage.py", "up", "--no-demo"]
        found.process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=log, start_new_session=True
        )
        deadline = time.monotonic() + 180
        while time.monotonic() < deadline and found.process.poll() is None:
            state = json.loads(manage("status", "--json").stdout or "{}")
            if state.get("ready"):
                return state
            time.sleep(0.3)
        raise AssertionError((tmp_path / "up.out").read_text())

    found = SimpleNamespace(manage=manage, up=up, process=None, folder=tmp_path)
    yield found
    manage("down")


def sign_in(address: str, email: str) -> requests.Response:
    """Go the way of a browser: to the provider, choose a person, back."""
    browser = requests.Session()
    chosen = browser.get(f"{address}sign-in/?next=/", timeout=20)
    token = re.search(r'csrfmiddlewaretoken" value="([^"]+)', chosen.text)[1]
    forward = re.search(r'name="next" value="([^"]*)', chosen.text)[1].replace("&amp;", "&")
    provider = chosen.url.partition("?")[0]
    form = {"csrfmiddlewaretoken": token, "next": forward, "person": email}
    return browser.post(provider, data=form, headers={"Referer": chosen.url}, timeout=20)


def test_it_comes_up_recovers_and_goes_down(portal):
    first = portal.up()
    assert portal.manage("up").returncode == 3
    assert portal.manage("appoint", "robin.falk@aurelia.example", "--name", "Robin Falk").returncode == 0
    answer = sign_in(first["address"], "robin.falk@aurelia.example")
    assert answer.status_code == 200
    assert answer.url.startswith(first["address"])
    assert sign_in(first["address"], "emma.fischer@aurelia.example").status_code == 403

    for pid in [first["pid"], *(child["pid"] for child in first["processes"].values())]:
        os.kill(pid, signal.SIGKILL)
    portal.process.wait(10)
    second = portal.up()
    assert set(second["processes"]) == set(first["processes"])
    assert sign_in(second["address"], "robin.falk@aurelia.example").status_code == 200
    assert portal.manage("ledger", "verify").returncode == 0

    archive = str(portal.folder / "backup.tar.gz")
    assert portal.manage("backup", archive).returncode == 0
    begun = time.monotonic()
    assert portal.manage("down").returncode == 0
    assert time.monotonic() - begun < 20
    assert portal.manage("status").returncode == 3

    assert portal.manage("restore", archive).returncode == 1, "without a person or --yes nothing is replaced"
    elsewhere = str(portal.folder / "restored")
    restored = portal.manage("restore", archive, "--data", elsewhere)
    assert restored.returncode == 0, restored.stderr
    assert portal.manage("backup", archive + "-2", "--data", elsewhere).returncode == 0
