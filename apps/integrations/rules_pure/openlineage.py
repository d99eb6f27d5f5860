"""OpenLineage events (specification 2-0-2), read strictly where identity is concerned and tolerantly elsewhere.

Whoever sends an event without run id, time or names is told the place (RFC 6901) and the reason. Facets that are not known
are left alone: the whole event is kept beside what is read here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

EVENT_TYPES = ("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER")
ENDED_BADLY = ("ABORT", "FAIL")
MOST_FIELDS, MOST_DATASETS, DEEPEST = 5_000, 500, 12
LONGEST = {"namespace": 500, "name": 1000}
_KEY = re.compile(r"AIS-\d{4,}")


class BadEvent(ValueError):
    """An event that cannot be taken: where, and why."""

    def __init__(self, place: str, reason: str) -> None:
        super().__init__(f"{place or '/'}: {reason}")
        self.place, self.reason = place or "/", reason


@dataclass(frozen=True, slots=True)
class FieldSeen:
    """A field of a schema facet; nested ones by their path."""

    path: str
    data_type: str
    description: str
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FlowSeen:
    """A field's way into another, by names."""

    source: tuple[str, str, str]
    target_path: str
    kind: str
    subtype: str
    masking: bool
    description: str


@dataclass(frozen=True, slots=True)
class AssertionSeen:
    """One assertion about the data, and whether it held."""

    name: str
    field: str
    success: bool


@dataclass(frozen=True, slots=True)
class DatasetSeen:
    """What an event says of a dataset."""

    namespace: str
    name: str
    fields: tuple[FieldSeen, ...] | None = None
    description: str = ""
    tags: tuple[str, ...] = ()
    other_names: tuple[tuple[str, str, str], ...] = ()
    flows: tuple[FlowSeen, ...] = ()
    assertions: tuple[AssertionSeen, ...] = ()
    row_count: int | None = None
    lifecycle: str = ""
    previous: tuple[str, str] | None = None


@dataclass(frozen=True, slots=True)
class EventSeen:
    """What an event says."""

    kind: str
    time: datetime
    producer: str
    event_type: str = ""
    run_id: str = ""
    job: tuple[str, str] | None = None
    job_kind: str = ""
    integration: str = ""
    job_description: str = ""
    system_key: str = ""
    inputs: tuple[DatasetSeen, ...] = ()
    outputs: tuple[DatasetSeen, ...] = ()
    dataset: DatasetSeen | None = None

    @property
    def datasets(self) -> tuple[DatasetSeen, ...]:
        """Every dataset that is named, outputs last: what they say of themselves is the newer word."""
        return (*self.inputs, *self.outputs, *((self.dataset,) if self.dataset else ()))

    @property
    def draws(self) -> bool:
        """Tell whether data flowed, as far as the event knows: a run that failed or was aborted proves no flow."""
        return self.job is not None and self.event_type not in ENDED_BADLY


def read(event: Any) -> EventSeen:
    """Read one event; raise `BadEvent` with the place of the first thing that is wrong."""
    body = _object(event, "")
    time, producer = _moment(body.get("eventTime"), "/eventTime"), _text(body, "producer", "")
    _text(body, "schemaURL", "")
    if "run" in body:
        return _run_event(body, time, producer)
    if "job" in body:
        return _job_event(body, time, producer)
    if "dataset" in body:
        return EventSeen("dataset", time, producer, dataset=_dataset(body["dataset"], "/dataset"))
    raise BadEvent("", "neither a run, a job nor a dataset")


def _run_event(body: dict[str, Any], time: datetime, producer: str) -> EventSeen:
    run = _object(body["run"], "/run")
    try:
        run_id = str(UUID(_text(run, "runId", "/run")))
    except ValueError as problem:
        raise problem if isinstance(problem, BadEvent) else BadEvent("/run/runId", "not a UUID") from None
    _facets(run, "facets", "/run")
    event_type = body.get("eventType") or ""
    if event_type and event_type not in EVENT_TYPES:
        raise BadEvent("/eventType", f"one of {', '.join(EVENT_TYPES)} is needed")
    seen = _job_event(body, time, producer)
    values = {name: getattr(seen, name) for name in EventSeen.__slots__}
    return EventSeen(**(values | {"kind": "run", "event_type": event_type, "run_id": run_id}))


def _job_event(body: dict[str, Any], time: datetime, producer: str) -> EventSeen:
    job = _object(body.get("job"), "/job")
    facets = _facets(job, "facets", "/job")
    kind = facets.get("jobType", {})
    return EventSeen(
        kind="job",
        time=time,
        producer=producer,
        job=(_text(job, "namespace", "/job"), _text(job, "name", "/job")),
        job_kind=_short(kind.get("jobType"), 60),
        integration=_short(kind.get("integration"), 60),
        job_description=_short(facets.get("documentation", {}).get("description"), 8000),
        system_key=_system_key(facets),
        inputs=_datasets(body.get("inputs"), "/inputs"),
        outputs=_datasets(body.get("outputs"), "/outputs"),
    )


def _system_key(facets: dict[str, Any]) -> str:
    """Return the key of the AI system that a job's tags name (key "system" or "gatehouse.system")."""
    for tag in _entries(facets.get("tags", {}).get("tags")):
        if str(tag.get("key", "")).lower() in ("system", "gatehouse.system"):
            found = _KEY.fullmatch(str(tag.get("value", "")).strip().upper())
            if found:
                return found.group()
    return ""


def _datasets(value: Any, place: str) -> tuple[DatasetSeen, ...]:
    if value is None:
        return ()
    if not isinstance(value, list):
        raise BadEvent(place, "not a list")
    if len(value) > MOST_DATASETS:
        raise BadEvent(place, f"more than {MOST_DATASETS} datasets")
    return tuple(_dataset(one, f"{place}/{index}") for index, one in enumerate(value))


def _dataset(value: Any, place: str) -> DatasetSeen:
    body = _object(value, place)
    facets = _facets(body, "facets", place)
    inside = _facets(body, "inputFacets", place) | _facets(body, "outputFacets", place)
    schema, tags = facets.get("schema"), _entries(facets.get("tags", {}).get("tags"))
    by_field: dict[str, list[str]] = {}
    for tag in tags:
        by_field.setdefault(str(tag.get("field") or ""), []).append(_tag(tag))
    change = facets.get("lifecycleStateChange", {})
    before = change.get("previousIdentifier")
    owners = [f"owner={_short(one.get('name'), 100)}" for one in _entries(facets.get("ownership", {}).get("owners"))]
    return DatasetSeen(
        namespace=_text(body, "namespace", place),
        name=_text(body, "name", place),
        fields=_fields(schema, f"{place}/facets/schema", by_field) if schema is not None else None,
        description=_short(facets.get("documentation", {}).get("description"), 8000),
        tags=tuple(sorted({*by_field.get("", ()), *owners})),
        other_names=tuple(_names(facets.get("symlinks", {}))),
        flows=tuple(_flows(facets.get("columnLineage"), f"{place}/facets/columnLineage")),
        assertions=tuple(_assertions({**facets, **inside}.get("dataQualityAssertions", {}))),
        row_count=_row_count(facets, inside),
        lifecycle=str(change.get("lifecycleStateChange") or ""),
        previous=_name_pair(before) if isinstance(before, dict) else None,
    )


def _fields(schema: dict[str, Any], place: str, tags: dict[str, list[str]]) -> tuple[FieldSeen, ...]:
    given = schema.get("fields", [])
    if given is None:
        given = []
    if not isinstance(given, list):
        raise BadEvent(f"{place}/fields", "not a list")
    found = list(_nested(given, f"{place}/fields", "", tags, 0))
    if len(found) > MOST_FIELDS:
        raise BadEvent(f"{place}/fields", f"more than {MOST_FIELDS} fields")
    return tuple({field.path: field for field in found}.values())


def _nested(given: list[Any], place: str, above: str, tags: dict[str, list[str]], depth: int) -> Iterator[FieldSeen]:
    if depth > DEEPEST:
        raise BadEvent(place, "nested too deeply")
    for index, one in enumerate(given):
        body = _object(one, f"{place}/{index}")
        path = above + _text(body, "name", f"{place}/{index}")
        own = tuple(sorted(tags.get(path, ())))
        yield FieldSeen(path[:500], _short(body.get("type"), 200), _short(body.get("description"), 8000), own)
        below = body.get("fields")
        if isinstance(below, list):
            yield from _nested(below, f"{place}/{index}/fields", f"{path}.", tags, depth + 1)


def _flows(facet: Any, place: str) -> Iterator[FlowSeen]:
    if not isinstance(facet, dict):
        return
    fields = facet.get("fields") or {}
    if not isinstance(fields, dict):
        raise BadEvent(f"{place}/fields", "not an object")
    for target, said in fields.items():
        inside = f"{place}/fields/{_escaped(target)}"
        body = _object(said, inside)
        for index, given in enumerate(_list(body.get("inputFields"), f"{inside}/inputFields")):
            yield from _ways(
                _object(given, f"{inside}/inputFields/{index}"), body, target, f"{inside}/inputFields/{index}"
            )


def _ways(given: dict[str, Any], around: dict[str, Any], target: str, place: str) -> Iterator[FlowSeen]:
    """Yield one way for each transformation; the form before 1-2-0 names one type for the whole target."""
    source = (_text(given, "namespace", place), _text(given, "name", place), _text(given, "field", place)[:500])
    ways = _entries(given.get("transformations"))
    if not ways:
        old = str(around.get("transformationType") or "")
        ways = [
            {
                "type": "DIRECT",
                "subtype": "" if old == "MASKED" else old,
                "masking": old == "MASKED",
                "description": around.get("transformationDescription"),
            }
        ]
    for way in ways:
        kind = str(way.get("type") or "DIRECT").upper()
        if kind not in ("DIRECT", "INDIRECT"):
            raise BadEvent(f"{place}/transformations", "“type” is DIRECT or INDIRECT")
        yield FlowSeen(
            source,
            target[:500],
            kind,
            _short(way.get("subtype"), 40).upper(),
            way.get("masking") is True,
            _short(way.get("description"), 2000),
        )


def _assertions(facet: dict[str, Any]) -> Iterator[AssertionSeen]:
    for one in _entries(facet.get("assertions")):
        if isinstance(one.get("success"), bool) and one.get("assertion"):
            yield AssertionSeen(_short(one["assertion"], 200), _short(one.get("column"), 500), one["success"])


def _row_count(*facets: dict[str, Any]) -> int | None:
    for facet in facets:
        for name in ("outputStatistics", "dataQualityMetrics", "inputStatistics"):
            count = facet.get(name, {}).get("rowCount")
            if isinstance(count, int) and not isinstance(count, bool) and 0 <= count < 2**62:
                return count
    return None


def _names(facet: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    for one in _entries(facet.get("identifiers")):
        pair = _name_pair(one)
        if pair is not None:
            yield *pair, _short(one.get("type"), 60)


def _name_pair(body: dict[str, Any]) -> tuple[str, str] | None:
    namespace, name = body.get("namespace"), body.get("name")
    if not isinstance(namespace, str) or not isinstance(name, str) or not namespace or not name:
        return None
    return (namespace, name) if len(namespace) <= LONGEST["namespace"] and len(name) <= LONGEST["name"] else None


def _tag(tag: dict[str, Any]) -> str:
    key, value = _short(tag.get("key"), 60), _short(tag.get("value"), 50)
    return f"{key}={value}" if value and value != "true" else key


def _facets(body: dict[str, Any], name: str, place: str) -> dict[str, Any]:
    """Return facets as a mapping of mappings."""
    given = body.get(name)
    if given is None:
        return {}
    found = _object(given, f"{place}/{name}")
    for facet, content in found.items():
        if not isinstance(content, dict):
            raise BadEvent(f"{place}/{name}/{_escaped(facet)}", "a facet is an object")
    return found


def _entries(value: Any) -> list[dict[str, Any]]:
    """Return the objects of a list, leaving out what is none: details of a facet never refuse an event."""
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _list(value: Any, place: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadEvent(place, "not a list")
    return value


def _object(value: Any, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise BadEvent(place, "not an object")
    return value


def _text(body: dict[str, Any], name: str, place: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip():
        raise BadEvent(f"{place}/{name}", "a text is needed")
    if len(value) > LONGEST.get(name, 2000):
        raise BadEvent(f"{place}/{name}", f"longer than {LONGEST.get(name, 2000)} characters")
    return value


def _escaped(name: str) -> str:
    """Return a name as it stands in a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")


def _short(value: Any, length: int) -> str:
    return value[:length] if isinstance(value, str) else ""


def _moment(value: Any, place: str) -> datetime:
    if not isinstance(value, str):
        raise BadEvent(place, "a time (RFC 3339) is needed")
    text = re.sub(r"(\.\d{6})\d+", r"\1", value.strip())
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
        # Old clients leave the zone out; they mean UTC.
        found = found if found.tzinfo else found.replace(tzinfo=UTC)
        return found.astimezone(UTC)
    except (ValueError, OverflowError):
        raise BadEvent(place, "not a time (RFC 3339)") from None
