"""Freezing what a system is made of into a release, and taking a release back."""

from __future__ import annotations

import hashlib
import unicodedata
from typing import Any

import rfc8785
from django.db.models import Max
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import AISystem, Release
from apps.inventory.models.releases import PREFIX
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .checks import check_words, need_reason

ITEM = ("kind", "name", "version", "digest", "subject_type", "subject_id")


@operation(
    Event.RELEASE_FROZEN,
    needs=Permission.INVENTORY_RELEASE_FREEZE,
    subject="system",
    may=permissions.may_freeze_release,
)
def freeze_release(
    *, actor: Actor, system: AISystem, items: list[dict[str, str]], name: str = "", notes: str = ""
) -> Release:
    """Freeze the exact set of parts of a system; the same set again is the same release."""
    check_words({"name": name, "notes": notes})
    if not items:
        raise Invalid({"items": [_("A release has at least one part.")]})
    content = frozen_bytes(items)
    digest = hashlib.sha256(content).hexdigest()
    known = system.releases.filter(digest=digest).first()
    if known is not None:
        if known.withdrawn_at is not None:
            raise Invalid({"items": [_("Exactly this set was withdrawn: %(key)s.") % {"key": known.key}]})
        return known
    newest = system.releases.aggregate(newest=Max("number"))["newest"] or 0
    return Release.objects.create(
        key=next_key("REL"),
        system=system,
        number=newest + 1,
        name=name.strip(),
        notes=notes.strip(),
        content=content,
        digest=digest,
        frozen_by_id=actor.id if actor.is_person else None,
        frozen_at=clock.now(),
    )


@operation(
    Event.RELEASE_WITHDRAWN,
    needs=Permission.INVENTORY_RELEASE_FREEZE,
    subject="release",
    may=permissions.may_withdraw_release,
)
def withdraw_release(*, actor: Actor, release: Release, reason: str) -> Release:
    """Take a release back: nothing new may be decided or deployed of it; what runs goes on until it is replaced."""
    release.withdrawn_reason = need_reason(reason)
    release.withdrawn_at = clock.now()
    release.save(update_fields=["withdrawn_at", "withdrawn_reason"])
    return release


def frozen_bytes(items: list[dict[str, str]]) -> bytes:
    """Return the canonical bytes of a set of parts, in whatever order they were named (RFC 8785, NFC)."""
    rows = [{key: unicodedata.normalize("NFC", str(item.get(key, "") or "")) for key in ITEM} for item in items]
    seen: set[tuple[str, str]] = set()
    for row in rows:
        if not row["kind"] or not row["name"]:
            raise Invalid({"items": [_("Each part needs its kind and its name.")]})
        if not (row["digest"] or row["version"]):
            raise Invalid({"items": [_("%(name)s needs a version or a digest.") % {"name": row["name"]}]})
        if (row["kind"], row["name"]) in seen:
            raise Invalid({"items": [_("%(name)s stands in it twice.") % {"name": row["name"]}]})
        seen.add((row["kind"], row["name"]))
    content: dict[str, Any] = {"items": sorted(rows, key=lambda row: (row["kind"], row["name"]))}
    return PREFIX + rfc8785.dumps(content)
