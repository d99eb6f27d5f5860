"""The published events of real producers: counted in, taken, and counted again by a reader that shares no code with ours."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid5

import pytest

from apps.catalog.models import Dataset, Field, FieldEdge, Job, LineageEdge, LineageEvent
from apps.integrations.operations import receive_event
from apps.kernel.identifiers import uuid7
from tests.integrations.test_openlineage import SCHEMA_URL

pytestmark = pytest.mark.django_db
FILES = Path(__file__).resolve().parents[3] / "shared" / "data" / "lineage"
NAMESPACE = uuid7()


def _filled(event, name):
    """Put run id, time, producer and schema into a template of an event, where a client puts them."""
    filled = {"producer": "https://tests.example", "schemaURL": SCHEMA_URL} | event
    if not re.match(r"\d{4}-", str(filled.get("eventTime"))):
        filled["eventTime"] = "2026-11-01T00:00:00Z"
    if "run" in filled:
        run = filled["run"]
        known = re.fullmatch(r"[0-9a-f-]{36}", str(run.get("runId")))
        filled["run"] = run | {"runId": run["runId"] if known else str(uuid5(NAMESPACE, name))}
    return filled


def events():
    """Return every event of the files as a client sends it: most are templates, as their producers test with them."""
    found = []
    for path in [*sorted(FILES.glob("*.json")), *sorted((FILES / "hive").glob("*.json"))]:
        document = json.loads(path.read_text())
        for index, event in enumerate(document if isinstance(document, list) else [document]):
            found.append(_filled(event, f"{path.name} {index}"))
    for path in sorted((FILES / "facets").glob("*.json")):
        fragment = json.loads(path.read_text())
        side = "inputFacets" if "Input" in path.name else "facets"
        dataset = {"namespace": "facets", "name": path.stem, side: fragment}
        found.append(
            {"eventTime": "2026-11-01T00:00:00Z", "producer": "https://tests.example", "schemaURL": SCHEMA_URL,
             "dataset": dataset}
        )  # fmt: skip
    return found


def counted(all_events):
    """Count nodes, lines and ways from column to column, straight from the documents."""
    datasets, jobs, lines, ways = set(), set(), set(), set()
    same = {}
    for event in all_events:
        job = event.get("job") and (event["job"]["namespace"], event["job"]["name"])
        named = [*event.get("inputs", []), *event.get("outputs", [])] if job else [event["dataset"]]
        for one in named:
            pair = (one["namespace"], one["name"])
            datasets.add(pair)
            for link in one.get("facets", {}).get("symlinks", {}).get("identifiers", []):
                same.setdefault((link["namespace"], link["name"]), pair)
        flowed = event.get("eventType") not in ("FAIL", "ABORT")
        if job:
            jobs.add(job)
        if job and flowed:
            lines |= {((one["namespace"], one["name"]), job) for one in event.get("inputs", [])}
            lines |= {(job, (one["namespace"], one["name"])) for one in event.get("outputs", [])}
        for one in (event.get("outputs", []) if job else named) if flowed else []:
            for target, said in one.get("facets", {}).get("columnLineage", {}).get("fields", {}).items():
                for source in said["inputFields"]:
                    start = (source["namespace"], source["name"], source["field"])
                    datasets.add(start[:2])
                    for way in source.get("transformations") or [{"type": "DIRECT", "subtype": ""}]:
                        end = (one["namespace"], one["name"], target)
                        ways.add((start, end, way["type"].upper(), (way.get("subtype") or "").upper()))
    return datasets, jobs, lines, ways, same


@pytest.fixture(scope="module")
def published():
    if not FILES.is_dir():
        pytest.skip("../shared/data/lineage is not on this machine")
    return events()


def numbers():
    return (
        Dataset.objects.count(), Job.objects.count(), LineageEdge.objects.count(), FieldEdge.objects.count(),
        Field.objects.count(), LineageEvent.objects.count(),
    )  # fmt: skip


def test_every_published_event_is_taken_and_every_line_is_there(published, steward):
    taken = sum(receive_event(actor=steward.as_actor(), event=event) for event in published)
    distinct = {json.dumps(event, sort_keys=True) for event in published}
    assert taken == len(distinct) == LineageEvent.objects.count()
    datasets, jobs, lines, ways, same = counted(published)
    assert not set(same) & datasets, "the files name no dataset by a symlink; the count below would have to follow it"
    assert (Dataset.objects.count(), Job.objects.count()) == (len(datasets), len(jobs))
    assert LineageEdge.objects.count() == len(lines)
    assert FieldEdge.objects.count() == len(ways)
    before = numbers()
    assert not any(receive_event(actor=steward.as_actor(), event=event) for event in published)
    assert numbers() == before
