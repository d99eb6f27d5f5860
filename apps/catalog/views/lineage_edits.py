"""Drawing and ending lines of lineage by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog import operations
from apps.catalog.forms.lineage import DeclareFlowForm
from apps.catalog.models import Dataset, LineageEdge
from apps.inventory.forms.actions import ReasonForm
from apps.kernel.errors import Refused
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .datasets import find_dataset


def _editable(request: HttpRequest, key: str, operation: Any) -> Dataset:
    found = find_dataset(request, key)
    decision = may_do(request.actor, operation, dataset=found)
    if not decision:
        raise Refused(decision)
    return found


@page(permission=None)
def declare(request: HttpRequest, key: str) -> HttpResponse:
    """Say from which dataset this one is filled, and by which job."""
    found = _editable(request, key, operations.declare_flow)
    form = DeclareFlowForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = form.cleaned_data
            operations.declare_flow(
                actor=request.actor, dataset=found, source=cleaned["source"], job=cleaned["job"],
                request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "catalog:dataset_lineage", _("Drawn."), key=found.key)
    context = {
        "form": form,
        "title": _("Say where %(title)s comes from") % {"title": found.title},
        "text": _("The line is kept as declared. A tool that sees the same flow later only adds when it saw it."),
        "label": _("Draw the line"),
        "back": reverse("catalog:dataset_lineage", args=[found.key]),
    }
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def end(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a line of a dataset and say that it does not hold any more."""
    found = _editable(request, key, operations.end_line)
    line = _chosen(request, found)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.end_line(
                actor=request.actor, dataset=found, line=line.pk, reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "catalog:dataset_lineage", _("Ended."), key=found.key)
    context = {
        "form": form,
        "title": _("End a line of %(title)s") % {"title": found.title},
        "text": _("A tool that sees the flow again opens the line again."),
        "label": _("End it"),
        "danger": True,
        "back": reverse("catalog:dataset_lineage", args=[found.key]),
    }
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _chosen(request: HttpRequest, dataset: Dataset) -> LineageEdge:
    """Return the open line between the dataset and the node named in the address."""
    try:
        other = UUID(request.GET.get("other", ""))
    except ValueError:
        raise Http404 from None
    lines = LineageEdge.objects.filter(ended_at=None)
    ways = ({"source_id": dataset.pk, "target_id": other}, {"source_id": other, "target_id": dataset.pk})
    found = next((line for way in ways for line in lines.filter(**way)), None)
    if found is None:
        raise Http404
    return found
