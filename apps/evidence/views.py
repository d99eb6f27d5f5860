"""Pages of evidence: the library, one record, and its files as downloads."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.kernel import subjects
from apps.kernel.permissions import Permission
from apps.web.pages import ListPage, page
from apps.web.responses import redirect_after, render_page

from . import filters, forms, operations, permissions, tables
from .models import Evidence, EvidenceLink


class EvidenceFiles(ListPage):
    """All evidence about what the person may see."""

    permission = Permission.EVIDENCE_FILE_VIEW
    title = gettext_lazy("Evidence")
    intro = gettext_lazy(
        "Files that prove something, each kept as it came. Add them where they are needed; use them again."
    )
    table = tables.EvidenceTable
    filters = filters.EvidenceFilters
    export_name = "evidence"

    def queryset(self, request: HttpRequest) -> Any:
        """Return the evidence the person may see."""
        return Evidence.objects.visible_to(request.user).select_related("owner").annotate(uses=Count("links"))


@page(permission=Permission.EVIDENCE_FILE_VIEW)
def file(request: HttpRequest, key: str) -> HttpResponse:
    """Show evidence with its versions and where it is used; its owner may add a newer version."""
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user).select_related("owner"), key=key)
    form = forms.FileForm(request.POST or None, request.FILES or None, initial={"expires_on": evidence.expires_on})
    renewable = permissions.may_renew(actor=request.actor, evidence=evidence)
    if request.method == "POST" and form.is_valid():
        sent = form.cleaned_data
        with form.problems():
            operations.renew_evidence(
                actor=request.actor,
                evidence=evidence,
                filename=sent["file"].name,
                content=sent["file"].read(),
                expires_on=sent["expires_on"],
                request_key=form.request_key,
            )
            return redirect_after(request, "evidence:file", _("The newer version is kept."), key=key)
    links = EvidenceLink.objects.visible_to(request.user).filter(evidence=evidence).select_related("linked_by")
    context = {
        "evidence": evidence,
        "versions": evidence.versions.select_related("added_by"),
        "uses": [(link, subjects.find(link.subject_type, link.subject_id)) for link in links],
        "hidden_uses": evidence.links.count() - len(links),
        "form": form,
        "renewable": renewable,
    }
    return render_page(request, "evidence/file_detail.html", context, status=form.status)


@page(permission=Permission.EVIDENCE_FILE_VIEW, methods=("GET",))
def download(request: HttpRequest, key: str, number: int) -> HttpResponse:
    """Give a file out: always as an attachment, under its fixed type, in a sandbox, and recorded."""
    evidence = get_object_or_404(Evidence.objects.visible_to(request.user), key=key)
    version = get_object_or_404(evidence.versions, number=number)
    content = operations.read_version(actor=request.actor, version=version)
    response = HttpResponse(content, content_type=version.media_type)
    response["Content-Disposition"] = content_disposition_header(True, version.filename)
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    return response
