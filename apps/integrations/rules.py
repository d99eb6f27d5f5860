"""Rules about servers that are followed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import CharField, F, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register

from .models import MappingState, MLflowMapping, MLflowServer

STANDING = timedelta(days=3)
SILENT = timedelta(hours=24)


@register
class MappingInConflict(Rule):
    """What the MLflow server holds under this name is not what is on record here, and nobody has said which counts.

    Decisions about the model may be about another artefact than the one in use. Open the server's page and link it to
    the right model, keep what is here, or leave it out.
    """

    id: ClassVar[str] = "INT-001"
    subject: ClassVar[str] = "integrations.mapping"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "ISO/IEC 42001 A.6.2.3"
    title = _("MLflow and the record disagree")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return conflicts that stand for three days, and what was deleted there and still counts here."""
        found = MLflowMapping.objects.filter(
            state__in=[MappingState.CONFLICT, MappingState.GONE], since__lte=clock.now() - STANDING, server__active=True
        )
        return found.annotate(
            explanation=Concat(F("name"), Value(" "), F("version"), Value(": "), F("why"), output_field=CharField()),
            finding_owner=F("server__owner_id"),
        )


@register
class ServerSilent(Rule):
    """This MLflow server has not answered for a day: what changed there is not known here.

    See on its page what it answered last, mend the address or the token, or stop following it.
    """

    id: ClassVar[str] = "INT-002"
    subject: ClassVar[str] = "integrations.server"
    severity: ClassVar[Severity] = Severity.LOW
    source: ClassVar[str] = "ISO/IEC 42001 A.6.2.8"
    title = _("An MLflow server is silent")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return servers whose last full answer is older than a day."""
        found = MLflowServer.objects.filter(active=True).annotate(heard=Coalesce("polled_at", "registered_at"))
        return found.filter(heard__lt=clock.now() - SILENT).annotate(
            explanation=Concat(Value("It has not answered for a day. "), F("problem"), output_field=CharField()),
            finding_owner=F("owner_id"),
        )
