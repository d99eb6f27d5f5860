"""The register of processing activities as a list, and as an authority asks for it."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from apps.catalog.models import ActivityStatus, AssessmentNeed, Category, LawfulBasis
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge

STATUS_TONES = {"in_force": "good", "draft": "warning", "ended": "neutral"}
STATUS_LABELS, BASIS_LABELS = dict(ActivityStatus.choices), dict(LawfulBasis.choices)
ASSESSMENT_LABELS, CATEGORY_LABELS = dict(AssessmentNeed.choices), dict(Category.choices)


def categories_in_words(row: Any) -> str:
    """Return the categories of data as people read them."""
    return ", ".join(str(CATEGORY_LABELS.get(name, name)) for name in row.data_categories)


class ActivityTable(Table):
    """Processing activities."""

    caption = _("Processing activities")
    default_order = "key"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("Name")),
        Column(
            "status",
            _("Status"),
            cell=lambda a: badge(STATUS_LABELS.get(a.status, a.status), STATUS_TONES.get(a.status, "neutral")),
            order="status",
        ),
        Column("lawful_basis", _("Lawful basis"), cell=lambda a: BASIS_LABELS.get(a.lawful_basis, "–")),
        Column("data_categories", _("Categories of data"), cell=categories_in_words),
        Column(
            "impact_assessment",
            _("Impact assessment"),
            cell=lambda a: ASSESSMENT_LABELS.get(a.impact_assessment, a.impact_assessment),
        ),
        Column("department", _("Department"), cell=lambda a: a.department.name),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the entry."""
        return reverse("catalog:activity", args=[row.key])


class RegisterTable(Table):
    """The register with everything that GDPR Art. 30(1) asks for, in the order of its letters."""

    default_order = "key"
    columns = (
        Column("key", _("Key"), order="key"),
        Column("name", _("Processing activity")),
        Column("status", _("Status"), value=lambda a: str(STATUS_LABELS.get(a.status, a.status))),
        Column("controller", _("(a) Controller"), value=lambda a: str(a.controller or "")),
        Column("joint_controllers", _("(a) Joint controllers, representative, officer")),
        Column("department", _("Department"), value=lambda a: a.department.name),
        Column("owner", _("Owner"), value=lambda a: a.owner.email if a.owner else ""),
        Column("purposes", _("(b) Purposes")),
        Column("purpose_codes", _("Short names of the purposes")),
        Column("data_subjects", _("(c) Categories of data subjects")),
        Column("data_categories", _("(c) Categories of data"), value=categories_in_words),
        Column("data_described", _("(c) Categories of data in words")),
        Column("recipients", _("(d) Recipients")),
        Column("regions", _("Regions")),
        Column("transfers", _("(e) Transfers and safeguards")),
        Column("erasure", _("(f) Time limits for erasure")),
        Column("security_measures", _("(g) Technical and organisational measures")),
        Column("lawful_basis", _("Lawful basis"), value=lambda a: str(BASIS_LABELS.get(a.lawful_basis, ""))),
        Column("basis_details", _("Basis in words")),
        Column("special_category_condition", _("Condition for special categories")),
        Column(
            "impact_assessment",
            _("Impact assessment"),
            value=lambda a: str(ASSESSMENT_LABELS.get(a.impact_assessment, "")),
        ),
        Column("impact_assessment_reference", _("Where it is kept")),
        Column(
            "automated_decisions", _("Automated decisions"), value=lambda a: "yes" if a.automated_decisions else "no"
        ),
        Column("objection", _("Objection")),
        Column("use_cases", _("Use cases"), value=lambda a: [one.key for one in a.use_cases.all()]),
        Column("datasets", _("Datasets"), value=lambda a: [one.key for one in a.datasets.all()]),
        Column("updated_at", _("Last changed")),
    )
