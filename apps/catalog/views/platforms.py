"""The pages of platforms."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from apps.catalog.filters.platforms import PlatformFilters
from apps.catalog.models import Dataset, Platform
from apps.catalog.tables.datasets import criticality_badge, level_badge, standing_badge
from apps.catalog.tables.platforms import PlatformTable, encryption_badge
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page
from apps.web.responses import render_page

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
        "may_edit": False,
        "panels": panels_on(request, "catalog.platform", found),
    }
    return render_page(request, "catalog/platform_detail.html", context)
