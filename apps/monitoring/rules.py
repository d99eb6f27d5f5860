"""Rules about what is measured, what was crossed, and what went wrong."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import CharField, DateTimeField, Exists, ExpressionWrapper, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import AISystem
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register
from apps.registry.models import Deployment

from .models import GRAVE, Alert, Bound, BoundAction, Incident, Metric

SETTLING = timedelta(days=7)
ALERT_DAYS = 3
GRAVE_DAYS = 7
SLIGHT_DAYS = 30
UNEXPLAINED_DAYS = 14


def _explained(text: str) -> Any:
    return Concat(Value(text), Value(""), output_field=CharField())


@register
class RunsUnwatched(Rule):
    """This system has run in production for more than a week and nobody said where any of its metrics should stay.

    What nobody watches gets worse unnoticed. Push quality, latency or cost from where it runs, and set a bound on each.
    """

    id: ClassVar[str] = "MON-001"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "EU AI Act Art. 72; NIST AI RMF, Measure 2.4"
    title = _("Runs in production without a bound")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return systems of the upper tiers that should run in production and have no active bound there."""
        running = Deployment.objects.standing().filter(
            side="desired", environment="production", system_id=OuterRef("pk"), valid_from__lte=clock.now() - SETTLING
        )
        bounds = Bound.objects.filter(active=True, metric__environment="production", metric__system_id=OuterRef("pk"))
        upper = Q(tier__in=["T1", "T2"]) | Q(tier="", provisional_tier__in=["T1", "T2", ""])
        found = AISystem.objects.filter(upper, Exists(running)).exclude(Exists(bounds))
        return found.annotate(explanation=_explained("It runs in production and no metric of it has a bound."))


@register
class MetricSilent(Rule):
    """A bound is set on this metric, and no value has arrived for longer than the bound allows.

    A monitor that fell silent looks like a system that is well. Mend what pushes, or end the bound.
    """

    id: ClassVar[str] = "MON-002"
    subject: ClassVar[str] = "monitoring.metric"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "NIST AI RMF, Measure 3.1"
    title = _("A watched metric is silent")
    due_days: ClassVar[int] = 3

    def failing(self) -> Any:
        """Return metrics with an active bound whose newest value arrived too long ago."""
        hours = ExpressionWrapper(
            Value(clock.now()) - Value(timedelta(hours=1)) * F("silent_after"), output_field=DateTimeField()
        )
        heard = Coalesce(OuterRef("last_received_at"), OuterRef("registered_at"))
        waiting = Bound.objects.filter(active=True, metric_id=OuterRef("pk")).annotate(least=hours)
        waiting = waiting.filter(least__gt=heard)
        words = Concat(Value("No value of “"), F("name"), Value("” arrived for longer than its bound allows."))
        return Metric.objects.filter(Exists(waiting)).annotate(explanation=words, finding_owner=F("system__owner_id"))


@register
class AlertStands(Rule):
    """A metric of this system left its bound, and it is not back.

    Find out why and mend it, open an incident if somebody was harmed or nearly was, or close the alert with the reason.
    """

    id: ClassVar[str] = "MON-003"
    subject: ClassVar[str] = "monitoring.alert"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 42001 A.6.2.6"
    title = _("A bound is crossed")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return alerts that stand: those whose bound says so at once, the others after three days."""
        at_once = Q(bound__action__in=[BoundAction.FINDING, BoundAction.SUSPEND_PROPOSAL])
        old = Q(opened_at__lt=clock.now() - timedelta(days=ALERT_DAYS))
        words = Concat(
            Value("“"), F("bound__metric__name"), Value("” in "), F("bound__metric__environment"), Value(", "),
            F("bound__metric__region"), Value(" is beyond its bound."), output_field=CharField(),
        )  # fmt: skip
        found = Alert.objects.standing().filter(at_once | old)
        return found.annotate(explanation=words, finding_owner=F("bound__owner_id"))


@register
class IncidentOpenLong(Rule):
    """This incident has not been closed: high and critical ones within a week, others within a month.

    Contain it, find the root cause, and close it with what was learned; whoever answers for a grave one has it closed by
    somebody else.
    """

    id: ClassVar[str] = "MON-004"
    subject: ClassVar[str] = "monitoring.incident"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "EU AI Act Art. 73; ISO/IEC 42001 10.2"
    title = _("An incident stays open")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return incidents that are open for longer than their severity allows."""
        now = clock.now()
        late = Q(severity__in=GRAVE, opened_at__lt=now - timedelta(days=GRAVE_DAYS))
        late |= Q(opened_at__lt=now - timedelta(days=SLIGHT_DAYS))
        words = _explained("It is not closed yet.")
        return (
            Incident.objects.standing()
            .filter(late, state="open")
            .annotate(explanation=words, finding_owner=F("owner_id"))
        )


@register
class IncidentUnexplained(Rule):
    """A high or critical incident does no more harm, and two weeks later nobody has said what caused it.

    Without a root cause the same happens again. Somebody who did not answer for it closes it, with what was learned.
    """

    id: ClassVar[str] = "MON-005"
    subject: ClassVar[str] = "monitoring.incident"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "ISO/IEC 42001 10.2"
    title = _("A grave incident without its root cause")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return grave incidents that are contained for two weeks and not closed."""
        old = clock.now() - timedelta(days=UNEXPLAINED_DAYS)
        found = Incident.objects.filter(state="contained", severity__in=GRAVE, contained_at__lt=old)
        words = _explained("It is contained, and nobody has said what caused it.")
        return found.annotate(explanation=words, finding_owner=F("owner_id"))
