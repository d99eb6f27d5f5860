"""People: who they are, what they may do and why, and the roles they are given."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts import operations, permissions, queries, reach
from apps.accounts.filters import PeopleFilters
from apps.accounts.forms import AssignmentForm, EditPersonForm, PersonForm, ReasonForm
from apps.accounts.models import Person, RoleAssignment
from apps.accounts.tables import PeopleTable
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from .form_page import form_page


class People(ListPage):
    """Everybody on record."""

    permission = Permission.ACCOUNTS_PERSON_VIEW
    title = gettext_lazy("People")
    table = PeopleTable
    filters = PeopleFilters
    export_name = "people"
    export_permission = Permission.ACCOUNTS_PERSON_EDIT

    def queryset(self, request: HttpRequest) -> Any:
        return Person.objects.visible_to(request.user).select_related("department")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        if not reach.holds(request.user, Permission.ACCOUNTS_PERSON_EDIT):
            return {}
        return {"buttons": [{"url": reverse("accounts:person_new"), "label": _("Add a person"), "primary": True}]}


def _person(request: HttpRequest, person_id: UUID) -> Person:
    people = Person.objects.visible_to(request.user).select_related("department")
    return get_object_or_404(people, pk=person_id)


def _show(request: Any, person: Person, *, actions: bool) -> HttpResponse:
    actor = request.actor
    context = {
        "person": person,
        "held": queries.effective_permissions(person),
        "assignments": queries.person_assignments(person),
        "groups": person.groups.order_by("name"),
        "may_edit": actions and reach.holds(request.user, Permission.ACCOUNTS_PERSON_EDIT),
        "may_assign": actions and reach.holds(request.user, Permission.ACCOUNTS_ASSIGNMENT_EDIT),
        "may_close": permissions.may_deactivate(actor=actor, person=person),
        "may_change": permissions.may_edit_person(actor=actor, person=person),
        "is_self": str(person.pk) == actor.id,
    }
    return render_page(request, "accounts/person_detail.html", context)


@page(permission=Permission.ACCOUNTS_PERSON_VIEW, methods=("GET",))
def person(request: HttpRequest, person_id: UUID) -> HttpResponse:
    """Show a person: roles, and every permission with where it comes from."""
    return _show(request, _person(request, person_id), actions=True)


@page(permission=None, methods=("GET",))
def me(request: Any) -> HttpResponse:
    """Show people what they may do themselves, and why."""
    return _show(request, request.user, actions=False)


@page(permission=Permission.ACCOUNTS_PERSON_EDIT)
def new(request: Any) -> HttpResponse:
    """Put a person on record, so that their first sign-in is recognised."""
    form = PersonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            found = operations.expect_person(
                actor=request.actor, request_key=form.request_key, **_without_key(form.cleaned_data)
            )
            message = _("%(name)s is on record.") % {"name": found.name}
            return redirect_after(request, "accounts:person", message, found.pk)
    back = reverse("accounts:people")
    return form_page(request, form, title=_("Add a person"), submit=_("Add"), back=back)


@page(permission=Permission.ACCOUNTS_PERSON_EDIT)
def edit(request: Any, person_id: UUID) -> HttpResponse:
    """Correct a person's name or department."""
    found = _person(request, person_id)
    form = EditPersonForm(request.POST or None, initial={"name": found.name, "department": found.department_id})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            changes = _without_key(form.cleaned_data)
            operations.edit_person(actor=request.actor, person=found, changes=changes, request_key=form.request_key)
            return redirect_after(request, "accounts:person", _("Saved."), found.pk)
    return form_page(request, form, title=_("Edit %(name)s") % {"name": found}, submit=_("Save"), back=_url(found))


@page(permission=Permission.ACCOUNTS_PERSON_EDIT)
def close(request: Any, person_id: UUID) -> HttpResponse:
    """Close an account; its sessions and tokens end at once."""
    found = _person(request, person_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.deactivate_person(
                actor=request.actor, person=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "accounts:person", _("The account is closed."), found.pk)
    return form_page(
        request,
        form,
        title=_("Close the account of %(name)s") % {"name": found},
        intro=_("Every session and token ends at once. What the person did stays on record."),
        submit=_("Close the account"),
        back=_url(found),
        danger=True,
    )


@page(permission=Permission.ACCOUNTS_PERSON_EDIT)
def reopen(request: Any, person_id: UUID) -> HttpResponse:
    """Open a closed account again."""
    found = _person(request, person_id)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.reactivate_person(
                actor=request.actor, person=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "accounts:person", _("The account is open again."), found.pk)
    title = _("Open the account of %(name)s again") % {"name": found}
    return form_page(request, form, title=title, submit=_("Open the account"), back=_url(found))


@page(permission=None, methods=("POST",))
def end_sessions(request: Any, person_id: UUID) -> HttpResponse:
    """Sign a person out everywhere: oneself, or as an administrator."""
    found = request.user if str(person_id) == request.actor.id else _person(request, person_id)
    operations.end_sessions(actor=request.actor, person=found)
    return redirect_after(request, "/", _("Every session of %(name)s has ended.") % {"name": found})


@page(permission=Permission.ACCOUNTS_ASSIGNMENT_EDIT)
def assign(request: Any, person_id: UUID) -> HttpResponse:
    """Give a person a role."""
    found = _person(request, person_id)
    form = AssignmentForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            given = operations.assign_role(
                actor=request.actor, person=found, request_key=form.request_key, **_without_key(form.cleaned_data)
            )
            return redirect_after(request, "accounts:person", _given(given), found.pk)
    title = _("Give %(name)s a role") % {"name": found}
    return form_page(request, form, title=title, submit=_("Give the role"), back=_url(found))


@page(permission=None, methods=("GET",))
def assignment(request: Any, assignment_id: UUID) -> HttpResponse:
    """Show an assignment: its holder's own, or any for those who may see roles."""
    found = _assignment(request, assignment_id)
    context = {
        "assignment": found,
        "may_confirm": permissions.may_confirm(actor=request.actor, assignment=found),
        "may_end": permissions.may_end(actor=request.actor, assignment=found),
        "administers": reach.holds(request.user, Permission.ACCOUNTS_ASSIGNMENT_EDIT),
    }
    return render_page(request, "accounts/assignment_detail.html", context)


@page(permission=Permission.ACCOUNTS_ASSIGNMENT_EDIT, methods=("POST",))
def confirm_assignment(request: Any, assignment_id: UUID) -> HttpResponse:
    """Confirm a privileged role as the second administrator."""
    found = _assignment(request, assignment_id)
    operations.confirm_assignment(actor=request.actor, assignment=found)
    return redirect_after(request, "accounts:assignment", _("Confirmed: the role counts from now on."), found.pk)


@page(permission=Permission.ACCOUNTS_ASSIGNMENT_EDIT)
def end_assignment(request: Any, assignment_id: UUID) -> HttpResponse:
    """End an assignment from this moment."""
    found = _assignment(request, assignment_id)
    form = ReasonForm(request.POST or None)
    back = reverse("accounts:assignment", args=[found.pk])
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.end_assignment(
                actor=request.actor, assignment=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, back, _("The role has ended."))
    title = _("End: %(assignment)s") % {"assignment": found}
    return form_page(request, form, title=title, submit=_("End the role"), back=back, danger=True)


def _assignment(request: HttpRequest, assignment_id: UUID) -> RoleAssignment:
    found = RoleAssignment.objects.visible_to(request.user)
    return get_object_or_404(
        found.select_related("role", "person", "group", "service", "department", "granted_by", "confirmed_by"),
        pk=assignment_id,
    )


def _given(given: RoleAssignment) -> str:
    if given.needs_confirmation:
        return _("The role waits for a second administrator's confirmation.")
    return _("The role counts from now on.")


def _url(found: Person) -> str:
    return reverse("accounts:person", args=[found.pk])


def _without_key(cleaned: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in cleaned.items() if name != "submission"}
