"""Registering, editing, handing over and dropping a dataset."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.catalog import operations
from apps.catalog.forms.datasets import DatasetForm, DatasetPeopleForm, FieldsForm, RegisterDatasetForm
from apps.catalog.models import Dataset, Platform
from apps.inventory.forms.actions import ReasonForm
from apps.kernel.errors import Conflict, Missing, Refused
from apps.kernel.permissions import Permission
from apps.web.conflicts import in_conflict
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .datasets import find_dataset

ROWS = 50
FORM_FIELDS = (
    "title", "description", "master_entity", "region", "criticality", "fresh_within_minutes", "tags", "version",
)  # fmt: skip


@page(permission=Permission.CATALOG_DATASET_REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """Put a dataset on record."""
    departments = Department.objects.filter(reach(request.user, Permission.CATALOG_DATASET_REGISTER, "pk"))
    form = RegisterDatasetForm(
        request.POST if request.method == "POST" else None,
        initial={
            "department": request.user.department_id,
            "steward": request.user,
            "platform": Platform.objects.filter(key=request.GET.get("platform", "")).first(),
        },
        departments=departments,
        platforms=Platform.objects.visible_to(request.user).order_by("name"),
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.register_dataset(
                actor=request.actor,
                platform=form.cleaned_data["platform"],
                name=form.cleaned_data["name"],
                title=form.cleaned_data["title"],
                department=form.cleaned_data["department"],
                fields=form.field_list(),
                request_key=form.request_key,
                **form.changes(),
            )
            if form.cleaned_data["terms"]:
                operations.edit_dataset(actor=request.actor, dataset=made, changes={}, terms=form.cleaned_data["terms"])
            return redirect_after(request, "catalog:dataset", _("On record."), key=made.key)
    context = {"form": form, "title": _("Register a dataset"), "back": reverse("catalog:datasets"), "label": _("Save")}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change what is said of a dataset; two people at once see both versions."""
    found = find_dataset(request, key)
    _check(may_do(request.actor, operations.edit_dataset, dataset=found))
    initial = {name: getattr(found, name) for name in FORM_FIELDS} | {"terms": list(found.terms.all())}
    form: Any = DatasetForm(request.POST if request.method == "POST" else None, initial=initial)
    differences: list[Any] = []
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_dataset(
                actor=request.actor,
                dataset=found,
                changes={name: value for name, value in form.changes().items() if getattr(found, name) != value},
                terms=form.cleaned_data["terms"],
                version=form.cleaned_data["version"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:dataset", _("Saved."), key=found.key)
        if isinstance(form.failed, Conflict):
            form, differences = in_conflict(request, form)
    context = {"form": form, "title": _("Edit %(key)s") % {"key": found.key}, "label": _("Save")}
    context |= {"back": reverse("catalog:dataset", args=[found.key]), "differences": differences}
    return render_page(request, "inventory/action_form.html", context, status=409 if differences else form.status)


@page(permission=None)
def people(request: HttpRequest, key: str) -> HttpResponse:
    """Name another owner or steward."""
    found = find_dataset(request, key)
    _check(may_do(request.actor, operations.change_dataset_people, dataset=found))
    form = DatasetPeopleForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.change_dataset_people(
                actor=request.actor,
                dataset=found,
                owner=form.cleaned_data["owner"],
                steward=form.cleaned_data["steward"],
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, _after(request, found), _("Saved."))
    text = _("Owner: %(owner)s. Steward: %(steward)s.") % {
        "owner": found.owner or _("nobody"),
        "steward": found.steward or _("nobody"),
    }
    return _action(request, found, form, _("Change the people of %(key)s") % {"key": found.key}, text)


def _after(request: HttpRequest, found: Dataset) -> str:
    """Return where to go: whoever handed a dataset over may not be allowed to see it any more."""
    still = Dataset.objects.visible_to(request.user).filter(pk=found.pk).exists()
    return reverse("catalog:dataset", args=[found.key]) if still else reverse("catalog:datasets")


@page(permission=None)
def drop(request: HttpRequest, key: str) -> HttpResponse:
    """Say that a dataset is gone from its platform."""
    found = find_dataset(request, key)
    _check(may_do(request.actor, operations.drop_dataset, dataset=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.drop_dataset(
                actor=request.actor, dataset=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:dataset", _("Marked as dropped."), key=found.key)
    text = _("It disappears from the list. Its record, lineage and history stay; nobody gets access to it any more.")
    return _action(request, found, form, _("Mark %(key)s as dropped") % {"key": found.key}, text, danger=True)


@page(permission=None)
def fields(request: HttpRequest, key: str) -> HttpResponse:
    """Say what fields mean: one of them (`?path=`), or all in a table, fifty at a time (`?from=`)."""
    found = find_dataset(request, key)
    _check(may_do(request.actor, operations.edit_fields, dataset=found))
    path, start = request.GET.get("path", ""), _number(request.GET.get("from", ""))
    rows = found.fields.prefetch_related("terms").order_by("position", "path")
    shown = list(rows.filter(path=path) if path else rows[start : start + ROWS + 1])
    if path and not shown:
        raise Missing
    more, shown = len(shown) > ROWS, shown[:ROWS]
    form = FieldsForm(request.POST if request.method == "POST" else None, rows=shown)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            changes = form.changes()
            if changes:
                operations.edit_fields(
                    actor=request.actor, dataset=found, changes=changes, request_key=form.request_key
                )
            following = f"{reverse('catalog:fields_edit', args=[found.key])}?from={start + ROWS}"
            url = following if "next" in request.POST and more else reverse("catalog:dataset", args=[found.key])
            return redirect_after(request, url, _("Saved.") if changes else _("Nothing was changed."))
    context = {
        "form": form,
        "dataset": found,
        "path": path,
        "rows": form.bound_rows(),
        "more": more,
        "before": start - ROWS if start >= ROWS else None,
        "title": _("What %(path)s means") % {"path": path} if path else _("Fields of %(key)s") % {"key": found.key},
        "back": reverse("catalog:dataset", args=[found.key]),
    }
    return render_page(request, "catalog/dataset_fields_edit.html", context, status=form.status)


def _number(text: str) -> int:
    return min(int(text), 1_000_000) if text.isascii() and text.isdigit() and len(text) < 8 else 0


def _action(
    request: HttpRequest, found: Dataset, form: Any, title: str, text: str = "", danger: bool = False
) -> HttpResponse:
    context = {"form": form, "title": title, "text": text, "label": _("Save"), "danger": danger}
    context["back"] = reverse("catalog:dataset", args=[found.key])
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)
