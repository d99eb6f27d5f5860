"""The employee's catalogue: what a system's owner proposes to offer, and takes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from apps.accounts.models import Department, Person, Role
from apps.audit.operation import operation
from apps.inventory import permissions
from apps.inventory.events import Event
from apps.inventory.models import AISystem, ApprovedUse, ApprovedUseDepartment, ApprovedUseStatus, DataClass, UseCase
from apps.kernel import clock
from apps.kernel.actors import Actor
from apps.kernel.errors import Invalid
from apps.kernel.identifiers import next_key
from apps.kernel.permissions import Permission

from .checks import check_fields, check_words, need_reason


@operation(
    Event.APPROVED_USE_PROPOSED,
    needs=Permission.INVENTORY_SYSTEM_EDIT,
    subject="system",
    may=permissions.may_propose_use,
)
def propose_use_of(
    *,
    actor: Actor,
    system: AISystem,
    title: str,
    purpose: str,
    data_classes: Sequence[str],
    conditions: str = "",
    how_to_get: str = "",
    for_everyone: bool = False,
    departments: Sequence[Department] = (),
    roles: Sequence[str] = (),
    until: date | None = None,
    use_case: UseCase | None = None,
) -> ApprovedUse:
    """Propose what a system may be used for, by whom and with which data; its next gate decides."""
    words = {"title": title, "purpose": purpose, "conditions": conditions, "how_to_get": how_to_get}
    check_words(words)
    _check(title, purpose, data_classes, until)
    _check_audience(for_everyone, departments, roles)
    if use_case is not None and not use_case.system_links.filter(system=system).exists():
        raise Invalid({"use_case": [_("This use case does not run on the system.")]})
    check_fields(ApprovedUse, {"title": title})
    use = ApprovedUse.objects.create(
        key=next_key("USE"),
        system=system,
        use_case=use_case,
        data_classes=list(data_classes),
        for_everyone=for_everyone,
        roles=sorted(set(roles)),
        until=until,
        proposed_by=Person.objects.filter(pk=actor.id).first() if actor.is_person else None,
        proposed_at=clock.now(),
        **{name: text.strip() for name, text in words.items()},
    )
    for department in departments:
        ApprovedUseDepartment.objects.create(approved_use=use, department=department)
    return use


@operation(
    Event.APPROVED_USE_WITHDRAWN,
    needs=Permission.INVENTORY_SYSTEM_EDIT,
    subject="approved_use",
    may=permissions.may_withdraw_use,
)
def withdraw_use(*, actor: Actor, approved_use: ApprovedUse, reason: str) -> ApprovedUse:
    """Offer a use no longer."""
    approved_use.withdrawn_reason = need_reason(reason)
    approved_use.status, approved_use.withdrawn_at = ApprovedUseStatus.WITHDRAWN, clock.now()
    approved_use.save(update_fields=["status", "withdrawn_at", "withdrawn_reason"])
    return approved_use


def _check(title: str, purpose: str, data_classes: Sequence[str], until: date | None) -> None:
    problems = {}
    if not title.strip():
        problems["title"] = [_("Say in a few words what may be done.")]
    if not purpose.strip():
        problems["purpose"] = [_("Say what it may be used for, as an employee would.")]
    if not data_classes or set(data_classes) - set(DataClass.values):
        problems["data_classes"] = [_("Choose the classes of data that may be used.")]
    if until is not None and until <= clock.today():
        problems["until"] = [_("The end lies in the past.")]
    if problems:
        raise Invalid(problems)


def _check_audience(for_everyone: bool, departments: Sequence[Department], roles: Sequence[str]) -> None:
    if not (for_everyone or departments or roles):
        raise Invalid({"for_everyone": [_("Say for whom: everyone, departments, or roles.")]})
    unknown = set(roles) - set(Role.objects.filter(key__in=roles).values_list("key", flat=True))
    if unknown:
        raise Invalid({"roles": [_("There is no role “%(role)s”.") % {"role": min(unknown)}]})
