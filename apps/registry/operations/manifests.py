"""Taking a manifest: what a repository says of a system, its models, artefacts and release, all of it or nothing.

Each step is one of the operations that a person would use, with its own permission; no gate is passed by any of them.
What is on record stays as it is: the same again changes nothing, a difference is told, another identity conflicts.
"""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.audit.events import Event as AuditEvent
from apps.kernel import recording
from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, Refused
from apps.registry.rules_pure import manifest

from . import manifest_parts as parts
from .manifest_taking import MADE, Faulty, Taking


def take_manifest(*, actor: Actor, person: Any, document: Any, dry_run: bool = False) -> Taking:
    """Put on record what a manifest names that is not yet; with `dry_run` only say what that would be."""
    problems = manifest.problems(document)
    if problems:
        raise Faulty(problems)
    taking = Taking(actor, person, document)
    with transaction.atomic():
        parts.take_system(taking)
        parts.take_models(taking)
        parts.take_artefacts(taking)
        parts.take_release(taking)
        if taking.faults or dry_run:
            transaction.set_rollback(True)
    if taking.faults:
        _refuse(taking, dry_run)
    if dry_run:
        _without_keys(taking)
    return taking


def _refuse(taking: Taking, dry_run: bool) -> None:
    """Raise what is wrong; what was not theirs to do stays on record although the rest was rolled back."""
    refused = [error for error in taking.errors if isinstance(error, Refused)]
    for error in [] if dry_run else refused[:1]:
        recording.record(
            event=AuditEvent.OPERATION_REFUSED,
            actor=taking.actor,
            details={"attempted": "manifest", "because": error.decision.reason},
        )
    conflict = any(isinstance(error, Conflict) for error in taking.errors)
    raise Faulty(taking.faults, 403 if refused else 409 if conflict else 422)


def _without_keys(taking: Taking) -> None:
    """Take the keys away that nothing has yet: the next one may be another."""
    for item in taking.items:
        if item.outcome == MADE:
            item.key = ""
            taking.release = "" if item.kind == "release" else taking.release
            taking.system = None if item.kind == "system" else taking.system
