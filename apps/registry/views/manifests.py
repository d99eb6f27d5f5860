"""A repository's manifest in the browser: what it would put on record, then putting it there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.kernel.permissions import Permission
from apps.registry import operations
from apps.registry.forms.manifests import ManifestForm
from apps.registry.models import ArtefactKind
from apps.registry.operations.manifest_taking import Faulty, Taking
from apps.web.pages import page
from apps.web.responses import render_page
from apps.web.templatetags.gatehouse import badge

ROUTES = {
    "system": "inventory:system", "model": "registry:ai_model", "version": "registry:model_version",
    "release": "registry:release",
}  # fmt: skip


@page(permission=Permission.REGISTRY_MODEL_VIEW)
def manifest(request: HttpRequest) -> HttpResponse:
    """Show what a manifest would put on record, and put it there when asked."""
    posted = request.method == "POST"
    form = ManifestForm(request.POST if posted else None, request.FILES if posted else None)
    context: dict[str, Any] = {"status": 200}
    if posted and form.is_valid():
        context |= _looked_at(request, form)
    elif posted:
        context["status"] = 422
    shown = form
    if form.is_bound and form.cleaned_data.get("document") is not None:
        # The text of the file goes into the page: what was looked at is what is taken.
        shown = ManifestForm(initial={"text": form.cleaned_data["text"]})
    return render_page(
        request, "registry/manifest.html", {"form": shown, "errors": form, **context}, status=context["status"]
    )


def _looked_at(request: HttpRequest, form: ManifestForm) -> dict[str, Any]:
    dry_run = request.POST.get("do") != "take"
    try:
        taking = operations.take_manifest(
            actor=request.actor, person=request.user, document=form.cleaned_data["document"], dry_run=dry_run
        )
    except Faulty as problem:
        return {"faults": list(problem.problems.items()), "status": problem.status}
    return {"taking": taking, "rows": _rows(taking), "preview": dry_run}


def _rows(taking: Taking) -> list[dict[str, Any]]:
    badges = {
        "made": badge(_("New"), "good"), "added": badge(_("Something new"), "good"),
        "unchanged": badge(_("On record"), "neutral"), "waits": badge(_("Waits"), "warning"),
    }  # fmt: skip
    kinds = {
        "system": _("AI system"), "wish": _("Wish"), "model": _("Model"), "version": _("Version"),
        "release": _("Release"), **dict(ArtefactKind.choices),
    }  # fmt: skip
    return [
        {"item": item, "badge": badges[item.outcome], "kind": kinds.get(item.kind, item.kind), "url": _url(item)}
        for item in taking.items
    ]


def _url(item: Any) -> str:
    route = ROUTES.get(item.kind, "registry:artefact" if item.kind in ArtefactKind.values else "")
    return reverse(route, args=[item.key]) if route and item.key else ""
