"""Compare the answers to "what ran where on that date" with those of a script that replays the history from its beginning.

    python -m bench.as_of [--orders 10000] [--questions 1000]

A history is made by chance (bench/as_of_history.py) and loaded as the rows it leaves behind. The same list of events goes
to bench/as_of_replay.py in a process of its own, without any path to the portal. Every question is asked of the endpoint
as a signed-in person does, one by one, and every answer compared in full.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from bench.as_of_history import SYSTEMS, History, questions
from bench.lineage import zeros

SPACE = UUID("6ba7b811-9dad-11d1-80b4-00c04fd430c8")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Rows = dict[str, list[dict[str, Any]]]


def name_of(key: Any) -> str:
    """Return the identifier of what has a key."""
    return str(uuid5(SPACE, str(key)))


def moment_of(microseconds: int) -> str:
    """Return a moment as text with its zone."""
    return (EPOCH + timedelta(microseconds=microseconds)).isoformat()


def rows_of(history: History, department: str) -> Rows:
    """Return the rows that a history leaves behind."""
    systems = [f"AIS-{number:03}" for number in range(SYSTEMS)]
    rows: Rows = {
        "inventory_aisystem": [
            {"id": name_of(key), "key": key, "name": key, "department_id": department, "stage": "production",
             "operating_status": "running"} for key in systems
        ],
        "registry_aimodel": [{"id": name_of("model"), "key": "MOD-1", "name": "model"}],
        "registry_modelversion": [
            {"id": name_of(key), "key": key, "ai_model_id": name_of("model"), "name": key, "snapshot": key}
            for key in history.versions
        ],
    }  # fmt: skip
    _releases(history, rows)
    _authorisations(history, rows)
    _data(history, rows)
    for one in rows["catalog_dataset"]:
        one["department_id"] = department
    _deployments(history, rows)
    return rows


def _of(history: History, what: str) -> list[dict[str, Any]]:
    return [event for event in history.events if event["what"] == what]


def _releases(history: History, rows: Rows) -> None:
    withdrawn = {event["release"]: moment_of(event["at"]) for event in _of(history, "withdraw")}
    numbers: Counter[str] = Counter()
    rows["inventory_release"], rows["registry_releaseversion"] = [], []
    for event in _of(history, "release"):
        numbers[event["system"]] += 1
        rows["inventory_release"].append(
            {"id": name_of(event["release"]), "key": event["release"], "system_id": name_of(event["system"]),
             "number": numbers[event["system"]], "frozen_at": moment_of(event["at"]), "content": "\\x",
             "digest": name_of(event["release"]), "withdrawn_at": withdrawn.get(event["release"])}
        )  # fmt: skip
        for version in event["versions"]:
            rows["registry_releaseversion"].append(
                {"id": len(rows["registry_releaseversion"]) + 1, "release_id": name_of(event["release"]),
                 "model_version_id": name_of(version)}
            )  # fmt: skip


def _authorisations(history: History, rows: Rows) -> None:
    rows["inventory_authorisation"] = [
        {"id": name_of(one["authorisation"]), "key": one["authorisation"], "system_id": name_of(one["system"]),
         "release_id": name_of(one["release"]), "kind": "decision", "gate": "G5", "environment": one["environment"],
         "material_revision": one["revision"], "valid_from": moment_of(one["from"]), "valid_until": moment_of(one["until"]),
         "issued_at": moment_of(one["at"]), "review_id": name_of(one["authorisation"]),
         "revoked_at": moment_of(one["revoked"]) if "revoked" in one else None}
        for one in history.authorisations
    ]  # fmt: skip
    revision: Counter[str] = Counter()
    rows["inventory_materialchange"] = []
    for number, event in enumerate(_of(history, "change")):
        revision[event["system"]] += 1
        rows["inventory_materialchange"].append(
            {"id": number + 1, "system_id": name_of(event["system"]), "revision": revision[event["system"]] + 1,
             "table_name": "inventory_aisystem", "column_name": "outputs", "changed_at": moment_of(event["at"])}
        )  # fmt: skip
    for system in rows["inventory_aisystem"]:
        system["material_revision"] = revision[system["key"]] + 1


def _data(history: History, rows: Rows) -> None:
    rows["registry_versiondata"] = [
        {"id": name_of((one["version"], one["dataset"], one["role"])), "model_version_id": name_of(one["version"]),
         "dataset_id": name_of(one["dataset"]), "role": one["role"], "recorded_at": moment_of(one["at"])}
        for one in _of(history, "data")
    ]  # fmt: skip
    known: dict[str, dict[str, Any]] = {}
    rows["audit_entry"] = []
    for event in _of(history, "classify"):
        now = known.setdefault(event["dataset"], {"level": "", "categories": []})
        # As the recorder of changes writes them: text, and only what differs.
        changes = {
            name: [_text(now[name]), _text(to)] for name, to in event["to"].items() if _text(to) != _text(now[name])
        }
        now.update(event["to"])
        if changes:
            rows["audit_entry"].append(
                {"id": 1_000_000 + len(rows["audit_entry"]), "kind": "change", "event": "catalog.dataset.classified",
                 "subject_type": "catalog.dataset", "subject_id": name_of(event["dataset"]), "changes": changes,
                 "occurred_at": moment_of(event["at"])}
            )  # fmt: skip
    names = {one["dataset"] for one in _of(history, "data")} | set(known)
    nothing: dict[str, Any] = {"level": "", "categories": []}
    rows["catalog_dataset"] = [
        {"id": name_of(key), "key": key, "name": key, "title": key, **known.get(key, nothing)} for key in sorted(names)
    ]


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def _deployments(history: History, rows: Rows) -> None:
    standing: dict[tuple[str, ...], dict[str, Any]] = {}
    rows["registry_rollback"], rows["registry_deployment"] = [], []
    for number, event in enumerate(_of(history, "place")):
        system, environment, region, side = event["place"]
        before = standing.pop((system, environment, region, side), None)
        if before is not None:
            before["valid_until"] = moment_of(event["at"])
        if not event["release"] and not event["label"]:
            continue
        where = {"system_id": name_of(system), "environment": environment, "region": region}
        rollback, authorisation = event.get("rollback", ""), event.get("authorisation", "")
        if rollback:
            rows["registry_rollback"].append(
                {"id": name_of(rollback), "key": rollback, **where, "kind": "normal" if authorisation else "break_glass",
                 "state": "ordered", "reason": "bench", "to_release_id": name_of(event["release"]), "asked_at": moment_of(event["at"])}
            )  # fmt: skip
        row = {
            "id": name_of(("place", number)), "key": f"DEP-{number:06}", **where, "side": side,
            "release_id": name_of(event["release"]) if event["release"] else None, "observed_label": event["label"],
            "authorisation_id": name_of(authorisation) if authorisation else None, "valid_until": None,
            "rollback_id": name_of(rollback) if rollback else None, "valid_from": moment_of(event["at"]),
        }  # fmt: skip
        standing[(system, environment, region, side)] = row
        rows["registry_deployment"].append(row)


def load(cursor: Any, rows: Rows) -> None:
    """Write the rows, past the triggers: they were made by the history, not by operations."""
    for table, ones in rows.items():
        zero = zeros(cursor, table)
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER ALL")
        cursor.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, %s::jsonb || one)).*"
            " FROM jsonb_array_elements(%s::jsonb) AS one",
            [json.dumps(zero), json.dumps(ones)],
        )
        cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER ALL")


def program() -> Any:
    """Return a client that asks with a token of a person who may see everything."""
    from django.test import Client

    from apps.accounts import operations
    from apps.accounts.models import Person
    from apps.kernel.permissions import Permission
    from bench.lineage import reader

    reader()
    scopes = [
        Permission.REGISTRY_DEPLOYMENT_VIEW, Permission.INVENTORY_SYSTEM_VIEW, Permission.REGISTRY_MODEL_VIEW,
        Permission.CATALOG_DATASET_VIEW,
    ]  # fmt: skip
    issued = operations.issue_token(
        actor=Person.objects.get(email="bench@aurelia.example").as_actor(),
        name="bench",
        scopes=[str(s) for s in scopes],
    )
    return Client(headers={"authorization": f"Bearer {issued.text}"})


def asked_of_portal(client: Any, question: dict[str, Any]) -> tuple[list[Any], float]:
    """Return the endpoint's answer in the form of the replay, and its milliseconds."""
    given = question | {"at": moment_of(question["at"])}
    began = time.perf_counter()
    response = client.get("/api/v1/deployments/as-of", given)
    taken = (time.perf_counter() - began) * 1000
    assert response.status_code == 200, (response.status_code, response.content[:500])
    answer = response.json()
    assert not answer["cut"]
    found = [
        [
            row["system"], row["environment"], row["region"], row["side"], row["release"], row["observed_label"],
            (datetime.fromisoformat(row["from"]) - EPOCH) // timedelta(microseconds=1), row["rollback"],
            row["authorisation"], row["approval"],
            sorted(
                [version["key"], sorted([one["role"], one["dataset"], one["level"], one["categories"]] for one in version["data"])]
                for version in row["model_versions"]
            ),
        ]
        for row in answer["ran"]
    ]  # fmt: skip
    return sorted(found), taken


def replayed(folder: Path, history: History, asked: list[dict[str, Any]]) -> tuple[list[Any], float]:
    """Return the answers of the independent script, and its milliseconds a question."""
    for name, what in (("events", history.events), ("questions", asked)):
        (folder / f"{name}.json").write_text(json.dumps(what))
    script = Path(__file__).with_name("as_of_replay.py")
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-I", str(script), str(folder / "events.json"), str(folder / "questions.json")],
        capture_output=True, text=True, check=True, cwd=folder,
    )  # fmt: skip
    return json.loads(done.stdout), (time.perf_counter() - began) * 1000 / len(asked)


def run(folder: Path, orders: int, number: int) -> dict[str, Any]:
    """Make, load, ask, replay and compare."""
    from django.core.management import call_command
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from apps.accounts.models import Department

    with contextlib.redirect_stdout(io.StringIO()):
        call_command("prepare_database", verbosity=0)
    client = program()
    history = History(7, orders).make()
    rows = rows_of(history, str(Department.objects.get().pk))
    with connection.cursor() as cursor:
        load(cursor, rows)
        cursor.execute("VACUUM ANALYZE")
    asked = questions(11, history, number)
    theirs, replay_milliseconds = replayed(folder, history, asked)
    wrong, taken, statements = [], [], set()
    for question, expected in zip(asked, theirs, strict=True):
        found, milliseconds = asked_of_portal(client, question)
        taken.append(milliseconds)
        if json.loads(json.dumps(found)) != expected:
            wrong.append({"question": question, "portal": found, "replay": expected})
    for question in asked[:100]:
        connection.queries_log.clear()
        with CaptureQueriesContext(connection) as captured:
            asked_of_portal(client, question)
        statements.add(len(captured))
    slowest = asked[taken.index(max(taken))]
    taken.sort()
    return {
        "history": {
            "events": len(history.events), **history.orders, "days": round((history.now - history.events[0]["at"]) / 86.4e9),
            "rows": {table: len(ones) for table, ones in rows.items()},
        },
        "questions": number,
        "equal": number - len(wrong),
        "rows in answers": sum(len(one) for one in theirs),
        "questions answered with nothing": sum(not one for one in theirs),
        "approvals in answers": dict(Counter(row[9] for one in theirs for row in one)),
        "data in answers": sum(len(version[1]) for one in theirs for row in one for version in row[10]),
        "portal, milliseconds": {"p50": round(statistics.median(taken), 1), "p99": round(taken[len(taken) * 99 // 100], 1), "most": round(taken[-1], 1)},
        "replay, milliseconds": round(replay_milliseconds, 1),
        "statements a question": [min(statements), max(statements)],
        "slowest": slowest,
        "first difference": wrong[:1],
    }  # fmt: skip


def main() -> None:
    """Run the comparison on a database server of its own and print it as JSON; it fails when an answer differs."""
    parser = argparse.ArgumentParser(description="Compare as-of answers with a replay.")
    parser.add_argument("--orders", type=int, default=10_000)
    parser.add_argument("--questions", type=int, default=1000)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="gatehouse-bench-"))
    os.environ |= {
        "GATEHOUSE_MODE": "test", "GATEHOUSE_DATA": str(folder), "DJANGO_SETTINGS_MODULE": "portal.settings",
    }  # fmt: skip
    from portal.embedded.services import FAST, PostgreSQL

    server = PostgreSQL(folder, FAST)
    try:
        server.start()
        url = server.url("superuser", "gatehouse")
        os.environ |= {"DATABASE_URL": url, "DATABASE_OWNER_URL": url}
        import django

        django.setup()
        found = run(folder, options.orders, options.questions)
        print(json.dumps(found, indent=2))
        sys.exit(0 if found["equal"] == found["questions"] else 1)
    finally:
        server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
