"""Prompts, retrieval indexes, guardrails and parameter sets: the list, one with its versions, adding."""

from __future__ import annotations

from typing import Any

from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.inventory.models import AISystem, Release
from apps.kernel.errors import Refused
from apps.kernel.panels import panels_for
from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.filters.releases import ArtefactFilters
from apps.registry.forms.releases import ArtefactForm, ArtefactVersionForm
from apps.registry.models import Artefact, ArtefactVersion
from apps.registry.queries.releases import inside_of
from apps.registry.rules_pure.artefacts import AS_JSON
from apps.registry.tables.releases import ArtefactTable
from apps.web.offers import may_do
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page


class Artefacts(ListPage):
    """What is versioned beside models, of systems that a person may see."""

    permission = Permission.INVENTORY_CATALOG_BROWSE
    title = gettext_lazy("Prompts and other artefacts")
    intro = gettext_lazy("Prompts, retrieval indexes, guardrails and parameter sets, versioned beside the models.")
    table = ArtefactTable
    filters = ArtefactFilters
    export_name = "artefacts"
    empty_text = gettext_lazy("They are registered on a system's page.")

    def queryset(self, request: HttpRequest) -> Any:
        """Return what the person may see."""
        found = Artefact.objects.visible_to(request.user).select_related("system")
        return found.annotate(newest=Max("versions__number"))


def _artefact(request: HttpRequest, key: str) -> Artefact:
    return get_object_or_404(Artefact.objects.visible_to(request.user).select_related("system__department"), key=key)


@page(permission=None, methods=("GET",))
def artefact(request: HttpRequest, key: str) -> HttpResponse:
    """Show an artefact: one version, what differs from the one before, the releases it stands in."""
    found = _artefact(request, key)
    versions = list(found.versions.select_related("made_by").order_by("-number")[:200])
    wanted = request.GET.get("version", "")
    version = (
        next((one for one in versions if str(one.number) == wanted), None) if wanted else next(iter(versions), None)
    )
    if wanted and version is None:
        raise Http404
    earlier = next((one for one in versions if version and one.number < version.number), None)
    shown = [(panel, panel.context(request, found)) for panel in panels_for("registry.artefact")]
    context = {
        "artefact": found,
        "versions": versions,
        "version": version,
        "earlier": earlier,
        "change": {"lines": [], "values": []} | inside_of(earlier, version) if earlier and version else None,
        "releases": _releases_with(found, version),
        "may_add": may_do(request.actor, operations.add_artefact_version, artefact=found),
        "panels": [(panel, inner) for panel, inner in shown if inner is not None],
    }
    return render_page(request, "registry/artefact_detail.html", context)


def _releases_with(found: Artefact, version: ArtefactVersion | None) -> list[Release]:
    """Return the releases of the system that hold a version."""
    rows = found.system.releases.order_by("-number")[:100] if version else []
    return [row for row in rows if any(item["subject_id"] == str(version.pk) for item in row.items)]  # type: ignore[union-attr]


@page(permission=None)
def register(request: HttpRequest, key: str) -> HttpResponse:
    """Put an artefact of a system on record."""
    system = get_object_or_404(AISystem.objects.visible_to(request.user).select_related("department"), key=key)
    _check(may_do(request.actor, operations.register_artefact, system=system))
    form = ArtefactForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        with form.problems():
            data = {name: form.cleaned_data[name] for name in ("kind", "name", "purpose")}
            made = operations.register_artefact(
                actor=request.actor, system=system, request_key=form.request_key, **data
            )  # fmt: skip
            text = _("On record. Add its first version.")
            return redirect_after(request, "registry:artefact_version_add", text, key=made.key)
    context = {"form": form, "title": _("Register a prompt or other artefact"), "system": system}
    context |= {"label": _("Register"), "back": reverse("inventory:system", args=[system.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


@page(permission=None)
def add_version(request: HttpRequest, key: str) -> HttpResponse:
    """Add a version, beginning with the newest."""
    found = _artefact(request, key)
    _check(may_do(request.actor, operations.add_artefact_version, artefact=found))
    newest = found.versions.order_by("-number").first()
    form = ArtefactVersionForm(
        request.POST if request.method == "POST" else None,
        initial={"content": newest.content if newest else ""},
        as_json=found.kind in AS_JSON,
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            made = operations.add_artefact_version(
                actor=request.actor, artefact=found, content=form.cleaned_data["content"],
                notes=form.cleaned_data["notes"], request_key=form.request_key,
            )  # fmt: skip
            text = _("Version %(number)s is on record.") % {"number": made.number}
            return redirect_after(request, "registry:artefact", text, key=found.key)
    context = {"form": form, "title": _("New version of %(artefact)s") % {"artefact": found}, "label": _("Add")}
    context |= {"back": reverse("registry:artefact", args=[found.key])}
    return render_page(request, "inventory/action_form.html", context, status=form.status)


def _check(decision: Any) -> None:
    if not decision:
        raise Refused(decision)
