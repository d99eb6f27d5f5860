"""Defining and editing words of the glossary and master-data entities."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog import operations
from apps.catalog.forms.glossary import EntityForm, RelateForm, TermForm
from apps.catalog.models import TermRelation
from apps.catalog.operations.glossary import EDITABLE_ENTITY, EDITABLE_TERM
from apps.inventory.forms.actions import RemarkForm
from apps.kernel.errors import Conflict
from apps.kernel.permissions import Permission
from apps.web.conflicts import in_conflict
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

from .glossary import find_entity, find_term


@page(permission=Permission.CATALOG_GLOSSARY_EDIT)
def define_term(request: HttpRequest) -> HttpResponse:
    """Define a word."""
    form = TermForm(request.POST if request.method == "POST" else None, initial={"steward": request.user})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.define_term(actor=request.actor, request_key=form.request_key, **form.changes())
            return redirect_after(request, "catalog:term", _("Defined."), pk=made.pk)
    return _page(request, form, _("Define a term"), reverse("catalog:terms"))


@page(permission=Permission.CATALOG_GLOSSARY_EDIT)
def edit_term(request: HttpRequest, pk: Any) -> HttpResponse:
    """Change what is said of a word; two people at once see both versions."""
    found = find_term(request, pk)
    initial = {name: getattr(found, name) for name in (*EDITABLE_TERM, "version")}
    form: Any = TermForm(request.POST if request.method == "POST" else None, initial=initial)
    differences: list[Any] = []
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_term(
                actor=request.actor,
                term=found,
                changes={name: value for name, value in form.changes().items() if getattr(found, name) != value},
                version=form.cleaned_data["version"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:term", _("Saved."), pk=found.pk)
        if isinstance(form.failed, Conflict):
            form, differences = in_conflict(request, form)
    title = _("Edit “%(name)s”") % {"name": found.name}
    return _page(request, form, title, reverse("catalog:term", args=[found.pk]), differences=differences)


@page(permission=Permission.CATALOG_GLOSSARY_EDIT)
def relate(request: HttpRequest, pk: Any) -> HttpResponse:
    """Say how a word belongs to another."""
    found = find_term(request, pk)
    form = RelateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.relate_terms(
                actor=request.actor,
                term=found,
                kind=form.cleaned_data["kind"],
                other=form.cleaned_data["other"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:term", _("Related."), pk=found.pk)
    title = _("Relate “%(name)s” to another term") % {"name": found.name}
    return _page(request, form, title, reverse("catalog:term", args=[found.pk]))


@page(permission=Permission.CATALOG_GLOSSARY_EDIT)
def part(request: HttpRequest, pk: Any, relation: Any) -> HttpResponse:
    """Take back a relation between two words."""
    found = find_term(request, pk)
    tie = get_object_or_404(TermRelation.objects.select_related("term", "other"), pk=relation)
    form = RemarkForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.part_terms(
                actor=request.actor,
                term=found,
                relation=tie,
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:term", _("Parted."), pk=found.pk)
    title = f"{tie.term.name} {tie.get_kind_display()} {tie.other.name}"
    context = {"text": _("The relation is taken back; both terms stay."), "label": _("Part them")}
    return _page(request, form, title, reverse("catalog:term", args=[found.pk]), **context)


@page(permission=Permission.CATALOG_GLOSSARY_EDIT)
def define_entity(request: HttpRequest) -> HttpResponse:
    """Put a master-data entity on record."""
    form = EntityForm(request.POST if request.method == "POST" else None, initial={"owner": request.user})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.define_entity(actor=request.actor, request_key=form.request_key, **form.changes())
            return redirect_after(request, "catalog:entity", _("On record."), pk=made.pk)
    return _page(request, form, _("Define an entity"), reverse("catalog:entities"))


@page(permission=Permission.CATALOG_GLOSSARY_EDIT)
def edit_entity(request: HttpRequest, pk: Any) -> HttpResponse:
    """Change what is said of an entity; two people at once see both versions."""
    found = find_entity(request, pk)
    initial = {name: getattr(found, name) for name in (*EDITABLE_ENTITY, "version")}
    form: Any = EntityForm(request.POST if request.method == "POST" else None, initial=initial)
    differences: list[Any] = []
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_entity(
                actor=request.actor,
                entity=found,
                changes={name: value for name, value in form.changes().items() if getattr(found, name) != value},
                version=form.cleaned_data["version"],
                request_key=form.request_key,
            )
            return redirect_after(request, "catalog:entity", _("Saved."), pk=found.pk)
        if isinstance(form.failed, Conflict):
            form, differences = in_conflict(request, form)
    title = _("Edit “%(name)s”") % {"name": found.name}
    return _page(request, form, title, reverse("catalog:entity", args=[found.pk]), differences=differences)


def _page(request: HttpRequest, form: Any, title: str, back: str, **more: Any) -> HttpResponse:
    context = {"form": form, "title": title, "back": back, **more}
    status = 409 if more.get("differences") else form.status
    return render_page(request, "inventory/action_form.html", context, status=status)
