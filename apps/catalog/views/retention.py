"""Retention: the due list, policies, legal holds, deletions with their proof."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog import operations
from apps.catalog.filters.retention import DueFilters, HoldFilters
from apps.catalog.forms.retention import DeletionForm, HoldForm, PolicyForm
from apps.catalog.models import Dataset, LegalHold
from apps.catalog.queries import retention as queries
from apps.catalog.tables.retention import DueTable, HoldTable
from apps.inventory.forms.actions import ReasonForm
from apps.kernel import authorisation
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page


class Due(ListPage):
    """What must go, by when, and what is held."""

    permission = Permission.CATALOG_RETENTION_VIEW
    title = gettext_lazy("Retention")
    intro = gettext_lazy("How long data is kept, and what is due to go. A legal hold beats every deletion.")
    table = DueTable
    filters = DueFilters
    export_name = "retention"
    empty_title = gettext_lazy("Nothing is due")
    empty_text = gettext_lazy("Retention is set on a dataset's page, or comes with its data contract.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the policies that the person may know of."""
        seen = queries.told_to(request.user)
        return queries.due_list().filter(dataset__in=seen).select_related("dataset__steward")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to the holds."""
        return {"buttons": [{"label": _("Legal holds"), "url": reverse("catalog:holds")}]}


class Holds(ListPage):
    """Legal holds that a person may know of."""

    permission = Permission.CATALOG_RETENTION_VIEW
    title = gettext_lazy("Legal holds")
    intro = gettext_lazy("What they name may not go, whatever its policy says.")
    table = HoldTable
    filters = HoldFilters
    export_name = "legal-holds"

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return LegalHold.objects.visible_to(request.user).select_related("placed_by")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Offer to place one."""
        if not authorisation.holds(request.actor, Permission.CATALOG_HOLD_PLACE):
            return {}
        return {"buttons": [{"label": _("Place a hold"), "url": reverse("catalog:hold_place"), "primary": True}]}


def _dataset(request: HttpRequest, key: str) -> Dataset:
    return get_object_or_404(Dataset.objects.visible_to(request.user).select_related("department"), key=key)


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)


@page(permission=None)
def policy(request: HttpRequest, key: str) -> HttpResponse:
    """Say how long a dataset is kept."""
    dataset = _dataset(request, key)
    _check(may_do(request.actor, operations.set_policy, dataset=dataset))
    standing = queries.standing_policy(dataset)
    names = ("days", "counted_from", "at_the_end", "basis", "due_on")
    initial = {name: getattr(standing, name) for name in names} if standing else {}
    form = PolicyForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            values = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
            operations.set_policy(actor=request.actor, dataset=dataset, request_key=form.request_key, **values)
            return redirect_after(request, "catalog:dataset", _("Retention is set."), key=dataset.key)
    return _form(request, form, _("Retention"), dataset)


@page(permission=None)
def attest(request: HttpRequest, key: str) -> HttpResponse:
    """Attest that rows went, with counts, job and file."""
    dataset = _dataset(request, key)
    _check(may_do(request.actor, operations.attest_deletion, dataset=dataset))
    bound = request.method == "POST"
    copies = queries.copies_of(dataset).filter(pk__in=Dataset.objects.visible_to(request.user)).order_by("key")
    initial = {"rows_before": dataset.row_count}
    form = DeletionForm(
        request.POST if bound else None, request.FILES if bound else None, initial=initial, copies=copies
    )
    if bound and form.is_valid():
        with form.problems():
            cleaned = form.cleaned_data
            file = cleaned["proof"]
            operations.attest_deletion(
                actor=request.actor,
                dataset=dataset,
                proof=(file.name, file.read()),
                copies=[form.copies[name] for name in cleaned.get("copies", ())],
                request_key=form.request_key,
                **{n: v for n, v in cleaned.items() if n not in ("submission", "proof", "copies")},
            )
            return redirect_after(request, "catalog:dataset", _("Attested."), key=dataset.key)
    hold = queries.holds_on(dataset).first()
    text = ""
    if hold is not None:
        text = _("%(hold)s holds this dataset (%(matter)s): nothing of it may go.") % {
            "hold": hold.key,
            "matter": hold.matter,
        }
    return _form(request, form, _("Attest a deletion"), dataset, text, "catalog/upload_form.html")


def _form(
    request: HttpRequest,
    form: Any,
    title: str,
    dataset: Any,
    text: str = "",
    template: str = "inventory/action_form.html",
) -> HttpResponse:
    context = {"form": form, "title": f"{title}: {dataset.key} {dataset.title}", "text": text, "label": _("Save")}
    context["back"] = reverse("catalog:dataset", args=[dataset.key])
    return render_page(request, template, context, status=form.status)


@page(permission=Permission.CATALOG_HOLD_PLACE)
def place(request: HttpRequest) -> HttpResponse:
    """Place a legal hold."""
    initial = {"datasets": [request.GET["dataset"]]} if request.GET.get("dataset") else {}
    form = HoldForm(request.POST if request.method == "POST" else None, initial=initial, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
            made = operations.place_hold(actor=request.actor, request_key=form.request_key, **cleaned)
            return redirect_after(request, "catalog:hold", _("Held from now on."), key=made.key)
    context = {"form": form, "title": _("Place a legal hold"), "label": _("Hold"), "back": reverse("catalog:holds")}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None, methods=("GET",))
def hold(request: HttpRequest, key: str) -> HttpResponse:
    """Show a legal hold and what it keeps."""
    found = get_object_or_404(
        LegalHold.objects.visible_to(request.user).select_related("placed_by", "released_by"), key=key
    )
    datasets = Dataset.objects.visible_to(request.user).filter(legal_holds=found).select_related("steward")
    context = {
        "hold": found,
        "datasets": datasets,
        "hidden": found.datasets.count() - len(datasets),
        "may_release": may_do(request.actor, operations.release_hold, hold=found),
    }
    return render_page(request, "catalog/hold_detail.html", context)


@page(permission=Permission.CATALOG_HOLD_PLACE)
def release(request: HttpRequest, key: str) -> HttpResponse:
    """Release a legal hold."""
    found = get_object_or_404(LegalHold.objects.visible_to(request.user), key=key)
    _check(may_do(request.actor, operations.release_hold, hold=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.release_hold(
                actor=request.actor, hold=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:hold", _("Released."), key=found.key)
    text = _("From now on the policies count again: what is overdue by now is due at once.")
    context = {"form": form, "title": _("Release %(key)s") % {"key": found.key}, "text": text, "label": _("Release")}
    context["back"] = reverse("catalog:hold", args=[found.key])
    return render_page(request, "inventory/action_form.html", context, status=form.status)
