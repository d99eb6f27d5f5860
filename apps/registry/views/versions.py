"""One version of a model, as a card in the order people read; what breaks without it; and its life."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.catalog.models import Dataset
from apps.catalog.tables.datasets import category_badges, level_badge
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.models import Release
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.forms.aimodels import CardForm, DeprecateForm
from apps.registry.forms.cards import HuggingFaceForm
from apps.registry.models import Deployment, ModelVersion
from apps.registry.queries.downstream import what_breaks
from apps.registry.rules_pure import card
from apps.registry.tables.aimodels import stage_badge
from apps.web.offers import Offer, may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

VIEW = Permission.REGISTRY_MODEL_VIEW


def find_version(request: HttpRequest, key: str) -> ModelVersion:
    """Return a version that the person may know of."""
    rows = ModelVersion.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related(
            "ai_model__provider", "ai_model__department", "ai_model__owner", "registered_by", "replaced_by"
        ),
        key=key,
    )


@page(permission=VIEW, methods=("GET",))
def model_version(request: HttpRequest, key: str) -> HttpResponse:
    """Show a version: what it is and is for first, then what it was made from, measured at, and where it is."""
    found = find_version(request, key)
    newest = found.cards.select_related("written_by").order_by("-number").first()
    releases = list(
        Release.objects.visible_to(request.user).filter(model_links__model_version=found).select_related("system")[:50]
    )
    seen = set(
        Dataset.objects.visible_to(request.user)
        .filter(model_versions__model_version=found)
        .values_list("pk", flat=True)
    )
    shown = [(panel, panel.context(request, found)) for panel in panels_for("registry.model_version")]
    context = {
        "version": found,
        "stage": stage_badge(found),
        "card": newest,
        "sections": card.in_order(newest.content) if newest else [],
        "lacking": card.missing(newest.content if newest else {}),
        "cards": found.cards.select_related("written_by").order_by("-number")[1:11],
        "data": [
            {"row": one, "seen": one.dataset_id in seen, "level": level_badge(one.dataset.level),
             "categories": category_badges(one.dataset.categories)}
            for one in found.data.select_related("dataset").order_by("role", "dataset__key")
        ],
        "metrics": found.metrics.select_related("dataset").order_by("name", "data_slice", "-measured_at")[:100],
        "releases": releases,
        "deployments": Deployment.objects.visible_to(request.user).standing().filter(release__in=releases).select_related("system", "release"),
        "offers": _offers(request, found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }  # fmt: skip
    return render_page(request, "registry/model_version_detail.html", context)


def _offers(request: HttpRequest, found: ModelVersion) -> list[Offer]:
    ways = [
        (_("Write the card"), operations.write_card, "version_card", False),
        (_("Validate"), operations.validate_version, "version_validate", False),
        (_("Deprecate"), operations.deprecate_version, "version_deprecate", False),
        (_("Retire"), operations.retire_version, "version_retire", True),
    ]
    offers = [
        Offer(
            label,
            reverse(f"registry:{name}", args=[found.key]),
            may_do(request.actor, does, model_version=found),
            danger,
        )
        for label, does, name, danger in ways
    ]
    return [offer for offer in offers if offer.decision]


@page(permission=VIEW, methods=("GET",))
def breaks(request: HttpRequest, key: str) -> HttpResponse:
    """Show what breaks when a version is gone on a day, with the exits and which of them nobody tried."""
    found = find_version(request, key)
    asked = request.GET.get("on", "")
    try:
        day = date.fromisoformat(asked) if asked else found.retires_on
        wrong = ""
    except ValueError:
        day, wrong = found.retires_on, _("Write the day as 2026-12-31.")
    context = {
        "version": found, "day": day, "asked": asked or (day.isoformat() if day else ""), "wrong": wrong,
        "found": what_breaks(found, on=day, person=request.user),
    }  # fmt: skip
    return render_page(request, "registry/what_breaks.html", context, status=422 if wrong else 200)


@page(permission=None)
def write_card(request: HttpRequest, key: str) -> HttpResponse:
    """Write the card of a version anew."""
    found = _allowed(request, key, operations.write_card)
    newest = found.cards.order_by("-number").first()
    form = CardForm(request.POST if request.method == "POST" else None, initial=dict(newest.content) if newest else {})
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.write_card(
                actor=request.actor, model_version=found, content=form.content(), request_key=form.request_key,
                source=form.cleaned_data["source"] or "form",
            )  # fmt: skip
            return redirect_after(request, "registry:model_version", _("Written."), key=found.key)
    context = {"form": form, "version": found}
    return render_page(request, "registry/version_card.html", context, status=form.status)


@page(permission=None)
def read_card(request: HttpRequest, key: str) -> HttpResponse:
    """Fill the form of the card from a README.md; a person looks at it before it is written."""
    found = _allowed(request, key, operations.write_card)
    posted = request.method == "POST"
    form = HuggingFaceForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        read = form.cleaned_data["found"]
        filled = CardForm(initial={**read.content, "source": "hugging-face"})
        context = {"form": filled, "version": found, "read": read}
        return render_page(request, "registry/version_card.html", context)
    context = {
        "form": form,
        "title": _("Card of %(version)s from Hugging Face") % {"version": found},
        "label": _("Read"),
    }
    context |= {"back": reverse("registry:version_card", args=[found.key])}
    context["text"] = _("Nothing is written yet: you see what was understood, and change it before it is.")
    return render_page(request, "catalog/upload_form.html", context, status=form.status)


@page(permission=None)
def validate(request: HttpRequest, key: str) -> HttpResponse:
    """Say that a version does what its card says."""
    text = _("You did not register it. Say what you looked at; what may run is decided at gates.")
    return _with_reason(request, key, operations.validate_version, _("Validate %(version)s"), text, _("Validated."))


@page(permission=None)
def retire(request: HttpRequest, key: str) -> HttpResponse:
    """Retire a version for good."""
    text = _("For good: nothing new may run it, and no grant calls it. It is refused while it should run somewhere.")
    return _with_reason(request, key, operations.retire_version, _("Retire %(version)s"), text, _("Retired."), True)


@page(permission=None)
def deprecate(request: HttpRequest, key: str) -> HttpResponse:
    """Say from when on a version is gone."""
    found = _allowed(request, key, operations.deprecate_version)
    form = DeprecateForm(request.POST if request.method == "POST" else None, version=found)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            given = {name: form.cleaned_data[name] for name in ("reason", "retires_on", "replaced_by")}
            operations.deprecate_version(
                actor=request.actor, model_version=found, request_key=form.request_key, **given
            )
            return redirect_after(request, "registry:model_version", _("Everybody downstream is told."), key=found.key)
    text = _("Owners of systems that use it are told and owe the change until that day; so are those who hold grants.")
    return _form(request, form, found, _("Deprecate %(version)s"), text)


def _with_reason(
    request: HttpRequest, key: str, does: Any, title: str, text: str, done: str, danger: bool = False
) -> HttpResponse:
    found = _allowed(request, key, does)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            does(
                actor=request.actor,
                model_version=found,
                reason=form.cleaned_data["reason"],
                request_key=form.request_key,
            )
            return redirect_after(request, "registry:model_version", done, key=found.key)
    return _form(request, form, found, title, text, danger)


def _allowed(request: HttpRequest, key: str, does: Any) -> ModelVersion:
    found = find_version(request, key)
    decision = may_do(request.actor, does, model_version=found)
    if not decision:
        raise Refused(decision)
    return found


def _form(
    request: HttpRequest, form: Any, found: ModelVersion, title: str, text: str, danger: bool = False
) -> HttpResponse:
    context = {"form": form, "title": title % {"version": found}, "text": text, "label": _("Save"), "danger": danger}
    context |= {"back": reverse("registry:model_version", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)
