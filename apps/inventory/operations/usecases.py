"""Use cases: registering, editing, joining them to systems, their tier and legal class."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person
from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import AISystem, LegalClass, Tier, UseCase, UseCaseStatus, UseCaseSystem
from apps.inventory.rules_pure.tiering import highest
from apps.kernel.actors import Actor
from apps.kernel.deferral import defer
from apps.kernel.errors import Conflict, Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .checks import check_fields, check_known, check_words, need_reason
from .systems import look_again

EDITABLE_USE_CASE = (
    "name", "purpose", "process", "legal_entity", "user_group", "people_affected", "person_effect", "data_classes",
    "screening",
)  # fmt: skip
LEGAL_FLOORS = {LegalClass.HIGH_RISK: Tier.T1, LegalClass.EXEMPTED: Tier.T2}


@operation(Event.USE_CASE_REGISTERED, needs=Permission.INVENTORY_SYSTEM_REGISTER, within_reach_of="department")
def register_use_case(
    *,
    actor: Actor,
    name: str,
    purpose: str,
    department: Department,
    owner: Person | None = None,
    proposer: Person | None = None,
    provisional_tier: str = "",
    status: str = UseCaseStatus.ACTIVE,
    **fields: Any,
) -> UseCase:
    """Put an intended purpose on record."""
    check_known(fields, EDITABLE_USE_CASE)
    _check({"name": name, "purpose": purpose, **fields})
    if status not in (UseCaseStatus.ACTIVE, UseCaseStatus.PROPOSED):
        raise Invalid({"status": [_("A use case begins as proposed or active.")]})
    use_case = UseCase.objects.create(
        key=next_key("UC"),
        name=name.strip(),
        purpose=purpose.strip(),
        department=department,
        owner=owner,
        proposer=proposer,
        provisional_tier=provisional_tier,
        status=status,
        **fields,
    )
    _look_again(use_case)
    return use_case


@operation(
    Event.USE_CASE_EDITED,
    needs=Permission.INVENTORY_SYSTEM_EDIT,
    subject="use_case",
    may=permissions.may_edit_use_case,
)
def edit_use_case(*, actor: Actor, use_case: UseCase, changes: dict[str, Any], version: int | None = None) -> UseCase:
    """Change fields of a use case; `version` is what the editor saw, an older one is a conflict."""
    check_known(changes, EDITABLE_USE_CASE)
    if version is not None and version != use_case.version:
        raise Conflict(_("Somebody else changed this use case after you opened it."), theirs=use_case)
    _check(changes)
    for field, value in changes.items():
        setattr(use_case, field, value)
    use_case.version += 1
    use_case.save(update_fields=[*changes, "version"])
    _look_again(use_case)
    return use_case


@operation(Event.USE_CASE_LINKED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="use_case", may=permissions.may_link)
def link_use_case(*, actor: Actor, use_case: UseCase, system: AISystem) -> UseCase:
    """Say that a use case runs on a system; the system's tier follows."""
    UseCaseSystem.objects.get_or_create(use_case=use_case, system=system)
    follow_tiers(actor, system)
    return use_case


@operation(
    Event.USE_CASE_UNLINKED, needs=Permission.INVENTORY_SYSTEM_EDIT, subject="use_case", may=permissions.may_link
)
def unlink_use_case(*, actor: Actor, use_case: UseCase, system: AISystem, reason: str) -> UseCase:
    """Say that a use case does not run on a system any more."""
    need_reason(reason)
    for link in UseCaseSystem.objects.filter(use_case=use_case, system=system):
        link.delete()
    follow_tiers(actor, system)
    return use_case


@operation(
    Event.USE_CASE_RETIRED,
    needs=Permission.INVENTORY_SYSTEM_EDIT,
    subject="use_case",
    may=permissions.may_edit_use_case,
)
def retire_use_case(*, actor: Actor, use_case: UseCase, reason: str) -> UseCase:
    """End a use case; systems keep the tier of those that remain."""
    need_reason(reason)
    use_case.status = UseCaseStatus.RETIRED
    use_case.save(update_fields=["status"])
    _follow_all(actor, use_case)
    return use_case


@operation(Event.USE_CASE_TIER_SET, needs=None, subject="use_case", may=permissions.may_set_tier)
def set_tier(*, actor: Actor, use_case: UseCase, tier: str, reason: str = "") -> UseCase:
    """Set what a signed assessment found; never below the floor that the legal class gives."""
    _check_tier(tier)
    floor = LEGAL_FLOORS.get(LegalClass(use_case.legal_class)) if use_case.legal_class else None
    use_case.tier = highest([tier, floor] if floor else [tier])
    use_case.save(update_fields=["tier"])
    _follow_all(actor, use_case)
    return use_case


@operation(Event.USE_CASE_TIER_SET, needs=None, subject="use_case", may=permissions.may_set_tier)
def set_provisional_tier(*, actor: Actor, use_case: UseCase, tier: str, reason: str = "") -> UseCase:
    """Raise the tier that counts until an assessment is signed; answers on the way only raise it."""
    _check_tier(tier)
    use_case.provisional_tier = highest([tier, use_case.provisional_tier] if use_case.provisional_tier else [tier])
    use_case.save(update_fields=["provisional_tier"])
    _follow_all(actor, use_case)
    return use_case


@operation(Event.USE_CASE_CLASSIFIED, needs=None, subject="use_case", may=permissions.may_set_tier)
def set_legal_class(
    *, actor: Actor, use_case: UseCase, legal_class: str, confirmed: bool = False, reason: str = ""
) -> UseCase:
    """Set the legal class; a prohibited practice ends the use case at once, and a floor raises its tier."""
    if legal_class not in LegalClass:
        raise Invalid({"legal_class": [_("This is no legal class.")]})
    use_case.legal_class, use_case.legal_class_confirmed = legal_class, confirmed
    if legal_class == LegalClass.PROHIBITED:
        use_case.status = UseCaseStatus.REFUSED
    floor = LEGAL_FLOORS.get(LegalClass(legal_class))
    if floor and use_case.tier:
        use_case.tier = highest([use_case.tier, floor])
    elif floor:
        use_case.provisional_tier = highest([use_case.provisional_tier or floor, floor])
    use_case.save(update_fields=["legal_class", "legal_class_confirmed", "status", "tier", "provisional_tier"])
    _follow_all(actor, use_case)
    return use_case


@operation(Event.SYSTEM_TIER_SET, needs=None, subject="system", may=permissions.may_set_tier)
def follow_use_cases(*, actor: Actor, system: AISystem, tier: str, provisional_tier: str) -> AISystem:
    """Give a system the highest tier of its active use cases."""
    system.tier, system.provisional_tier = tier, provisional_tier
    system.save(update_fields=["tier", "provisional_tier"])
    look_again(system)
    return system


def follow_tiers(actor: Actor, system: AISystem) -> None:
    """Recompute a system's tier: assessed when every active use case is, else provisional; none leaves it alone."""
    active = list(system.use_cases.filter(status=UseCaseStatus.ACTIVE))
    if not active:
        return
    provisional = highest([use_case.effective_tier for use_case in active])
    assessed = provisional if all(use_case.tier for use_case in active) else ""
    if (assessed, provisional) != (system.tier, system.provisional_tier):
        follow_use_cases(actor=actor, system=system, tier=assessed, provisional_tier=provisional)


def _follow_all(actor: Actor, use_case: UseCase) -> None:
    for system in use_case.systems.all():
        follow_tiers(actor, system)
    _look_again(use_case)


def _look_again(use_case: UseCase) -> None:
    defer("compliance.evaluate", subject_type="inventory.use_case", subject_id=str(use_case.pk))
    # What was granted for it may have to end, or to be decided anew.
    defer("registry.use_case_changed", use_case=str(use_case.pk))


def _check_tier(tier: str) -> None:
    if tier not in Tier:
        raise Invalid({"tier": [_("This is no tier.")]})


def _check(values: dict[str, Any]) -> None:
    for field, sentence in (("name", _("Give the use case a name.")), ("purpose", _("Say what it is for."))):
        if field in values and not str(values[field]).strip():
            raise Invalid({field: [sentence]})
    check_words(values)
    check_fields(UseCase, values)
