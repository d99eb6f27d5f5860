"""Merging what was recorded twice: both keys stay reachable, the one leads to the other."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import (
    AISystem,
    Dependency,
    LegalClass,
    OperatingStatus,
    ReportedFact,
    SourceIdentity,
    Stage,
    UseCase,
    UseCaseStatus,
    UseCaseSystem,
)
from apps.inventory.rules_pure.tiering import highest
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission

from .checks import need_reason
from .systems import look_again
from .usecases import follow_tiers


@operation(
    Event.SYSTEM_MERGED, needs=Permission.INVENTORY_INTAKE_TRIAGE, subject="duplicate", may=permissions.may_merge
)
def merge_systems(*, actor: Actor, duplicate: AISystem, survivor: AISystem, reason: str) -> AISystem:
    """Merge a system that was recorded twice into the other; sources, use cases and reported facts move along."""
    need_reason(reason)
    survivor = AISystem.objects.select_for_update(of=("self",)).get(pk=survivor.pk)
    _move_links(duplicate, survivor)
    known = set(survivor.reported_facts.values_list("source", "name"))
    for fact in ReportedFact.objects.filter(system=duplicate):
        if (fact.source, fact.name) not in known:
            fact.system = survivor
            fact.save(update_fields=["system"])
    if duplicate.operating_status == OperatingStatus.RUNNING and survivor.operating_status != OperatingStatus.SUSPENDED:
        survivor.operating_status = OperatingStatus.RUNNING
    ends = [day for day in (duplicate.legacy_until, survivor.legacy_until) if day is not None]
    survivor.legacy_until = min(ends, default=None)
    survivor.updated_at = clock.now()
    survivor.save(update_fields=["operating_status", "legacy_until", "updated_at"])
    duplicate.merged_into, duplicate.operating_status = survivor, OperatingStatus.NOT_RUNNING
    if duplicate.stage not in (Stage.RETIRED, Stage.WITHDRAWN, Stage.REJECTED):
        duplicate.stage = Stage.WITHDRAWN
    duplicate.save(update_fields=["merged_into", "operating_status", "stage"])
    follow_tiers(actor, survivor)
    look_again(survivor)
    look_again(duplicate)
    return survivor


@operation(
    Event.USE_CASE_MERGED, needs=Permission.INVENTORY_INTAKE_TRIAGE, subject="duplicate", may=permissions.may_merge
)
def merge_use_cases(*, actor: Actor, duplicate: UseCase, survivor: UseCase, reason: str) -> UseCase:
    """Merge a use case that was recorded twice into the other; its systems move along."""
    need_reason(reason)
    if survivor.status != UseCaseStatus.ACTIVE and survivor.status != UseCaseStatus.PROPOSED:
        raise Invalid(_("%(key)s is closed: merge the other one into one that stands.") % {"key": survivor.key})
    survivor = UseCase.objects.select_for_update(of=("self",)).get(pk=survivor.pk)
    _keep_the_stricter(duplicate, survivor)
    systems = list(duplicate.systems.all())
    for link in UseCaseSystem.objects.filter(use_case=duplicate):
        if survivor.system_links.filter(system_id=link.system_id).exists():
            link.delete()
        else:
            link.use_case = survivor
            link.save(update_fields=["use_case"])
    duplicate.status, duplicate.merged_into = UseCaseStatus.MERGED, survivor
    duplicate.save(update_fields=["status", "merged_into"])
    for system in systems:
        follow_tiers(actor, system)
    return survivor


def _keep_the_stricter(duplicate: UseCase, survivor: UseCase) -> None:
    """Let merging lower nothing: what was recorded twice keeps the higher tier and the stricter legal class."""
    known = duplicate.tier or duplicate.provisional_tier
    tier = highest([survivor.effective_tier, known] if known else [survivor.effective_tier])
    if survivor.tier:
        survivor.tier = tier
    elif known or survivor.provisional_tier:
        survivor.provisional_tier = tier
    strictness = [*LegalClass, ""]
    stricter = min((survivor, duplicate), key=lambda use_case: strictness.index(use_case.legal_class))
    survivor.legal_class, survivor.legal_class_confirmed = stricter.legal_class, stricter.legal_class_confirmed
    if duplicate.status == UseCaseStatus.ACTIVE:
        survivor.status = UseCaseStatus.ACTIVE
    survivor.save(update_fields=["tier", "provisional_tier", "legal_class", "legal_class_confirmed", "status"])


def _move_links(duplicate: AISystem, survivor: AISystem) -> None:
    for link in UseCaseSystem.objects.filter(system=duplicate):
        if survivor.use_case_links.filter(use_case_id=link.use_case_id).exists():
            link.delete()
        else:
            link.system = survivor
            link.save(update_fields=["system"])
    for identity in SourceIdentity.objects.filter(system=duplicate):
        identity.system = survivor
        identity.save(update_fields=["system"])
    for dependency in Dependency.objects.filter(on_system=duplicate).exclude(system=survivor):
        dependency.on_system = survivor
        dependency.save(update_fields=["on_system"])
