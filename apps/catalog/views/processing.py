"""The register of processing activities."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.catalog import operations
from apps.catalog.filters.processing import ActivityFilters
from apps.catalog.forms.processing import ActivityForm, RegisterActivityForm
from apps.catalog.models import DataGrant, Dataset, ProcessingActivity
from apps.catalog.operations.processing import EDITABLE, lacks
from apps.catalog.tables.processing import STATUS_TONES, ActivityTable, RegisterTable, categories_in_words
from apps.inventory.forms.actions import ReasonForm, RemarkForm
from apps.inventory.models import UseCase
from apps.kernel import authorisation
from apps.kernel.errors import Conflict, Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.conflicts import in_conflict
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page


class Activities(ListPage):
    """The entries of the register that a person may see; the export holds everything that Art. 30(1) asks for."""

    permission = Permission.CATALOG_ACTIVITY_VIEW
    title = gettext_lazy("Processing register")
    intro = gettext_lazy("What is done with whose data, why, on what basis, for whom and where (GDPR Art. 30).")
    table = ActivityTable
    filters = ActivityFilters
    export_name = "processing-register"
    export_permission = Permission.CATALOG_ACTIVITY_EXPORT
    empty_text = gettext_lazy("You see the entries of the departments you work for, and your own.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return ProcessingActivity.objects.visible_to(request.user).select_related("department")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to begin one."""
        if not authorisation.holds(request.actor, Permission.CATALOG_ACTIVITY_EDIT):
            return {}
        return {
            "buttons": [{"label": _("Begin an entry"), "url": reverse("catalog:activity_register"), "primary": True}]
        }

    def _export(self, request: HttpRequest, table: Any, rows: Any, wanted: str, filters: Any) -> Any:
        full = rows.select_related("controller", "owner").prefetch_related("use_cases", "datasets")
        return super()._export(request, RegisterTable(request), full, wanted, filters)


def _find(request: HttpRequest, key: str) -> ProcessingActivity:
    rows = ProcessingActivity.objects.visible_to(request.user).select_related("department", "owner", "controller")
    return get_object_or_404(rows, key=key)


@page(permission=None, methods=("GET",))
def activity(request: HttpRequest, key: str) -> HttpResponse:
    """Show an entry: what it says, what it lacks, what stands on it."""
    found = _find(request, key)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("catalog.processing_activity")]
    context = {
        "activity": found,
        "tone": STATUS_TONES.get(found.status, "neutral"),
        "categories": categories_in_words(found),
        "lacks": lacks(found),
        "use_cases": UseCase.objects.visible_to(request.user).filter(processing_activities=found),
        "datasets": Dataset.objects.visible_to(request.user).filter(processing_activities=found),
        "grants": DataGrant.objects.visible_to(request.user).filter(activity=found).select_related("dataset")[:50],
        "may_edit": may_do(request.actor, operations.edit_activity, activity=found),
        "may_publish": may_do(request.actor, operations.publish_activity, activity=found),
        "may_end": may_do(request.actor, operations.end_activity, activity=found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }
    return render_page(request, "catalog/activity_detail.html", context)


@page(permission=Permission.CATALOG_ACTIVITY_EDIT)
def register(request: HttpRequest) -> HttpResponse:
    """Begin an entry."""
    departments = Department.objects.filter(reach(request.user, Permission.CATALOG_ACTIVITY_EDIT, "pk"))
    form = RegisterActivityForm(
        request.POST if request.method == "POST" else None,
        initial={"department": request.user.department_id, "use_cases": request.GET.get("use_case", "")},
        departments=departments,
        person=request.user,
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.register_activity(
                actor=request.actor,
                department=form.cleaned_data["department"],
                use_cases=form.cleaned_data["use_cases"],
                datasets=form.cleaned_data["datasets"],
                request_key=form.request_key,
                **form.changes(),
            )
            return redirect_after(request, "catalog:activity", _("A draft is on record."), key=made.key)
    context = {
        "form": form,
        "title": _("Begin an entry"),
        "back": reverse("catalog:activities"),
        "label": _("Save the draft"),
    }
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Change an entry; two people at once see both versions."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.edit_activity, activity=found))
    in_force = found.status == "in_force"
    initial = {name: getattr(found, name) for name in EDITABLE} | {"version": found.version}
    seen = {"use_cases": UseCase.objects.visible_to(request.user), "datasets": Dataset.objects.visible_to(request.user)}
    named = {name: rows.filter(processing_activities=found) for name, rows in seen.items()}
    initial |= {name: [one.key for one in rows] for name, rows in named.items()}
    form: Any = ActivityForm(
        request.POST if request.method == "POST" else None, initial=initial, person=request.user, in_force=in_force
    )
    differences: list[Any] = []
    if request.method == "POST" and form.is_valid():
        with form.problems():
            changes = {name: value for name, value in form.changes().items() if getattr(found, name) != value}
            operations.edit_activity(
                actor=request.actor,
                activity=found,
                changes=changes,
                version=form.cleaned_data["version"],
                **{name: [*form.cleaned_data[name], *_hidden(found, name, rows)] for name, rows in named.items()},
                reason=form.cleaned_data.get("reason", ""),
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:activity", _("Saved."), key=found.key)
        if isinstance(form.failed, Conflict):
            form, differences = _in_conflict(request, form, in_force)
    context = {"form": form, "title": _("Edit %(key)s") % {"key": found.key}, "label": _("Save")}
    context |= {"back": reverse("catalog:activity", args=[found.key]), "differences": differences}
    return render_page(request, "inventory/action_form.html", context, status=409 if differences else form.status)


def _hidden(found: ProcessingActivity, name: str, seen: Any) -> Any:
    """Return what an entry names and somebody may not know of: it is not shown to them, and stays as it is."""
    return getattr(found, name).exclude(pk__in=seen.values("pk"))


def _in_conflict(request: HttpRequest, form: Any, in_force: bool) -> Any:
    again, differences = in_conflict(request, form)
    shown = ActivityForm(again.data, person=request.user, in_force=in_force)
    shown.is_valid()
    shown.add_error(None, form.failed.message)
    return shown, differences


@page(permission=Permission.CATALOG_ACTIVITY_EDIT)
def publish(request: HttpRequest, key: str) -> HttpResponse:
    """Put an entry into force."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.publish_activity, activity=found))
    form = RemarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.publish_activity(
                actor=request.actor, activity=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:activity", _("In force from now on."), key=found.key)
    text = _("From now on uses and grants may stand on this entry, within what it says.")
    return _action(request, found, form, _("Put into force"), text)


@page(permission=Permission.CATALOG_ACTIVITY_EDIT)
def end(request: HttpRequest, key: str) -> HttpResponse:
    """End an entry."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.end_activity, activity=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.end_activity(
                actor=request.actor, activity=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:activity", _("Ended."), key=found.key)
    text = _("Grants that cite this entry stop at once: the next decision is no.")
    return _action(request, found, form, _("End the activity"), text, danger=True)


def _action(
    request: HttpRequest, found: ProcessingActivity, form: Any, title: str, text: str, danger: bool = False
) -> HttpResponse:
    context = {"form": form, "title": f"{title}: {found.key} {found.name}", "text": text, "label": title}
    context |= {"back": reverse("catalog:activity", args=[found.key]), "danger": danger}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)
