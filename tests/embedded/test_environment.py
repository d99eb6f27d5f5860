"""Production refuses settings that are unsafe, missing or misspelled, with one sentence each."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from portal.environment import Environment, Misconfigured, broker_from, database_from

ROOT = Path(__file__).resolve().parents[2]
GOOD = {
    "GATEHOUSE_MODE": "production",
    "SECRET_KEY": "s3cret-" * 10,
    "TOKEN_PEPPER": "pepper-" * 6,
    "GATEHOUSE_HOSTS": "gatehouse.aurelia.example",
    "DATABASE_URL": "postgresql://gatehouse_app:word@db.aurelia.example/gatehouse?sslmode=verify-full",
    "VALKEY_URL": "rediss://:word@queue.aurelia.example:6380/0",
    "OIDC_ISSUER": "https://login.aurelia.example",
    "OIDC_CLIENT_ID": "gatehouse",
    "OIDC_CLIENT_SECRET": "client-secret-of-some-length",
    "GATEHOUSE_LEDGER_ORIGIN": "gatehouse.aurelia.example/ledger",
}


def start(**changes: str | None) -> str:
    """Load the settings as a fresh process would; return what it says."""
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "HOME")}
    wanted = {name: value for name, value in (GOOD | changes).items() if value is not None}
    done = subprocess.run(
        [sys.executable, "-c", "import portal.settings"],
        cwd=ROOT,
        env=clean | wanted,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr


def test_it_accepts_a_complete_production_environment():
    assert start() == ""


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY is not set; set it, or SECRET_KEY_FILE"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY is shorter than 50 characters."),
        ({"TOKEN_PEPPER": None}, "TOKEN_PEPPER is not set"),
        ({"GATEHOUSE_HOSTS": None}, "GATEHOUSE_HOSTS is not set."),
        ({"GATEHOUSE_HOSTS": "*"}, "“*” would be any"),
        ({"DATABASE_URL": None}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "postgresql://gatehouse_app@db/gatehouse"}, "DATABASE_URL must ask for TLS"),
        ({"DATABASE_URL": "postgresql://postgres@db/g?sslmode=require"}, "not the owner or a superuser"),
        ({"DATABASE_OWNER_URL": "postgresql://o@db/g"}, "DATABASE_OWNER_URL is set, and only"),
        ({"VALKEY_URL": "redis://queue/0"}, "VALKEY_URL must start with rediss://"),
        ({"OIDC_ISSUER": "http://login.aurelia.example"}, "OIDC_ISSUER must start with https://"),
        ({"OIDC_CLIENT_SECRET": None}, "OIDC_CLIENT_SECRET is not set"),
        ({"GATEHOUSE_LEDGER_ORIGIN": None}, "GATEHOUSE_LEDGER_ORIGIN is not set."),
        ({"GATEHOUSE_MOD": "production"}, "GATEHOUSE_MOD is not a setting. Did you mean GATEHOUSE_MODE?"),
        ({"GATEHOUSE_MODE": "prod"}, "GATEHOUSE_MODE is “prod”; it must be one of"),
        ({"GATEHOUSE_ADMIT_UNKNOWN": "yes"}, "GATEHOUSE_ADMIT_UNKNOWN is “yes”; it must be one of: on, off."),
        ({"SECRET_KEY_FILE": "/nowhere"}, "SECRET_KEY and SECRET_KEY_FILE are both set"),
        ({"GATEHOUSE_HSTS_SECONDS": "1"}, "it must be a whole number from 3600"),
    ],
)
def test_it_refuses(changes, sentence):
    said = start(**changes)
    assert "Gatehouse does not start with these settings" in said
    assert sentence in said


def test_it_says_everything_at_once():
    said = start(SECRET_KEY=None, GATEHOUSE_HOSTS=None)
    assert "SECRET_KEY is not set" in said
    assert "GATEHOUSE_HOSTS is not set" in said


def test_a_command_says_only_the_sentences():
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "HOME")}
    wrong = GOOD | {"GATEHOUSE_HOSTS": "*"}
    command = [sys.executable, "manage.py", "check"]
    done = subprocess.run(command, cwd=ROOT, env=clean | wrong, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2


def test_it_never_prints_a_value_of_a_secret():
    assert "hunter2" not in start(SECRET_KEY="hunter2")


def test_it_reads_secrets_from_files(tmp_path):
    (tmp_path / "key").write_text("k" * 60 + "\n")
    read = Environment({"SECRET_KEY_FILE": str(tmp_path / "key")})
    assert read.secret("SECRET_KEY") == "k" * 60
    missing = Environment({"SECRET_KEY_FILE": str(tmp_path / "none")})
    missing.secret("SECRET_KEY")
    with pytest.raises(Misconfigured, match="SECRET_KEY_FILE cannot be read"):
        missing.finish()


def test_it_passes_the_deployment_check():
    clean = {name: value for name, value in os.environ.items() if name in ("PATH", "LD_LIBRARY_PATH", "HOME")}
    done = subprocess.run(
        [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        cwd=ROOT,
        env=clean | GOOD,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_it_reads_urls_of_sockets():
    database = database_from("postgresql://a:p%40ss@/gatehouse?host=/tmp/x&sslmode=require")
    assert (database["HOST"], database["PASSWORD"], database["OPTIONS"]) == ("/tmp/x", "p@ss", {"sslmode": "require"})
    assert broker_from("unix:///tmp/x/valkey.sock?db=0") == "redis+socket:///tmp/x/valkey.sock?virtual_host=0"
