"""Pages of the inventory."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.filters import Filters, Search
from apps.web.pages import ListPage, page
from apps.web.responses import render_page

from . import tables
from .models import AISystem


class SystemFilters(Filters):
    """Systems by words."""

    search = Search("search_text")


class Systems(ListPage):
    """The AI systems a person may see."""

    permission = Permission.INVENTORY_CATALOG_BROWSE
    title = _("AI systems")
    table = tables.SystemTable
    filters = SystemFilters

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return AISystem.objects.visible_to(request.user).select_related("department")


@page(permission=None, methods=("GET",))
def system(request: HttpRequest, key: str) -> HttpResponse:
    """Show a system."""
    found = get_object_or_404(AISystem.objects.visible_to(request.user), key=key)
    panels = [
        (panel, context)
        for panel in panels_for("inventory.system")
        if (context := panel.context(request, found)) is not None
    ]
    return render_page(request, "inventory/system_detail.html", {"system": found, "panels": panels})
