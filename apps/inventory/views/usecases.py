"""The pages of use cases."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import Department
from apps.accounts.reach import reach
from apps.inventory import operations, queries
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.forms.fields import SystemField
from apps.inventory.forms.usecases import RegisterUseCaseForm, UseCaseForm
from apps.inventory.models import AISystem, UseCase
from apps.inventory.operations.usecases import EDITABLE_USE_CASE
from apps.inventory.tables import CASE_TONES
from apps.kernel.errors import Conflict, Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.conflicts import in_conflict
from apps.web.forms import Form
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page


class LinkForm(Form):
    """Which system."""

    system = SystemField(label=gettext_lazy("System it runs on"))

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].person = person


def _find(request: HttpRequest, key: str) -> UseCase:
    rows = UseCase.objects.visible_to(request.user).select_related("department", "owner", "proposer", "legal_entity")
    return get_object_or_404(rows, key=key)


@page(permission=None, methods=("GET",))
def use_case(request: HttpRequest, key: str) -> HttpResponse:
    """Show a use case: purpose, class and tier, and the systems it runs on."""
    found = _find(request, key)
    if found.merged_into_id and "stay" not in request.GET:
        standing = queries.resolve_merged(found)
        if UseCase.objects.visible_to(request.user).filter(pk=standing.pk).exists():
            return redirect("inventory:use_case", key=standing.key)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("inventory.use_case")]
    context = {
        "use_case": found,
        "tone": CASE_TONES.get(found.status, "neutral"),
        "data_labels": [
            str(dict(found._meta.get_field("data_classes").base_field.choices).get(c, c)) for c in found.data_classes
        ],
        "systems": AISystem.objects.visible_to(request.user).filter(use_cases=found),
        "may_edit": may_do(request.actor, operations.edit_use_case, use_case=found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }
    return render_page(request, "inventory/use_case_detail.html", context)


@page(permission=Permission.INVENTORY_SYSTEM_REGISTER)
def register(request: HttpRequest) -> HttpResponse:
    """Register a use case, on a system when it is named."""
    departments = Department.objects.filter(reach(request.user, Permission.INVENTORY_SYSTEM_REGISTER, "pk"))
    initial = {"department": request.user.department_id, "system": request.GET.get("system", "")}
    form = RegisterUseCaseForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        departments=departments,
        person=request.user,
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = form.cleaned_data
            made = operations.register_use_case(
                actor=request.actor,
                department=cleaned["department"],
                owner=request.user,
                proposer=request.user,
                request_key=form.request_key,
                **form.changes(),
            )
            if cleaned["system"]:
                operations.link_use_case(actor=request.actor, use_case=made, system=cleaned["system"])
            return redirect_after(request, "inventory:use_case", _("On record."), key=made.key)
    context = {
        "form": form,
        "title": _("Register a use case"),
        "back": reverse("inventory:use_cases"),
        "label": _("Save"),
    }
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def edit(request: HttpRequest, key: str) -> HttpResponse:
    """Edit a use case; two people at once see both versions."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.edit_use_case, use_case=found))
    initial = {name: getattr(found, name) for name in EDITABLE_USE_CASE if name != "screening"}
    form: Any = UseCaseForm(
        request.POST if request.method == "POST" else None, initial=initial | {"version": found.version}
    )
    differences: list[Any] = []
    if request.method == "POST" and form.is_valid():
        with form.problems():
            changes = {name: value for name, value in form.changes().items() if getattr(found, name) != value}
            operations.edit_use_case(
                actor=request.actor,
                use_case=found,
                changes=changes,
                version=form.cleaned_data["version"],
                request_key=form.request_key,
            )
            return redirect_after(request, "inventory:use_case", _("Saved."), key=found.key)
        if isinstance(form.failed, Conflict):
            form, differences = in_conflict(request, form)
    context = {"form": form, "title": _("Edit %(key)s") % {"key": found.key}, "label": _("Save")}
    context |= {"back": reverse("inventory:use_case", args=[found.key]), "differences": differences}
    return render_page(request, "inventory/action_form.html", context, status=409 if differences else form.status)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def link(request: HttpRequest, key: str) -> HttpResponse:
    """Say that a use case runs on a system."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.edit_use_case, use_case=found))
    form = LinkForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.link_use_case(
                actor=request.actor, use_case=found, system=form.cleaned_data["system"], request_key=form.request_key
            )
            return redirect_after(request, "inventory:use_case", _("Joined."), key=found.key)
    text = _("The system's tier follows its use cases. What was approved for it becomes stale: it does more now.")
    return _action(request, found, form, _("Put it on a system"), text)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def unlink(request: HttpRequest, key: str, system_key: str) -> HttpResponse:
    """Say that a use case does not run on a system any more."""
    found = _find(request, key)
    system = get_object_or_404(AISystem.objects.visible_to(request.user).filter(use_cases=found), key=system_key)
    _check(may_do(request.actor, operations.unlink_use_case, use_case=found, system=system))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.unlink_use_case(
                actor=request.actor,
                use_case=found,
                system=system,
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, "inventory:use_case", _("Parted."), key=found.key)
    return _action(request, found, form, _("Part it from %(system)s") % {"system": system})


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def retire(request: HttpRequest, key: str) -> HttpResponse:
    """End a use case."""
    found = _find(request, key)
    _check(may_do(request.actor, operations.retire_use_case, use_case=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.retire_use_case(
                actor=request.actor, use_case=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "inventory:use_case", _("Retired."), key=found.key)
    return _action(request, found, form, _("Retire %(key)s") % {"key": found.key})


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)


def _action(request: HttpRequest, found: UseCase, form: Any, title: str, text: str = "") -> HttpResponse:
    back = reverse("inventory:use_case", args=[found.key])
    context = {"form": form, "title": title, "text": text, "label": _("Save"), "back": back}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
