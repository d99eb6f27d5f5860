"""Measure the portal against the frozen reference, alternating, in one run: `python -m bench.run [--systems 1000 20000]`.

Figures are CPU milliseconds a request of the server process (wall in brackets) and ratios of medians; nothing is asserted.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from bench.world import portal_sql
from portal.embedded.services import FAST, PostgreSQL, Valkey

ROOT = Path(__file__).resolve().parents[1]
ROUNDS, REQUESTS = 5, 12
PAIRS = (("list", "list", 0.8), ("fragment", "list", 0.6), ("detail", "detail", 1.5), ("json", "json", 1.5),
         ("autosave", "detail", 2.5), ("operation", "detail", 2.5), ("home", "list", None))  # fmt: skip


class Side:
    """A worker process."""

    def __init__(self, name: str, environment: dict[str, str]) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "bench.worker", name], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
            env=environment,
        )  # fmt: skip

    def measure(self, what: str, rounds: int) -> dict[str, Any]:
        """Ask for rounds of something."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write(json.dumps({"what": what, "rounds": rounds}) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"The worker stopped while measuring {what}.")
        return json.loads(line)

    def close(self) -> None:
        """End the worker."""
        if self.process.stdin:
            self.process.stdin.close()
        self.process.wait(20)


def median(rows: list[dict[str, Any]], name: str) -> float:
    """Return the median of a figure."""
    return statistics.median(row[name] for row in rows)


def build(server: PostgreSQL, systems: int, environment: dict[str, str]) -> None:
    """Make both databases with that many systems."""
    with psycopg.connect(server.url("superuser", "postgres"), autocommit=True) as connection:
        for name in ("bench_reference", "gatehouse"):
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {name} OWNER gatehouse_owner")
    owner = {**environment, "GATEHOUSE_MODE": "test"}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=ROOT, env=owner)
    with psycopg.connect(server.url("superuser", "gatehouse"), autocommit=True) as connection:
        connection.execute(portal_sql(connection).replace("%(systems)s", str(systems)).replace("%%", "%"))
        from apps.audit.grants import grant_application_role

        grant_application_role(connection.cursor(), "gatehouse_app")
        connection.execute("GRANT ALL ON bench_plain TO gatehouse_app")
    reference = {**environment, "BENCH_DATABASE_URL": server.url("owner")}
    script = (
        "from bench.reference import app\nfrom django.core.management import call_command\n"
        "from django.contrib.auth import get_user_model\nfrom django.db import connection\n"
        "call_command('migrate', verbosity=0)\n"
        "[get_user_model().objects.create(pk=n, username=f'user{n}') for n in range(1, 11)]\n"
        f"c = connection.cursor(); c.execute(app.SCHEMA); c.execute(app.FILL % {{'systems': {systems}}})\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, cwd=ROOT, env=reference)


def measure(server: PostgreSQL, systems: int, environment: dict[str, str]) -> dict[str, Any]:
    """Measure one size of world."""
    build(server, systems, environment)
    portal_side = Side(
        "portal", {**environment, "GATEHOUSE_MODE": "test", "DATABASE_OWNER_URL": server.url("application")}
    )
    reference_side = Side("reference", {**environment, "BENCH_DATABASE_URL": server.url("owner")})
    found: dict[str, Any] = {}
    try:
        for what, against, goal in PAIRS:
            mine, theirs = [], []
            try:
                for _ in range(ROUNDS):
                    theirs.append(reference_side.measure(against, REQUESTS))
                    mine.append(portal_side.measure(what, REQUESTS))
            except RuntimeError as problem:
                print(f"  {what}: {problem}")
                portal_side = Side(
                    "portal", {**environment, "GATEHOUSE_MODE": "test", "DATABASE_OWNER_URL": server.url("application")}
                )
                continue
            ratio = median(mine, "cpu") / median(theirs, "cpu")
            found[what] = {"ratio": round(ratio, 2), "goal": goal, "cpu": round(median(mine, "cpu"), 2),
                           "statements": mine[0]["statements"], "bytes": mine[0]["bytes"]}  # fmt: skip
            print(f"  {what:10} {median(mine, 'cpu'):7.2f} ms cpu ({median(mine, 'wall'):.1f} wall) {ratio:5.2f} x {against} "
                  f"(goal {goal}), {mine[0]['statements']} statements, {mine[0]['bytes'] / 1000:.1f} kB")  # fmt: skip
        plain = [portal_side.measure("plain save", 60) for _ in range(ROUNDS)]
        governed = [portal_side.measure("governed save", 60) for _ in range(ROUNDS)]
        ratio = median(governed, "wall") / median(plain, "wall")
        print(
            f"  governed save {median(governed, 'wall'):.2f} ms, plain {median(plain, 'wall'):.2f} ms: {ratio:.2f} x (goal 1.3)"
        )
        found["governed save"] = {"ratio": round(ratio, 2), "goal": 1.3}
    finally:
        portal_side.close()
        reference_side.close()
    found |= commands(server, environment)
    return found


def commands(server: PostgreSQL, environment: dict[str, str]) -> dict[str, Any]:
    """Time a sweep and a verification, as whole commands of the running world."""
    found = {}
    settings = {**environment, "GATEHOUSE_MODE": "test", "DATABASE_OWNER_URL": server.url("application")}
    for name, command in (
        ("sweep", ["sweep", "--json"]),
        ("sweep again", ["sweep", "--json"]),
        ("seal", ["ledger", "seal"]),
        ("verify", ["ledger", "verify"]),
    ):
        began = time.perf_counter()
        done = subprocess.run(
            [sys.executable, "manage.py", *command], cwd=ROOT, env=settings, capture_output=True, text=True
        )
        seconds = time.perf_counter() - began
        said = " ".join((done.stdout or done.stderr[-300:]).split())
        print(f"  {name:12} {seconds:.2f} s, exit {done.returncode}: {said[:300]}")
        found[name] = {"seconds": round(seconds, 2)}
    return found


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--systems", type=int, nargs="+", default=[1000, 20000])
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    server, valkey = PostgreSQL(data, FAST), Valkey(data)
    server.start()
    valkey.start()
    environment = {**os.environ, "DATABASE_OWNER_URL": server.url("owner"), "DATABASE_URL": server.url("application"),
                   "VALKEY_URL": valkey.url(), "GATEHOUSE_DATA": str(data)}  # fmt: skip
    os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
    results = {}
    try:
        for systems in arguments.systems:
            print(f"{systems} systems, {systems * 10} grants")
            # Checkpoints outside the database belong to the world before: another world under them is a rewritten ledger.
            shutil.rmtree(data / "ledger", ignore_errors=True)
            results[systems] = measure(server, systems, environment)
    finally:
        valkey.stop()
        server.stop()
        shutil.rmtree(data, ignore_errors=True)
    if arguments.out:
        arguments.out.write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
