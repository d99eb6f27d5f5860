"""Reading what a platform really allows, from the browser."""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.models import Platform
from apps.integrations.operations.permissions import connection_of, read_permission_file, read_postgresql
from apps.kernel.errors import Refused
from apps.kernel.permissions import Permission
from apps.web.forms import Form
from apps.web.offers import may_do
from apps.web.pages import page
from apps.web.responses import redirect_after, render_page

LARGEST = 20 * 1024 * 1024


class ReadingForm(Form):
    """A file of permissions, or the live server."""

    file = forms.FileField(
        label=gettext_lazy("File of permissions"),
        required=False,
        help_text=gettext_lazy(
            "JSON (gatehouse-permissions-v1), Snowflake's SHOW GRANTS or Databricks' table_privileges as CSV."
        ),
    )

    def clean_file(self) -> object:
        """Refuse what is too large to be read at once."""
        found = self.cleaned_data.get("file")
        if found and found.size > LARGEST:
            raise forms.ValidationError(_("The file is larger than 20 MB."))
        return found


@page(permission=Permission.INTEGRATIONS_INTAKE_SEND)
def permissions(request: HttpRequest, key: str) -> HttpResponse:
    """Read a platform's permissions: the live server where a connection is set up, else a file."""
    platform = get_object_or_404(Platform.objects.visible_to(request.user), key=key)
    decision = may_do(request.actor, read_permission_file, platform=platform)
    if not decision:
        raise Refused(decision)
    bound = request.method == "POST"
    form = ReadingForm(request.POST if bound else None, request.FILES if bound else None)
    live = connection_of(platform) is not None
    if bound and form.is_valid():
        with form.problems():
            given = form.cleaned_data["file"]
            if given:
                read_permission_file(
                    actor=request.actor, platform=platform, content=given.read(), request_key=form.request_key
                )
            else:
                read_postgresql(actor=request.actor, platform=platform, request_key=form.request_key)
            return redirect_after(request, "catalog:platform_permissions", _("Read and compared."), key=platform.key)
    text = _("Without a file the live server is read, by the read-only login that is set up for it.") if live else ""
    context = {
        "form": form,
        "platform": platform,
        "text": text,
        "back": reverse("catalog:platform_permissions", args=[platform.key]),
    }
    return render_page(request, "integrations/permissions_form.html", context, status=form.status)
