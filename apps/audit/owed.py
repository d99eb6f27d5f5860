"""What the ledger owes people: word that it does not verify, until it does again."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel import authorisation, owed
from apps.kernel.owed import OwedItem
from apps.kernel.permissions import Permission

from .models import Verification, VerificationState


def broken(person: Any) -> list[OwedItem]:
    """Return one item for those who watch over the ledger while its last verification found something wrong."""
    if not authorisation.holds(person.as_actor(), Permission.AUDIT_INTEGRITY_VIEW):
        return []
    last = Verification.objects.exclude(finished_at=None).order_by("-finished_at").first()
    if last is None or last.state != VerificationState.WRONG:
        return []
    first = last.report.get("first_wrong") or {}
    return [
        OwedItem(
            kind=_("Integrity"),
            title=_("The ledger does not verify"),
            url=reverse("audit:integrity"),
            why=f"{first.get('place', '')}: {first.get('message', '')}",
            due=last.finished_at,
            group="due",
            action=_("Look into it"),
        )
    ]


def register_all() -> None:
    """Show it in My work."""
    owed.register("audit.integrity", broken)
