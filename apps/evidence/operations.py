"""Every write about evidence, and the one way to read a file."""

from __future__ import annotations

import hashlib
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.kernel import clock, recording, subjects
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key, uuid7
from apps.kernel.permissions import Permission

from . import permissions, vault
from .events import Event
from .models import Evidence, EvidenceLink, EvidenceVersion
from .rules_pure.files import BadFile, check_file, plain_name

MOST_PER_PLACE = 10
MOST_PER_RECORD = 60


@operation(Event.FILE_ADDED, needs=Permission.EVIDENCE_FILE_ADD, may=permissions.may_add)
def add_evidence(
    *,
    actor: Actor,
    about: Any,
    filename: str,
    content: bytes,
    title: str = "",
    anchor: str = "",
    expires_on: date | None = None,
) -> Evidence:
    """Take a file as new evidence about a record."""
    _check_room(about, anchor)
    name = plain_name(filename)
    if expires_on is not None and expires_on < clock.today():
        raise Invalid({"expires_on": [_("This day has passed: evidence that expired proves nothing.")]})
    evidence = Evidence.objects.create(
        key=next_key("EVD"),
        title=(title.strip() or name)[:200],
        owner_id=actor.id,
        expires_on=expires_on,
        created_at=clock.now(),
    )
    _add_version(evidence, 1, name, content, actor)
    _link(evidence, about, anchor, actor)
    return evidence


@operation(Event.FILE_RENEWED, needs=Permission.EVIDENCE_FILE_ADD, subject="evidence", may=permissions.may_renew)
def renew_evidence(
    *, actor: Actor, evidence: Evidence, filename: str, content: bytes, expires_on: date | None = None
) -> Evidence:
    """Put a newer version in the place of a file; the older ones stay readable."""
    evidence.latest += 1
    _add_version(evidence, evidence.latest, plain_name(filename), content, actor)
    evidence.expires_on = expires_on
    evidence.save(update_fields=["latest", "expires_on"])
    return evidence


@operation(Event.FILE_LINKED, needs=Permission.EVIDENCE_FILE_ADD, subject="evidence", may=permissions.may_link)
def link_evidence(*, actor: Actor, evidence: Evidence, about: Any, anchor: str = "") -> Evidence:
    """Use existing evidence for another record or place."""
    if not EvidenceLink.objects.about(about, anchor).filter(evidence=evidence).exists():
        _check_room(about, anchor)
        _link(evidence, about, anchor, actor)
    return evidence


@operation(Event.FILE_UNLINKED, needs=Permission.EVIDENCE_FILE_ADD, subject="link", may=permissions.may_unlink)
def unlink_evidence(*, actor: Actor, link: EvidenceLink, reason: str = "") -> EvidenceLink:
    """Take evidence off a record; file and versions stay."""
    EvidenceLink.objects.filter(pk=link.pk).delete()
    return link


def read_version(*, actor: Actor, version: EvidenceVersion) -> bytes:
    """Return a file's content and record that it was read."""
    recording.record(
        event=Event.FILE_DOWNLOADED,
        actor=actor,
        subject=version.evidence,
        details={"version": str(version.number), "sha256": version.sha256},
    )
    return vault.take(version.storage_name, str(version.pk), version.sha256)


def _add_version(evidence: Evidence, number: int, name: str, content: bytes, actor: Actor) -> None:
    try:
        kind = check_file(name, content)
    except BadFile as problem:
        raise Invalid({"file": [str(problem)]}) from problem
    identifier = uuid7()
    storage_name, key_name = vault.put(content, str(identifier))
    EvidenceVersion.objects.create(
        id=identifier,
        evidence=evidence,
        number=number,
        filename=name,
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        storage_name=storage_name,
        key_name=key_name,
        added_by_id=actor.id,
        added_at=clock.now(),
    )


def _check_room(about: Any, anchor: str) -> None:
    if EvidenceLink.objects.about(about, anchor).count() >= MOST_PER_PLACE:
        raise Invalid({"file": [_("You can only add up to %(count)d files here.") % {"count": MOST_PER_PLACE}]})
    if EvidenceLink.objects.about(about).count() >= MOST_PER_RECORD:
        raise Invalid({"file": [_("This record already has %(count)d files.") % {"count": MOST_PER_RECORD}]})


def _link(evidence: Evidence, about: Any, anchor: str, actor: Actor) -> EvidenceLink:
    return EvidenceLink.objects.create(
        evidence=evidence,
        subject_type=subjects.type_name(about),
        subject_id=str(about.pk),
        anchor=anchor,
        linked_by_id=actor.id,
        linked_at=clock.now(),
    )
