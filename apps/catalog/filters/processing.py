"""What the register can be narrowed by."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounts.models import Department, LegalEntity
from apps.catalog.models import ActivityStatus, AssessmentNeed, Category, LawfulBasis
from apps.web.filters import Facet, Filters, Search


def _departments(_request: Any) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in Department.objects.values_list("pk", "name")]


def _controllers(_request: Any) -> list[tuple[str, str]]:
    return [(str(pk), name) for pk, name in LegalEntity.objects.values_list("pk", "name")]


class ActivityFilters(Filters):
    """Status, basis, categories, assessment, controller, department."""

    search = Search(("key", "name", "purposes"))
    facets = (
        Facet("status", _("Status"), ActivityStatus.choices),
        Facet("lawful_basis", _("Lawful basis"), LawfulBasis.choices),
        Facet(
            "data_categories",
            _("Categories"),
            Category.choices,
            apply=lambda q, v: q.filter(data_categories__overlap=v),
        ),
        Facet("impact_assessment", _("Impact assessment"), AssessmentNeed.choices),
        Facet("controller", _("Controller"), _controllers),
        Facet("department", _("Department"), _departments),
    )
