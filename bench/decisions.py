"""Measure the decision endpoint: `python -m bench.decisions [--grants 100000] [--fast]`.

A world is loaded by COPY. Questions made by chance are answered over HTTP and compared with the plain implementation in
tests/catalog/slow_decisions.py. Then one question at a time over loopback, and many with wrk, alternating with a bare Django
view that returns a constant, behind the same web server with the same settings. Last: after each revoke, the next answer.
"""

from __future__ import annotations

import argparse
import http.client
import json
import multiprocessing
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench.decision_world import Made, as_authzen, load, make, questions
from portal.embedded.services import FAST, PostgreSQL, Valkey
from tests.catalog.slow_decisions import slow_answer

ROOT = Path(__file__).resolve().parents[1]
PORTAL, CONSTANT = 8771, 8772
ROUNDS, REQUESTS = 5, 600
_shared: dict[str, Any] = {}


class Web:
    """gunicorn as the portal starts it."""

    def __init__(self, application: str, port: int, environment: dict[str, str], workers: int, log: Path) -> None:
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "-c",
            "portal/web_server.py",
            "-b",
            f"127.0.0.1:{port}",
            application,
        ]
        self.log = log.open("ab")
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**environment, "GATEHOUSE_WEB_WORKERS": str(workers)},
            stdout=self.log,
            stderr=self.log,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                Client(port).close()
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError(f"{application} did not answer; see {log}")

    def stop(self) -> None:
        """End it."""
        self.process.terminate()
        self.process.wait(20)
        self.log.close()


class Client(http.client.HTTPConnection):
    """A connection that stays open."""

    def __init__(self, port: int) -> None:
        super().__init__("127.0.0.1", port, timeout=60)
        self.connect()

    def ask(self, path: str, body: bytes, headers: dict[str, str]) -> Any:
        """Post and return the JSON."""
        self.request("POST", path, body, {"Content-Type": "application/json", **headers})
        answer = self.getresponse()
        text = answer.read()
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}: {text[:300]!r}")
        return json.loads(text)


def prepare(
    server: PostgreSQL, environment: dict[str, str], scopes: Sequence[str] = ("catalog.access.evaluate",)
) -> dict[str, Any]:
    """Migrate, and make by operations the people who ask and decide."""
    owner = {**environment, "DATABASE_OWNER_URL": server.url("owner")}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, cwd=ROOT, env=owner)
    with psycopg.connect(server.url("owner"), autocommit=True) as connection:
        from apps.audit.grants import grant_application_role

        connection.execute("INSERT INTO audit_installation (id, demo) VALUES (1, false) ON CONFLICT DO NOTHING")
        grant_application_role(connection.cursor(), "gatehouse_app")
    os.environ.update(environment)
    import django

    django.setup()
    from apps.accounts import operations
    from apps.accounts.models import Role
    from apps.kernel.actors import Actor

    setup = Actor.system("installation")
    company = operations.create_legal_entity(actor=setup, code="bench", name="Bench SE", jurisdiction="DE")
    department = operations.create_department(actor=setup, name="Bench", legal_entity=company)
    people = {}
    for name, role in (("Dora", "delivery-team"), ("Stella", "data-steward")):
        people[name] = operations.expect_person(
            actor=setup, email=f"{name}@bench.example".lower(), name=name, department=department
        )
        operations.assign_role(actor=setup, role=Role.objects.get(key=role), person=people[name], reason="Bench")
    token = operations.issue_token(actor=people["Dora"].as_actor(), name="Bench", scopes=list(scopes))
    return {
        "department": str(department.pk),
        "person": str(people["Dora"].pk),
        "steward": people["Stella"],
        "token": token.text,
    }


def fill(server: PostgreSQL, made: Made) -> float:
    """COPY the world past the triggers."""
    began = time.perf_counter()
    with psycopg.connect(server.url("superuser"), autocommit=True) as connection:
        triggers = connection.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid::regclass::text = ANY (%s)",
            [list(made.rows)],
        ).fetchall()
        for table, name in triggers:
            connection.execute(f"ALTER TABLE {table} DISABLE TRIGGER {name}")
        load(connection.cursor(), made)
        for table, name in triggers:
            connection.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {name}")
        connection.execute("VACUUM ANALYZE")
    return time.perf_counter() - began


def _slow(place: int) -> tuple[bool, set[str]]:
    return slow_answer(_shared["world"], _shared["asked"][place], _shared["now"])


def compare(made: Made, headers: dict[str, str], count: int) -> None:
    """Answer questions on both sides and tell how many differ."""
    asked = questions(made, 3, count)
    client, said = Client(PORTAL), []
    now = datetime.now(UTC)
    began = time.perf_counter()
    for first in range(0, count, 100):
        batch = [as_authzen(made, one, by_name=bool(first % 200)) for one in asked[first : first + 100]]
        said += client.ask("/access/v1/evaluations", json.dumps({"evaluations": batch}).encode(), headers)[
            "evaluations"
        ]
    seconds = time.perf_counter() - began
    _shared.update(world=made.world, asked=asked, now=now)
    began = time.perf_counter()
    with multiprocessing.get_context("fork").Pool(2) as pool:
        expected = pool.map(_slow, range(count), chunksize=250)
    slow_seconds = time.perf_counter() - began
    different = sum(
        answer["decision"] != allowed or (bool(grants) and answer["context"].get("grant") not in grants)
        for answer, (allowed, grants) in zip(said, expected, strict=True)
    )
    allowed = sum(one for one, _grants in expected)
    print(f"  {count} questions, {allowed} allowed: {different} answers differ")
    print(f"  in batches of 100: {count / seconds:.0f} decisions/s (plain loops: {count / slow_seconds:.1f}/s)")


def latencies(port: int, path: str, bodies: list[bytes], headers: dict[str, str]) -> list[float]:
    """Ask one after the other on one connection; return milliseconds."""
    client, found = Client(port), []
    for body in bodies:
        began = time.perf_counter()
        client.ask(path, body, headers)
        found.append((time.perf_counter() - began) * 1000)
    client.close()
    return found


def quantile(values: list[float], share: float) -> float:
    """Return a quantile."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]


def one_at_a_time(bodies: list[bytes], headers: dict[str, str]) -> None:
    """Compare the time of one answer with that of the constant, in alternating rounds."""
    hot = bodies[:50]
    sides: dict[str, list[float]] = {"constant": [], "fresh facts": [], "remembered facts": []}
    for number in range(ROUNDS):
        some = bodies[number * REQUESTS : (number + 1) * REQUESTS]
        sides["constant"] += latencies(CONSTANT, "/constant", some, headers)
        sides["fresh facts"] += latencies(PORTAL, "/access/v1/evaluation", some, headers)
        latencies(PORTAL, "/access/v1/evaluation", hot, headers)
        again = (hot * (REQUESTS // 50 + 1))[:REQUESTS]
        sides["remembered facts"] += latencies(PORTAL, "/access/v1/evaluation", again, headers)
    floor = {share: quantile(sides["constant"], share) for share in (0.5, 0.99)}
    for name, values in sides.items():
        half, most = quantile(values, 0.5), quantile(values, 0.99)
        print(
            f"  {name:17} p50 {half:6.2f} ms ({half / floor[0.5]:4.1f} x)   p99 {most:6.2f} ms ({most / floor[0.99]:4.1f} x)"
            f"   mean {statistics.mean(values):.2f} ms"
        )


def many(bodies: list[bytes], headers: dict[str, str], folder: Path) -> None:
    """Ask from eight connections at once with wrk, alternating with the constant."""
    if not shutil.which("wrk"):
        print("  wrk is not installed: requests a second are not measured")
        return
    script = folder / "ask.lua"
    listed = ",\n".join(f"[==[{body.decode()}]==]" for body in bodies)
    script.write_text(
        f'local bodies = {{{listed}}}\nlocal n = 0\nwrk.method = "POST"\nwrk.headers["Content-Type"] = "application/json"\n'
        f'wrk.headers["Authorization"] = "{headers["Authorization"]}"\n'
        "request = function() n = n + 1; return wrk.format(nil, nil, nil, bodies[n % #bodies + 1]) end\n"
    )
    rates: dict[str, list[float]] = {"constant": [], "decisions": []}
    for _round in range(3):
        for name, url in (("constant", f"{CONSTANT}/constant"), ("decisions", f"{PORTAL}/access/v1/evaluation")):
            command = ["wrk", "-t1", "-c8", "-d5s", "-s", str(script), f"http://127.0.0.1:{url}"]
            told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
            if "Non-2xx" in told:
                raise RuntimeError(told)
            rates[name].append(float(told.split("Requests/sec:")[1].split()[0]))
    constant, decisions = (statistics.median(rates[name]) for name in ("constant", "decisions"))
    print(f"  requests/s, 2 workers, 8 connections: constant {constant:.0f}, decisions {decisions:.0f} "
          f"({decisions / constant:.2f} x), wrk on the same cores")  # fmt: skip


def revoke_and_ask(made: Made, headers: dict[str, str], steward: Any, rounds: int) -> None:
    """Revoke by the operation, and ask at once on connections to all workers: no answer may be yes."""
    from apps.catalog.models import DataGrant
    from apps.catalog.operations import revoke_grant

    chance, done, wrong, first = random.Random(1), 0, 0, []
    for kind, subject, dataset, terms in chance.sample(made.world.grants, len(made.world.grants)):
        asked = {"kind": kind, "subject": subject, "dataset": dataset, "action": terms["actions"][0], "region": "",
                 "purpose": terms["purpose"], "fields": terms["fields"][:1], "use_case": terms["use_case"]}  # fmt: skip
        body = json.dumps(as_authzen(made, asked, by_name=True)).encode()
        clients = [Client(PORTAL) for _number in range(12)]
        answers = [client.ask("/access/v1/evaluation", body, headers) for client in clients]
        if answers[0]["decision"] and answers[0]["context"].get("grant") == terms["key"]:
            revoke_grant(actor=steward.as_actor(), grant=DataGrant.objects.get(key=terms["key"]), reason="Bench")
            began = time.perf_counter()
            after = [client.ask("/access/v1/evaluation", body, headers) for client in clients]
            first.append((time.perf_counter() - began) * 1000 / len(clients))
            # Another grant may still allow the same.
            wrong += sum(answer["decision"] and answer["context"]["grant"] == terms["key"] for answer in after)
            done += 1
        for client in clients:
            client.close()
        if done == rounds:
            break
    print(
        f"  {done} revokes, 4 worker processes, 12 connections each: {wrong} of {done * 12} next answers were still yes"
    )


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grants", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--revokes", type=int, default=200)
    parser.add_argument("--fast", action="store_true", help="a database that does not wait for its disk")
    arguments = parser.parse_args()
    data = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    server, valkey = PostgreSQL(data, FAST if arguments.fast else ()), Valkey(data)
    server.start()
    valkey.start()
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "GATEHOUSE_"))},
        "DJANGO_SETTINGS_MODULE": "portal.settings", "GATEHOUSE_MODE": "test", "DATABASE_URL": server.url("application"),
        "VALKEY_URL": valkey.url(), "GATEHOUSE_DATA": str(data), "GATEHOUSE_LOG_LEVEL": "INFO",
    }  # fmt: skip
    webs: list[Web] = []
    try:
        known = prepare(server, environment)
        made = make(1, arguments.grants, datetime.now(UTC), known)
        print(f"{arguments.grants} grants, {len(made.world.subjects)} subjects, {len(made.world.datasets)} datasets, "
              f"loaded in {fill(server, made):.1f} s; disk {'not ' if arguments.fast else ''}waited for")  # fmt: skip
        headers = {"Authorization": f"Bearer {known['token']}"}
        webs = [Web("portal.wsgi", PORTAL, environment, 2, data / "web.log"),
                Web("bench.constant:application", CONSTANT, environment, 2, data / "constant.log")]  # fmt: skip
        compare(made, headers, arguments.questions)
        bodies = [json.dumps(as_authzen(made, one, by_name=True)).encode() for one in questions(made, 5, 3_200)]
        one_at_a_time(bodies[:3_000], headers)
        many(bodies[3_000:], headers, data)
        webs[0].stop()
        webs[0] = Web("portal.wsgi", PORTAL, environment, 4, data / "web.log")
        revoke_and_ask(made, headers, known["steward"], arguments.revokes)
    except RuntimeError:
        print((data / "web.log").read_text(errors="replace")[-3000:])
        raise
    finally:
        for web in webs:
            web.stop()
        valkey.stop()
        server.stop()
        shutil.rmtree(data, ignore_errors=True)


if __name__ == "__main__":
    main()
