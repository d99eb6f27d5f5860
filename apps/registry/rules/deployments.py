"""Rules about what runs where."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import AISystem, Authorisation
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register
from apps.registry.models import Deployment, ReleaseVersion, Rollback

# A deployment and its being seen are two reports: this long they may differ.
GRACE = timedelta(minutes=15)
GATED = ["pilot", "production"]


def _observed() -> Any:
    return Deployment.objects.standing().filter(side="observed", environment__in=GATED, system_id=OuterRef("pk"))


def _covered(release: str = "release_id") -> Any:
    """Return the decisions that cover the outer deployment's release in its environment now."""
    now = clock.now()
    return Authorisation.objects.filter(
        Q(environment=OuterRef("environment")) | Q(environment="production"),
        release_id=OuterRef(release), release__withdrawn_at=None, kind="decision", revoked_at=None, valid_from__lte=now,
        valid_until__gt=now,
        material_revision=F("system__material_revision"),
    )  # fmt: skip


def _explained(text: str) -> Any:
    return Concat(Value(text), Value(""), output_field=CharField())


@register
class RunsUnapproved(Rule):
    """Something runs in pilot or production that no gate approved: another release, or nothing that we know.

    Stop it, or put the approved release back; what runs without approval is never hidden, and never left.
    """

    id: ClassVar[str] = "DEP-001"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.CRITICAL
    source: ClassVar[str] = "DOMAIN: no deployment without the gate its tier demands"
    title = _("Runs without approval")
    due_days: ClassVar[int] = 1

    def failing(self) -> Any:
        """Return systems with an observed deployment that no valid decision covers."""
        since = clock.now() - GRACE
        uncovered = _observed().filter(~Exists(_covered()), valid_from__lte=since)
        words = _explained("What was seen running is covered by no valid authorisation of that release.")
        return AISystem.objects.filter(Exists(uncovered)).annotate(explanation=words)


@register
class RunsAnotherRelease(Rule):
    """What was seen running is not the release that should run there.

    A rollback or deployment did not arrive, or somebody changed it by hand. Find out which of the two is right.
    """

    id: ClassVar[str] = "DEP-002"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "NIST AI RMF, Manage 4.1"
    title = _("Another release runs than should")
    due_days: ClassVar[int] = 3

    def failing(self) -> Any:
        """Return systems where the two sides of a place differ for longer than their grace."""
        since = clock.now() - GRACE
        desired = Deployment.objects.standing().filter(
            side="desired", system_id=OuterRef("system_id"), environment=OuterRef("environment"),
            region=OuterRef("region"), valid_from__lte=since,
        )  # fmt: skip
        other = desired.exclude(release_id=OuterRef("release_id"))
        unknown = Q(release=None) & Exists(desired)
        differing = _observed().filter(Exists(other) | unknown, valid_from__lte=since)
        words = _explained("What was seen running differs from what should run.")
        return AISystem.objects.filter(Exists(differing)).annotate(explanation=words)


@register
class GlassWasBroken(Rule):
    """Somebody went back alone, past the gate, and nobody else has looked at it yet.

    Review it: what happened, why nobody could wait, and what makes it unnecessary next time.
    """

    id: ClassVar[str] = "DEP-003"
    subject: ClassVar[str] = "registry.rollback"
    severity: ClassVar[Severity] = Severity.CRITICAL
    source: ClassVar[str] = "Rollback policy: break-glass is reviewed at once"
    title = _("The glass was broken")
    due_days: ClassVar[int] = 1

    def failing(self) -> Any:
        """Return lone emergencies that are not reviewed."""
        words = _explained("One person went back past the gate.")
        return Rollback.objects.filter(kind="break_glass", state__in=["ordered", "observed"]).annotate(
            explanation=words
        )


@register
class RollbackUnreviewed(Rule):
    """This rollback is older than two days and nobody has said what was learned from it.

    Who goes back in seconds owes the explanation afterwards; without it the same happens again.
    """

    id: ClassVar[str] = "DEP-004"
    subject: ClassVar[str] = "registry.rollback"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "Rollback policy: reviewed within two days"
    title = _("Rollback without review")
    due_days: ClassVar[int] = 2

    def failing(self) -> Any:
        """Return rollbacks that wait for their review for more than two days."""
        old = clock.now() - timedelta(days=2)
        found = Rollback.objects.filter(kind__in=["normal", "emergency"], state__in=["ordered", "observed"])
        return found.filter(asked_at__lt=old).annotate(explanation=_explained("It waits for a review."))


@register
class RunsRetiredVersion(Rule):
    """A model version runs here that is retired, or whose day to retire has passed.

    Its provider may end it any moment, and nobody mends it any more. Deploy a release without it.
    """

    id: ClassVar[str] = "DEP-005"
    subject: ClassVar[str] = "inventory.system"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 42001 A.6.2.6"
    title = _("A retired model version runs")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return systems that should run, or were seen running, a version past its time."""
        gone = Q(model_version__stage="retired") | Q(model_version__retires_on__lt=clock.today())
        links = ReleaseVersion.objects.filter(gone, release_id=OuterRef("release_id"))
        running = Deployment.objects.standing().filter(Exists(links), environment__in=GATED, system_id=OuterRef("pk"))
        words = _explained("A release that runs here holds a version past its time.")
        return AISystem.objects.filter(Exists(running)).annotate(explanation=words)
