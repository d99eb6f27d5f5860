"""Quality: the list of datasets by how they stand, one check over time, and what a use needs."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog import operations
from apps.catalog.filters.datasets import mine
from apps.catalog.models import CheckOutcome, Dataset, QualityCheck, QualityResult
from apps.catalog.queries.quality import BROKEN, COUNTED
from apps.inventory.models import UseCase
from apps.kernel.permissions import Permission
from apps.web.filters import Facet, Filters, Search
from apps.web.forms import Form
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page
from apps.web.tables import Column, Table
from apps.web.templatetags.gatehouse import badge, moment

TONES = {"passed": "good", "warned": "warning", "failed": "bad", "error": "bad", "skipped": "neutral"}
LABELS = dict(CheckOutcome.choices)


def label_of(outcome: str) -> tuple[Any, str]:
    """Return an outcome in words, and how loudly it is shown."""
    return LABELS.get(outcome, _("No result yet")), TONES.get(outcome, "neutral")


class QualityTable(Table):
    """Datasets by how their checks stand."""

    caption = gettext_lazy("Quality")
    default_order = "key"
    columns = (
        Column("key", gettext_lazy("Key"), order="key"),
        Column("title", gettext_lazy("Dataset"), order="title"),
        Column("checks", gettext_lazy("Checks"), numeric=True),
        Column(
            "broken",
            gettext_lazy("Broken"),
            cell=lambda d: badge(d.broken, "bad") if d.broken else badge(_("None"), "good"),
        ),
        Column(
            "last_loaded_at",
            gettext_lazy("Last load"),
            cell=lambda d: moment(d.last_loaded_at) if d.last_loaded_at else "–",
        ),
        Column(
            "steward",
            gettext_lazy("Steward"),
            cell=lambda d: d.steward.name if d.steward else badge(_("Nobody"), "bad"),
            value=lambda d: d.steward.email if d.steward else "",
        ),
    )

    def row_url(self, row: Any) -> str:
        """Lead to the dataset."""
        return reverse("catalog:dataset", args=[row.key])


class QualityFilters(Filters):
    """How it stands."""

    search = Search("search_text")
    facets = (
        mine(),
        Facet(
            "state",
            gettext_lazy("State"),
            [("broken", gettext_lazy("Broken")), ("whole", gettext_lazy("All passed"))],
            apply=lambda q, v: q if len(v) > 1 else q.filter(broken__gt=0) if "broken" in v else q.filter(broken=0),
        ),
    )


class Qualities(ListPage):
    """The datasets that anything checks."""

    permission = Permission.CATALOG_DATASET_BROWSE
    title = gettext_lazy("Data quality")
    intro = gettext_lazy("What tools check, and how it stands. A breach tells the owners of the systems downstream.")
    table = QualityTable
    filters = QualityFilters
    export_name = "data-quality"
    empty_title = gettext_lazy("Nothing is checked")
    empty_text = gettext_lazy("Results arrive from dbt, Great Expectations, OpenLineage and the API.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the visible datasets with checks."""
        counted = Q(quality_checks__outcome__in=COUNTED)
        return (
            Dataset.objects.visible_to(request.user)
            .current()
            .annotate(
                checks=Count("quality_checks"),
                broken=Count("quality_checks", filter=counted & Q(quality_checks__outcome__in=BROKEN)),
            )
            .filter(checks__gt=0)
            .select_related("steward")
        )


class FitnessForm(Form):
    """What a use case needs."""

    use_case = forms.ModelChoiceField(
        label=gettext_lazy("Use case"), queryset=UseCase.objects.none(), to_field_name="key"
    )
    least_score = forms.IntegerField(
        label=gettext_lazy("Least score"), min_value=0, max_value=100, initial=90, help_text=gettext_lazy("Of 100.")
    )
    fresh_within_minutes = forms.IntegerField(
        label=gettext_lazy("Fresh within (minutes)"), min_value=1, max_value=10**6, required=False
    )
    needed_checks = forms.ModelMultipleChoiceField(
        label=gettext_lazy("Checks that must pass"), queryset=QualityCheck.objects.none(), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip

    def __init__(self, *args: Any, dataset: Dataset, person: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["use_case"].queryset = UseCase.objects.visible_to(person).filter(merged_into=None).order_by("key")
        self.fields["needed_checks"].queryset = QualityCheck.objects.filter(dataset=dataset).order_by("name")


def _dataset(request: HttpRequest, key: str) -> Dataset:
    return get_object_or_404(Dataset.objects.visible_to(request.user).select_related("department"), key=key)


@page(permission=None, methods=("GET",))
def check(request: HttpRequest, key: str, pk: UUID) -> HttpResponse:
    """Show one check and its results over time."""
    dataset = _dataset(request, key)
    found = get_object_or_404(QualityCheck.objects.select_related("field"), pk=pk, dataset=dataset)
    label, tone = label_of(found.outcome)
    rows = []
    for result in QualityResult.objects.filter(check_made=found).order_by("-at")[:200]:
        words, colour = label_of(result.outcome)
        observed = ", ".join(f"{name}: {value}" for name, value in list(result.observed.items())[:8])
        rows.append({"result": result, "label": words, "tone": colour, "observed": observed[:400]})
    expectation = json.dumps(found.expectation, indent=2, ensure_ascii=False) if found.expectation else ""
    context = {
        "dataset": dataset,
        "check": found,
        "rows": rows,
        "label": label,
        "tone": tone,
        "expectation": expectation,
    }
    return render_page(request, "catalog/check_detail.html", context)


@page(permission=None)
def fitness(request: HttpRequest, key: str) -> HttpResponse:
    """Say what a use case needs of a dataset."""
    dataset = _dataset(request, key)
    form = FitnessForm(request.POST if request.method == "POST" else None, dataset=dataset, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            values = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
            operations.set_fitness(actor=request.actor, dataset=dataset, request_key=form.request_key, **values)
            return redirect_after(request, "catalog:dataset", _("Saved."), key=dataset.key)
    context = {
        "form": form,
        "title": _("What a use needs of %(key)s %(title)s") % {"key": dataset.key, "title": dataset.title},
    }
    context |= {"label": _("Save"), "back": reverse("catalog:dataset", args=[dataset.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
