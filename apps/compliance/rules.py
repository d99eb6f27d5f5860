"""Rules about the ledger's own observations."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db.models import CharField, F, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.audit.events import Event
from apps.audit.models import Entry
from apps.kernel.permissions import Permission
from apps.kernel.rules import Rule, Severity, register


@register
class ChangedOutside(Rule):
    """A record was changed outside the application: nobody asked whether it may, and no operation stands behind it.

    Compare the entry with what should be there, put the record right through the portal, and find out who holds the
    database login that the entry names.
    """

    id: ClassVar[str] = "AUD-001"
    subject: ClassVar[str] = "audit.entry"
    severity: ClassVar[Severity] = Severity.CRITICAL
    source: ClassVar[str] = "ISO/IEC 42001 A.6.2.8; portal policy: no write escapes the ledger"
    title = _("Changed outside the application")
    due_days: ClassVar[int] = 5
    waivable: ClassVar[bool] = False
    settled_by: ClassVar[Permission | None] = Permission.AUDIT_ENTRY_EXPORT

    def failing(self):  # type: ignore[no-untyped-def]
        """Return entries of changes without an operation, or under a database login that is not the application's."""
        outside = (
            Q(event=Event.CHANGE_OUTSIDE) | Q(event=Event.TABLE_TRUNCATED) | ~Q(database_user=settings.APPLICATION_ROLE)
        )
        return (
            Entry.objects.filter(outside, kind="change")
            .exclude(origin="migration")
            .annotate(
                explanation=Concat(
                    F("subject_type"),
                    Value(" "),
                    F("subject_id"),
                    Value(" as "),
                    F("database_user"),
                    output_field=CharField(),
                )
            )
        )
