"""dbt artifacts: manifest (schema versions 2 to 12), catalog and run results."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from .reading import Unreadable, entries, json_document, mapping, moment, tags, words

KINDS = ("model", "seed", "snapshot", "source")
OUTCOMES = {
    "pass": "passed",
    "success": "passed",
    "fail": "failed",
    "warn": "warned",
    "error": "error",
    "skipped": "skipped",
}
_REF = re.compile(r"ref\(\s*'([^']+)'(?:\s*,\s*'([^']+)')?")
_SOURCE = re.compile(r"source\(\s*'([^']+)'\s*,\s*'([^']+)'")
_VERSION = re.compile(r"/v(\d+)\.json$")


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a node."""

    name: str
    data_type: str = ""
    description: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Node:
    """A model, seed, snapshot or source: a dataset, unless it is ephemeral."""

    uid: str
    kind: str
    name: str
    relation: str
    description: str
    tags: tuple[str, ...]
    owner: str
    columns: tuple[Column, ...]
    upstream: tuple[str, ...]
    ephemeral: bool = False


@dataclass(frozen=True, slots=True)
class Test:
    """A test, and the node and column it is about."""

    uid: str
    name: str
    kind: str
    node: str
    column: str
    severity: str


@dataclass(frozen=True, slots=True)
class Result:
    """What one run did with a node or test."""

    uid: str
    outcome: str
    at: datetime
    run: str
    observed: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Project:
    """Everything that the artifacts of one project say."""

    name: str
    version: int
    generated_at: datetime
    nodes: dict[str, Node]
    tests: dict[str, Test]
    results: list[Result]
    exposures: list[Node]

    def datasets(self) -> list[Node]:
        """Return the nodes that are kept anywhere."""
        return [node for node in self.nodes.values() if not node.ephemeral]

    def feeding(self, node: Node) -> list[str]:
        """Return the ids of datasets that a node reads, straight through ephemeral models."""
        found: list[str] = []
        seen: set[str] = set()
        waiting = list(node.upstream)
        while waiting:
            uid = waiting.pop(0)
            above = self.nodes.get(uid)
            if above is None or uid in seen:
                continue
            seen.add(uid)
            if above.ephemeral:
                waiting += above.upstream
            else:
                found.append(uid)
        return found


def read(files: dict[str, bytes]) -> Project:
    """Read the artifacts by their names; the manifest is needed, catalog and run results may follow."""
    named = {name.lower(): content for name, content in files.items()}
    unknown = sorted(set(named) - {"manifest.json", "catalog.json", "run_results.json"})
    if unknown:
        raise Unreadable(unknown[0], "only manifest.json, catalog.json and run_results.json are taken")
    if "manifest.json" not in named:
        raise Unreadable("manifest.json", "the manifest is needed")
    manifest = mapping(json_document(named["manifest.json"], "manifest.json"), "manifest.json")
    catalog = json_document(named["catalog.json"], "catalog.json") if "catalog.json" in named else {}
    run = json_document(named["run_results.json"], "run_results.json") if "run_results.json" in named else {}
    return _project(manifest, mapping(catalog, "catalog.json"), mapping(run, "run_results.json"))


def _project(manifest: dict[str, Any], catalog: dict[str, Any], run: dict[str, Any]) -> Project:
    said = mapping(manifest.get("metadata"), "manifest.json/metadata")
    version = _VERSION.search(words(said.get("dbt_schema_version")))
    if version is None or not 2 <= int(version.group(1)) <= 12:
        raise Unreadable("manifest.json/metadata/dbt_schema_version", "a manifest of schema version 2 to 12 is needed")
    described = {**_columns_of(catalog, "nodes"), **_columns_of(catalog, "sources")}
    every = {**_section(manifest, "nodes"), **_section(manifest, "sources")}
    nodes = {
        uid: _node(uid, body, described.get(uid, {}))
        for uid, body in every.items()
        if words(body.get("resource_type")) in KINDS
    }
    tests = {
        uid: _test(uid, body)
        for uid, body in every.items()
        if words(body.get("resource_type")) in ("test", "unit_test")
    }
    exposures = [_node(uid, body, {}) for uid, body in _section(manifest, "exposures").items()]
    names = [uid.split(".")[1] for uid in nodes if uid.count(".") >= 2]
    name = words(said.get("project_name"), 200) or (max(set(names), key=names.count) if names else "dbt")
    generated = moment(said.get("generated_at")) or datetime(1970, 1, 1, tzinfo=UTC)
    return Project(name, int(version.group(1)), generated, nodes, tests, _results(run), exposures)


def _section(document: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    found = mapping(document.get(name) or {}, f"manifest.json/{name}")
    return {words(uid, 500): mapping(body, f"manifest.json/{name}/{uid}") for uid, body in found.items()}


def _columns_of(catalog: dict[str, Any], name: str) -> dict[str, dict[str, str]]:
    """Return the type of each column as the warehouse itself reported it."""
    found = {}
    for uid, body in mapping(catalog.get(name) or {}, f"catalog.json/{name}").items():
        columns = body.get("columns") if isinstance(body, dict) else None
        found[uid] = {
            words(key): words(column.get("type"), 200)
            for key, column in (columns.items() if isinstance(columns, dict) else ())
            if isinstance(column, dict)
        }
    return found


def _node(uid: str, body: dict[str, Any], types: dict[str, str]) -> Node:
    config = body.get("config") if isinstance(body.get("config"), dict) else {}
    meta = (
        {**(config.get("meta") or {}), **(body.get("meta") or {})} if isinstance(config.get("meta") or {}, dict) else {}
    )
    meta = meta if isinstance(meta, dict) else {}
    name = words(body.get("alias") or body.get("identifier") or body.get("name"), 300)
    parts = [words(body.get("database"), 200), words(body.get("schema"), 200), name]
    columns = body.get("columns") if isinstance(body.get("columns"), dict) else {}
    owner = meta.get("owner") or body.get("owner")
    depends = body.get("depends_on") if isinstance(body.get("depends_on"), dict) else {}
    return Node(
        uid=uid,
        kind=words(body.get("resource_type")) or "exposure",
        name=name or uid,
        relation=".".join(part for part in parts if part) or uid,
        description=words(body.get("description")),
        tags=tuple(sorted({*tags(body.get("tags")), *_meta_tags(meta)})),
        owner=words(owner.get("email") or owner.get("name") if isinstance(owner, dict) else owner, 254),
        columns=tuple(_all_columns(columns, types)),
        upstream=tuple(words(one, 500) for one in (depends.get("nodes") or []) if isinstance(one, str)),
        ephemeral=words(config.get("materialized")) == "ephemeral",
    )


def _all_columns(declared: dict[str, Any], types: dict[str, str]) -> list[Column]:
    """Return the columns that the warehouse reported, else those that were written down; names as written."""
    written = {words(name).lower(): (name, body if isinstance(body, dict) else {}) for name, body in declared.items()}
    order = list(types) or [words(name) for name in declared]
    order += [name for name, _body in written.values() if words(name).lower() not in {one.lower() for one in order}]
    found = []
    for name in order:
        original, body = written.get(name.lower(), (name, {}))
        meta = body.get("meta") if isinstance(body.get("meta"), dict) else {}
        found.append(
            Column(
                words(original, 500),
                types.get(name) or words(body.get("data_type"), 200),
                words(body.get("description")),
                tuple(sorted({*tags(body.get("tags")), *_meta_tags(meta)})),
            )
        )
    return [column for column in found if column.name]


def _meta_tags(meta: dict[str, Any]) -> list[str]:
    """Return what `meta` says as tags: classification=restricted, pii."""
    found = []
    for key, value in meta.items():
        if isinstance(value, bool):
            found += [words(key, 60)] if value else []
        elif isinstance(value, str | int | float) and key != "owner":
            found.append(f"{words(key, 60)}={words(value, 50)}")
    return found


def _test(uid: str, body: dict[str, Any]) -> Test:
    generic = body.get("test_metadata") if isinstance(body.get("test_metadata"), dict) else {}
    kwargs = generic.get("kwargs") if isinstance(generic.get("kwargs"), dict) else {}
    depends = body.get("depends_on") if isinstance(body.get("depends_on"), dict) else {}
    nodes = [one for one in depends.get("nodes") or [] if isinstance(one, str)]
    config = body.get("config") if isinstance(body.get("config"), dict) else {}
    return Test(
        uid=uid,
        name=words(body.get("name"), 300) or uid,
        kind=words(generic.get("name"), 120) or "singular",
        node=words(body.get("attached_node"), 500) or _tested(words(kwargs.get("model")), nodes),
        column=words(body.get("column_name") or kwargs.get("column_name"), 500),
        severity=words(config.get("severity"), 20).lower(),
    )


def _tested(model: str, nodes: list[str]) -> str:
    """Return which of the nodes that a test depends on it is about: the one its model names, else the last."""
    found = _REF.search(model)
    if found:
        name = found.group(2) or found.group(1)
        named = [uid for uid in nodes if not uid.startswith("source.") and name in uid.split(".")]
        return named[0] if named else (nodes[-1] if nodes else "")
    source = _SOURCE.search(model)
    if source:
        named = [uid for uid in nodes if uid.split(".")[-2:] == list(source.groups())]
        return named[0] if named else (nodes[-1] if nodes else "")
    return nodes[-1] if nodes else ""


def _results(run: dict[str, Any]) -> list[Result]:
    if not run:
        return []
    said = mapping(run.get("metadata"), "run_results.json/metadata")
    generated = moment(said.get("generated_at"))
    if generated is None:
        raise Unreadable("run_results.json/metadata/generated_at", "a time is needed")
    invocation, found = words(said.get("invocation_id"), 200), []
    for index, body in enumerate(entries(run.get("results"))):
        uid, outcome = words(body.get("unique_id"), 500), OUTCOMES.get(words(body.get("status")))
        if not uid or outcome is None:
            raise Unreadable(f"run_results.json/results/{index}", "“unique_id” and a known “status” are needed")
        ended = [moment(one.get("completed_at")) for one in entries(body.get("timing"))]
        at = max((one for one in ended if one), default=generated)
        observed = {key: body[key] for key in ("failures", "execution_time") if isinstance(body.get(key), int | float)}
        message = words(body.get("message"), 500)
        found.append(Result(uid, outcome, at, invocation, observed | ({"message": message} if message else {})))
    return found
