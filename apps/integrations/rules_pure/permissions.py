"""Permissions of platforms from files: our own JSON, Snowflake's SHOW GRANTS and Databricks' table_privileges as CSV.

Our own form (`gatehouse-permissions-v1`), for every platform that has no reader here:

    {"format": "gatehouse-permissions-v1", "taken_at": "2026-11-23T02:00:00Z",
     "store": {"encryption": "own_key", "key_reference": "vault:lake/key", "transport_encrypted": true},
     "permissions": [{"principal": "claims_app", "object": "claims.public.claim", "privileges": ["read"],
                      "fields": ["claim_id"], "through": "role reader"}]}
"""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

FORMAT = "gatehouse-permissions-v1"
READ = {"read", "select", "usage", "read_files", "references"}
WRITE = {"write", "insert", "update", "delete", "truncate", "modify", "write_files"}
EVERYTHING = {"all", "all privileges", "all_privileges", "ownership", "owner"}
ENCRYPTIONS = ("unknown", "none", "provider_key", "own_key")
MOST = 200_000


class Unreadable(ValueError):
    """A file that cannot be taken; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Given:
    """One permission of the file."""

    principal: str
    object_name: str
    privileges: tuple[str, ...]
    fields: tuple[str, ...] = ()
    through: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a file says."""

    permissions: list[Given]
    taken_at: datetime | None = None
    store: dict[str, Any] = field(default_factory=dict)


def read(content: bytes) -> Reading:
    """Read a file in any of the known forms; raise `Unreadable` with the place otherwise."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        raise Unreadable(f"The file is not UTF-8: byte {problem.start}.") from None
    if "\x00" in text:
        raise Unreadable("The file holds characters that cannot be kept.")
    return _read_json(text) if text.lstrip().startswith(("{", "[")) else _read_table(text)


def _read_json(text: str) -> Reading:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as problem:
        raise Unreadable(f"This is no JSON: {problem}"[:300]) from None
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise Unreadable(f"“format” must be “{FORMAT}”.")
    rows = document.get("permissions")
    if not isinstance(rows, list):
        raise Unreadable("“permissions” must be a list.")
    if len(rows) > MOST:
        raise Unreadable(f"More than {MOST:,} permissions.")
    given = [_given(row, f"permissions[{index}]") for index, row in enumerate(rows)]
    return Reading(given, _moment(document.get("taken_at")), _store(document.get("store") or {}))


def _store(store: Any) -> dict[str, Any]:
    """Return what the store says of itself, each in the form in which it is compared: another one would be passed over."""
    if not isinstance(store, dict) or set(store) - {"encryption", "key_reference", "transport_encrypted", "version"}:
        raise Unreadable("“store” may say encryption, key_reference, transport_encrypted and version.")
    if store.get("encryption", "none") not in ENCRYPTIONS:
        raise Unreadable(f"store: “encryption” is one of {', '.join(ENCRYPTIONS)}.")
    if not isinstance(store.get("transport_encrypted"), bool | None):
        raise Unreadable("store: “transport_encrypted” is true or false.")
    if not all(_can_be_kept(store.get(name, "")) for name in ("key_reference", "version")):
        raise Unreadable("store: “key_reference” and “version” are texts.")
    return store


def _can_be_kept(value: Any) -> bool:
    """Tell whether a value is a text that the database holds: an escape of JSON may say what is none."""
    return isinstance(value, str) and not any(one == "\x00" or "\ud800" <= one <= "\udfff" for one in value)


def _given(row: Any, place: str) -> Given:
    if not isinstance(row, dict):
        raise Unreadable(f"{place}: not an object.")
    values = {}
    for name in ("principal", "object"):
        value = row.get(name)
        if not _can_be_kept(value) or not value.strip():
            raise Unreadable(f"{place}: “{name}” must be a text.")
        values[name] = value.strip()
    privileges = _privileges(row.get("privileges"), f"{place}.privileges")
    fields = row.get("fields") or []
    if not isinstance(fields, list) or not all(_can_be_kept(one) and one for one in fields):
        raise Unreadable(f"{place}: “fields” must be a list of names.")
    through = str(row.get("through") or "")[:300]
    if not _can_be_kept(through):
        raise Unreadable(f"{place}: “through” must be a text.")
    return Given(
        values["principal"],
        values["object"],
        privileges,
        tuple(sorted(set(fields))),
        through,
    )


def _privileges(names: Any, place: str) -> tuple[str, ...]:
    if not isinstance(names, list) or not names:
        raise Unreadable(f"{place}: a list of privileges is needed.")
    found: set[str] = set()
    for name in names:
        plain = str(name).strip().lower()
        if plain in EVERYTHING:
            found |= {"read", "write"}
        elif plain in READ:
            found.add("read")
        elif plain in WRITE:
            found.add("write")
        else:
            raise Unreadable(f"{place}: “{str(name)[:40]}” is not known; write read or write.")
    return tuple(sorted(found))


def _moment(value: Any) -> datetime | None:
    if value in (None, ""):
        return None
    try:
        moment = datetime.fromisoformat(str(value).replace("Z", "+00:00"))
    except ValueError:
        raise Unreadable("“taken_at” is no time (ISO 8601).") from None
    if moment.tzinfo is None:
        raise Unreadable("“taken_at” needs its zone.")
    return moment


# Column names of the exports that are understood: who, what kind, the object's parts, the privilege.
TABLES: tuple[dict[str, Any], ...] = (
    {
        "name": "Snowflake",
        "principal": "grantee_name",
        "object": ("name",),
        "privilege": "privilege",
        "kind": ("granted_on", {"table", "view", "materialized view", "external table", "dynamic table"}),
    },
    {
        "name": "Databricks",
        "principal": "grantee",
        "object": ("table_catalog", "table_schema", "table_name"),
        "privilege": "privilege_type",
        "through": "inherited_from",
    },
)


def _read_table(text: str) -> Reading:
    rows = csv.DictReader(io.StringIO(text, newline=""))
    try:
        header = {(name or "").strip().lower(): name for name in rows.fieldnames or []}
    except csv.Error as problem:
        raise Unreadable(f"The table cannot be read: {problem}") from None
    shape = next((one for one in TABLES if {one["principal"], one["privilege"], *one["object"]} <= set(header)), None)
    if shape is None:
        known = "; ".join(f"{one['name']}: {one['principal']}, {one['privilege']}, …" for one in TABLES)
        raise Unreadable(f"These columns are not known. Known are JSON ({FORMAT}) and CSV of {known}.")
    merged: dict[tuple[str, str, str], set[str]] = {}
    try:
        for number, row in enumerate(rows, 2):
            if number > MOST:
                raise Unreadable(f"More than {MOST:,} rows.")
            _merge(
                merged, shape, {name: (row.get(original) or "").strip() for name, original in header.items()}, number
            )
    except csv.Error as problem:
        raise Unreadable(f"The table cannot be read: {problem}") from None
    given = [Given(who, what, tuple(sorted(how)), (), through) for (who, what, through), how in sorted(merged.items())]
    return Reading(given)


def _merge(
    merged: dict[tuple[str, str, str], set[str]], shape: dict[str, Any], row: dict[str, str], number: int
) -> None:
    """Add one row; rows about other kinds of objects (warehouses, roles) say nothing about datasets."""
    if "kind" in shape:
        column, kinds = shape["kind"]
        if row.get(column, "").lower().replace("_", " ") not in kinds:
            return
    who, parts = row[shape["principal"]], [row[name] for name in shape["object"]]
    if not who or not all(parts):
        raise Unreadable(f"Row {number}: who or what is missing.")
    privilege = row[shape["privilege"]].lower().replace("_", " ")
    if privilege in EVERYTHING:
        how = {"read", "write"}
    elif privilege in READ:
        how = {"read"}
    elif privilege in WRITE:
        how = {"write"}
    else:
        return
    merged.setdefault((who, ".".join(parts), row.get(shape.get("through", ""), "")), set()).update(how)
