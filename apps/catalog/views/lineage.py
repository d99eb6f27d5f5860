"""Pages of lineage: the walk from a dataset, job or system, column lineage, where a field's values end up, and impact."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog import operations
from apps.catalog.models import Field, Job, NodeKind
from apps.catalog.queries import field_flows, impact
from apps.catalog.queries.lineage import DOWN, UP, described, walk
from apps.catalog.tables.datasets import category_badges, level_badge
from apps.inventory.models import AISystem
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .datasets import find_dataset
from .lineage_shown import LineageChoices, node_rows, shown_walk


@page(permission=None, methods=("GET",))
def dataset_lineage(request: HttpRequest, key: str) -> HttpResponse:
    """Walk the lineage of a dataset."""
    found = find_dataset(request, key)
    back = (str(found), reverse("catalog:dataset", args=[found.key]))
    more = {"dataset": found, "may_edit": may_do(request.actor, operations.declare_flow, dataset=found)}
    return _walked(request, found.pk, NodeKind.DATASET, str(found), back, more)


@page(permission=Permission.CATALOG_DATASET_BROWSE, methods=("GET",))
def job_lineage(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Walk the lineage of a job."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    return _walked(request, found.pk, NodeKind.JOB, str(found), (str(found), reverse("catalog:job", args=[pk])), {})


@page(permission=None, methods=("GET",))
def system_lineage(request: HttpRequest, key: str) -> HttpResponse:
    """Walk the lineage of an AI system."""
    found = get_object_or_404(AISystem.objects.visible_to(request.user), key=key)
    back = (str(found), reverse("inventory:system", args=[found.key]))
    return _walked(request, found.pk, NodeKind.SYSTEM, str(found), back, {})


def _walked(
    request: HttpRequest, start: UUID, kind: str, name: str, back: tuple[str, str], more: dict[str, Any]
) -> HttpResponse:
    choices = LineageChoices.read(request.GET)
    context = shown_walk(request, start, kind, name, choices) | {"name": name, "back": back} | more
    return render_page(request, "catalog/lineage_walk.html", context)


@page(permission=Permission.CATALOG_DATASET_BROWSE, methods=("GET",))
def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Show a job: its facts, what it reads and what it writes."""
    found = get_object_or_404(Job.objects.visible_to(request.user).select_related("system"), pk=pk)
    sides = []
    for label, direction in ((_("Reads"), UP), (_("Writes"), DOWN)):
        steps = walk(found.pk, NodeKind.JOB, direction, depth=1, most=200).steps
        sides.append((label, node_rows(described(steps, request.user, direction))))
    system = AISystem.objects.visible_to(request.user).filter(pk=found.system_id).first() if found.system_id else None
    context = {"job": found, "sides": sides, "system": system, "hidden_system": bool(found.system_id and not system)}
    context["may_name"] = bool(may_do(request.actor, operations.name_system_of_job, job=found))
    return render_page(request, "catalog/lineage_job.html", context)


@page(permission=None, methods=("GET",))
def dataset_columns(request: HttpRequest, key: str) -> HttpResponse:
    """Show from where each field of a dataset comes, and how."""
    found = find_dataset(request, key)
    flows, more = field_flows.flows_into(found, request.user)
    return render_page(request, "catalog/lineage_columns.html", {"dataset": found, "flows": flows, "more": more})


@page(permission=None, methods=("GET",))
def dataset_field(request: HttpRequest, key: str) -> HttpResponse:
    """Show where a field's values end up, and where they were masked."""
    found = find_dataset(request, key)
    path = request.GET.get("path", "").replace("\x00", "")[:500]
    start = Field.objects.filter(dataset=found, path=path).first()
    if start is None:
        raise Http404
    indirect = request.GET.get("indirect") == "yes"
    reach = field_flows.reach_of(start, request.user, indirect=indirect)
    context = {
        "dataset": found,
        "field": start,
        "reach": reach,
        "indirect": indirect,
        "level": level_badge(start.level),
        "categories": category_badges(start.categories),
        "rows": [(row, level_badge(row.field.level), category_badges(row.field.categories)) for row in reach.rows],
    }
    return render_page(request, "catalog/lineage_field.html", context)


@page(permission=None)
def dataset_impact(request: HttpRequest, key: str) -> HttpResponse:
    """Show what breaks if a dataset changes; tell those who answer for it."""
    from apps.catalog.forms.lineage import AnnounceForm

    found = find_dataset(request, key)
    form = AnnounceForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.announce_change(
                actor=request.actor, dataset=found, message=form.cleaned_data["message"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:dataset_impact", _("Told."), key=found.key)
    seen = impact.impact_of(found, request.user)
    context = {
        "dataset": found,
        "impact": seen,
        "datasets": [(one, far, level_badge(one.level), category_badges(one.categories)) for one, far in seen.datasets],
        "form": form,
        "may_tell": may_do(request.actor, operations.announce_change, dataset=found),
    }
    return render_page(request, "catalog/lineage_impact.html", context, status=form.status)
