"""What the inventory adds to My work: intakes to triage, records to complete, steps to take."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.reach import holds, reach
from apps.kernel.owed import OwedItem, register
from apps.kernel.permissions import Permission

from .models import AISystem, Intake, IntakeOutcome, LegacyPeriod, Stage
from .rules_pure.completeness import missing_facts

TRIAGE_DAYS = 5
UNFINISHED = (Stage.PROPOSED, Stage.DESIGN, Stage.BUILD)


def _triage(person: Any) -> Iterable[OwedItem]:
    if holds(person, Permission.INVENTORY_INTAKE_TRIAGE):
        mine = Intake.objects.waiting().filter(reach(person, Permission.INVENTORY_INTAKE_TRIAGE))
        for intake in mine.exclude(proposer=person).select_related("proposer")[:50]:
            yield OwedItem(
                kind=_("Triage"),
                title=str(intake),
                url=reverse("inventory:triage_intake", args=[intake.key]),
                why=_("%(name)s waits for an answer") % {"name": intake.proposer},
                due=intake.proposed_at + timedelta(days=TRIAGE_DAYS),
                action=_("Decide"),
            )
    for intake in Intake.objects.filter(proposer=person, outcome=IntakeOutcome.WAITING):
        yield OwedItem(
            kind=_("Your proposal"),
            title=str(intake),
            url=reverse("inventory:intake_detail", args=[intake.key]),
            why=_("Governance looks at it"),
            due=intake.proposed_at + timedelta(days=TRIAGE_DAYS),
            group="others",
        )


def _incomplete(person: Any) -> Iterable[OwedItem]:
    mine = AISystem.objects.filter(Q(owner=person) | Q(deputy=person), stage__in=UNFINISHED, merged_into=None)
    for system in mine.order_by("key")[:100]:
        missing = missing_facts(system)
        if missing:
            yield OwedItem(
                kind=_("Record"),
                title=_("Complete the record of %(system)s") % {"system": system},
                url=reverse("inventory:system_edit", args=[system.key]),
                why=_("%(number)s facts are missing, the first: %(first)s")
                % {"number": len(missing), "first": _(missing[0][1])},
                group="due",
                action=_("Complete"),
            )


def _legacy(person: Any) -> Iterable[OwedItem]:
    if not holds(person, Permission.GATES_DECISION_ACCEPT_RISK):
        return
    waiting = LegacyPeriod.objects.visible_to(person).filter(countersigned_by=None).exclude(signed_by=person)
    for period in waiting.select_related("system")[:50]:
        yield OwedItem(
            kind=_("Second signature"),
            title=str(period.system),
            url=reverse("inventory:system", args=[period.system.key]),
            why=_("It ran before it was governed; %(name)s signed first") % {"name": period.signed_by},
            action=_("Read and countersign"),
        )


def register_all() -> None:
    """Offer triage, incomplete records and second signatures."""
    register("inventory.triage", _triage)
    register("inventory.incomplete", _incomplete)
    register("inventory.legacy", _legacy)
