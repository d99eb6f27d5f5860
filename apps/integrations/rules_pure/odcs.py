"""Data contracts of the Open Data Contract Standard (ODCS 3.0 and 3.1): read, and written."""

from __future__ import annotations

import copy
import math
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import yaml

from .reading import Unreadable, entries, mapping, tags, words, yaml_document

_DAYS = {"d": 1, "day": 1, "days": 1, "w": 7, "week": 7, "weeks": 7, "m": 30, "month": 30, "months": 30, "y": 365, "yr": 365, "year": 365, "years": 365}  # fmt: skip
_MINUTES = {"min": 1, "minute": 1, "minutes": 1, "h": 60, "hr": 60, "hour": 60, "hours": 60, **{u: d * 1440 for u, d in _DAYS.items()}}  # fmt: skip
DEEPEST, MOST_FIELDS = 12, 5000
# The standard's logical types, by how databases call theirs.
LOGICAL = (
    (r"bool", "boolean"),
    (r"\bu?(small|big|tiny|medium)?int(eger|\d*)?\b|serial|\blong\b", "integer"),
    (r"num|dec|float|double|real|money", "number"),
    (r"timestamp|datetime", "timestamp"),
    (r"\bdate\b", "date"),
    (r"\btime\b", "time"),
    (r"array|\[\]|list", "array"),
    (r"struct|json|record|object|map|variant", "object"),
)


@dataclass(frozen=True, slots=True)
class Property:
    """A field of a contract."""

    path: str
    data_type: str
    description: str
    required: bool | None
    primary_key: bool
    tags: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A quality rule, on the whole or on one field."""

    identifier: str
    name: str
    kind: str
    field: str
    expectation: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Object:
    """A table, file or topic that the contract is about."""

    name: str
    title: str
    description: str
    tags: tuple[str, ...]
    properties: tuple[Property, ...]
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class Contract:
    """What a contract says."""

    identifier: str
    version: str
    name: str
    status: str
    objects: tuple[Object, ...]
    retention_days: int | None
    fresh_within_minutes: int | None
    body: dict[str, Any] = field(repr=False, default_factory=dict)


def read(content: bytes, name: str = "") -> Contract:
    """Read a contract; raise `Unreadable` with the place of what is wrong."""
    body = mapping(yaml_document(content, name), name or "the contract")
    if words(body.get("kind")) != "DataContract":
        raise Unreadable("kind", "“DataContract” is needed")
    if not re.fullmatch(r"v3\.[0-9]+\.[0-9]+", words(body.get("apiVersion"))):
        raise Unreadable("apiVersion", "a contract of ODCS 3 is needed (v3.0.0 to v3.1.0)")
    for needed in ("id", "version", "status"):
        if not words(body.get(needed), 200):
            raise Unreadable(needed, "a text is needed")
    given = body.get("schema") if body.get("schema") is not None else []
    if not isinstance(given, list):
        raise Unreadable("schema", "a list is needed")
    prefix, contract = _prefix(body), words(body.get("id"), 200)
    return Contract(
        identifier=contract,
        version=words(body.get("version"), 60),
        name=words(body.get("name") or body.get("dataProduct"), 250),
        status=words(body.get("status"), 40),
        objects=tuple(_object(one, f"schema[{index}]", prefix) for index, one in enumerate(given)),
        retention_days=_span(body, ("retention",), _DAYS),
        fresh_within_minutes=_span(body, ("freshness", "latency"), _MINUTES),
        body=body,
    )


def _prefix(body: dict[str, Any]) -> str:
    """Return database and schema of the first server, where names are to be found under."""
    for server in entries(body.get("servers")):
        parts = [words(server.get(key), 200) for key in ("database", "catalog", "project", "schema", "dataset")]
        return ".".join(part for part in parts if part)
    return ""


def _object(value: Any, place: str, prefix: str) -> Object:
    body = mapping(value, place)
    name = words(body.get("physicalName") or body.get("name"), 800)
    if not name:
        raise Unreadable(f"{place}.name", "a text is needed")
    properties: list[Property] = []
    rules: list[Rule] = list(_rules(body, ""))
    _properties(body.get("properties"), f"{place}.properties", "", properties, rules, 0)
    full = name if "." in name or "/" in name or not prefix else f"{prefix}.{name}"
    return Object(
        name=full[:1000],
        title=words(body.get("businessName") or body.get("name"), 250),
        description=words(body.get("description")),
        tags=tags(body.get("tags")),
        properties=tuple({one.path: one for one in properties}.values()),
        rules=tuple(rules),
    )


def _properties(given: Any, place: str, above: str, found: list[Property], rules: list[Rule], depth: int) -> None:
    if given is None:
        return
    if not isinstance(given, list):
        raise Unreadable(place, "a list is needed")
    if depth > DEEPEST or len(found) > MOST_FIELDS:
        raise Unreadable(place, "too many fields, or nested too deeply")
    for index, one in enumerate(given):
        inside = f"{place}[{index}]"
        body = mapping(one, inside)
        name = words(body.get("physicalName") or body.get("name"), 300)
        if not name:
            raise Unreadable(f"{inside}.name", "a text is needed")
        path = (above + name)[:500]
        found.append(_property(body, path))
        rules += _rules(body, path)
        items = body.get("items") if isinstance(body.get("items"), dict) else {}
        _properties(
            body.get("properties") or items.get("properties"),
            f"{inside}.properties",
            f"{path}.",
            found,
            rules,
            depth + 1,
        )


def _property(body: dict[str, Any], path: str) -> Property:
    named = set(tags(body.get("tags")))
    if words(body.get("classification"), 50):
        named.add(f"classification={words(body.get('classification'), 50).lower()}")
    if body.get("criticalDataElement") is True:
        named.add("critical data element")
    required = body.get("required")
    return Property(
        path=path,
        data_type=words(body.get("physicalType") or body.get("logicalType"), 200),
        description=words(body.get("description") or body.get("businessName")),
        required=required if isinstance(required, bool) else None,
        primary_key=body.get("primaryKey") is True,
        tags=tuple(sorted(named)),
    )


def _rules(body: dict[str, Any], path: str) -> list[Rule]:
    """Return the rules on the whole or on one field, each known by its field and its id, name or kind.

    Never by its place in the list alone: a contract in another order would pass one rule's results to another.
    """
    found = []
    alike: Counter[str] = Counter()
    for rule in entries(body.get("quality")):
        kind = words(rule.get("metric") or rule.get("rule") or rule.get("type"), 120)
        label = words(rule.get("name") or rule.get("description"), 250) or kind or "rule"
        known = {
            key: value
            for key, value in rule.items()
            if key.startswith("mustBe") or key in ("unit", "dimension", "severity", "query", "arguments", "validValues")
        }
        about = f"{path} {words(rule.get('id') or rule.get('name'), 200) or kind}".strip()
        alike[about] += 1
        identifier = about if alike[about] == 1 else f"{about} {alike[about]}"
        found.append(Rule(identifier, label, kind, path, known))
    return found


def _span(body: dict[str, Any], names: tuple[str, ...], units: dict[str, int]) -> int | None:
    """Return a service level as a number of its unit, of the first of the names that is said."""
    levels = entries(body.get("slaProperties"))
    for name in names:
        for level in levels:
            value, unit = level.get("value"), words(level.get("unit") or "d").lower()
            if words(level.get("property")) == name and unit in units:
                try:
                    number = float(value)  # type: ignore[arg-type]
                except (TypeError, ValueError):
                    continue
                if 0 < number * units[unit] < 10**9:
                    # Half a day is a day: nothing is promised or kept shorter than was said.
                    return math.ceil(number * units[unit])
    return None


def logical_type(physical: str) -> str:
    """Return the standard's logical type of a physical one; "string" where nothing fits."""
    plain = physical.lower()
    return next((logical for pattern, logical in LOGICAL if re.search(pattern, plain)), "string")


@dataclass(frozen=True, slots=True)
class Said:
    """What the catalog knows of a dataset, to be written as a contract."""

    identifier: str
    version: str
    title: str
    name: str
    description: str
    tags: tuple[str, ...]
    fields: tuple[dict[str, Any], ...]
    rules: tuple[dict[str, Any], ...] = ()
    retention_days: int | None = None
    fresh_within_minutes: int | None = None
    team: tuple[tuple[str, str], ...] = ()
    domain: str = ""
    approvers: tuple[str, str] = ("", "")


def write(said: Said, imported: dict[str, Any] | None = None) -> str:
    """Write a contract (YAML, ODCS 3.1.0) of what is known, over the imported one so that nothing of it is lost."""
    body = copy.deepcopy(imported) if imported else {}
    # What a 3.0 contract says is said in 3.1 as well; its list of people became an object.
    body |= {"apiVersion": "v3.1.0", "kind": "DataContract", "id": said.identifier, "version": said.version}
    if isinstance(body.get("team"), list):
        body["team"] = {"members": entries(body["team"])}
    body.setdefault("status", "active")
    body.setdefault("name", said.title)
    if said.domain:
        body.setdefault("domain", said.domain)
    if said.description and not body.get("description"):
        body["description"] = {"purpose": said.description}
    objects = body.setdefault("schema", [])
    if not isinstance(objects, list):
        objects = body["schema"] = []
    target = next((one for one in entries(objects) if _names(one, said.name)), None)
    if target is None:
        target = {"name": said.title, "physicalName": said.name, "physicalType": "table"}
        objects.append(target)
    if said.description:
        target["description"] = said.description
    if said.tags:
        target["tags"] = sorted({*tags(target.get("tags")), *said.tags})
    target["properties"] = _written(target.get("properties"), said)
    _service_levels(body, said)
    _team(body, said)
    first, second = said.approvers
    if first and "roles" not in body:
        levels = {"firstLevelApprovers": first} | ({"secondLevelApprovers": second} if second else {})
        body["roles"] = [{"role": "reader", "access": "read", **levels}]
    if first and "support" not in body:
        body["support"] = [{"channel": first, "tool": "email", "url": f"mailto:{first}"}]
    return yaml.safe_dump(body, sort_keys=False, allow_unicode=True, width=120)


def _names(body: dict[str, Any], name: str) -> bool:
    """Tell whether a schema object of the contract is the dataset of that name."""
    said = words(body.get("physicalName") or body.get("name"))
    return bool(said) and (name == said or name.endswith(f".{said}"))


def _written(given: Any, said: Said, above: str = "") -> list[dict[str, Any]]:
    """Write the fields under a path over the imported ones, with what is nested in them."""
    known = {words(one.get("physicalName") or one.get("name")): one for one in entries(given)}
    found = []
    for one in said.fields:
        name = one["name"][len(above) :]
        if one["name"].startswith(above) and "." not in name:
            body = _field(known.pop(name, None) or {"name": name}, one, said)
            _nested(body, one["name"], said)
            found.append(body)
    return [*found, *known.values()]


def _nested(body: dict[str, Any], path: str, said: Said) -> None:
    """Write what is inside a field: of an object itself, of an array in its items."""
    if not any(one["name"].startswith(f"{path}.") for one in said.fields):
        return
    array = body.get("logicalType") == "array" and "properties" not in body
    if array and not isinstance(body.get("items"), dict):
        body["items"] = {"logicalType": "object"}
    if not array:
        body["logicalType"] = "object"
    holder = body["items"] if array else body
    holder["properties"] = _written(holder.get("properties"), said, f"{path}.")


def _field(body: dict[str, Any], one: dict[str, Any], said: Said) -> dict[str, Any]:
    if one["data_type"]:
        body.setdefault("physicalType", one["data_type"])
    body.setdefault("logicalType", logical_type(one["data_type"]))
    for key in ("description", "classification"):
        if one.get(key):
            body[key] = one[key]
    if one.get("required"):
        body["required"] = True
    if one.get("primary_key"):
        body["primaryKey"] = True
        body.setdefault("primaryKeyPosition", 1)
    if one.get("tags"):
        body["tags"] = sorted({*tags(body.get("tags")), *one["tags"]})
    rules = [rule["body"] for rule in said.rules if rule["field"] == one["name"]]
    if rules and not body.get("quality"):
        body["quality"] = rules
    return body


def _service_levels(body: dict[str, Any], said: Said) -> None:
    """Write the levels that differ from what the contract says; those that it says already stay in its own words."""
    wanted = (
        (said.retention_days, ("retention",), _DAYS, "d"),
        (said.fresh_within_minutes, ("freshness", "latency"), _MINUTES, "min"),
    )
    levels = entries(body.get("slaProperties"))
    for value, names, units, unit in wanted:
        if value is None or _span({"slaProperties": levels}, names, units) == value:
            continue
        levels = [one for one in levels if words(one.get("property")) not in names]
        levels.append({"property": names[-1], "value": value, "unit": unit})
    if levels:
        body["slaProperties"] = levels


def _team(body: dict[str, Any], said: Said) -> None:
    """Name owner and steward beside whom the contract names."""
    if not said.team:
        return
    team = body.get("team") if isinstance(body.get("team"), dict) else {}
    members = entries(team.get("members"))
    known = {words(one.get("username")).lower() for one in members}
    added = [{"username": email, "role": role} for email, role in said.team if email.lower() not in known]
    body["team"] = {**team, "members": [*members, *added]}
