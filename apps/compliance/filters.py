"""What findings and exceptions are narrowed by."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.kernel import clock
from apps.kernel.rules import all_rules
from apps.web.filters import Facet, Filters, Search

from .models import ExceptionStatus, FindingStatus, Severity


def _whose(queryset: Any, values: list[str]) -> Any:
    return (
        queryset.filter(due_at__lt=clock.now(), status__in=["open", "acknowledged"])
        if "overdue" in values
        else queryset
    )


class FindingFilters(Filters):
    """Findings by status, severity, rule and deadline."""

    search = Search(("title", "explanation", "key"))
    facets = (
        Facet("status", _("Status"), FindingStatus.choices),
        Facet("severity", _("Severity"), Severity.choices),
        Facet("rule_id", _("Rule"), lambda request: [(rule.id, f"{rule.id} {rule.title}") for rule in all_rules()]),
        Facet("due", _("Deadline"), [("overdue", _("Overdue"))], apply=_whose),
    )


class ExceptionFilters(Filters):
    """Exceptions by status."""

    search = Search(("key", "concerns", "reason"))
    facets = (Facet("status", _("Status"), ExceptionStatus.choices),)
