"""Rules about who may do what with data."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Person
from apps.catalog.models import AccessRequest, Dataset
from apps.catalog.queries.access import orphaned, outliving
from apps.catalog.rules_pure.access_policy import WAITING_WORKING_DAYS
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register


def _answers() -> Any:
    """Return who answers for the outer row's dataset: its steward, else its owner, else the department's head."""
    answerable = Dataset.objects.filter(pk=OuterRef("dataset_id"))
    return Subquery(answerable.values(who=Coalesce("steward_id", "owner_id", "department__head_id"))[:1])


@register
class GrantOutlivesPurpose(Rule):
    """This grant still stands, but what it was given for is gone: its use case or its entry ended or covers it no more.

    Data is used for what it was given for and not longer. Revoke the grant, or have the entry put right.
    """

    id: ClassVar[str] = "ACC-001"
    subject: ClassVar[str] = "catalog.data_grant"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "GDPR Art. 5(1)(b): purpose limitation"
    title = _("Grant outlives its purpose")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return standing grants whose use case ended, or whose entry of the register does not carry them any more."""
        words = Concat(
            Value("Given for "), F("purpose"), Value(", which does not hold any more."), output_field=CharField()
        )
        return outliving().annotate(explanation=words, finding_owner=_answers())


@register
class RequestWaits(Rule):
    """Somebody asked for access to this data, and nobody has decided for more than five working days.

    Who waits finds another way to the data, and that one nobody sees. Decide, or name somebody who does.
    """

    id: ClassVar[str] = "ACC-002"
    subject: ClassVar[str] = "catalog.access_request"
    severity: ClassVar[Severity] = Severity.LOW
    source: ClassVar[str] = "Access policy: five working days"
    title = _("Request for access waits too long")
    due_days: ClassVar[int] = 5

    def failing(self) -> Any:
        """Return requests that were made before the last five working days and still wait."""
        late = AccessRequest.objects.waiting().filter(requested_at__lt=working_days_ago(WAITING_WORKING_DAYS))
        words = Concat(Value("Asked on "), F("requested_at__date"), output_field=CharField())
        return late.annotate(explanation=words, finding_owner=_answers())


@register
class GrantOfNobody(Rule):
    """This grant holds, but whoever it was given to has left, was closed or was retired.

    An open door that nobody uses is used by somebody else. Revoke the grant; the nightly run does so by itself.
    """

    id: ClassVar[str] = "ACC-003"
    subject: ClassVar[str] = "catalog.data_grant"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 27001 A.5.18: access rights"
    title = _("Grant of somebody who is gone")
    due_days: ClassVar[int] = 2
    waivable: ClassVar[bool] = False

    def failing(self) -> Any:
        """Return unrevoked grants of people who left, closed services, and systems that are gone."""
        left = Person.objects.filter(pk=OuterRef("person_id"), is_active=False).values("name")[:1]
        who = Coalesce(
            Subquery(left), F("system__key"), F("service__name"), Value("somebody"), output_field=CharField()
        )
        return orphaned().annotate(
            explanation=Concat(Value("Gone: "), who, output_field=CharField()), finding_owner=_answers()
        )


def working_days_ago(days: int) -> Any:
    """Return the moment that many working days (Monday to Friday) before now."""
    moment = clock.now()
    while days:
        days -= moment.weekday() < 5
        moment -= timedelta(days=1)
    return moment
