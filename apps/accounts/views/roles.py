"""Roles: what they allow, who holds them, and which provider groups carry them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts import operations, queries, reach
from apps.accounts.forms import GroupForm, NewRoleForm, RoleForm
from apps.accounts.models import Role, RoleAssignment
from apps.kernel.permissions import Permission
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .form_page import form_page


@page(permission=Permission.ACCOUNTS_ROLE_VIEW, methods=("GET",))
def roles(request: HttpRequest) -> HttpResponse:
    """List roles, the provider's groups that carry them, and what waits for a second administrator."""
    waiting = RoleAssignment.objects.waiting().select_related("role", "person", "group", "department", "granted_by")
    context = {
        "roles": Role.objects.all(),
        "mapping": queries.group_assignments(),
        "waiting": waiting,
        "may_edit": reach.holds(request.user, Permission.ACCOUNTS_ROLE_EDIT),
        "may_assign": reach.holds(request.user, Permission.ACCOUNTS_ASSIGNMENT_EDIT),
    }
    return render_page(request, "accounts/roles.html", context)


@page(permission=Permission.ACCOUNTS_ROLE_VIEW, methods=("GET",))
def role(request: HttpRequest, key: str) -> HttpResponse:
    """Show what a role allows and who holds it."""
    found = get_object_or_404(Role, key=key)
    context = {
        "role": found,
        "holders": queries.role_holders(found),
        "may_edit": reach.holds(request.user, Permission.ACCOUNTS_ROLE_EDIT),
    }
    return render_page(request, "accounts/role_detail.html", context)


@page(permission=Permission.ACCOUNTS_ROLE_EDIT)
def role_edit(request: Any, key: str) -> HttpResponse:
    """Change what a role allows."""
    found = get_object_or_404(Role, key=key)
    initial = {"name": found.name, "description": found.description, "permissions": found.permissions}
    form = RoleForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            cleaned = {name: form.cleaned_data[name] for name in ("name", "description", "permissions")}
            operations.edit_role(actor=request.actor, role=found, request_key=form.request_key, **cleaned)
            return redirect_after(request, "accounts:role", _("Saved. It holds from the next request on."), key)
    back = reverse("accounts:role", args=[key])
    return form_page(request, form, title=_("Edit %(name)s") % {"name": found.name}, submit=_("Save"), back=back)


@page(permission=Permission.ACCOUNTS_ROLE_EDIT)
def role_new(request: Any) -> HttpResponse:
    """Make a new role."""
    form = NewRoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            names = ("name", "description", "permissions", "privileged")
            cleaned = {name: form.cleaned_data[name] for name in names}
            made = operations.create_role(actor=request.actor, request_key=form.request_key, **cleaned)
            return redirect_after(request, "accounts:role", _("The role is on record."), made.key)
    back = reverse("accounts:roles")
    return form_page(request, form, title=_("Add a role"), submit=_("Add"), back=back)


@page(permission=Permission.ACCOUNTS_ASSIGNMENT_EDIT)
def group_new(request: Any) -> HttpResponse:
    """Let a group of the identity provider hold a role."""
    form = GroupForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            names = ("group_name", "role", "department", "until", "reason")
            cleaned = {name: form.cleaned_data[name] for name in names}
            operations.map_group(actor=request.actor, request_key=form.request_key, **cleaned)
            message = _("Members get the role with their next sign-in.")
            return redirect_after(request, "accounts:roles", message)
    back = reverse("accounts:roles")
    title = _("Give a role to a group")
    intro = _("Everybody whom the company sign-in names as a member gets the role, and loses it with the membership.")
    return form_page(request, form, title=title, intro=intro, submit=_("Give the role"), back=back)
