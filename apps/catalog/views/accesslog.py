"""The access log as a list: who was answered what, who read what, under which grant."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from apps.catalog.filters.accesslog import AccessFilters
from apps.catalog.models import AccessRecord
from apps.catalog.operations import accesslog
from apps.catalog.tables.accesslog import AccessTable
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page


class AccessLog(ListPage):
    """The records that a person may see, the newest first."""

    permission = Permission.CATALOG_ACCESS_VIEW_LOG
    title = gettext_lazy("Access log")
    intro = gettext_lazy(
        "Every decision about data and every reported read. Nothing here can be changed; batches of it are sealed in the ledger."
    )
    table = AccessTable
    filters = AccessFilters
    export_name = "access-log"
    empty_text = gettext_lazy(
        "You see what was asked and read of the data you answer for, and of your part of the house."
    )

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see, with the names of people."""
        return AccessRecord.objects.visible_to(request.user).with_names().select_related("dataset")


@page(permission=Permission.CATALOG_ACCESS_VIEW_LOG, methods=("GET",))
def proof(request: Any, record_id: UUID) -> HttpResponse:
    """Give the proof that a record is sealed as a file that is checked elsewhere."""
    record = get_object_or_404(AccessRecord.objects.visible_to(request.user), pk=record_id)
    found = accesslog.proof_of(record.pk)
    if found is None:
        raise Http404
    response = JsonResponse(found, json_dumps_params={"indent": 1})
    response["Content-Disposition"] = f'attachment; filename="access-{record.pk}.json"'
    return response
