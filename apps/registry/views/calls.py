"""The calls of models that were decided, as a list."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel.permissions import Permission
from apps.registry.filters.calls import CallFilters
from apps.registry.queries.called import calls_visible_to, with_names
from apps.registry.tables.calls import CallTable
from apps.web.pages import ListPage


class Calls(ListPage):
    """The calls that a person may know of, the newest first."""

    permission = None
    title = gettext_lazy("Calls of models")
    intro = gettext_lazy("Every question whether a model may be called, with its answer. Nothing here can be changed.")
    table = CallTable
    filters = CallFilters
    export_name = "calls"
    export_permission = Permission.REGISTRY_ACCESS_VIEW_LOG
    empty_title = gettext_lazy("No call was decided")
    empty_text = gettext_lazy(
        "You see your own calls, those of your systems, and those of models that you answer for."
        " Gateways ask about them, or enforce the grants that they took along alone."
    )

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may know of, with the names of people, systems and models."""
        return with_names(calls_visible_to(request.user), request.user)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the grants that decide."""
        return {"buttons": [{"label": _("Grants"), "url": reverse("registry:grants")}]}


def calls_url(**narrowed: str) -> str:
    """Return the address of the list, narrowed."""
    return f"{reverse('registry:calls')}?{urlencode(narrowed)}"
