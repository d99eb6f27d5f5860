"""Compliance rules about systems: each a class whose docstring is what the owner reads."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register

from .models import AISystem, Authorisation, Component, OperatingStatus, PersonEffect, ReportedFact, Stage, Tier

RUNNING_STAGES = [Stage.PILOT, Stage.PRODUCTION]


def _in_force() -> Any:
    """Return the authorisations to operate that hold now, of the outer system."""
    return Authorisation.objects.valid().filter(system_id=OuterRef("pk"), environment__in=RUNNING_STAGES)


def _owned(queryset: Any, explanation: Any) -> Any:
    return queryset.annotate(explanation=explanation, finding_owner=F("owner_id"))


class SystemRule(Rule):
    """What the rules about systems share; it checks nothing by itself."""

    subject: ClassVar[str] = "inventory.system"


@register
class ReportedHighImpactUntested(SystemRule):
    """A source reports this system as high-impact and deployed, but not as fully tested before deployment.

    High-impact AI is tested before it is used on anyone. Finish the testing and report it, or stop the use until then.
    """

    id: ClassVar[str] = "INV-001"
    severity: ClassVar[Severity] = Severity.CRITICAL
    source: ClassVar[str] = "OMB M-25-21, section 4(b)(i): pre-deployment testing of high-impact AI"
    title = _("Reported high-impact and deployed, testing not finished")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return systems whose reported facts say high-impact, deployed, and anything but tested."""
        # One pass over the facts, grouped by report: a join of the facts with themselves depends on good statistics,
        # which there are none of right after an import.
        facts = {"high": ("high_impact", "yes"), "deployed": ("stage", "deployed"), "tested": ("testing", "yes")}
        said_so = {key: BoolOr(Q(name=name, value=value)) for key, (name, value) in facts.items()}
        bad = (
            ReportedFact.objects.filter(name__in=[name for name, _value in facts.values()])
            .values("system_id", "source")
            .annotate(**said_so)
            .filter(high=True, deployed=True, tested=False)
        )
        testing = ReportedFact.objects.filter(system_id=OuterRef("pk"), name="testing").values("original")[:1]
        said = Coalesce(testing, Value("nothing"), output_field=CharField())
        return _owned(
            AISystem.objects.filter(pk__in=bad.values("system_id")),
            Concat(Value("Testing reported: "), said, output_field=CharField()),
        )


@register
class RunningWithoutAuthorisation(SystemRule):
    """This system runs, but nothing authorises it: no decision stands, or what was decided on has changed since.

    Submit it for review now. Until it is authorised agree on interim controls with the governance lead, or suspend it.
    """

    id: ClassVar[str] = "INV-002"
    severity: ClassVar[Severity] = Severity.CRITICAL
    source: ClassVar[str] = "Gate policy G4; ISO/IEC 42001 A.6.2.5"
    title = _("Running without authorisation")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return running systems that nothing in force authorises: no decision, and no signed legacy period."""
        running = AISystem.objects.current().filter(operating_status=OperatingStatus.RUNNING)
        return _owned(running.filter(~Exists(_in_force())), Value("It is observed as running."))


@register
class AuthorisationLapsed(SystemRule):
    """The authorisation of this system has expired, was revoked, or no longer fits its content.

    The stage stays, but no further change is let through. Ask for a re-authorisation, or retire the system.
    """

    id: ClassVar[str] = "INV-003"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "Gate policy G6"
    title = _("Authorisation lapsed or stale")

    def failing(self) -> Any:
        """Return systems in pilot or production without a standing authorisation."""
        systems = AISystem.objects.filter(stage__in=RUNNING_STAGES).filter(~Exists(_in_force()))
        return _owned(
            systems, Concat(Value("Stage "), F("stage"), Value(", nothing in force."), output_field=CharField())
        )


@register
class OwnerMissing(SystemRule):
    """Nobody answers for this system: it has no owner, or its owner has left.

    Name an owner who can decide about it. The head of the department is asked until then.
    """

    id: ClassVar[str] = "INV-004"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 42001 A.3.2: roles and responsibilities"
    title = _("No owner")

    def failing(self) -> Any:
        """Return current systems without an active owner; the head of the department owns the finding."""
        systems = AISystem.objects.current().filter(Q(owner=None) | Q(owner__is_active=False))
        return systems.annotate(explanation=Value("No active owner."), finding_owner=F("department__head_id"))


@register
class LegacyOverdue(SystemRule):
    """This system ran before it was governed, and its deadline to be authorised has passed.

    Authorise it or stop it: nobody extends a legacy period quietly.
    """

    id: ClassVar[str] = "INV-005"
    severity: ClassVar[Severity] = Severity.CRITICAL
    source: ClassVar[str] = "Gate policy: legacy"
    title = _("Legacy deadline passed")
    due_days: ClassVar[int] = 7
    waivable: ClassVar[bool] = False

    def failing(self) -> Any:
        """Return systems past their legacy day without authorisation."""
        overdue = AISystem.objects.current().filter(legacy_until__lt=clock.today()).filter(~Exists(_in_force()))
        return _owned(overdue, Concat(Value("Legacy until "), F("legacy_until"), output_field=CharField()))


@register
class NoHumanInvolvement(SystemRule):
    """This system decides about persons, but its record does not say how a human being is involved.

    Say who can understand, question and overrule an outcome, and how a person concerned reaches them.
    """

    id: ClassVar[str] = "INV-006"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "Regulation (EU) 2024/1689, Art. 14; GDPR Art. 22"
    title = _("Decides about persons, human involvement not stated")

    def failing(self) -> Any:
        """Return current systems that shape outcomes for persons with nothing said about human involvement."""
        systems = AISystem.objects.current().filter(person_effect=PersonEffect.DECIDES, human_involvement="")
        return _owned(systems, Value("It decides or mainly shapes outcomes for persons."))


@register
class RequirementsIncomplete(SystemRule):
    """This system is being built or used although its business requirements are not written down.

    Fill in problem, benefit, how the benefit is measured, and who is affected: every later review rests on them.
    """

    id: ClassVar[str] = "INV-007"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "NIST AI RMF MAP 1.1, 1.4; ISO/IEC 42001 A.6.2.2"
    title = _("Business requirements incomplete")

    def failing(self) -> Any:
        """Return systems in build, pilot or production, or running, with an essential requirement empty."""
        begun = Q(stage__in=[Stage.BUILD, *RUNNING_STAGES]) | Q(operating_status=OperatingStatus.RUNNING)
        empty = Q(problem="") | Q(benefit="") | Q(benefit_measure="") | Q(people_affected="")
        return _owned(
            AISystem.objects.current().filter(begun).filter(empty), Value("An essential requirement is empty.")
        )


@register
class ExitUntested(SystemRule):
    """A bought or managed component of this critical or high system has no substitute that was ever tested.

    Name what would replace it and test that once, so that a vendor's end is not the end of the service.
    """

    id: ClassVar[str] = "INV-008"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "Regulation (EU) 2022/2554 (DORA), Art. 28(8): exit strategies"
    title = _("Exit of a component not tested")
    due_days: ClassVar[int] = 90

    def failing(self) -> Any:
        """Return T1 and T2 systems in pilot or production with a bought component without tested exit."""
        untested = Component.objects.filter(
            system_id=OuterRef("pk"), sourcing__in=["buy", "managed"], exit_tested_on=None
        )
        systems = AISystem.objects.filter(tier__in=[Tier.T1, Tier.T2], stage__in=RUNNING_STAGES).filter(
            Exists(untested)
        )
        return _owned(systems, Value("At least one component has no tested exit."))


@register
class SuspendedButRunning(SystemRule):
    """This system is suspended, but was observed running after that.

    Stop it where it runs, or find out who started it. A suspension ends by a review only.
    """

    id: ClassVar[str] = "INV-009"
    severity: ClassVar[Severity] = Severity.CRITICAL
    source: ClassVar[str] = "Gate policy G5: resuming"
    title = _("Suspended, but observed running")

    def failing(self) -> Any:
        """Return suspended systems with an observation of running made after the suspension."""
        seen = ReportedFact.objects.filter(
            system_id=OuterRef("pk"),
            source="observation",
            name="operating_status",
            value="running",
            reported_at__gte=OuterRef("suspended_at"),
        )
        systems = AISystem.objects.filter(operating_status=OperatingStatus.SUSPENDED).filter(Exists(seen))
        return _owned(systems, Value("It was observed running after it was suspended."))
