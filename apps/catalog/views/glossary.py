"""The pages of the glossary and of master data."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy

from apps.catalog.filters.glossary import EntityFilters, TermFilters
from apps.catalog.models import Dataset, GlossaryTerm, MasterEntity
from apps.catalog.queries.glossary import fields_seen, relations_of, with_carriers
from apps.catalog.rules_pure.masterdata import is_aligned
from apps.catalog.tables.datasets import category_badges, level_badge
from apps.catalog.tables.glossary import EntityTable, TermTable
from apps.kernel import authorisation
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page
from apps.web.responses import render_page

from .datasets import list_buttons, panels_on

SHOWN = 200


class Terms(ListPage):
    """The words of the business."""

    permission = Permission.CATALOG_DATASET_BROWSE
    title = gettext_lazy("Glossary")
    intro = gettext_lazy("What words mean here, and what else they are called.")
    table = TermTable
    filters = TermFilters
    export_name = "glossary"
    export_permission = Permission.CATALOG_DATASET_EXPORT

    def queryset(self, request: HttpRequest) -> Any:
        """Return all: a glossary is for everybody who may browse."""
        return GlossaryTerm.objects.visible_to(request.user).select_related("steward")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the other lists."""
        return {"buttons": list_buttons(request, "terms")}


class Entities(ListPage):
    """The things of the business that many datasets speak of."""

    permission = Permission.CATALOG_DATASET_BROWSE
    title = gettext_lazy("Master data")
    intro = gettext_lazy("Things that many datasets speak of, each with the one name of its identifier.")
    table = EntityTable
    filters = EntityFilters
    export_name = "master-data"
    export_permission = Permission.CATALOG_DATASET_EXPORT

    def queryset(self, request: HttpRequest) -> Any:
        """Return all, with what the person may know of that carries them."""
        return with_carriers(MasterEntity.objects.visible_to(request.user).select_related("owner"), request.user)

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the other lists."""
        return {"buttons": list_buttons(request, "entities")}


def find_term(request: HttpRequest, pk: Any) -> GlossaryTerm:
    """Return a term."""
    return get_object_or_404(GlossaryTerm.objects.visible_to(request.user).select_related("steward"), pk=pk)


def find_entity(request: HttpRequest, pk: Any) -> MasterEntity:
    """Return a master-data entity."""
    return get_object_or_404(MasterEntity.objects.visible_to(request.user).select_related("owner"), pk=pk)


@page(permission=None, methods=("GET",))
def term(request: HttpRequest, pk: Any) -> HttpResponse:
    """Show a term: what it means, what it belongs to, what carries it."""
    found = find_term(request, pk)
    datasets = Dataset.objects.visible_to(request.user).current().filter(terms=found).order_by("key")
    context = {
        "term": found,
        "level": level_badge(found.level) if found.level else "–",
        "categories": category_badges(found.categories),
        "relations": relations_of(found),
        "datasets": [(one, level_badge(one.level)) for one in datasets[:SHOWN]],
        "fields": fields_seen(request.user).filter(terms=found).order_by("dataset__key", "position")[:SHOWN],
        "may_edit": authorisation.holds(request.actor, Permission.CATALOG_GLOSSARY_EDIT),
        "panels": panels_on(request, "catalog.glossary_term", found),
    }
    return render_page(request, "catalog/term_detail.html", context)


@page(permission=None, methods=("GET",))
def entity(request: HttpRequest, pk: Any) -> HttpResponse:
    """Show a master-data entity: its identifier, and where that has another name."""
    found = find_entity(request, pk)
    fields = list(fields_seen(request.user).filter(master_entity=found).order_by("dataset__key", "position")[:SHOWN])
    rows = [(field, is_aligned(field.path, found.identifier)) for field in fields]
    datasets = Dataset.objects.visible_to(request.user).current().filter(master_entity=found).order_by("key")
    context = {
        "entity": found,
        "fields": sorted(rows, key=lambda row: row[1]),
        "misaligned": sum(1 for _field, aligned in rows if not aligned),
        "datasets": [(one, level_badge(one.level)) for one in datasets[:SHOWN]],
        "may_edit": authorisation.holds(request.actor, Permission.CATALOG_GLOSSARY_EDIT),
        "panels": panels_on(request, "catalog.master_entity", found),
    }
    return render_page(request, "catalog/entity_detail.html", context)
