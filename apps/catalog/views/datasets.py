"""The pages of datasets: the list, and the page of one with everything that the rooms know of it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import NoReverseMatch, reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog import operations
from apps.catalog.filters.datasets import DatasetFilters
from apps.catalog.models import Dataset
from apps.catalog.rules_pure.masterdata import is_aligned
from apps.catalog.tables.datasets import (
    DatasetExport,
    DatasetTable,
    category_badges,
    criticality_badge,
    freshness,
    level_badge,
    standing_badge,
)
from apps.kernel import authorisation
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import render_page

FIELDS_SHOWN = 100


class Datasets(ListPage):
    """The datasets a person may know of."""

    permission = Permission.CATALOG_DATASET_BROWSE
    title = gettext_lazy("Data")
    intro = gettext_lazy("What data there is, what it means, who answers for it. Never its content.")
    table = DatasetTable
    filters = DatasetFilters
    export_name = "datasets"
    export_permission = Permission.CATALOG_DATASET_EXPORT
    empty_text = gettext_lazy(
        "You see what is classified below restricted, and all data of the departments you work for."
    )

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may know of; what was dropped only when it is asked for."""
        rows = Dataset.objects.visible_to(request.user).select_related("platform", "department", "steward")
        return rows if request.GET.get("state") else rows.current()

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the other lists."""
        return {"buttons": list_buttons(request, "datasets")}

    def _export(self, request: HttpRequest, table: Any, rows: Any, wanted: str, filters: Any) -> Any:
        return super()._export(request, DatasetExport(request), rows.select_related("owner"), wanted, filters)


def list_buttons(request: HttpRequest, here: str) -> list[dict[str, Any]]:
    """Return the ways between the catalog's lists, and what may be put on record on this one."""
    registering = {
        "datasets": (Permission.CATALOG_DATASET_REGISTER, _("Register a dataset"), "dataset_register"),
        "platforms": (Permission.CATALOG_PLATFORM_EDIT, _("Register a platform"), "platform_register"),
        "terms": (Permission.CATALOG_GLOSSARY_EDIT, _("Define a term"), "term_define"),
        "entities": (Permission.CATALOG_GLOSSARY_EDIT, _("Define an entity"), "entity_define"),
    }
    lists = (
        ("datasets", _("Data")), ("platforms", _("Platforms")), ("terms", _("Glossary")), ("entities", _("Master data")),
    )  # fmt: skip
    buttons = [{"label": label, "url": reverse(f"catalog:{name}")} for name, label in lists if name != here]
    permission, label, name = registering[here]
    url = address(f"catalog:{name}")
    if url and authorisation.holds(request.actor, permission):
        buttons.append({"label": label, "url": url, "primary": True})
    return buttons


def address(name: str, *arguments: Any) -> str:
    """Return the address of a page; nothing where that page is not part of this portal."""
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        return ""


def find_dataset(request: HttpRequest, key: str) -> Dataset:
    """Return a dataset that the person may know of, with the people and places around it."""
    around = ("platform", "container", "department", "owner", "steward", "master_entity")
    rows = Dataset.objects.visible_to(request.user).select_related(*around)
    return get_object_or_404(rows, key=key)


@page(permission=None, methods=("GET",))
def dataset(request: HttpRequest, key: str) -> HttpResponse:
    """Show a dataset: facts, meaning, fields, and a panel of every room that knows something of it."""
    found = find_dataset(request, key)
    panels = panels_on(request, "catalog.dataset", found)
    context = {
        "dataset": found,
        "facts": _facts(found),
        "terms": list(found.terms.order_by("name")),
        "names": list(found.other_names.all()[:20]),
        "contracts": _contracts(found),
        "contract_url": address("integrations:contract_export", found.key),
        **_fields(request, found),
        "panels": panels,
        "offers": _offers(request, found),
    }
    context["sections"] = [("fields", _("Fields"), context["field_count"])]
    context["sections"] += [(anchor, panel.title, None) for anchor, panel, _inner in panels]
    return render_page(request, "catalog/dataset_detail.html", context)


def panels_on(request: HttpRequest, subject: str, record: Any) -> list[tuple[str, Any, dict[str, Any]]]:
    """Return the panels that the person sees, each with its place on the page."""
    shown = [(panel, panel.context(request, record)) for panel in panels_for(subject)]
    return [(slugify(panel.name.replace(".", "-")), panel, inner) for panel, inner in shown if inner is not None]


def _facts(found: Dataset) -> dict[str, Any]:
    label, tone = freshness(found)
    return {
        "level": level_badge(found.level),
        "categories": category_badges(found.categories),
        "criticality": criticality_badge(found.criticality),
        "standing": standing_badge(found.standing),
        "freshness": (label, tone),
        "users": found.uses.filter(ended_at=None).values("system").distinct().count(),
    }


def _contracts(found: Dataset) -> list[Any]:
    """Return the newest version of each contract."""
    newest: dict[str, Any] = {}
    shown = found.contracts.only("contract_id", "contract_version", "name", "status")
    for contract in shown.order_by("contract_id", "-taken_over_at"):
        newest.setdefault(contract.contract_id, contract)
    return list(newest.values())


def _fields(request: HttpRequest, found: Dataset) -> dict[str, Any]:
    """Return the fields with what they mean; the first hundred unless all are asked for."""
    rows = found.fields.select_related("master_entity").prefetch_related("terms")
    everything = "all" in request.GET.getlist("fields")
    fields = list(rows if everything else rows[: FIELDS_SHOWN + 1])
    more = not everything and len(fields) > FIELDS_SHOWN
    shown = fields[:FIELDS_SHOWN] if more else fields
    return {
        "fields": [_field(field) for field in shown],
        "more_fields": more,
        "field_count": found.fields.count() if more else len(shown),
    }


def _field(field: Any) -> dict[str, Any]:
    entity = field.master_entity
    return {
        "field": field,
        "level": level_badge(field.level),
        "categories": category_badges(field.categories),
        "misaligned": entity is not None and not is_aligned(field.path, entity.identifier),
    }


def _offers(request: HttpRequest, found: Dataset) -> list[tuple[Any, str]]:
    """Return what the person may do with the record."""
    if not may_do(request.actor, operations.edit_dataset, dataset=found):
        return []
    pages = [(_("Edit"), "dataset_edit"), (_("Edit fields"), "fields_edit"), (_("Change people"), "dataset_people")]
    if found.dropped_at is None:
        pages.append((_("Mark as dropped"), "dataset_drop"))
    return [(label, url) for label, name in pages if (url := address(f"catalog:{name}", found.key))]
