"""Prompts, retrieval indexes, guardrails and parameter sets of a system, and their immutable versions."""

from __future__ import annotations

from django.db.models import Max
from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.inventory.models import AISystem
from apps.inventory.operations.checks import check_fields, check_words
from apps.inventory.rules_pure import secrets
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission
from apps.registry import permissions
from apps.registry.events import Event
from apps.registry.models import Artefact, ArtefactKind, ArtefactVersion
from apps.registry.rules_pure.artefacts import BadContent, digest, normalised


@operation(
    Event.ARTEFACT_REGISTERED,
    needs=Permission.INVENTORY_RELEASE_FREEZE,
    subject="system",
    may=permissions.may_register_artefact,
)
def register_artefact(*, actor: Actor, system: AISystem, kind: str, name: str, purpose: str = "") -> Artefact:
    """Put a prompt, index, guardrail or parameter set of a system on record; the same name again is the same one."""
    values = {"kind": kind, "name": name.strip(), "purpose": purpose.strip()}
    if kind not in ArtefactKind.values:
        raise Invalid({"kind": [_("Choose what it is.")]})
    if not values["name"]:
        raise Invalid({"name": [_("Give it a name.")]})
    check_fields(Artefact, values)
    check_words(values)
    known = system.artefacts.filter(kind=kind, name=values["name"]).first()
    return known or Artefact.objects.create(key=next_key("ART"), system=system, created_at=clock.now(), **values)


@operation(
    Event.ARTEFACT_VERSIONED,
    needs=Permission.INVENTORY_RELEASE_FREEZE,
    subject="artefact",
    may=permissions.may_version_artefact,
)
def add_artefact_version(*, actor: Actor, artefact: Artefact, content: str, notes: str = "") -> ArtefactVersion:
    """Add a version; the same content again is the same version."""
    check_fields(ArtefactVersion, {"notes": notes})
    check_words({"notes": notes})
    try:
        text = normalised(artefact.kind, content)
        mark = digest(text)
    except BadContent as problem:
        raise Invalid({"content": [str(problem)]}) from problem
    _refuse_secrets(text)
    known = artefact.versions.filter(digest=mark).first()
    if known is not None:
        return known
    number = (artefact.versions.aggregate(newest=Max("number"))["newest"] or 0) + 1
    return ArtefactVersion.objects.create(
        artefact=artefact,
        number=number,
        content=text,
        digest=mark,
        notes=notes.strip(),
        made_by_id=actor.id if actor.is_person else None,
        made_at=clock.now(),
    )


def _refuse_secrets(text: str) -> None:
    """Refuse a content in which something looks like a secret, with the line where it stands."""
    for number, line in enumerate(text.splitlines(), 1):
        if sentence := secrets.objection(line):
            raise Invalid({"content": [_("Line %(number)s: %(sentence)s") % {"number": number, "sentence": sentence}]})
    # A key in PEM goes over several lines.
    if sentence := secrets.objection(text):
        raise Invalid({"content": [sentence]})
