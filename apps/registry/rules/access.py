"""Rules about who may call which model."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import CharField, Exists, F, OuterRef, Q, Value
from django.db.models.functions import Coalesce, Concat
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import Authorisation
from apps.kernel import clock
from apps.kernel.rules import Rule, Severity, register
from apps.registry.models import ModelGrant
from apps.registry.queries import access as queries
from apps.registry.rules_pure.access_policy import CLOSED_USES, OPENED_BY

ANSWERS = Coalesce("ai_model__owner_id", "ai_model__department__head_id")


def _open() -> Any:
    """Return the grants that are neither revoked nor over, held back or not."""
    return ModelGrant.objects.filter(revoked_at=None, valid_until__gt=clock.now())


def _told(rows: Any, *words: Any) -> Any:
    parts = [Value(one) if isinstance(one, str) else one for one in words]
    return rows.annotate(explanation=Concat(*parts, output_field=CharField()), finding_owner=ANSWERS)


@register
class GrantWithoutUse(Rule):
    """This grant on a model still stands, but its use case has ended or was refused.

    A model is called for a use case, and not longer. Revoke the grant; the nightly run does so by itself.
    """

    id: ClassVar[str] = "MAC-101"
    subject: ClassVar[str] = "registry.model_grant"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "Model access policy MAC-001"
    title = _("Model grant without a use case")
    due_days: ClassVar[int] = 2
    waivable: ClassVar[bool] = False

    def failing(self) -> Any:
        """Return open grants of use cases that are closed or prohibited."""
        closed = Q(use_case__status__in=list(CLOSED_USES)) | Q(use_case__legal_class="prohibited")
        return _told(_open().filter(closed), F("use_case__key"), " is ", F("use_case__status"), ".")


@register
class GrantBeyondTier(Rule):
    """This grant on a model was decided when its use case was of a lower tier.

    What is riskier than those who decided knew is decided anew, by two people. Until then the grant allows nothing.
    """

    id: ClassVar[str] = "MAC-102"
    subject: ClassVar[str] = "registry.model_grant"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "Model access policy: two people decide for T1 and T2"
    title = _("Model grant below the tier of its use case")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return open grants whose use case is of a higher tier now than when they were decided."""
        return _told(_open().filter(queries.higher()), "Decided for ", F("tier_granted"), ".")


@register
class GrantWithoutAuthorisation(Rule):
    """This grant lets a model be called in pilot or production, where no gate's decision lets the system run now: its own,
    or for a service any that its use case runs on.

    Either the approval has expired or was revoked, or the system has changed since. Take the system through its gate, or
    revoke the grant. Calls are refused until then.
    """

    id: ClassVar[str] = "MAC-103"
    subject: ClassVar[str] = "registry.model_grant"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "Model access policy MAC-004"
    title = _("Model grant without approval to run")
    due_days: ClassVar[int] = 7

    def failing(self) -> Any:
        """Return open grants of systems and services for environments that no valid decision opens to them."""
        uncovered = Q(pk__in=[])
        for environment, opened in OPENED_BY.items():
            valid = Authorisation.objects.valid().filter(kind="decision", environment__in=opened)
            served = valid.filter(system__in=queries.systems_serving(OuterRef(OuterRef("use_case_id"))))
            of_system = Q(system__isnull=False) & ~Exists(valid.filter(system=OuterRef("system_id")))
            uncovered |= Q(environment=environment) & (of_system | (Q(service__isnull=False) & ~Exists(served)))
        who = Coalesce("system__key", "service__name")
        return _told(_open().filter(uncovered), who, " has no valid approval for ", F("environment"), ".")


@register
class GrantOfOrphan(Rule):
    """This grant lets something call a model for which nobody answers any more: its person or owner has left.

    An open door that nobody watches is used by somebody else. Name a new owner of the service identity, or revoke the
    grant.
    """

    id: ClassVar[str] = "MAC-104"
    subject: ClassVar[str] = "registry.model_grant"
    severity: ClassVar[Severity] = Severity.HIGH
    source: ClassVar[str] = "ISO/IEC 27001 A.5.18: access rights"
    title = _("Model grant that nobody answers for")
    due_days: ClassVar[int] = 2

    def failing(self) -> Any:
        """Return open grants of people who left, of closed services, and of services whose owner left."""
        left = Q(person__is_active=False) | Q(service__is_active=False) | Q(service__owner__is_active=False)
        who = Coalesce("service__name", "person__name")
        return _told(_open().filter(left), "Nobody answers for ", who, ".")


@register
class BudgetOverspent(Rule):
    """More was spent on this grant than its budget allows.

    A budget stops calls; money beyond it was spent past the portal, or before it was settled. Look at who called, and
    raise the budget or find the leak.
    """

    id: ClassVar[str] = "MAC-105"
    subject: ClassVar[str] = "registry.model_grant"
    severity: ClassVar[Severity] = Severity.MODERATE
    source: ClassVar[str] = "Model access policy MAC-008"
    title = _("Budget of a model grant overspent")
    due_days: ClassVar[int] = 14

    def failing(self) -> Any:
        """Return unrevoked grants of whose budget more is settled than there was, in the period that is running."""
        return _told(
            queries.overspent().distinct(), "The budget of ", F("budget"), " ", F("currency"), " is overspent."
        )
