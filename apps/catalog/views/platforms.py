"""The pages of platforms."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.catalog import operations
from apps.catalog.filters.platforms import PlatformFilters
from apps.catalog.forms.platforms import PlatformForm, RegisterPlatformForm
from apps.catalog.models import Dataset, Platform
from apps.catalog.operations.platforms import EDITABLE
from apps.catalog.tables.datasets import criticality_badge, level_badge, standing_badge
from apps.catalog.tables.platforms import PlatformExport, PlatformTable, encryption_badge
from apps.kernel.errors import Conflict, Refused
from apps.kernel.permissions import Permission
from apps.web.conflicts import in_conflict
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .datasets import list_buttons, panels_on

SHOWN = 50


class Platforms(ListPage):
    """The platforms a person may know of."""

    permission = Permission.CATALOG_DATASET_BROWSE
    title = gettext_lazy("Data platforms")
    intro = gettext_lazy("Where data is kept and served, in which region, and how it is protected there.")
    table = PlatformTable
    filters = PlatformFilters
    export_name = "platforms"
    export_permission = Permission.CATALOG_DATASET_EXPORT

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may know of."""
        return Platform.objects.visible_to(request.user).select_related("owner")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the other lists."""
        return {"buttons": list_buttons(request, "platforms")}

    def _export(self, request: HttpRequest, table: Any, rows: Any, wanted: str, filters: Any) -> Any:
        return super()._export(request, PlatformExport(request), rows.select_related("department"), wanted, filters)


def find_platform(request: HttpRequest, key: str) -> Platform:
    """Return a platform that the person may know of."""
    return get_object_or_404(Platform.objects.visible_to(request.user).select_related("department", "owner"), key=key)


@page(permission=None, methods=("GET",))
def platform(request: HttpRequest, key: str) -> HttpResponse:
    """Show a platform: where it stands, how it is protected, what it holds."""
    found = find_platform(request, key)
    seen = Dataset.objects.visible_to(request.user).current().filter(platform=found)
    datasets = list(seen.order_by("key")[: SHOWN + 1])
    current = Q(datasets__dropped_at=None) & Q(datasets__in=seen.values("pk"))
    context = {
        "platform": found,
        "criticality": criticality_badge(found.criticality),
        "standing": standing_badge(found.standing),
        "encryption": encryption_badge(found.encryption),
        "containers": found.containers.annotate(seen=Count("datasets", filter=current)).filter(seen__gt=0)[:SHOWN],
        "datasets": [(one, level_badge(one.level)) for one in datasets[:SHOWN]],
        "more": len(datasets) > SHOWN,
        "may_edit": may_do(request.actor, operations.edit_platform, platform=found),
        "panels": panels_on(request, "catalog.platform", found),
    }
    return render_page(request, "catalog/platform_detail.html", context)


@page(permission=Permission.CATALOG_PLATFORM_EDIT)
def register(request: HttpRequest) -> HttpResponse:
    """Put a platform on record."""
    departments = Department.objects.filter(reach(request.user, Permission.CATALOG_PLATFORM_EDIT, "pk"))
    form = RegisterPlatformForm(
        request.POST if request.method == "POST" else None,
        initial={"department": request.user.department_id, "owner": request.user},
        departments=departments,
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.register_platform(
                actor=request.actor,
                namespace=form.cleaned_data["namespace"],
                department=form.cleaned_data["department"],
                request_key=form.request_key,
                **form.changes(),
            )
            return redirect_after(request, "catalog:platform", _("On record."), key=made.key)
    context = {"form": form, "title": _("Register a platform"), "back": reverse("catalog:platforms")}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is said of a platform; two people at once see both versions."""
    found = find_platform(request, key)
    decision = may_do(request.actor, operations.edit_platform, platform=found)
    if not decision:
        raise Refused(decision)
    initial = {name: getattr(found, name) for name in (*EDITABLE, "version")}
    form: Any = PlatformForm(request.POST if request.method == "POST" else None, initial=initial)
    differences: list[Any] = []
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_platform(
                actor=request.actor,
                platform=found,
                changes={name: value for name, value in form.changes().items() if getattr(found, name) != value},
                version=form.cleaned_data["version"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:platform", _("Saved."), key=found.key)
        if isinstance(form.failed, Conflict):
            form, differences = in_conflict(request, form)
    context = {"form": form, "title": _("Edit %(key)s") % {"key": found.key}, "differences": differences}
    context["back"] = reverse("catalog:platform", args=[found.key])
    return render_page(request, "inventory/action_form.html", context, status=409 if differences else form.status)
