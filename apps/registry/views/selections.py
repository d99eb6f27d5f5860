"""Selections: the list, the table side by side, what counts, candidates, the decision and other views."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.forms.actions import ReasonForm
from apps.inventory.models import UseCase
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.filters.selections import SelectionFilters
from apps.registry.forms.selections import CandidateForm, DecideForm, DissentForm, SelectionForm
from apps.registry.models import ModelVersion, Selection
from apps.registry.queries import selections as queries
from apps.registry.rules_pure.selecting import FACTS, FIELDS
from apps.registry.tables.selections import STATUS_TONES, SelectionTable, shown, standing_in_words
from apps.web.offers import holds_role, may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page


class Selections(ListPage):
    """Comparisons for use cases that a person may know of."""

    permission = Permission.INVENTORY_CATALOG_BROWSE
    title = gettext_lazy("Selections")
    intro = gettext_lazy(
        "Candidates compared side by side on what a use case needs; the choice and the dissent are kept."
    )
    table = SelectionTable
    filters = SelectionFilters
    export_name = "selections"
    empty_text = gettext_lazy("A comparison is opened on a use case's page.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        return Selection.objects.visible_to(request.user).select_related("use_case", "chosen", "opened_by")


def _selection(request: HttpRequest, key: str) -> Selection:
    rows = Selection.objects.visible_to(request.user).select_related(
        "use_case__department", "opened_by", "decided_by", "chosen", "evaluation_dataset"
    )
    return get_object_or_404(rows, key=key)


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)


def _table(selection: Selection) -> dict[str, Any]:
    """Return the table: as it was frozen with the decision, or as it stands now."""
    return selection.frozen or queries.as_data(selection, queries.comparison(selection))


@page(permission=None, methods=("GET",))
def selection(request: HttpRequest, key: str) -> HttpResponse:
    """Show the candidates side by side, the choice and who sees it differently."""
    found = _selection(request, key)
    table = _table(found)
    versions = ModelVersion.objects.visible_to(request.user).filter(candidacies__selection=found)
    panels = [(panel, panel.context(request, found)) for panel in panels_for("registry.selection")]
    context = {
        "selection": found,
        "status_tone": STATUS_TONES[found.status],
        "shown": shown(table, {version.key: version for version in versions.select_related("ai_model")}),
        "table": table,
        "dissents": list(found.dissents.select_related("person", "preferred")),
        "may_edit": may_do(request.actor, operations.edit_needs, selection=found),
        "may_decide": may_do(request.actor, operations.decide_selection, selection=found),
        "explains": holds_role(request.actor, operations.edit_needs, found),
        "may_dissent": may_do(request.actor, operations.dissent, selection=found),
        "panels": [(panel, inner) for panel, inner in panels if inner is not None],
    }
    return render_page(request, "registry/selection_detail.html", context)


@page(permission=Permission.REGISTRY_SELECTION_EDIT)
def begin(request: HttpRequest, key: str) -> HttpResponse:
    """Open a comparison for a use case."""
    use_case = get_object_or_404(UseCase.objects.visible_to(request.user).select_related("department"), key=key)
    _check(may_do(request.actor, operations.open_selection, use_case=use_case))
    form = SelectionForm(
        request.POST if request.method == "POST" else None, person=request.user, initial={"title": use_case.name}
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.open_selection(
                actor=request.actor,
                use_case=use_case,
                needs=form.needs(),
                request_key=form.request_key,
                **form.values(),
            )
            return redirect_after(request, "registry:selection", _("Opened. Add the candidates."), key=made.key)
    context = {"form": form, "title": _("Compare candidates for %(use)s") % {"use": use_case}, "label": _("Open")}
    context["back"] = reverse("inventory:use_case", args=[use_case.key])
    return render_page(request, "registry/selection_needs.html", context, status=form.status)


@page(permission=None)
def needs(request: HttpRequest, key: str) -> HttpResponse:
    """Say what counts, and at which volume."""
    found = _selection(request, key)
    _check(may_do(request.actor, operations.edit_needs, selection=found))
    initial = {name: getattr(found, name) for name in FIELDS} | {"version": found.version}
    initial["evaluation_dataset"] = found.evaluation_dataset.key if found.evaluation_dataset else ""
    form = SelectionForm(
        request.POST if request.method == "POST" else None, person=request.user, needs=found.needs, initial=initial
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.edit_needs(
                actor=request.actor, selection=found, needs=form.needs(), changes=form.values(),
                version=form.cleaned_data["version"], request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "registry:selection", _("Saved."), key=found.key)
    context = {"form": form, "title": _("What counts: %(selection)s") % {"selection": found}, "label": _("Save")}
    context["back"] = reverse("registry:selection", args=[found.key])
    return render_page(request, "registry/selection_needs.html", context, status=form.status)


@page(permission=None)
def add_candidate(request: HttpRequest, key: str) -> HttpResponse:
    """Add a candidate; `?version=MDV-0001` fills in what its provider's terms say."""
    found = _selection(request, key)
    _check(may_do(request.actor, operations.add_candidate, selection=found))
    form = CandidateForm(
        request.POST if request.method == "POST" else None, person=request.user, initial=_prefilled(request)
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.add_candidate(
                actor=request.actor, selection=found, name=form.cleaned_data["name"],
                model_version=form.cleaned_data["model_version"], request_key=form.request_key, **form.facts(),
            )  # fmt: skip
            return redirect_after(request, "registry:selection", _("Added."), key=found.key)
    context = {"form": form, "selection": found, "wanted": request.GET.get("version", "")}
    return render_page(request, "registry/selection_candidate.html", context, status=form.status)


def _prefilled(request: HttpRequest) -> dict[str, Any]:
    key = request.GET.get("version", "").strip().upper()[:20]
    version = ModelVersion.objects.visible_to(request.user).select_related("ai_model").filter(key=key).first()
    if version is None:
        return {}
    name = f"{version.ai_model.name} {version.name}"
    return {"model_version": version.key, "name": name[:200], **queries.facts_from_terms(version)}


@page(permission=None)
def edit_candidate(request: HttpRequest, key: str, candidate_id: Any) -> HttpResponse:
    """Change what is known of a candidate, or take it out."""
    found = _selection(request, key)
    _check(may_do(request.actor, operations.edit_candidate, selection=found))
    candidate = get_object_or_404(found.candidates.all(), pk=candidate_id)
    initial = {name: getattr(candidate, name) for name in ("name", *FACTS)}
    form = CandidateForm(
        request.POST if request.method == "POST" else None, person=request.user, known=True, initial=initial
    )
    if request.method == "POST" and request.POST.get("remove"):
        form.is_valid()
        form.errors.clear()
        with form.problems():
            operations.remove_candidate(actor=request.actor, selection=found, candidate=candidate)
            return redirect_after(request, "registry:selection", _("Taken out."), key=found.key)
    elif request.method == "POST" and form.is_valid():
        with form.problems():
            changes = {"name": form.cleaned_data["name"], **form.facts()}
            operations.edit_candidate(
                actor=request.actor, selection=found, candidate=candidate, request_key=form.request_key,
                changes={name: value for name, value in changes.items() if getattr(candidate, name) != value},
            )  # fmt: skip
            return redirect_after(request, "registry:selection", _("Saved."), key=found.key)
    context = {"form": form, "selection": found, "candidate": candidate}
    return render_page(request, "registry/selection_candidate.html", context, status=form.status)


@page(permission=None)
def decide(request: HttpRequest, key: str) -> HttpResponse:
    """Choose a candidate, with the reason."""
    found = _selection(request, key)
    _check(may_do(request.actor, operations.decide_selection, selection=found))
    table = _table(found)
    labels = {one["id"]: f"{one['name']}: {standing_in_words(one)}" for one in table["candidates"]}
    form = DecideForm(request.POST if request.method == "POST" else None, selection=found, labels=labels)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.decide_selection(
                actor=request.actor, selection=found, candidate=form.cleaned_data["candidate"],
                reason=form.cleaned_data["reason"], request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "registry:selection", _("Decided. The table stays as it is."), key=found.key)
    return _action(request, found, form, _("Decide"), _("The table is frozen with the decision, other views with it."))


@page(permission=None)
def dissent(request: HttpRequest, key: str) -> HttpResponse:
    """Say what one sees differently."""
    found = _selection(request, key)
    _check(may_do(request.actor, operations.dissent, selection=found))
    form = DissentForm(request.POST if request.method == "POST" else None, selection=found)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.dissent(
                actor=request.actor, selection=found, text=form.cleaned_data["text"],
                preferred=form.cleaned_data["preferred"], request_key=form.request_key,
            )  # fmt: skip
            return redirect_after(request, "registry:selection", _("Your view is on record."), key=found.key)
    return _action(request, found, form, _("See it differently"), "")


@page(permission=None)
def abandon(request: HttpRequest, key: str) -> HttpResponse:
    """End a comparison without a choice."""
    found = _selection(request, key)
    _check(may_do(request.actor, operations.abandon_selection, selection=found))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.abandon_selection(
                actor=request.actor, selection=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "registry:selection", _("Ended without a choice."), key=found.key)
    return _action(request, found, form, _("Abandon"), "", danger=True)


def _action(
    request: HttpRequest, found: Selection, form: Any, title: str, text: str, danger: bool = False
) -> HttpResponse:
    context = {"form": form, "title": f"{title}: {found}", "text": text, "label": title, "danger": danger}
    context["back"] = reverse("registry:selection", args=[found.key])
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def panel_of_use_case(request: HttpRequest, use_case: UseCase) -> dict[str, Any] | None:
    """Show on a use case's page what was compared for it, and what was chosen."""
    rows = Selection.objects.visible_to(request.user).filter(use_case=use_case).select_related("chosen")[:20]
    may_open = may_do(request.actor, operations.open_selection, use_case=use_case)
    found = [(row, STATUS_TONES[row.status]) for row in rows]
    return {"use_case": use_case, "selections": found, "may_open": may_open} if found or may_open else None
