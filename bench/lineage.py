"""How fast lineage is walked, beside the same recursive SQL typed in psql, in one run.

    python -m bench.lineage [--datasets 100000] [--lines 1000000] [--rounds 7]

Starts a database server of its own in a temporary folder and loads the world by COPY. Its shape: every job reads about
eight datasets and writes about two; who is read and who is written follow power laws (the busiest dataset feeds tens of
thousands of jobs, the busiest target is written by as many); nine in a hundred thousand lines lead back, so that there
are cycles; three in a hundred have ended. Figures are milliseconds, medians of alternating rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

DEPTH, MOST = 12, 1000
# What somebody types: every node with its distance, at most twelve lines away; {near} and {far} by direction.
TYPED = """
WITH RECURSIVE flow(node, steps) AS (
    SELECT '{start}'::uuid, 0
    UNION
    SELECT e.{far}, flow.steps + 1 FROM flow JOIN catalog_lineageedge AS e ON e.{near} = flow.node
    WHERE flow.steps < 12 AND e.ended_at IS NULL
)
"""
# Stopped as soon as as many rows were seen as the portal shows; it never knows that a node came twice.
BOUNDED = (
    TYPED + "SELECT node, min(steps) FROM (SELECT node, steps FROM flow LIMIT 1001) AS near GROUP BY node ORDER BY 2"
)
# The whole of it, nodes alone: the cheapest complete walk there is, without distances.
COMPLETE = """
WITH RECURSIVE flow(node) AS (
    SELECT '{start}'::uuid
    UNION
    SELECT e.{far} FROM flow JOIN catalog_lineageedge AS e ON e.{near} = flow.node WHERE e.ended_at IS NULL
)
SELECT count(*) FROM flow
"""
WHOLE = "SELECT count(node), max(distance) FROM catalog_walk('{start}', 'dataset', {down}, 60, 10000000)"
STEP = """
EXPLAIN (ANALYZE, BUFFERS OFF, COSTS OFF, TIMING OFF, SUMMARY OFF)
SELECT e.{far}, e.{kind} FROM catalog_lineageedge AS e WHERE e.{near} = ANY ('{{{start}}}'::uuid[]) AND e.ended_at IS NULL
"""


def lines_of(datasets: int, lines: int, chance: random.Random) -> tuple[list[tuple[int, int, bool]], int]:
    """Return lines as (dataset, job, reads) and the number of jobs."""
    drawn: set[tuple[int, int, bool]] = set()
    job = 0
    while len(drawn) < lines:
        last = datasets - 1 - int((datasets - 1) * chance.random() ** 3)
        written = {last} | ({max(1, last - chance.randrange(1, 50))} if chance.random() < 0.9 else set())
        before = max(1, min(written))
        read = {int(before * chance.random() ** 3) for _ in range(chance.randint(4, 14))}
        if chance.random() < 0.0009:
            read.add(chance.randrange(datasets))
        drawn |= {(one, job, False) for one in written} | {(one, job, True) for one in read - written}
        job += 1
    mixed = sorted(drawn)
    chance.shuffle(mixed)
    return mixed[:lines], job


def load(cursor: Any, datasets: int, lines: int) -> dict[str, Any]:
    """Copy the world into the database; return its busiest nodes and its shape."""
    from apps.kernel.identifiers import uuid7

    chance = random.Random(7)
    drawn, jobs = lines_of(datasets, lines, chance)
    now = datetime(2026, 11, 23, tzinfo=UTC)
    names, ids = [uuid7() for _ in range(datasets)], [uuid7() for _ in range(jobs)]
    cursor.execute("SET session_replication_role = replica")
    platform = uuid7()
    cursor.execute(
        "INSERT INTO catalog_platform SELECT (jsonb_populate_record(NULL::catalog_platform, %s::jsonb)).*",
        [json.dumps(zeros(cursor, "catalog_platform") | {"id": str(platform), "key": "PLT-1", "namespace": "bench"})],
    )
    zero = zeros(cursor, "catalog_dataset") | {"platform_id": str(platform), "standing": "observed"}
    cursor.execute("CREATE TEMPORARY TABLE plain (id uuid, n integer)")
    _copy(cursor, "plain (id, n)", ((name, n) for n, name in enumerate(names)))
    cursor.execute(
        "INSERT INTO catalog_dataset SELECT (jsonb_populate_record(NULL::catalog_dataset, %s::jsonb || jsonb_build_object("
        "'id', id, 'key', 'DST-' || n, 'title', 'table_' || n, 'name', 'bench.table_' || n, 'namespace', 'bench',"
        " 'level', (ARRAY['public', 'internal', 'confidential', 'restricted'])[1 + n %% 4]))).* FROM plain",
        [json.dumps(zero)],
    )
    _copy(cursor, "catalog_job (id, namespace, name, kind, integration, description, last_outcome, created_at, seen_as_of)",
          ((one, "bench", f"job {n}", "", "SPARK", "", "", now, "{}") for n, one in enumerate(ids)))  # fmt: skip
    ended = now - timedelta(days=3)
    rows = (
        (uuid7(), *_ends(line, names, ids), "observed", now - timedelta(days=90), now,
         ended if chance.random() < 0.03 else None)
        for line in drawn
    )  # fmt: skip
    _copy(
        cursor,
        "catalog_lineageedge (id, source_id, source_kind, target_id, target_kind, standing, first_seen, last_seen, ended_at)",
        rows,
    )
    cursor.execute("SET session_replication_role = origin")
    read, written = Counter(d for d, _j, r in drawn if r), Counter(d for d, _j, r in drawn if not r)
    # The reader may not know of every fourth dataset, the restricted ones.
    (source, out), (target, into) = (
        next((n, lines) for n, lines in busy.most_common() if n % 4 != 3) for busy in (read, written)
    )
    return {
        "datasets": datasets, "jobs": jobs, "lines": len(drawn), "lines_out_of_the_busiest": out,
        "lines_into_the_busiest": into, "down": names[source], "up": names[target],
    }  # fmt: skip


def _ends(line: tuple[int, int, bool], names: list[UUID], ids: list[UUID]) -> tuple[Any, ...]:
    data, job, reads = line
    ends = ((names[data], "dataset"), (ids[job], "job"))
    (source, source_kind), (target, target_kind) = ends if reads else ends[::-1]
    return source, source_kind, target, target_kind


def zeros(cursor: Any, table: str) -> dict[str, Any]:
    """Return a value for each column that must have one."""
    cursor.execute(
        "SELECT column_name, data_type FROM information_schema.columns WHERE table_name = %s AND is_nullable = 'NO'",
        [table],
    )
    kinds = {
        "boolean": False,
        "integer": 1,
        "bigint": 1,
        "ARRAY": [],
        "jsonb": {},
        "uuid": str(UUID(int=0)),
        "numeric": 0,
    }
    moments = ("timestamp with time zone", "date")
    return {
        name: "2026-11-23T00:00:00Z" if kind in moments else kinds.get(kind, "") for name, kind in cursor.fetchall()
    }


def _copy(cursor: Any, into: str, rows: Any) -> None:
    with cursor.cursor.copy(f"COPY {into} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


class Psql:
    """psql on the same server; its own clock."""

    def __init__(self, url: str) -> None:
        from portal.embedded.binaries import postgresql

        self.command = [str(postgresql("psql")), "-X", "-q", "-At", url]

    def ask(self, statement: str, times: int = 3) -> float:
        """Return the milliseconds of the last of several runs in one session."""
        text = "\\timing on\n\\o /dev/null\n" + f"{' '.join(statement.split())};\n" * times
        done = subprocess.run(self.command, input=text, capture_output=True, text=True, check=True)
        return float(re.findall(r"Time: ([\d.]+) ms", done.stdout)[-1])

    def text(self, statement: str) -> str:
        """Return what it answers."""
        return subprocess.run(
            [*self.command, "-c", statement], capture_output=True, text=True, check=True
        ).stdout.strip()


def timed(act: Any) -> float:
    """Return how many milliseconds something takes."""
    began = time.perf_counter()
    act()
    return (time.perf_counter() - began) * 1000


def reader() -> Any:
    """Return a signed-in client of a person who may browse everything."""
    from django.test import Client

    from apps.accounts import operations
    from apps.accounts.models import Role
    from apps.kernel.actors import Actor

    setup = Actor.system("installation")
    entity = operations.create_legal_entity(actor=setup, code="bench", name="Bench SE", jurisdiction="DE")
    root = operations.create_department(actor=setup, name="Bench", legal_entity=entity)
    person = operations.expect_person(actor=setup, email="bench@aurelia.example", name="Bench", department=root)
    role = Role.objects.get(key="data-steward")
    operations.assign_role(actor=setup, role=role, person=person, department=root, reason="Bench")
    client = Client(headers={"accept": "text/html"})
    client.force_login(person, backend="apps.accounts.backends.OIDCBackend")
    return client


def measure(client: Any, psql: Psql, start: UUID, direction: str, rounds: int) -> dict[str, Any]:
    """Measure one direction from one node."""
    from apps.catalog.models import Dataset, NodeKind
    from apps.catalog.queries.lineage import DOWN, walk

    down = direction == DOWN
    near, far = ("source_id", "target_id") if down else ("target_id", "source_id")
    words = {
        "start": start,
        "near": near,
        "far": far,
        "down": str(down).lower(),
        "kind": "target_kind" if down else "source_kind",
    }
    address = f"/data/{Dataset.objects.get(pk=start).key}/lineage/?direction={direction}"
    found = walk(start, NodeKind.DATASET, direction, depth=DEPTH, most=MOST)
    page = client.get(address)
    assert page.status_code == 200, page.status_code
    acts = {
        "psql, recursive, stopped at 1,001 rows": lambda: psql.ask(BOUNDED.format(**words)),
        "query function, 1,000 nodes with distances": lambda: timed(
            lambda: walk(start, NodeKind.DATASET, direction, depth=DEPTH, most=MOST)
        ),
        "page, 100 rows and the picture": lambda: timed(lambda: client.get(address)),
        "psql, recursive, complete, no distances": lambda: psql.ask(COMPLETE.format(**words), 1),
        "catalog_walk, complete, with distances": lambda: psql.ask(WHOLE.format(**words), 1),
    }
    taken: dict[str, list[float]] = {name: [] for name in acts}
    for _round in range(rounds):
        for name, act in acts.items():
            taken[name].append(act())
    result: dict[str, Any] = {name: round(statistics.median(values), 2) for name, values in taken.items()}
    first, second, third, complete, whole = result.values()
    return result | {
        "function / psql": round(second / first, 2),
        "page / psql": round(third / first, 2),
        "complete: catalog_walk / psql": round(whole / complete, 2),
        "nodes shown": len(found.steps),
        "cut": found.cut,
        "nodes in all, furthest": psql.text(WHOLE.format(**words)),
        "plan": psql.text(STEP.format(**words)).splitlines(),
    }


def run(server: Any, datasets: int, lines: int, rounds: int) -> dict[str, Any]:
    """Load the world and measure both directions."""
    from django.core.management import call_command
    from django.db import connection

    with contextlib.redirect_stdout(io.StringIO()):
        call_command("prepare_database", verbosity=0)
    client = reader()
    began = time.perf_counter()
    with connection.cursor() as cursor:
        world = load(cursor, datasets, lines)
        cursor.execute("VACUUM ANALYZE")
    starts = {"down": world.pop("down"), "up": world.pop("up")}
    result: dict[str, Any] = {"world": world | {"seconds_to_load": round(time.perf_counter() - began, 1)}}
    psql = Psql(server.url("superuser", "gatehouse"))
    for direction, start in starts.items():
        result[direction] = measure(client, psql, start, direction, rounds)
    return result


def main() -> None:
    """Run the measurement and print it as JSON."""
    parser = argparse.ArgumentParser(description="Measure walks over lineage.")
    parser.add_argument("--datasets", type=int, default=100_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=7)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    os.environ |= {
        "GATEHOUSE_MODE": "test",
        "GATEHOUSE_DATA": str(folder),
        "DJANGO_SETTINGS_MODULE": "portal.settings",
    }
    from portal.embedded.services import FAST, PostgreSQL

    server = PostgreSQL(folder, FAST)
    try:
        server.start()
        url = server.url("superuser", "gatehouse")
        os.environ |= {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
        import django

        django.setup()
        print(json.dumps(run(server, options.datasets, options.lines, options.rounds), indent=2, default=str))
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
