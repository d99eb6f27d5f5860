"""Compliance rules about assessments: each a class whose docstring is what the owner reads."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import AISystem, Stage
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register

from .models import Assessment, AssessmentStatus, Classification


@register
class AssessmentExpired(Rule):
    """The risk assessment of this system or of one of its uses has expired, and no newer one is signed.

    What it says was true once. Start the next one: the answers are carried over, so that only what changed costs work.
    """

    id: ClassVar[str] = "ASM-001"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 42001, clauses 6.1.2 and 8.2; tier policy"
    title = _("Risk assessment expired")

    def failing(self) -> Any:
        """Return systems in life with an assessment past its day, their own or that of a use on them."""
        over = Q(status=AssessmentStatus.EXPIRED) | Q(status=AssessmentStatus.SIGNED, expires_on__lt=clock.today())
        expired = Assessment.objects.filter(over).filter(
            Q(system_id=OuterRef("pk")) | Q(use_case__systems=OuterRef("pk"), use_case__status="active")
        )
        systems = AISystem.objects.current().filter(Exists(expired))
        return systems.annotate(explanation=Value("An assessment is past its day."), finding_owner=F("owner_id"))


@register
class AssessmentOverdue(Rule):
    """This assessment should have been submitted by now, and it has not been.

    Finish it, or agree on another day with the person who asked for it.
    """

    id: ClassVar[str] = "ASM-002"
    subject: ClassVar[str] = "assessments.assessment"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "ISO/IEC 42001, clause 8.2"
    title = _("Assessment overdue")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return assessments that are being filled in past their day."""
        late = Assessment.objects.open().filter(due_on__lt=clock.today())
        said = Concat(Value("Due on "), Cast("due_on", CharField()), output_field=CharField())
        return late.annotate(explanation=said, finding_owner=F("assigned_to_id"))


@register
class LegalClassUnconfirmed(Rule):
    """A use of this system is prohibited, high-risk or exempted by the rules, and nobody has confirmed it.

    These three classes are never left to a rule. Somebody from law or data protection confirms or corrects it.
    """

    id: ClassVar[str] = "ASM-003"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "Regulation (EU) 2024/1689, Arts 5 and 6"
    title = _("Legal class not confirmed")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return systems from build on with a proposed class that waits for a person."""
        waiting = Classification.objects.filter(
            Q(system_id=OuterRef("pk")) | Q(use_case__systems=OuterRef("pk")),
            needs_person=True,
            confirmed_by=None,
            assessment__status=AssessmentStatus.SIGNED,
        )
        systems = AISystem.objects.filter(stage__in=[Stage.BUILD, Stage.PILOT, Stage.PRODUCTION])
        return systems.filter(Exists(waiting)).annotate(
            explanation=Value("A proposed legal class waits for a person."), finding_owner=F("owner_id")
        )
