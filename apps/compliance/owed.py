"""What findings and exceptions add to My work."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.reach import holds
from apps.audit import queries as ledger
from apps.kernel import subjects
from apps.kernel.owed import OwedItem, register
from apps.kernel.permissions import Permission

from .models import ExceptionStatus, Finding, FindingStatus, PolicyException
from .permissions import profits


def _findings(person: Any) -> Iterable[OwedItem]:
    standing = Finding.objects.filter(owner=person, status__in=[FindingStatus.OPEN, FindingStatus.ACKNOWLEDGED])
    found = list(standing.order_by("due_at")[:100])
    abouts = ledger.abouts(found, person)
    for finding in found:
        about = abouts.get((finding.subject_type, finding.subject_id))
        yield OwedItem(
            kind=_("Finding"),
            title=f"{finding.key} {finding.title}" + (f": {about.label}" if about else ""),
            url=reverse("compliance:finding", args=[finding.key]),
            why=finding.explanation or finding.source,
            due=finding.due_at,
            group="due",
            action=_("Say what you do about it"),
        )


def _exceptions(person: Any) -> Iterable[OwedItem]:
    if not holds(person, Permission.COMPLIANCE_EXCEPTION_DECIDE):
        return
    waiting = PolicyException.objects.visible_to(person).filter(status=ExceptionStatus.REQUESTED)
    for exception in waiting.exclude(requested_by=person).exclude(first_approver=person)[:50]:
        if not profits(str(person.pk), subjects.find(exception.subject_type, exception.subject_id)):
            yield OwedItem(
                kind=_("Exception"),
                title=str(exception),
                url=reverse("compliance:exception", args=[exception.key]),
                why=_("Two people outside the line that profits decide"),
                action=_("Decide"),
            )


def register_all() -> None:
    """Offer findings and exceptions to My work."""
    register("compliance.findings", _findings)
    register("compliance.exceptions", _exceptions)
