"""What the lists of assessments and risks can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.inventory.models import LegalClass, Tier
from apps.kernel import clock
from apps.web.filters import Facet, Filters, Search

from .models import AssessmentStatus, RiskStatus, Treatment


def _by_time(queryset: Any, values: list[str]) -> Any:
    condition, today = Q(pk__in=[]), clock.today()
    if "overdue" in values:
        condition |= Q(status__in=["draft", "changes"], due_on__lt=today)
    if "expires_soon" in values:
        condition |= Q(status="signed", expires_on__gte=today, expires_on__lt=clock.days_from_now(90).date())
    return queryset.filter(condition)


BANDS = [("low", _("Low")), ("moderate", _("Moderate")), ("high", _("High")), ("critical", _("Critical"))]
ABOUT = ["key", "system__name", "system__key", "use_case__name", "use_case__key"]


class AssessmentFilters(Filters):
    """Search by key or name; narrow by status, result and time."""

    search = Search(ABOUT)
    facets = [
        Facet("status", _("Status"), AssessmentStatus.choices),
        Facet(
            "time",
            _("Time"),
            [("overdue", _("Overdue")), ("expires_soon", _("Expires within 90 days"))],
            apply=_by_time,
        ),
        Facet("tier", _("Tier"), Tier.choices),
        Facet("legal_class", _("Legal class"), LegalClass.choices),
        Facet("residual_band", _("Residual risk"), BANDS),
    ]


class RiskFilters(Filters):
    """Search by title or name; narrow by status and treatment."""

    search = Search(["title", *ABOUT])
    facets = [
        Facet("status", _("Status"), RiskStatus.choices),
        Facet("treatment", _("Treatment"), Treatment.choices),
    ]
