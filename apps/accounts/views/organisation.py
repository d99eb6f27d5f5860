"""Departments as a tree, and the companies they belong to."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import operations, queries, reach
from apps.accounts.forms import DepartmentForm, LegalEntityForm, NewLegalEntityForm
from apps.accounts.models import Department, LegalEntity
from apps.kernel.permissions import Permission
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .form_page import form_page


@page(permission=Permission.ACCOUNTS_DEPARTMENT_VIEW, methods=("GET",))
def departments(request: HttpRequest) -> HttpResponse:
    """Show the tree of departments and the legal entities."""
    context = {
        "branches": queries.tree(request.user),
        "entities": LegalEntity.objects.all(),
        "may_edit": reach.holds(request.user, Permission.ACCOUNTS_DEPARTMENT_EDIT),
    }
    return render_page(request, "accounts/departments.html", context)


@page(permission=Permission.ACCOUNTS_DEPARTMENT_EDIT)
def department_new(request: Any) -> HttpResponse:
    """Put a department on record."""
    form = DepartmentForm(request.POST or None, initial={"parent": request.GET.get("parent")})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = {name: form.cleaned_data[name] for name in ("name", "parent", "legal_entity", "head")}
            operations.create_department(actor=request.actor, request_key=form.request_key, **cleaned)
            return redirect_after(request, "accounts:departments", _("The department is on record."))
    back = reverse("accounts:departments")
    return form_page(request, form, title=_("Add a department"), submit=_("Add"), back=back)


@page(permission=Permission.ACCOUNTS_DEPARTMENT_EDIT)
def department(request: Any, department_id: UUID) -> HttpResponse:
    """Change a department's name, head, legal entity or place."""
    found = get_object_or_404(Department.objects.visible_to(request.user).select_related("head"), pk=department_id)
    initial = {
        "name": found.name,
        "parent": found.parent_id,
        "legal_entity": found.legal_entity_id,
        "head": found.head.email if found.head else "",
    }
    form = DepartmentForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            _save(request, found, form)
            return redirect_after(request, "accounts:departments", _("Saved."))
    back = reverse("accounts:departments")
    intro = _("Moving it takes everything below along; roles given here follow.")
    return form_page(request, form, title=found.name, intro=intro, submit=_("Save"), back=back)


def _save(request: Any, found: Department, form: DepartmentForm) -> None:
    changes = {name: form.cleaned_data[name] for name in ("name", "legal_entity", "head")}
    if any(getattr(found, name) != value for name, value in changes.items()):
        operations.edit_department(actor=request.actor, department=found, changes=changes)
    if form.cleaned_data["parent"] != found.parent:
        operations.move_department(actor=request.actor, department=found, parent=form.cleaned_data["parent"])


@page(permission=Permission.ACCOUNTS_DEPARTMENT_EDIT)
def legal_entity_new(request: Any) -> HttpResponse:
    """Put a company on record."""
    form = NewLegalEntityForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = {name: form.cleaned_data[name] for name in ("code", "name", "jurisdiction")}
            operations.create_legal_entity(actor=request.actor, request_key=form.request_key, **cleaned)
            return redirect_after(request, "accounts:departments", _("The legal entity is on record."))
    back = reverse("accounts:departments")
    return form_page(request, form, title=_("Add a legal entity"), submit=_("Add"), back=back)


@page(permission=Permission.ACCOUNTS_DEPARTMENT_EDIT)
def legal_entity(request: Any, entity_id: UUID) -> HttpResponse:
    """Correct a company's name or country."""
    found = get_object_or_404(LegalEntity, pk=entity_id)
    form = LegalEntityForm(request.POST or None, initial={"name": found.name, "jurisdiction": found.jurisdiction})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = {name: form.cleaned_data[name] for name in ("name", "jurisdiction")}
            operations.edit_legal_entity(actor=request.actor, entity=found, request_key=form.request_key, **cleaned)
            return redirect_after(request, "accounts:departments", _("Saved."))
    back = reverse("accounts:departments")
    return form_page(request, form, title=found.name, submit=_("Save"), back=back)
