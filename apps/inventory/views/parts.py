"""Components, dependencies and approved uses of a system, and vendors."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.models import Department, Role
from apps.inventory import operations
from apps.inventory.forms.actions import ApprovedUseForm, ReasonForm
from apps.inventory.forms.systems import ComponentForm, DependencyForm, VendorForm
from apps.inventory.models import AISystem, ApprovedUse, Component, Dependency, Vendor
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .systems import find_system


def _editable(request: HttpRequest, key: str) -> AISystem:
    found = find_system(request, key)
    decision = may_do(request.actor, operations.edit_system, system=found)
    if not decision:
        raise Refused(decision)
    return found


def _form_page(request: HttpRequest, form: Any, title: str, back: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, "label": _("Save"), **more}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _parts_of(system: AISystem, tab: str = "parts") -> str:
    return f"{reverse('inventory:system', args=[system.key])}?tab={tab}"


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def component_add(request: HttpRequest, key: str) -> HttpResponse:
    """Put a part of a system on record."""
    system = _editable(request, key)
    form = ComponentForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.add_component(actor=request.actor, system=system, request_key=form.request_key, **form.values())
            return redirect_after(request, _parts_of(system), _("Component added."))
    return _form_page(request, form, _("Add a component"), _parts_of(system), system=system)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def component_edit(request: HttpRequest, key: str, pk: Any) -> HttpResponse:
    """Change a part of a system, or take it off the record."""
    system = _editable(request, key)
    component = get_object_or_404(Component, system=system, pk=pk)
    names = ("kind", "name", "version", "sourcing", "vendor", "exit_substitute", "exit_tested_on")
    form = ComponentForm(
        request.POST if request.method == "POST" else None, initial={name: getattr(component, name) for name in names}
    )
    if request.method == "POST" and "remove" in request.POST:
        operations.remove_component(actor=request.actor, system=system, component=component)
        return redirect_after(request, _parts_of(system), _("Component removed."))
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_component(
                actor=request.actor,
                system=system,
                component=component,
                changes=form.values(),
                request_key=form.request_key,
            )
            return redirect_after(request, _parts_of(system), _("Saved."))
    return _form_page(request, form, _("Edit the component"), _parts_of(system), system=system, removable=True)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def dependency_add(request: HttpRequest, key: str) -> HttpResponse:
    """Put on record what a system needs."""
    system = _editable(request, key)
    form = DependencyForm(request.POST if request.method == "POST" else None, person=request.user)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            values = {name: value for name, value in form.cleaned_data.items() if name != "submission"}
            operations.add_dependency(actor=request.actor, system=system, request_key=form.request_key, **values)
            return redirect_after(request, _parts_of(system), _("Dependency added."))
    return _form_page(request, form, _("Add a dependency"), _parts_of(system), system=system)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT, methods=("POST",))
def dependency_remove(request: HttpRequest, key: str, pk: Any) -> HttpResponse:
    """Take a dependency off the record."""
    system = _editable(request, key)
    dependency = get_object_or_404(Dependency, system=system, pk=pk)
    operations.remove_dependency(actor=request.actor, system=system, dependency=dependency)
    return redirect_after(request, _parts_of(system), _("Dependency removed."))


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def use_propose(request: HttpRequest, key: str) -> HttpResponse:
    """Propose what employees may do with a system; the gate decides."""
    system = _editable(request, key)
    roles = Role.objects.values_list("key", "name")
    form = ApprovedUseForm(
        request.POST if request.method == "POST" else None, departments=Department.objects.all(), roles=roles
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.propose_use_of(actor=request.actor, system=system, request_key=form.request_key, **form.values())
            message = _("Proposed. It comes into force with the gate's decision for pilot or production.")
            return redirect_after(request, _parts_of(system, "uses"), message)
    text = _("Employees find it in their catalogue once the system is authorised for pilot or production.")
    return _form_page(request, form, _("Propose an approved use"), _parts_of(system, "uses"), system=system, text=text)


@page(permission=Permission.INVENTORY_SYSTEM_EDIT)
def use_withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Offer a use no longer."""
    use = get_object_or_404(
        ApprovedUse.objects.filter(system__in=AISystem.objects.visible_to(request.user)).select_related("system"),
        key=key,
    )
    decision = may_do(request.actor, operations.withdraw_use, approved_use=use)
    if not decision:
        raise Refused(decision)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.withdraw_use(
                actor=request.actor, approved_use=use, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, _parts_of(use.system, "uses"), _("Withdrawn."))
    title = _("Withdraw %(use)s") % {"use": use}
    return _form_page(request, form, title, _parts_of(use.system, "uses"), system=use.system, danger=True)


@page(permission=Permission.INVENTORY_VENDOR_VIEW, methods=("GET",))
def vendor(request: HttpRequest, pk: Any) -> HttpResponse:
    """Show a vendor with what stands on it, as far as the person may see."""
    found = get_object_or_404(Vendor, pk=pk)
    systems = AISystem.objects.visible_to(request.user)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("inventory.vendor")]
    context = {
        "vendor": found,
        "systems": systems.filter(vendor=found)[:200],
        "components": Component.objects.filter(vendor=found, system__in=systems).select_related("system")[:200],
        "may_edit": may_do(request.actor, operations.edit_vendor, vendor=found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }
    return render_page(request, "inventory/vendor_detail.html", context)


@page(permission=Permission.INVENTORY_VENDOR_EDIT)
def vendor_register(request: HttpRequest) -> HttpResponse:
    """Put a vendor on record."""
    form = VendorForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.register_vendor(actor=request.actor, request_key=form.request_key, **form.values())
            return redirect_after(request, "inventory:vendor", _("On record."), pk=made.pk)
    return _form_page(request, form, _("Add a vendor"), reverse("inventory:vendors"))


@page(permission=Permission.INVENTORY_VENDOR_EDIT)
def vendor_edit(request: HttpRequest, pk: Any) -> HttpResponse:
    """Change what is on record about a vendor."""
    found = get_object_or_404(Vendor, pk=pk)
    initial = {name: getattr(found, name) for name in ("name", "country", "website", "notes")}
    form = VendorForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_vendor(
                actor=request.actor, vendor=found, changes=form.values(), request_key=form.request_key
            )
            return redirect_after(request, "inventory:vendor", _("Saved."), pk=found.pk)
    return _form_page(request, form, _("Edit the vendor"), reverse("inventory:vendor", args=[found.pk]))
