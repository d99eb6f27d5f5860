"""AI bills of materials in the browser: taken over from a file, handed out for a release or a version."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.integrations.operations import cyclonedx
from apps.integrations.rules_pure.cyclonedx import VERSIONS
from apps.inventory.models import Release
from apps.kernel.errors import Invalid
from apps.kernel.permissions import Permission
from apps.registry.models import ModelVersion
from apps.web.forms import Form
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page


class BillForm(Form):
    """The file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("CycloneDX 1.5 to 1.7 as JSON, 5 MB at most."),
        max_length=200,
    )


@page(permission=Permission.REGISTRY_MODEL_EDIT)
def take_over(request: HttpRequest) -> HttpResponse:
    """Take over the models of a bill."""
    posted = request.method == "POST"
    form = BillForm(request.POST if posted else None, request.FILES if posted else None)
    if posted and form.is_valid():
        with form.problems():
            found = _taken(request, form)
            words = _("%(models)s models: %(made)s new, %(versions)s new versions, %(cards)s new cards.") % {
                "models": found["models"], "made": found["made_AIModel"], "versions": found["made_ModelVersion"],
                "cards": found["made_ModelCard"],
            }  # fmt: skip
            unknown = found["datasets_unknown"]
            if unknown:
                words += " " + _("Datasets that are not on record: %(names)s.") % {"names": ", ".join(unknown[:10])}
            return redirect_after(request, "registry:models", words)
    context = {"form": form, "title": _("Take over an AI bill of materials"), "label": _("Take over")}
    context |= {"back": reverse("registry:models")}
    context["text"] = _(
        "Models, versions, cards and measures come from it. The same file again changes nothing; nothing is approved by it."
    )
    return render_page(request, "catalog/upload_form.html", context, status=form.status)


def _taken(request: HttpRequest, form: BillForm) -> dict[str, Any]:
    """Take the file over; what is wrong with it is said with its place, beside the file."""
    content = form.cleaned_data["file"].read(cyclonedx.LARGEST + 1)
    try:
        return cyclonedx.import_bill(
            actor=request.actor, content=content, department=request.user.department, request_key=form.request_key
        )
    except Invalid as problem:
        said = [f"{place}: {text}" for place, texts in problem.problems.items() for text in texts]
        raise Invalid({"file": said}) from None


@page(permission=None, methods=("GET",))
def of_release(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out the bill of a release."""
    release = get_object_or_404(Release.objects.visible_to(request.user).select_related("system"), key=key)
    return _file(cyclonedx.bill_of(release, _spec(request)), f"{release.key}.cdx.json")


@page(permission=Permission.REGISTRY_MODEL_VIEW, methods=("GET",))
def of_version(request: HttpRequest, key: str) -> HttpResponse:
    """Hand out the bill of a version."""
    version = get_object_or_404(
        ModelVersion.objects.visible_to(request.user).select_related("ai_model__provider"), key=key
    )
    return _file(cyclonedx.bill_of_version(version, _spec(request)), f"{version.key}.cdx.json")


def _spec(request: HttpRequest) -> str:
    asked = request.GET.get("spec", "1.6")
    return asked if asked in VERSIONS else "1.6"


def _file(document: dict[str, Any], name: str) -> HttpResponse:
    answer = HttpResponse(
        json.dumps(document, indent=2, ensure_ascii=False), content_type="application/vnd.cyclonedx+json"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
