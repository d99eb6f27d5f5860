"""DCAT-US catalogs (data.json, versions 1.1 and 3.0)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .reading import Unreadable, json_document, moment, tags, words

LEVELS = {"public": "public", "restricted public": "confidential", "non-public": "restricted"}


@dataclass(frozen=True, slots=True)
class Listed:
    """A dataset of the catalog."""

    identifier: str
    title: str
    description: str
    tags: tuple[str, ...]
    modified: datetime | None


@dataclass(frozen=True, slots=True)
class Bad:
    """An entry that cannot be taken: its number from 1, the field, and why."""

    number: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"dataset {self.number}, {self.field}: {self.reason}"


def read(content: bytes, name: str = "") -> tuple[list[Listed], list[Bad]]:
    """Return the datasets that can be taken, and those that cannot, each with its reason."""
    document = json_document(content, name)
    given = document.get("dataset") if isinstance(document, dict) else None
    if not isinstance(given, list):
        raise Unreadable("dataset", "a list of datasets is needed")
    good: dict[str, Listed] = {}
    bad: list[Bad] = []
    for number, body in enumerate(given, 1):
        problem = _problem(body, good)
        if problem:
            bad.append(Bad(number, *problem))
        else:
            listed = _listed(body)
            good[listed.identifier] = listed
    return list(good.values()), bad


def _problem(body: Any, known: dict[str, Listed]) -> tuple[str, str] | None:
    if not isinstance(body, dict):
        return "dataset", "not an object"
    identifier = words(body.get("identifier"), 1001)
    if not identifier:
        return "identifier", "missing or blank"
    if len(identifier) > 1000:
        return "identifier", "longer than 1,000 characters"
    if identifier in known:
        return "identifier", f"“{identifier[:80]}” is there twice"
    if not words(body.get("title")):
        return "title", "missing or blank"
    return None


def _listed(body: dict[str, Any]) -> Listed:
    level = LEVELS.get(words(body.get("accessLevel") or body.get("accessRights")).lower())
    publisher = body.get("publisher")
    named = words(publisher.get("name") if isinstance(publisher, dict) else publisher, 100)
    found = {*tags(body.get("keyword"))} | ({f"classification={level}"} if level else set())
    found |= {f"publisher={named}"} if named else set()
    return Listed(
        identifier=words(body.get("identifier"), 1000),
        title=words(body.get("title"), 250),
        description=words(body.get("description")),
        tags=tuple(sorted(found)),
        modified=moment(body.get("modified")),
    )
