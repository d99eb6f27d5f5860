"""What people say of jobs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog import operations
from apps.catalog.models import Job
from apps.inventory.forms.fields import SystemField
from apps.inventory.models import AISystem
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.web.forms import Form
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page


class SystemOfJobForm(Form):
    """For which system a job runs."""

    system = SystemField(label=gettext_lazy("AI system it runs for"), required=False)

    def __init__(self, *args: Any, person: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["system"].person = person  # type: ignore[attr-defined]


@page(permission=Permission.CATALOG_DATASET_BROWSE)
def name_system(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say for which AI system a job runs."""
    found = get_object_or_404(Job.objects.visible_to(request.user), pk=pk)
    decision = may_do(request.actor, operations.name_system_of_job, job=found)
    if not decision:
        raise Refused(decision)
    current = AISystem.objects.visible_to(request.user).filter(pk=found.system_id).first()
    form = SystemOfJobForm(
        request.POST if request.method == "POST" else None,
        initial={"system": current.key if current else ""},
        person=request.user,
    )
    if request.method == "POST" and form.is_valid():
        with form.problems():
            operations.name_system_of_job(
                actor=request.actor, job=found, system=form.cleaned_data["system"], request_key=form.request_key
            )
            return redirect_after(request, "catalog:job", _("Saved."), pk=found.pk)
    context = {"form": form, "title": _("Name the system of %(job)s") % {"job": found.name}}
    context["text"] = _("What a person says here stays, whatever events say. Left empty, events name it again.")
    context["back"] = reverse("catalog:job", args=[found.pk])
    return render_page(request, "inventory/action_form.html", context, status=form.status)
