"""Which systems work with which data: declaring and ending, and the panels on both pages."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog import operations
from apps.catalog.forms.datasets import DeclareUseForm
from apps.catalog.models import Dataset, DatasetUse
from apps.catalog.tables.datasets import category_badges, level_badge
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.models import AISystem
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page


def uses_panel(request: Any, about: Any) -> dict[str, Any] | None:
    """Show which systems work with a dataset, or which data a system works with: what the person may know of."""
    by_dataset = isinstance(about, Dataset)
    mine = DatasetUse.objects.filter(ended_at=None, **{"dataset" if by_dataset else "system": about})
    if by_dataset:
        seen = mine.filter(system__in=AISystem.objects.visible_to(request.user).values("pk"))
    else:
        seen = mine.filter(dataset__in=Dataset.objects.visible_to(request.user).values("pk"))
    uses = list(seen.select_related("dataset", "system", "use_case", "declared_by"))
    hidden = mine.count() - len(uses)
    may = _may_declare(request, about)
    if not by_dataset and not uses and not hidden and not may:
        return None
    return {
        "by_dataset": by_dataset,
        "uses": [(use, level_badge(use.dataset.level), category_badges(use.dataset.categories)) for use in uses],
        "hidden": hidden,
        "may_declare": may,
        "declare_url": f"{reverse('catalog:use_declare')}?{'dataset' if by_dataset else 'system'}={about.key}",
    }


def _may_declare(request: Any, about: Any) -> bool:
    """Tell whether the person may declare uses of this side, whatever stands on the other."""
    if about.is_responsible(request.actor.id):
        return True
    if isinstance(about, Dataset):
        return bool(may_do(request.actor, operations.edit_dataset, dataset=about))
    return False


@page(permission=Permission.CATALOG_DATASET_BROWSE)
def declare(request: HttpRequest) -> HttpResponse:
    """Say that a system works with a dataset."""
    given = {name: request.GET.get(name, "")[:20] for name in ("dataset", "system", "use_case")}
    about = AISystem.objects.visible_to(request.user).filter(key=given["system"]).first() if given["system"] else None
    form = DeclareUseForm(
        request.POST if request.method == "POST" else None, initial=given, person=request.user, about=about
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = form.cleaned_data
            operations.declare_use(
                actor=request.actor,
                dataset=cleaned["dataset"],
                system=cleaned["system"],
                use_case=cleaned["use_case"],
                action=cleaned["action"],
                request_key=form.request_key,
            )
            return redirect_after(request, _back(given, cleaned["dataset"]), _("Declared."))
    context = {
        "form": form,
        "title": _("Declare a use of data"),
        "text": _(
            "The line is drawn in the lineage at once. What was approved for the system becomes stale: it works with more data."
        ),
        "back": _back(given, None),
    }
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _back(given: dict[str, str], dataset: Dataset | None) -> str:
    if given["system"] and not given["dataset"]:
        return reverse("inventory:system", args=[given["system"]])
    key = dataset.key if dataset else given["dataset"]
    return reverse("catalog:dataset", args=[key]) if key else reverse("catalog:datasets")


@page(permission=None)
def end(request: HttpRequest, pk: Any) -> HttpResponse:
    """Say that a system does not work with a dataset any more."""
    seen = DatasetUse.objects.filter(
        dataset__in=Dataset.objects.visible_to(request.user).values("pk"),
        system__in=AISystem.objects.visible_to(request.user).values("pk"),
        ended_at=None,
    )
    use = get_object_or_404(seen.select_related("dataset", "system"), pk=pk)
    decision = may_do(request.actor, operations.end_use, dataset=use.dataset, use=use)
    if not decision:
        raise Refused(decision)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.end_use(
                actor=request.actor,
                dataset=use.dataset,
                use=use,
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:dataset", _("Ended."), key=use.dataset.key)
    context = {
        "form": form,
        "title": _("End a use of data"),
        "text": f"{use.system} · {use.get_action_display()} · {use.dataset}",
        "back": reverse("catalog:dataset", args=[use.dataset.key]),
        "label": _("End it"),
        "danger": True,
    }
    return render_page(request, "inventory/action_form.html", context, status=form.status)
