"""Manifests of repositories, for pipelines."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field

from apps.kernel.errors import Invalid
from apps.registry import operations
from apps.registry.rules_pure import plain_text

from .routing import router

LONGEST = 2_000_000


class ManifestIn(Schema):
    """A manifest (docs/manifest.schema.json), or the text of one as JSON or YAML; `dry_run` only says what would happen."""

    manifest: dict[str, Any] | None = None
    text: str = Field("", max_length=LONGEST)
    dry_run: bool = False


class ItemOut(Schema):
    """What became of one part: made, added (something new of it), unchanged, or waits."""

    place: str
    kind: str
    name: str
    key: str
    outcome: str
    notes: list[str]


class TakenOut(Schema):
    """What became of a manifest."""

    dry_run: bool
    changed: bool
    system: str
    release: str
    items: list[ItemOut]


@router.post(
    "/manifests", permission=None, response=TakenOut,
    summary="Put on record what a manifest names, all or nothing; each part asks for its own permission",
)  # fmt: skip
def take(request: Any, data: ManifestIn) -> Any:
    document = _document(data)
    taking = operations.take_manifest(actor=request.actor, person=request.user, document=document, dry_run=data.dry_run)
    return {
        "dry_run": data.dry_run, "changed": taking.changed, "release": taking.release, "items": taking.items,
        "system": taking.system.key if taking.system else "",
    }  # fmt: skip


def _document(data: ManifestIn) -> Any:
    if (data.manifest is None) == (not data.text):
        raise Invalid({"manifest": ["Send the manifest, or its text."]})
    if data.manifest is not None:
        return data.manifest
    try:
        return plain_text.read(data.text)
    except plain_text.Unreadable as problem:
        raise Invalid({"text": [str(problem)]}) from problem
