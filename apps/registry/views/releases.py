"""Releases: the list, one release, composing, withdrawing, the difference between any two."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Exists, Max, OuterRef
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory import operations as inventory
from apps.inventory.forms.actions import ReasonForm
from apps.inventory.models import AISystem, Authorisation, Release
from apps.inventory.queries import candidate_release
from apps.kernel.errors import Invalid, Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry.filters.releases import ReleaseFilters
from apps.registry.forms.releases import ComposeForm
from apps.registry.models import GATED, ArtefactVersion, Deployment, ModelVersion
from apps.registry.operations import composing
from apps.registry.queries import releases as queries
from apps.registry.tables.releases import KINDS, ReleaseTable, release_state
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

STAGE_TONES = {"candidate": "info", "validated": "good", "deprecated": "warning", "retired": "bad"}


class Releases(ListPage):
    """The releases of systems that a person may see."""

    permission = Permission.INVENTORY_CATALOG_BROWSE
    title = gettext_lazy("Releases")
    intro = gettext_lazy("The exact sets of parts that gates decide on and that deployments run.")
    table = ReleaseTable
    filters = ReleaseFilters
    export_name = "releases"
    empty_text = gettext_lazy("Releases are composed on a system's page, or frozen by its pipeline.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return the releases the person may see, with what may run and what does."""
        return with_state(Release.objects.visible_to(request.user)).select_related("system", "frozen_by")

    def more(self, request: HttpRequest) -> dict[str, Any]:
        """Lead to what releases are made of."""
        return {"buttons": [{"label": _("Prompts and other artefacts"), "url": reverse("registry:artefacts")}]}


def with_state(releases: Any) -> Any:
    """Say of each release whether a gate lets it run somewhere now, and whether it should."""
    allowed = Authorisation.objects.valid().filter(release=OuterRef("pk"), kind="decision")
    runs = Deployment.objects.standing().filter(release=OuterRef("pk"), side="desired")
    gated = runs.filter(environment__in=GATED)
    return releases.annotate(allowed=Exists(allowed), runs=Exists(runs), gated=Exists(gated))


def _release(request: HttpRequest, key: str) -> Release:
    rows = Release.objects.visible_to(request.user).select_related("system__department", "frozen_by")
    return get_object_or_404(rows, key=key)


@page(permission=None, methods=("GET",))
def release(request: HttpRequest, key: str) -> HttpResponse:
    """Show a release: its parts, where it may run until when, where it runs, and what is new in it."""
    found = _release(request, key)
    earlier = queries.before(found)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("inventory.release")]
    newest = candidate_release(found.system)
    context = {
        "release": found,
        "system": found.system,
        "newest": newest,
        "parts": _parts(found, request.user),
        "authorisations": [(row, *row.status()) for row in found.authorisations.select_related("system")[:20]],
        "covered": queries.covered(found),
        "running": queries.running(found),
        "earlier": earlier,
        "difference": queries.differences(earlier, found, person=request.user) if earlier else None,
        "others": found.system.releases.exclude(pk=found.pk).order_by("-number")[:20],
        "may_withdraw": may_do(request.actor, inventory.withdraw_release, release=found),
        "may_compose": may_do(request.actor, inventory.freeze_release, system=found.system),
        "kinds": KINDS,
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }
    return render_page(request, "registry/release_detail.html", context)


def _parts(found: Release, person: Any) -> list[dict[str, Any]]:
    rows = queries.parts_of(found, person)
    for row in rows:
        stage = getattr(row["record"], "stage", "")
        row["tone"] = STAGE_TONES.get(stage, "neutral")
        row["stage"] = row["record"].get_stage_display() if stage else ""
        row["url"] = _address(row["record"])
        row["key"] = getattr(getattr(row["record"], "artefact", row["record"]), "key", "")
        row["kind"] = KINDS.get(row["item"]["kind"], row["item"]["kind"])
    return rows


def _address(record: Any) -> str:
    """Return the page of the record behind a part, where there is one that the person may see."""
    if isinstance(record, ArtefactVersion):
        return f"{reverse('registry:artefact', args=[record.artefact.key])}?version={record.number}"
    return reverse("registry:model_version", args=[record.key]) if record else ""


@page(permission=None, methods=("GET",))
def against(request: HttpRequest, key: str, other: str) -> HttpResponse:
    """Show what differs between two releases; of one system they are shown the older first."""
    pair = [_release(request, key), _release(request, other)]
    if pair[0].system_id == pair[1].system_id:
        pair.sort(key=lambda one: one.number)
    context = {
        "difference": queries.differences(*pair, person=request.user),
        "before": pair[0],
        "after": pair[1],
        "others": pair[1].system.releases.exclude(pk=pair[1].pk).order_by("-number")[:20],
    }
    return render_page(request, "registry/release_difference.html", context)


@page(permission=None)
def compose(request: HttpRequest, key: str) -> HttpResponse:
    """Compose a release of a system, beginning with what its newest one is made of."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user).select_related("department"), key=key)
    decision = may_do(request.actor, inventory.freeze_release, system=system)
    if not decision:
        raise Refused(decision)
    form = _compose_form(request, system)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made, warnings = _freeze(request, system, form)
            for sentence in warnings:
                messages.warning(request, sentence)
            return redirect_after(request, "registry:release", _("Frozen."), key=made.key)
    context = {"form": form, "system": system, "newest": candidate_release(system), "needle": request.GET.get("q", "")}
    return render_page(request, "registry/release_compose.html", context, status=form.status)


def _compose_form(request: HttpRequest, system: AISystem) -> ComposeForm:
    newest = candidate_release(system)
    items = newest.items if newest else []
    chosen = {item["subject_id"] for item in items if item["subject_id"]}
    models = queries.model_choices(request.user, chosen, request.GET.get("q", "")[:80])
    artefacts = [one for _artefact, choices in queries.artefact_choices(system, chosen) for one in choices]
    others = [item for item in items if not item["subject_id"]]
    initial = {
        "models": [one.value for one in models if one.chosen],
        "artefacts": [one.value for one in artefacts if one.chosen] if newest else [a.value for a in artefacts][:1],
        "others": [" ".join(v for v in (i["kind"], i["name"], i["version"], i["digest"]) if v) for i in others],
    }
    return ComposeForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        models=[(one.value, one.label) for one in models],
        artefacts=[(one.value, one.label) for one in artefacts],
    )


def _freeze(request: HttpRequest, system: AISystem, form: ComposeForm) -> tuple[Release, list[str]]:
    data = form.cleaned_data
    versions, unknown = queries.resolve_models(ModelVersion.objects.visible_to(request.user), data["models"])
    artefacts, absent = queries.resolve_artefacts(system, data["artefacts"])
    for field, names in (("models", unknown), ("artefacts", absent)):
        if names:
            raise Invalid({field: [_("There is no %(name)s that you may see.") % {"name": names[0]}]})
    made = composing.compose_release(
        actor=request.actor, system=system, model_versions=versions, artefact_versions=artefacts, others=data["others"],
        name=data["name"], notes=data["notes"], request_key=form.request_key,
    )  # fmt: skip
    return made, composing.warnings_about(versions)


@page(permission=None)
def withdraw(request: HttpRequest, key: str) -> HttpResponse:
    """Take a release back."""
    found = _release(request, key)
    decision = may_do(request.actor, inventory.withdraw_release, release=found)
    if not decision:
        raise Refused(decision)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            inventory.withdraw_release(
                actor=request.actor, release=found, reason=form.cleaned_data["reason"], request_key=form.request_key
            )
            return redirect_after(request, "registry:release", _("Withdrawn."), key=found.key)
    text = _("Nothing new may be decided or deployed of it; where it runs it goes on until it is replaced.")
    context = {"form": form, "title": _("Withdraw %(release)s") % {"release": found}, "text": text, "danger": True}
    context |= {"label": _("Withdraw"), "back": reverse("registry:release", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def panel_of_system(request: HttpRequest, system: AISystem) -> dict[str, Any] | None:
    """Show on a system's page its releases, its artefacts, and what the next review would freeze."""
    may_compose = may_do(request.actor, inventory.freeze_release, system=system)
    rows = list(with_state(system.releases.all()).order_by("-number")[:8])
    artefacts = list(system.artefacts.annotate(newest=Max("versions__number")).order_by("kind", "name")[:50])
    if not (rows or artefacts or may_compose):
        return None
    return {
        "system": system,
        "next": queries.next_review(system),
        "releases": [(row, release_state(row)) for row in rows],
        "artefacts": artefacts,
        "may_compose": may_compose,
    }
