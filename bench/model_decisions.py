"""Measure decisions about model calls: `python -m bench.model_decisions [--grants 100000] [--fast]`.

As bench.decisions does it for data: a world loaded by COPY, questions made by chance compared with the plain implementation in
tests/registry/slow_calls.py, then one question at a time and many at once, alternating with a bare Django view that returns a
constant, behind the same web server with the same settings.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg

from bench import decisions
from bench.call_world import MadeCalls, as_authzen, load, make, questions
from bench.decisions import CONSTANT, PORTAL, Client, Web, many, one_at_a_time
from portal.embedded.services import FAST, PostgreSQL, Valkey
from tests.registry.slow_calls import Calls, slow_answer

_shared: dict[str, Any] = {}


def fill(server: PostgreSQL, made: MadeCalls) -> float:
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
    asked = _shared["asked"][place]
    mine = _shared["by_pair"].get((asked["kind"], asked["subject"], asked["model"]), [])
    world: Calls = _shared["world"]
    return slow_answer(Calls(world.subjects, world.models, world.use_cases, mine), asked, _shared["now"])


def compare(made: MadeCalls, headers: dict[str, str], count: int) -> None:
    """Answer questions on both sides and tell how many differ."""
    asked, client, said = questions(made, 3, count), Client(PORTAL), []
    began = time.perf_counter()
    for first in range(0, count, 100):
        batch = [as_authzen(made, one, by_name=bool(first % 200)) for one in asked[first : first + 100]]
        body = json.dumps({"evaluations": batch}).encode()
        said += client.ask("/access/v1/evaluations", body, headers)["evaluations"]
    seconds = time.perf_counter() - began
    by_pair: dict[tuple[str, str, str], list[dict[str, Any]]] = {}
    for grant in made.world.grants:
        by_pair.setdefault((grant["kind"], grant["subject"], grant["model"]), []).append(grant)
    _shared.update(world=made.world, asked=asked, now=datetime.now(UTC), by_pair=by_pair)
    with multiprocessing.get_context("fork").Pool(2) as pool:
        expected = pool.map(_slow, range(count), chunksize=250)
    different = [
        (one, answer, allowed, grants)
        for one, answer, (allowed, grants) in zip(asked, said, expected, strict=True)
        if answer["decision"] != allowed or (bool(grants) and answer["context"].get("grant") not in grants)
    ]
    print(f"  {count} questions, {sum(one for one, _g in expected)} allowed: {len(different)} answers differ")
    for one in different[:3]:
        print(f"    {one}")
    print(f"  in batches of 100: {count / seconds:.0f} decisions/s")


def main() -> None:
    """Run everything."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--grants", type=int, default=100_000)
    parser.add_argument("--questions", type=int, default=10_000)
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
        known = decisions.prepare(server, environment, scopes=["registry.access.evaluate"])
        known["second"] = str(known["steward"].pk)
        made = make(1, arguments.grants, datetime.now(UTC), known)
        print(f"{arguments.grants} grants, {len(made.world.subjects)} subjects, {len(made.world.models)} models, "
              f"loaded in {fill(server, made):.1f} s; disk {'not ' if arguments.fast else ''}waited for")  # fmt: skip
        headers = {"Authorization": f"Bearer {known['token']}"}
        asked = environment | {"GATEHOUSE_PROCESS": "decisions"}
        webs = [Web("portal.wsgi", PORTAL, asked, 2, data / "web.log"),
                Web("bench.constant:application", CONSTANT, environment, 2, data / "constant.log")]  # fmt: skip
        compare(made, headers, arguments.questions)
        bodies = [json.dumps(as_authzen(made, one, by_name=True)).encode() for one in questions(made, 5, 3_200)]
        one_at_a_time(bodies[:3_000], headers)
        many(bodies[3_000:], headers, data)
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
